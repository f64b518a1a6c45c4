/**
 * Tells other systems what became of the reports they handed in: a signed webhook for every stage that a report has reached, to the address beside its sender in the file of senders.
 * The engine's state says what is to be told and a small file what has been, so nothing is lost by a restart; where the other side was away for long it gets the newest stage only.
 */
import { DAY_MS, type EpochMs, MINUTE_MS, SECOND_MS } from '../engine/base/time.ts'
import type { CityState } from '../engine/city-state.ts'
import { isOver, type ReportRecord, reportKey, STAGE_WORDS } from '../engine/model/report.ts'
import { reports, reportsRevision } from '../engine/view.ts'
import type { InboxSender } from './inbox.ts'
import { createKeptFile } from './kept-file.ts'
import { type Post, post } from './notify/post.ts'
import { webhookSignature } from './notify/robots.ts'
import type { Logger, Part } from './parts.ts'

export interface Answers extends Part {
  /** After a step. */
  note(): void
  readonly counters: Readonly<Record<'sent' | 'later' | 'refused' | 'dropped', number>>
}

export interface AnswersOptions {
  readonly senders: readonly InboxSender[]
  readonly state: () => CityState
  readonly file: string
  readonly now: () => EpochMs
  readonly logger: Logger
  /** How long to wait after so many failures in a row; `after_ms` is what the other side asks for. */
  readonly wait_ms?: (failures: number, after_ms: number) => number
}

const RETRY_MS = 5 * SECOND_MS
const RETRY_MS_MAX = 15 * MINUTE_MS
/** Nobody waits longer for a stage. */
const TOLD_WITHIN_MS = 3 * DAY_MS
const KEPT_EVERY_MS = 2 * SECOND_MS

const backoff_ms = (failures: number, after_ms: number): number => Math.min(Math.max(RETRY_MS * 2 ** failures, after_ms), RETRY_MS_MAX)

const marked = ({ stage, since }: ReportRecord): string => `${stage}@${since}`

/** The same stage of a report has the same id, however often it is sent. */
export function answerPost({ answers = '', secret }: InboxSender, record: ReportRecord, now: EpochMs): Post {
  const { report, incident, stage, since, due } = record
  const id = `${reportKey(report)}@${since}-${stage}`.replace(/[^\x21-\x7e]/g, '_').slice(-256)
  const data = {
    id: report.id,
    status: isOver(stage) ? 'closed' : 'open',
    stage,
    notes: STAGE_WORDS[stage],
    incident,
    updated: new Date(since).toISOString(),
    expected: due === null ? null : new Date(due).toISOString(),
  }
  const body = JSON.stringify({ type: 'report.status', ts: new Date(since).toISOString(), data })
  const timestamp = String(Math.floor(now / SECOND_MS))
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${webhookSignature(secret, id, timestamp, body)}`,
  }
  return { url: answers, headers, body }
}

export function createAnswers({ senders, state, file, now, logger, wait_ms = backoff_ms }: AnswersOptions): Answers {
  // Of two lines of one name the last is the new secret.
  const targets = new Map(senders.filter(({ answers }) => answers !== undefined).map((sender) => [sender.name, sender]))
  const counters = { sent: 0, later: 0, refused: 0, dropped: 0 }
  /** What was told last, by report. */
  const told = new Map<string, string>()
  /** Reports with news, by sender, the longest waiting first. */
  const waiting = new Map<string, Map<string, ReportRecord>>()
  const sending = new Map<string, Promise<void>>()
  const timers = new Map<string, NodeJS.Timeout>()
  let seen = -1
  let stopped = true

  const kept = createKeptFile({
    file,
    every_ms: KEPT_EVERY_MS,
    take: () => [...told],
    restore(value) {
      if (!Array.isArray(value)) return
      for (const one of value) if (Array.isArray(one) && typeof one[0] === 'string' && typeof one[1] === 'string') told.set(one[0], one[1])
    },
    logger,
  })

  function note(): void {
    if (stopped || targets.size === 0 || reportsRevision(state()) === seen) return
    seen = reportsRevision(state())
    const known = new Set<string>()
    for (const record of reports(state())) {
      const { source } = record.report
      if (!targets.has(source)) continue
      const key = reportKey(record.report)
      known.add(key)
      if (told.get(key) !== marked(record)) queueOf(source).set(key, record)
    }
    for (const key of told.keys()) if (!known.has(key)) told.delete(key)
    for (const source of waiting.keys()) go(source, 0)
  }

  function queueOf(source: string): Map<string, ReportRecord> {
    const queue = waiting.get(source) ?? new Map<string, ReportRecord>()
    waiting.set(source, queue)
    return queue
  }

  function go(source: string, failures: number): void {
    if (stopped || sending.has(source) || timers.has(source) || queueOf(source).size === 0) return
    const work = sendNext(source, failures)
      .catch((error: unknown) => {
        logger.error({ source, error: error instanceof Error ? error.name : 'error' }, 'an answer could not be made')
        return null
      })
      .then((pause_ms) => {
        sending.delete(source)
        if (pause_ms === null) go(source, 0)
        else later(source, pause_ms, failures + 1)
      })
    sending.set(source, work)
  }

  function later(source: string, pause_ms: number, failures: number): void {
    if (stopped) return
    const timer = setTimeout(() => {
      timers.delete(source)
      go(source, failures)
    }, pause_ms)
    timer.unref()
    timers.set(source, timer)
  }

  function settled(key: string, record: ReportRecord, what: 'sent' | 'refused' | 'dropped'): void {
    const { source } = record.report
    counters[what]++
    told.set(key, marked(record))
    // It may have moved on meanwhile.
    const next = queueOf(source).get(key)
    if (next !== undefined && marked(next) === marked(record)) queueOf(source).delete(key)
    kept.touch()
  }

  /** @returns how long to wait before the next; null when it can go at once */
  async function sendNext(source: string, failures: number): Promise<number | null> {
    const [first] = queueOf(source)
    const sender = targets.get(source)
    if (first === undefined || sender === undefined) return null
    const [key, record] = first
    if (now() - record.since > TOLD_WITHIN_MS) {
      settled(key, record, 'dropped')
      logger.warn({ source }, 'an answer was dropped: nobody took it for three days')
      return null
    }
    const answer = await post(answerPost(sender, record, now()))
    if (answer.outcome === 'later') {
      counters.later++
      const pause_ms = wait_ms(failures, answer.after_ms)
      logger.warn({ source, why: answer.why, after_s: pause_ms / SECOND_MS }, 'an answer has to wait')
      return pause_ms
    }
    if (answer.outcome === 'refused') logger.warn({ source, why: answer.why }, 'an answer was refused')
    settled(key, record, answer.outcome)
    return null
  }

  return {
    note,
    counters,
    async start() {
      await kept.start()
      stopped = false
      note()
    },
    async stop() {
      stopped = true
      for (const timer of timers.values()) clearTimeout(timer)
      timers.clear()
      await Promise.all(sending.values())
      await kept.stop()
    },
  }
}
