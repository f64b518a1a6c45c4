/**
 * Messages on their way to one outside service: one delivery at a time, never faster than the service allows, what waits meanwhile goes together
 * where it can. What is too old to help anybody is dropped, and so is the oldest when too much waits; both are counted and told.
 */
import type { EpochMs } from '../../engine/base/time.ts'
import type { Logger } from '../parts.ts'

export type Delivered =
  | { readonly outcome: 'sent' }
  /** Not now: again after this long, with the same messages. */
  | { readonly outcome: 'later'; readonly after_ms: number; readonly why: string }
  /** Never: it would be refused again. */
  | { readonly outcome: 'refused'; readonly why: string }

export interface Expiring {
  /** Nobody needs it afterwards. */
  readonly until: EpochMs
}

export interface OutboxOptions<T extends Expiring> {
  /** For the log; never an address, which holds a secret. */
  readonly name: string
  /** Least time between two deliveries. */
  readonly pace_ms: number
  /** How many of those that wait, oldest first, go into the next delivery; at least one. */
  readonly take: (waiting: readonly T[]) => number
  readonly deliver: (batch: readonly T[]) => Promise<Delivered>
  readonly now: () => EpochMs
  readonly logger: Logger
}

export interface Outbox<T extends Expiring> {
  put(message: T): void
  stop(): Promise<void>
  readonly counters: { readonly sent: number; readonly refused: number; readonly dropped: number; readonly waiting: number }
}

const WAITING_MAX = 1000

export function createOutbox<T extends Expiring>({ name, pace_ms, take, deliver, now, logger }: OutboxOptions<T>): Outbox<T> {
  let waiting: T[] = []
  let sending: Promise<void> | null = null
  let timer: NodeJS.Timeout | null = null
  let stopped = false
  let sent = 0
  let refused = 0
  let dropped = 0

  function dropOld(): void {
    const fresh = waiting.filter(({ until }) => until > now()).slice(-WAITING_MAX)
    const lost = waiting.length - fresh.length
    waiting = fresh
    dropped += lost
    if (lost > 0) logger.warn({ channel: name, lost }, 'notices were dropped: too old, or too many')
  }

  async function sendNext(): Promise<void> {
    dropOld()
    if (waiting.length === 0) return
    const batch = waiting.splice(0, Math.max(1, take(waiting)))
    const answer = await deliver(batch)
    if (answer.outcome === 'sent') sent += batch.length
    else if (answer.outcome === 'refused') {
      refused += batch.length
      logger.warn({ channel: name, why: answer.why }, 'a notice was refused')
    } else {
      waiting.unshift(...batch)
      logger.warn({ channel: name, why: answer.why, after_s: answer.after_ms / 1000 }, 'a notice has to wait')
    }
    schedule(answer.outcome === 'later' ? Math.max(pace_ms, answer.after_ms) : pace_ms)
  }

  /** The pause is kept after the last message too: the next one may come at once. */
  function schedule(after_ms: number): void {
    if (stopped) return
    timer = setTimeout(() => {
      timer = null
      go()
    }, after_ms)
    timer.unref()
  }

  function go(): void {
    if (stopped || timer !== null || sending !== null || waiting.length === 0) return
    sending = sendNext()
      .catch((error: unknown) => {
        refused++
        logger.error({ channel: name, error: error instanceof Error ? error.name : 'error' }, 'a notice could not be made')
        schedule(pace_ms)
      })
      .finally(() => {
        sending = null
      })
  }

  return {
    put(message) {
      waiting.push(message)
      if (waiting.length > WAITING_MAX) dropOld()
      go()
    },
    async stop() {
      stopped = true
      if (timer !== null) clearTimeout(timer)
      timer = null
      await sending
    },
    get counters() {
      return { sent, refused, dropped, waiting: waiting.length }
    },
  }
}
