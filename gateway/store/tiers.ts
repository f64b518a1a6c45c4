/**
 * The tiers of history: raw rows, 1-minute and 15-minute buckets aligned to the epoch. How long each keeps a metric and how rows become
 * the points of an answer is the same for every store.
 */
import { UrbanError } from '../../engine/base/errors.ts'
import { DAY_MS, type EpochMs, MINUTE_MS, SECOND_MS } from '../../engine/base/time.ts'
import type { HistoryPoint, HistoryQuery, ReadingRow } from '../../engine/ports.ts'

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
function rawKept_ms(retention: Retention, metric: string): number {
  const name = baseMetric(metric)
  return (Object.hasOwn(retention.retention, name) ? retention.retention[name] : retention.raw_days) * DAY_MS
}

/** Start of the bucket that holds `ts`; also right before 1970. */
export function bucketStart(ts: EpochMs, step_ms: number): EpochMs {
  return Math.floor(ts / step_ms) * step_ms
}

/** What is known of a stretch of time that begins at `ts`: a raw row (count 1) or a bucket of a tier. */
export interface Sample {
  readonly ts: EpochMs
  readonly sum: number
  readonly min: number
  readonly max: number
  readonly count: number
}

/** A raw row and how late it became known, in units of `LATE_MS`. */
export interface RawSample extends Sample {
  readonly late: number
}

/** Most rows are 0 late, so that keeping it costs next to nothing; what six decimal digits hold is a little more than 115 days. */
export const LATE_MS = 10 * SECOND_MS
export const LATE_MAX = 999_999

export function lateOf({ ts, received }: ReadingRow): number {
  return received === undefined ? 0 : Math.min(LATE_MAX, Math.max(0, Math.floor((received - ts) / LATE_MS)))
}

export const rawSample = (ts: EpochMs, value: number, late = 0): RawSample => ({ ts, sum: value, min: value, max: value, count: 1, late })

/** Two parts of one bucket as one. */
export function joinSamples(a: Sample, b: Sample): Sample {
  return { ts: a.ts, sum: a.sum + b.sum, min: Math.min(a.min, b.min), max: Math.max(a.max, b.max), count: a.count + b.count }
}

/**
 * Raw rows oldest first, each time once: the version that became known last, or last by `as_known_at`; of equally late ones that which came last. A version
 * that repeats the value before it amended nothing. `rows` are in order of arrival.
 */
export function settleRaw(rows: readonly RawSample[], as_known_at = Number.POSITIVE_INFINITY): readonly RawSample[] {
  const known = Number.isFinite(as_known_at) ? rows.filter(({ ts, late }) => ts + late * LATE_MS <= as_known_at) : rows
  if (known.every((row, i) => i === 0 || known[i - 1].ts < row.ts)) return known
  const settled: RawSample[] = []
  for (const row of known.toSorted((a, b) => a.ts - b.ts || a.late - b.late)) {
    const before = settled.at(-1)
    if (before === undefined || before.ts !== row.ts) settled.push(row)
    else if (before.late === row.late || before.sum !== row.sum) settled[settled.length - 1] = row
  }
  return settled
}

/** @returns the error of an `as_known_at` query that reaches behind the raw rows. */
export const rolledError = ({ device, metric }: HistoryQuery): UrbanError =>
  new UrbanError(
    'input',
    'history_rolled',
    `when the values of ${device} ${metric} became known is kept as long as raw rows are; take a later \`from\``,
  )

/**
 * The answer to a query: samples folded into buckets of `step_s`, or one point a sample for 0. Samples of the same time are joined, because a tier
 * may hold a late part of a bucket beside its first one. A tier's bucket counts whole for the step in which it begins.
 */
export function foldSamples(samples: readonly (Sample | RawSample)[], step_s: number): HistoryPoint[] {
  const step_ms = step_s * 1000
  const buckets = new Map<EpochMs, { ts: EpochMs; sum: number; min: number; max: number; count: number; late?: number }>()
  for (const sample of samples) {
    const ts = step_ms === 0 ? sample.ts : bucketStart(sample.ts, step_ms)
    const bucket = buckets.get(ts)
    if (bucket === undefined) buckets.set(ts, { ...sample, ts })
    else {
      bucket.sum += sample.sum
      bucket.min = Math.min(bucket.min, sample.min)
      bucket.max = Math.max(bucket.max, sample.max)
      bucket.count += sample.count
    }
  }
  const points = [...buckets.values()].sort((a, b) => a.ts - b.ts)
  return points.map(({ ts, sum, min, max, count, late = 0 }) => ({
    ts,
    mean: sum / count,
    min,
    max,
    count,
    ...(step_ms === 0 && late > 0 && { known: ts + late * LATE_MS }),
  }))
}

/** Raw rows of a metric are kept from here on: whole days, so that no bucket is cut. */
export function rawKeptFrom(retention: Retention, metric: string, now: EpochMs): EpochMs {
  return bucketStart(now - rawKept_ms(retention, metric), DAY_MS)
}

export interface Piece {
  readonly tier: 'raw' | 'minute' | 'quarter'
  readonly from: EpochMs
  readonly to: EpochMs
}

/**
 * Where a store that fills its tiers beside the raw rows finds the answer to a query: for each time the finest tier that still has it, and within that time the
 * whole buckets from the coarsest tier that fits the step, which only the edges do not fill.
 */
export function planPieces({ metric, from, to, step_s }: HistoryQuery, retention: Retention, now: EpochMs): Piece[] {
  const rawFrom = rawKeptFrom(retention, metric, now)
  const minuteFrom = Math.min(rawFrom, bucketStart(now - retention.minute_days * DAY_MS, DAY_MS))
  const step_ms = step_s * 1000
  const fits = (width_ms: number): boolean => step_ms > 0 && step_ms % width_ms === 0
  const within = (tier: Piece['tier'], low: EpochMs, high: EpochMs): Piece[] => (low < high ? [{ tier, from: low, to: high }] : [])
  const filled = (edge: Piece['tier'], low: EpochMs, high: EpochMs): Piece[] => {
    const [tier, width_ms] = fits(QUARTER_TIER_MS) ? (['quarter', QUARTER_TIER_MS] as const) : (['minute', MINUTE_TIER_MS] as const)
    const [first, last] = [Math.ceil(low / width_ms) * width_ms, bucketStart(high, width_ms)]
    if (!fits(width_ms) || first >= last) return within(edge, low, high)
    return [...within(edge, low, first), { tier, from: first, to: last }, ...within(edge, last, high)]
  }
  const [raw, minute] = [Math.max(from, rawFrom), Math.max(from, minuteFrom)]
  return [
    ...within('quarter', from, Math.min(to, minuteFrom)),
    ...(minute < Math.min(to, rawFrom) ? filled('minute', minute, Math.min(to, rawFrom)) : []),
    ...(raw < to ? filled('raw', raw, to) : []),
  ]
}

/** A plan whose coarse pieces leave out stretches of time that only the raw rows know, from `rawFrom` on. */
export function readStretchesRaw(
  pieces: readonly Piece[],
  stretches: readonly { readonly from: EpochMs; readonly to: EpochMs }[],
  rawFrom: EpochMs,
): Piece[] {
  const cut: Piece[] = []
  const add = (tier: Piece['tier'], from: EpochMs, to: EpochMs): void => {
    const last = cut.at(-1)
    if (from >= to) return
    if (tier === 'raw' && last?.tier === 'raw' && last.to === from) cut[cut.length - 1] = { tier, from: last.from, to }
    else cut.push({ tier, from, to })
  }
  for (const { tier, from, to } of pieces) {
    let at = from
    for (const stretch of tier === 'raw' || from < rawFrom ? [] : stretches) {
      const [first, last] = [Math.max(at, stretch.from), Math.min(to, stretch.to)]
      if (first >= last) continue
      add(tier, at, first)
      add('raw', first, last)
      at = last
    }
    add(tier, at, to)
  }
  return cut
}
