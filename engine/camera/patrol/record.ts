/** One camera's look: who has it, whether the camera obeyed, what it has covered. */
import type { EpochMs } from '../../base/time.ts'
import { MINUTE_MS } from '../../base/time.ts'
import type { CommandStatus } from '../../model/command.ts'
import type { Wish } from './needs.ts'
import { type CameraPatrol, noteLook, type PatrolState } from './state.ts'

/** What a person has set a camera to. */
export interface CameraHold {
  readonly by: string
  readonly until: EpochMs
  readonly preset: string
}

/** A camera that did not turn is not asked for the same again at once. */
const REFUSED_MS = 10 * MINUTE_MS
const REFUSED: readonly CommandStatus[] = ['rejected', 'given_up', 'expired']
const OBEYED: readonly CommandStatus[] = ['accepted', 'done']

/** Begins a look; what the camera says of an earlier one counts on while it stands where it stood. */
export function beginLook(record: CameraPatrol, preset: string, settled: EpochMs, until: EpochMs): void {
  if (record.preset !== preset) Object.assign(record, { preset, answered: false, told: [] })
  record.fresh = true
  record.settled = settled
  record.counted = settled
  record.until = until
}

/** Nobody knows any more where it looks, and the next look is chosen at once. */
export function loseSight(record: CameraPatrol, now: EpochMs): void {
  Object.assign(record, { preset: null, answered: false, until: now, reason: null, next: [], told: [] })
}

/** Takes over what a person has asked for, and gives the camera back when that is over. */
export function followHand(record: CameraPatrol, hold: CameraHold | null, move_ms: number, now: EpochMs): void {
  if (hold === null) {
    if (record.by === null) return
    record.by = null
    record.until = now
    return
  }
  if (record.by !== hold.by || record.preset !== hold.preset) {
    beginLook(record, hold.preset, now + move_ms, hold.until)
    record.next = []
    record.reason = null
  }
  record.by = hold.by
  record.until = hold.until
}

/**
 * @param status of the command that it follows
 * @param silence_obeys an outside simulator owns time, in which a missing answer means nothing (contract section 6)
 */
export function noteAnswer(record: CameraPatrol, status: CommandStatus | null, silence_obeys: boolean, now: EpochMs): void {
  if (record.preset === null) return
  if (silence_obeys || (status !== null && OBEYED.includes(status))) record.answered = true
  const refused = status !== null && REFUSED.includes(status)
  const deaf = !record.answered && now >= record.until
  if (!refused && !deaf) return
  record.refused.set(record.preset, now + REFUSED_MS)
  if (record.by === null) loseSight(record, now)
}

/** Counts what has been seen since it was counted last. */
export function countLook(state: PatrolState, record: CameraPatrol, needs: readonly Wish[], now: EpochMs): void {
  if (record.preset === null || !record.answered || now <= record.counted) return
  for (const { key, memory_s } of needs) noteLook(state, key, memory_s, record.counted, now)
  record.counted = now
  record.seen.set(record.preset, now)
}
