/**
 * From a condition that comes and goes to a rule that is raised and cleared: `for` and `clear_for` without a break, and nothing
 * concluded from what is unknown. Pure, so that the same function runs over stored history.
 */
import type { EpochMs } from '../base/time.ts'

/** What is remembered between two looks; the default is cleared and waiting for nothing. */
export interface Memory {
  readonly raised: boolean
  /** Since when the condition for the next change has held. */
  readonly since: EpochMs | null
}

export const CALM: Memory = { raised: false, since: null }

export interface Durations {
  readonly for_ms: number
  readonly clear_for_ms: number
}

/** True, false, or null for unknown. */
export type Condition = boolean | null

export interface Advance {
  readonly memory: Memory
  readonly change: 'raised' | 'cleared' | null
  /** When to look again although nothing new has come; null when there is nothing to wait for. */
  readonly due: EpochMs | null
}

/**
 * @param holds `when` while cleared, `clear` while raised. Unknown breaks a run that was under way, because nobody saw it hold, and
 * leaves a raised rule raised.
 */
export function advance(memory: Memory, { for_ms, clear_for_ms }: Durations, holds: Condition, now: EpochMs): Advance {
  const { raised } = memory
  if (holds !== true) return { memory: memory.since === null ? memory : { raised, since: null }, change: null, due: null }
  const since = memory.since ?? now
  const due = since + (raised ? clear_for_ms : for_ms)
  if (now < due) return { memory: memory.since === null ? { raised, since } : memory, change: null, due }
  return { memory: { raised: !raised, since: null }, change: raised ? 'cleared' : 'raised', due: null }
}
