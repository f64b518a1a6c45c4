/** What is said of a round when something becomes of it. */
import type { EpochMs } from '../../base/time.ts'
import type { Bilingual } from '../../model/city.ts'
import type { Fact } from '../../model/fact.ts'
import type { TaskStatus } from '../../model/incident.ts'
import type { Outcome } from '../../model/outcome.ts'
import type { RoundStop } from '../../model/round.ts'
import type { TaskRecord } from '../record.ts'

type RoundFact = Extract<Fact, { kind: 'round' }>

interface Said {
  readonly by: string
  readonly text: Bilingual
}

export function tellRound(record: TaskRecord, change: RoundFact['change'], { by, text }: Said, now: EpochMs, out: Outcome): void {
  out.facts.push({ kind: 'round', ts: now, change, round: record.task.id, by, text })
}

/** A round has moved with its task. */
export function followTask(
  record: TaskRecord,
  before: TaskStatus,
  note: Said & { readonly change?: string },
  now: EpochMs,
  out: Outcome,
): void {
  const { round, task } = record
  if (round === null) return
  if (task.status === 'waiting' && (before === 'accepted' || before === 'enroute')) {
    round.interrupted = true
    tellRound(record, 'interrupted', note, now, out)
  } else if (task.status === 'accepted' && round.started === null) {
    round.started = now
    tellRound(record, 'begins', note, now, out)
  } else if (task.status === 'accepted') round.interrupted = false
  else if (task.status === 'done' || task.status === 'failed') tellRound(record, task.status, note, now, out)
  else if (task.status === 'recalled') tellRound(record, 'withdrawn', note, now, out)
}

export function tellStop(record: TaskRecord, stop: RoundStop, by: string, now: EpochMs, out: Outcome): void {
  const { id, kind, ref, name, state, found_pct, why } = stop
  const became = WORDS[why ?? state]
  const found = found_pct === null ? { zh: '', en: '' } : { zh: `，清运前 ${found_pct}%`, en: `, found ${found_pct} % full` }
  out.facts.push({
    kind: 'round',
    ts: now,
    change: 'stop',
    round: record.task.id,
    by,
    text: { zh: `${name.zh}：${became.zh}${found.zh}`, en: `${name.en}: ${became.en}${found.en}` },
    stop: { id, kind, ref, state, found_pct, why },
  })
}

const WORDS: Readonly<Record<RoundStop['state'] | NonNullable<RoundStop['why']>, Bilingual>> = {
  left: { zh: '未到', en: 'still to come' },
  emptied: { zh: '已清空', en: 'emptied' },
  failed: { zh: '未能清空', en: 'could not be emptied' },
  skipped: { zh: '已跳过', en: 'left out' },
  blocked: { zh: '受阻，未能清空', en: 'blocked, could not be emptied' },
  no_access: { zh: '无法进入，未能清空', en: 'no access, could not be emptied' },
  closed: { zh: '道路封闭，已跳过', en: 'left out, its street is closed' },
  emptied_before: { zh: '已由他人清空', en: 'emptied by somebody else' },
  full: { zh: '车满或时间不足，已跳过', en: 'left out, no room or time' },
  no_way: { zh: '无法到达，已跳过', en: 'left out, no way there' },
}
