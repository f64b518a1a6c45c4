/** How good times to full were, as the benchmark's scorer counts (docs/waste.md). */

export interface Judged {
  /** Hours until it was full; null when it was emptied before. */
  readonly ttf_h: number | null
  /** Hours until it was emptied. */
  readonly left_h: number
  readonly said_h: number
}

const LONGEST_H = 60 * 24

/** Mean absolute error over bins that were full within (low, high] hours; null when there were none. */
export function meanError(judged: readonly Judged[], low_h: number, high_h: number): number | null {
  const of = judged.filter(({ ttf_h }) => ttf_h !== null && ttf_h > low_h && ttf_h <= high_h)
  if (of.length === 0) return null
  return of.reduce((sum, { ttf_h, said_h }) => sum + Math.abs(Math.min(Math.max(said_h, 0), LONGEST_H) - (ttf_h ?? 0)), 0) / of.length
}

/** Hits among hits, misses and false alarms of "full within so many hours"; null when there was nothing to hit or claim. */
export function csiOf(judged: readonly Judged[], within_h: number): number | null {
  let hits = 0
  let any = 0
  for (const { ttf_h, left_h, said_h } of judged) {
    const was = ttf_h !== null && ttf_h <= within_h
    if (!was && left_h < within_h) continue
    const said = said_h <= within_h
    if (was && said) hits++
    if (was || said) any++
  }
  return any === 0 ? null : hits / any
}
