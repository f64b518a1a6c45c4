/** Which phase was green from when to when, at the junctions of arterials, for the last quarter of an hour. */
import type { EpochMs } from '../../base/time.ts'
import { MINUTE_MS, SECOND_MS } from '../../base/time.ts'

export interface Green {
  /** By position. */
  readonly phase: number
  readonly from: EpochMs
  until: EpochMs
}

export type GreenLog = Map<string, Green[]>

export const KEPT_MS = 15 * MINUTE_MS

/** A count that shows `phase` (−1 while clearing) since `age_s`. */
export function noteGreen(log: GreenLog, junction: string, phase: number, age_s: number, ts: EpochMs): void {
  if (phase < 0) return
  const greens = log.get(junction) ?? []
  const from = ts - age_s * SECOND_MS
  const last = greens[greens.length - 1]
  if (last !== undefined && last.phase === phase && from <= last.until) last.until = Math.max(last.until, ts)
  else greens.push({ phase, from: last === undefined ? from : Math.max(from, last.until), until: ts })
  while (greens.length > 0 && greens[0].until < ts - KEPT_MS) greens.shift()
  log.set(junction, greens)
}
