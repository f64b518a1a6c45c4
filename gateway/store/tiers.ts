/**
 * The tiers of history: raw rows, 1-minute and 15-minute buckets aligned to the epoch. Which of them answers a query, and until when each
 * keeps a metric, is the same for every store.
 */
import { DAY_MS, type EpochMs, MINUTE_MS } from '../../engine/base/time.ts'
import type { HistoryPoint } from '../../engine/ports.ts'

/** Days that each tier keeps; the values of the settings of the same names. */
export interface Retention {
  readonly raw_days: number
  readonly minute_days: number
  readonly quarter_days: number
  /** Days of raw rows of single metrics; for an array metric its name without the index. */
  readonly retention: Readonly<Record<string, number>>
}

export const MINUTE_TIER_MS = MINUTE_MS
export const QUARTER_TIER_MS = 15 * MINUTE_MS

/** The name that retention knows: `depth_m` of `depth_m[3]`. */
export function baseMetric(metric: string): string {
  const bracket = metric.indexOf('[')
  return bracket === -1 ? metric : metric.slice(0, bracket)
}

/** How long raw rows of a metric are kept, ms. */
export function rawKept_ms(retention: Retention, metric: string): number {
  const name = baseMetric(metric)
  return (Object.hasOwn(retention.retention, name) ? retention.retention[name] : retention.raw_days) * DAY_MS
}

/** Start of the bucket that holds `ts`; also right before 1970. */
export function bucketStart(ts: EpochMs, step_ms: number): EpochMs {
  return Math.floor(ts / step_ms) * step_ms
}

/** A bucket as it is summed up. */
export interface Bucket {
  readonly ts: EpochMs
  readonly sum: number
  readonly min: number
  readonly max: number
  readonly count: number
}

export function pointOf({ ts, sum, min, max, count }: Bucket): HistoryPoint {
  return { ts, mean: sum / count, min, max, count }
}
