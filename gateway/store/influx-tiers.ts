/**
 * The 1-minute and 15-minute tiers of InfluxDB, written by us beside the raw rows, because Flux tasks look back a fixed time and miss what comes
 * later. A row newer than all of its series is added to the open buckets in memory; any other (late, repeated, first after a start) has its
 * quarter of an hour computed anew from the raw rows. Both end in the same point, so writing a batch again changes nothing.
 */
import type { EpochMs } from '../../engine/base/time.ts'
import type { ReadingRow } from '../../engine/ports.ts'
import type { InfluxClient } from './influx-client.ts'
import { computeMinutes, readBuckets, readLast, type SeriesName } from './influx-queries.ts'
import { seriesHead } from './line-protocol.ts'
import { bucketStart, joinSamples, MINUTE_TIER_MS, QUARTER_TIER_MS, type Retention, rawKeptFrom, rawSample, type Sample } from './tiers.ts'

/** A bucket that still grows; changed in place, because this happens for every row twice. */
type OpenBucket = { -readonly [K in keyof Sample]: Sample[K] }

interface Series extends SeriesName {
  /** Head of its lines. */
  readonly head: string
  /** Time of its newest raw row; null until it has been looked up. */
  last: EpochMs | null
  /** The buckets that `last` is in; null when they are not known and must be computed. */
  minute: OpenBucket | null
  quarter: OpenBucket | null
}

export interface TierPoint {
  readonly head: string
  readonly bucket: Sample
}

/** Points of one batch; of two with the same series and start the later one holds. */
export interface TierPoints {
  readonly minute: TierPoint[]
  readonly quarter: TierPoint[]
}

export interface InfluxTiers {
  /** Before the raw rows are written: learns how far their series have come. The heads of the rows' lines, in their order. */
  prepare(rows: readonly ReadingRow[]): Promise<readonly string[]>
  /** After the raw rows are written: the buckets that they changed, whole. */
  touch(rows: readonly ReadingRow[]): Promise<TierPoints>
  /** A write failed: what is known of these series can no longer be trusted. */
  forget(rows: readonly ReadingRow[]): void
}

interface Range {
  from: EpochMs
  to: EpochMs
}

export function createInfluxTiers(client: InfluxClient, bucket: string, retention: Retention, now: () => EpochMs): InfluxTiers {
  const devices = new Map<string, Map<string, Series>>()

  function seriesOf({ device, metric }: SeriesName): Series {
    let metrics = devices.get(device)
    if (metrics === undefined) {
      metrics = new Map()
      devices.set(device, metrics)
    }
    let series = metrics.get(metric)
    if (series === undefined) {
      series = { device, metric, head: seriesHead(device, metric), last: null, minute: null, quarter: null }
      metrics.set(metric, series)
    }
    return series
  }

  async function prepare(rows: readonly ReadingRow[]): Promise<readonly string[]> {
    const all = rows.map(seriesOf)
    const unknown = new Set(all.filter((series) => series.last === null))
    if (unknown.size > 0) {
      const first = rows.reduce((least, row) => Math.min(least, row.ts), Number.POSITIVE_INFINITY)
      const last = await readLast(client, bucket, [...unknown], bucketStart(first, QUARTER_TIER_MS))
      for (const series of unknown) series.last = last.get(series) ?? Number.NEGATIVE_INFINITY
    }
    return all.map((series) => series.head)
  }

  async function touch(rows: readonly ReadingRow[]): Promise<TierPoints> {
    const points: TierPoints = { minute: [], quarter: [] }
    const grown = new Set<Series>()
    const again = new Map<Series, Range>()
    const late = new Map<Series, ReadingRow[]>()
    const at = now()
    for (const row of rows) {
      const series = seriesOf(row)
      if (row.ts < rawKeptFrom(retention, row.metric, at)) {
        const before = late.get(series)
        if (before === undefined) late.set(series, [row])
        else before.push(row)
      } else if (extend(series, row, points)) grown.add(series)
      else widen(again, series, bucketStart(row.ts, QUARTER_TIER_MS))
    }
    for (const series of grown) {
      if (series.minute !== null) points.minute.push({ head: series.head, bucket: { ...series.minute } })
      if (series.quarter !== null) points.quarter.push({ head: series.head, bucket: { ...series.quarter } })
    }
    if (again.size > 0) await recompute(again, points)
    if (late.size > 0) {
      await joinLate(late, `${bucket}_1m`, MINUTE_TIER_MS, points.minute)
      await joinLate(late, `${bucket}_15m`, QUARTER_TIER_MS, points.quarter)
    }
    return points
  }

  async function recompute(ranges: ReadonlyMap<Series, Range>, points: TierPoints): Promise<void> {
    const from = [...ranges.values()].reduce((least, range) => Math.min(least, range.from), Number.POSITIVE_INFINITY)
    const to = [...ranges.values()].reduce((most, range) => Math.max(most, range.to), 0)
    for (const [series, minutes] of await computeMinutes(client, bucket, [...ranges.keys()], from, to)) {
      const quarters = new Map<EpochMs, Sample>()
      for (const minute of minutes.values()) {
        const ts = bucketStart(minute.ts, QUARTER_TIER_MS)
        const sum = quarters.get(ts)
        quarters.set(ts, sum === undefined ? { ...minute, ts } : joinSamples(sum, minute))
        points.minute.push({ head: series.head, bucket: minute })
      }
      for (const quarter of quarters.values()) points.quarter.push({ head: series.head, bucket: quarter })
      if (series.last === null) continue
      const minute = minutes.get(bucketStart(series.last, MINUTE_TIER_MS))
      const quarter = quarters.get(bucketStart(series.last, QUARTER_TIER_MS))
      if (minute !== undefined) series.minute = { ...minute }
      if (quarter !== undefined) series.quarter = { ...quarter }
    }
  }

  /** Rows whose neighbours have left the raw bucket can only be added to their bucket: a repeat of such a row would count twice. */
  async function joinLate(
    late: ReadonlyMap<Series, readonly ReadingRow[]>,
    tier: string,
    width_ms: number,
    points: TierPoint[],
  ): Promise<void> {
    const times = [...late.values()].flat().map((row) => bucketStart(row.ts, width_ms))
    const first = times.reduce((least, start) => Math.min(least, start), Number.POSITIVE_INFINITY)
    const last = times.reduce((most, start) => Math.max(most, start), 0)
    const stored = await readBuckets(client, tier, [...late.keys()], first, last + width_ms)
    for (const [series, rows] of late) {
      const known = new Map(stored.get(series)?.map((bucket) => [bucket.ts, bucket]))
      const sums = new Map<EpochMs, Sample>()
      for (const row of rows) {
        const start = bucketStart(row.ts, width_ms)
        const before = sums.get(start) ?? known.get(start)
        const added = rawSample(start, row.value)
        sums.set(start, before === undefined ? added : joinSamples(before, added))
      }
      for (const sum of sums.values()) points.push({ head: series.head, bucket: sum })
    }
  }

  return {
    prepare,
    touch,
    forget(rows) {
      for (const { device, metric } of rows) devices.get(device)?.delete(metric)
    },
  }
}

function widen(ranges: Map<Series, Range>, series: Series, quarter: EpochMs): void {
  const range = ranges.get(series)
  if (range === undefined) ranges.set(series, { from: quarter, to: quarter + QUARTER_TIER_MS })
  else {
    range.from = Math.min(range.from, quarter)
    range.to = Math.max(range.to, quarter + QUARTER_TIER_MS)
  }
}

/**
 * Adds a row that is newer than all of its series to the open buckets, and hands on a bucket that it closes; false when the row's buckets must be
 * computed from the raw rows.
 */
function extend(series: Series, row: ReadingRow, points: TierPoints): boolean {
  const { last } = series
  if (last === null || row.ts <= last) return false
  series.last = row.ts
  series.minute = grow(series.head, series.minute, row, last, MINUTE_TIER_MS, points.minute)
  series.quarter = grow(series.head, series.quarter, row, last, QUARTER_TIER_MS, points.quarter)
  return series.minute !== null && series.quarter !== null
}

function grow(
  head: string,
  open: OpenBucket | null,
  { ts, value }: ReadingRow,
  last: EpochMs,
  width_ms: number,
  points: TierPoint[],
): OpenBucket | null {
  const start = bucketStart(ts, width_ms)
  if (last < start) {
    if (open !== null) points.push({ head, bucket: open })
    return { ts: start, sum: value, min: value, max: value, count: 1 }
  }
  if (open === null) return null
  open.sum += value
  if (value < open.min) open.min = value
  if (value > open.max) open.max = value
  open.count++
  return open
}
