/** A document while somebody looks at it: what was read last, and what is wrong now. Pure. */
import type { Answer } from './source.ts'

export type LookState = 'reading' | 'read' | 'away' | 'absent' | 'forbidden'

export interface Look<T> {
  readonly state: LookState
  /** Stays while nobody answers, so that the screen is never blank; goes when the document is refused. */
  readonly document: T | null
  /** Local time at which it came. */
  readonly read_ms: number | null
}

export const NOTHING_READ: Look<never> = { state: 'reading', document: null, read_ms: null }
/** After this long without an answer what is shown is old. */
export const OLD_AFTER_MS = 5_000

const REFUSED: Readonly<Record<number, LookState>> = { 401: 'forbidden', 403: 'forbidden', 404: 'absent' }

export function look<T>(before: Look<T>, answer: Answer, local_ms: number): Look<T> {
  // The server's own schema is the shape: gateway/wire has one type for both sides.
  if ('document' in answer) return { state: 'read', document: answer.document as T, read_ms: local_ms }
  if ('away' in answer) return { ...before, state: 'away' }
  const state = REFUSED[answer.status]
  return state === undefined ? { ...before, state: 'away' } : { state, document: null, read_ms: null }
}

/** Seconds that what is shown is old, null while it is fresh. */
export function oldFor_s({ read_ms }: Look<unknown>, local_ms: number): number | null {
  return read_ms === null || local_ms - read_ms < OLD_AFTER_MS ? null : Math.floor((local_ms - read_ms) / 1000)
}
