/**
 * The 1-minute and 15-minute tiers of InfluxDB, written by us beside the raw rows, because Flux tasks look back a fixed time and miss what comes
 * later. A row newer than all of its series is added to the open buckets in memory; any other (late, repeated, first after a start) has its
 * quarter of an hour computed anew from the raw rows. Both end in the same point, so writing a batch again changes nothing.
 */
import { flux, fluxDateTime, fluxExpression, fluxString } from '@influxdata/influxdb-client'
import type { EpochMs } from '../../engine/base/time.ts'
import type { ReadingRow } from '../../engine/ports.ts'
import type { FluxLiteral, InfluxClient } from './influx-client.ts'
import { encodeName } from './line-protocol.ts'
import { bucketStart, MINUTE_TIER_MS, QUARTER_TIER_MS, type Retention, rawKeptFrom, rawSample, type Sample } from './tiers.ts'

export interface SeriesBucket extends Sample {
  readonly device: string
  readonly metric: string
}

export interface TierPoints {
  readonly minute: readonly SeriesBucket[]
  readonly quarter: readonly SeriesBucket[]
}

/** Newest row of a series and the buckets it is in; a null bucket is not known and must be computed. */
interface Open {
  last: EpochMs
  minute: SeriesBucket | null
  quarter: SeriesBucket | null
}

/** Later than any reading. Without it a Flux range ends at the server's now, and a drill's clock may be ahead. */
export const FAR_FUTURE = Date.UTC(2200, 0, 1)
const SERIES_IN_QUERY = 100

export interface InfluxTiers {
  /** Before the raw rows are written: learns how far the series of the batch have come. */
  prepare(rows: readonly ReadingRow[]): Promise<void>
  /** After the raw rows are written: the buckets that they changed, whole. */
  touch(rows: readonly ReadingRow[]): Promise<TierPoints>
  /** A write failed: what is known of these series can no longer be trusted. */
  forget(rows: readonly ReadingRow[]): void
}

const keyOf = ({ device, metric }: { readonly device: string; readonly metric: string }): string => `${device}\n${metric}`

export const time = (ts: EpochMs): FluxLiteral => fluxDateTime(new Date(ts).toISOString())

/** Flux condition that names a series. */
export function seriesCondition({ device, metric }: { readonly device: string; readonly metric: string }): string {
  const [measurement, tag] = [fluxString(encodeName(metric)), fluxString(encodeName(device))]
  return flux`(r._measurement == ${measurement} and r.device == ${tag})`.toString()
}

export function join(a: Sample, b: Sample): Sample {
  return { ts: a.ts, sum: a.sum + b.sum, min: Math.min(a.min, b.min), max: Math.max(a.max, b.max), count: a.count + b.count }
}

export function createInfluxTiers(client: InfluxClient, bucket: string, retention: Retention, now: () => EpochMs): InfluxTiers {
  const open = new Map<string, Open>()

  async function prepare(rows: readonly ReadingRow[]): Promise<void> {
    const unknown = new Map<string, ReadingRow>()
    let from = FAR_FUTURE
    for (const row of rows) {
      if (open.has(keyOf(row))) continue
      unknown.set(keyOf(row), row)
      from = Math.min(from, bucketStart(row.ts, QUARTER_TIER_MS))
    }
    for (const some of chunks([...unknown.values()])) {
      const condition = fluxExpression(some.map(seriesCondition).join(' or '))
      const found = await client.query(flux`from(bucket: ${bucket}) |> range(start: ${time(from)}, stop: ${time(FAR_FUTURE)})
        |> filter(fn: (r) => r._field == "value" and (${condition})) |> last() |> keep(columns: ["_measurement", "device", "_time"])`)
      for (const row of some) open.set(keyOf(row), { last: Number.NEGATIVE_INFINITY, minute: null, quarter: null })
      for (const { _measurement, device, _time } of found)
        for (const row of some)
          if (encodeName(row.metric) === _measurement && encodeName(row.device) === device)
            open.set(keyOf(row), { last: Date.parse(String(_time)), minute: null, quarter: null })
    }
  }

  async function touch(rows: readonly ReadingRow[]): Promise<TierPoints> {
    const minutes = new Map<string, SeriesBucket>()
    const quarters = new Map<string, SeriesBucket>()
    const again = new Map<string, { series: ReadingRow; from: EpochMs; to: EpochMs }>()
    const late = new Map<string, ReadingRow[]>()
    const recent = now()
    for (const row of rows) {
      const key = keyOf(row)
      const state = open.get(key)
      if (row.ts < rawKeptFrom(retention, row.metric, recent)) late.set(key, [...(late.get(key) ?? []), row])
      else if (state === undefined || !extend(state, row)) {
        const from = bucketStart(row.ts, QUARTER_TIER_MS)
        const range = again.get(key)
        again.set(key, {
          series: row,
          from: Math.min(from, range?.from ?? from),
          to: Math.max(from + QUARTER_TIER_MS, range?.to ?? 0),
        })
      } else {
        if (state.minute !== null) minutes.set(`${key}\n${state.minute.ts}`, state.minute)
        if (state.quarter !== null) quarters.set(`${key}\n${state.quarter.ts}`, state.quarter)
      }
    }
    for (const some of chunks([...again.values()])) await recompute(some, minutes, quarters)
    await joinLate(late, [`${bucket}_1m`, MINUTE_TIER_MS, minutes])
    await joinLate(late, [`${bucket}_15m`, QUARTER_TIER_MS, quarters])
    return { minute: [...minutes.values()], quarter: [...quarters.values()] }
  }

  async function recompute(
    ranges: readonly { series: ReadingRow; from: EpochMs; to: EpochMs }[],
    minutes: Map<string, SeriesBucket>,
    quarters: Map<string, SeriesBucket>,
  ): Promise<void> {
    const from = Math.min(...ranges.map((range) => range.from))
    const to = Math.max(...ranges.map((range) => range.to))
    const found = await minutesOfRaw(
      client,
      bucket,
      ranges.map((range) => range.series),
      from,
      to,
    )
    for (const { series } of ranges) {
      const { device, metric } = series
      const key = keyOf(series)
      const sums = new Map<EpochMs, SeriesBucket>()
      for (const minute of found.get(key)?.values() ?? []) {
        minutes.set(`${key}\n${minute.ts}`, { ...minute, device, metric })
        const ts = bucketStart(minute.ts, QUARTER_TIER_MS)
        const sum = sums.get(ts)
        sums.set(ts, { ...(sum === undefined ? { ...minute, ts } : join(sum, minute)), device, metric })
      }
      for (const quarter of sums.values()) quarters.set(`${key}\n${quarter.ts}`, quarter)
      const state = open.get(key)
      if (state === undefined) continue
      state.minute = minutes.get(`${key}\n${bucketStart(state.last, MINUTE_TIER_MS)}`) ?? state.minute
      state.quarter = quarters.get(`${key}\n${bucketStart(state.last, QUARTER_TIER_MS)}`) ?? state.quarter
    }
  }

  /** Rows whose neighbours have left the raw bucket can only be added to their bucket: a repeat of such a row would count twice. */
  async function joinLate(
    late: ReadonlyMap<string, readonly ReadingRow[]>,
    into: readonly [tier: string, width_ms: number, buckets: Map<string, SeriesBucket>],
  ) {
    const [tier, width_ms, buckets] = into
    for (const ofSeries of late.values()) {
      const [series] = ofSeries
      const times = ofSeries.map((row) => bucketStart(row.ts, width_ms))
      const stored = await readBuckets(client, tier, series, Math.min(...times), Math.max(...times) + width_ms)
      const sums = new Map(stored.map((sample) => [sample.ts, sample]))
      for (const [i, { value }] of ofSeries.entries()) {
        const added = rawSample(times[i], value)
        const known = sums.get(times[i])
        sums.set(times[i], known === undefined ? added : join(known, added))
      }
      for (const ts of new Set(times)) {
        const sum = sums.get(ts)
        if (sum !== undefined) buckets.set(`${keyOf(series)}\n${ts}`, { ...sum, device: series.device, metric: series.metric })
      }
    }
  }

  return {
    prepare,
    touch,
    forget(rows) {
      for (const row of rows) open.delete(keyOf(row))
    },
  }
}

/** Adds a row that is newer than all of its series to the open buckets; false when the bucket must be computed from the raw rows. */
function extend(state: Open, row: ReadingRow): boolean {
  const previous = state.last
  if (row.ts <= previous) return false
  state.last = row.ts
  state.minute = added(state.minute, row, previous, MINUTE_TIER_MS)
  state.quarter = added(state.quarter, row, previous, QUARTER_TIER_MS)
  return state.minute !== null && state.quarter !== null
}

function added(
  open: SeriesBucket | null,
  { device, metric, ts, value }: ReadingRow,
  previous: EpochMs,
  width_ms: number,
): SeriesBucket | null {
  const start = bucketStart(ts, width_ms)
  const sample = rawSample(start, value)
  if (bucketStart(previous, width_ms) < start) return { ...sample, device, metric }
  return open === null ? null : { ...join(open, sample), device, metric }
}

function* chunks<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let i = 0; i < items.length; i += SERIES_IN_QUERY) yield items.slice(i, i + SERIES_IN_QUERY)
}

/** Minute buckets of some series computed by InfluxDB from the raw rows, by series and then by start. */
async function minutesOfRaw(
  client: InfluxClient,
  bucket: string,
  series: readonly ReadingRow[],
  from: EpochMs,
  to: EpochMs,
): Promise<Map<string, Map<EpochMs, Sample>>> {
  const condition = fluxExpression(series.map(seriesCondition).join(' or '))
  const keys = new Map(series.map((row) => [keyOf({ device: encodeName(row.device), metric: encodeName(row.metric) }), keyOf(row)]))
  const found = await client.query(flux`
    rows = from(bucket: ${bucket}) |> range(start: ${time(from)}, stop: ${time(to)})
      |> filter(fn: (r) => r._field == "value" and (${condition}))
    rows |> aggregateWindow(every: 1m, fn: sum, createEmpty: false, timeSrc: "_start") |> yield(name: "sum")
    rows |> aggregateWindow(every: 1m, fn: min, createEmpty: false, timeSrc: "_start") |> yield(name: "min")
    rows |> aggregateWindow(every: 1m, fn: max, createEmpty: false, timeSrc: "_start") |> yield(name: "max")
    rows |> aggregateWindow(every: 1m, fn: count, createEmpty: false, timeSrc: "_start") |> yield(name: "count")`)
  const buckets = new Map<string, Map<EpochMs, Sample>>()
  for (const { result, _measurement, device, _time, _value } of found) {
    const key = keys.get(keyOf({ device: String(device), metric: String(_measurement) }))
    if (key === undefined) continue
    const ts = Date.parse(String(_time))
    const ofSeries = buckets.get(key) ?? new Map<EpochMs, Sample>()
    buckets.set(key, ofSeries)
    const sample = ofSeries.get(ts) ?? { ts, sum: 0, min: 0, max: 0, count: 0 }
    ofSeries.set(ts, { ...sample, [String(result)]: Number(_value) })
  }
  return buckets
}

/** Buckets of a tier that start in [from, to). */
export async function readBuckets(
  client: InfluxClient,
  bucket: string,
  series: { readonly device: string; readonly metric: string },
  from: EpochMs,
  to: EpochMs,
): Promise<Sample[]> {
  const rows = await client.query(flux`from(bucket: ${bucket}) |> range(start: ${time(from)}, stop: ${time(to)})
    |> filter(fn: (r) => ${fluxExpression(seriesCondition(series))})
    |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value") |> keep(columns: ["_time", "sum", "min", "max", "count"])`)
  return rows.map(({ _time, sum, min, max, count }) => ({
    ts: Date.parse(String(_time)),
    sum: Number(sum),
    min: Number(min),
    max: Number(max),
    count: Number(count),
  }))
}
