/** How good times to full were, as the benchmark's scorer counts (docs/waste.md). */

export interface Judged {
  /** Hours until it was full; null when it was emptied before. */
  readonly ttf_h: number | null
  /** Hours until it was emptied. */
  readonly left_h: number
  readonly said_h: number
}

/** Level that the time to full is told for, as the benchmark has it; training learns others beside it. */
export const FULL_PCT = 80
const LONGEST_H = 60 * 24

/** Of a bin that was full within (low, high] hours; null for another one. */
export function errorOf({ ttf_h, said_h }: Judged, low_h: number, high_h: number): number | null {
  if (ttf_h === null || ttf_h <= low_h || ttf_h > high_h) return null
  return Math.abs(Math.min(Math.max(said_h, 0), LONGEST_H) - ttf_h)
}

/** Mean absolute error over bins that were full within (low, high] hours; null when there were none. */
export function meanError(judged: readonly Judged[], low_h: number, high_h: number): number | null {
  const errors = judged.map((one) => errorOf(one, low_h, high_h)).filter((error) => error !== null)
  return errors.length === 0 ? null : errors.reduce((sum, error) => sum + error, 0) / errors.length
}

/** What came of "full within so many hours", said or not; null for a bin that was emptied before anybody could know. */
export function claimOf({ ttf_h, left_h, said_h }: Judged, within_h: number): 'hit' | 'wrong' | 'quiet' | null {
  const was = ttf_h !== null && ttf_h <= within_h
  if (!was && left_h < within_h) return null
  const said = said_h <= within_h
  if (was && said) return 'hit'
  return was || said ? 'wrong' : 'quiet'
}

/** Hits among hits, misses and false alarms of "full within so many hours"; null when there was nothing to hit or claim. */
export function csiOf(judged: readonly Judged[], within_h: number): number | null {
  const claims = judged.map((one) => claimOf(one, within_h)).filter((claim) => claim === 'hit' || claim === 'wrong')
  return claims.length === 0 ? null : claims.filter((claim) => claim === 'hit').length / claims.length
}
