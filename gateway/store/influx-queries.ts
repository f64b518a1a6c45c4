/** The Flux that the history store asks, and its answers as ours. Every name goes in through `quoted`, so that none can be read as Flux. */
import { toFluxValue } from '@influxdata/influxdb-client'
import type { EpochMs } from '../../engine/base/time.ts'
import type { InfluxClient } from './influx-client.ts'
import { DUE, decodeName, encodeName } from './line-protocol.ts'
import { type RawSample, rawSample, type Sample, settleRaw } from './tiers.ts'

/** Measurement of the raw rows and of the buckets made of them; metrics with a retention of their own have `reading.<metric>`. */
export const READING = 'reading'

export interface SeriesName {
  readonly device: string
  readonly metric: string
}

/** A bucket of a tier, and the measurement it lies in. */
export interface TierBucket extends Sample {
  readonly measurement: string
}

export interface RawRow {
  /** Measurement, device and metric as InfluxDB has them: encoded. */
  readonly measurement: string
  readonly device: string
  readonly metric: string
  readonly ts: EpochMs
  readonly value: number
}

/** A mark that stands; `device` null for all devices. */
export interface DueMark {
  readonly hour: EpochMs
  readonly device: string | null
}

/** Later than any reading. Without it a Flux range ends at the server's now, and a drill's clock may be ahead. */
const FAR_FUTURE: EpochMs = Date.UTC(2200, 0, 1)
/** Series or devices named in one query. */
const NAMED_IN_QUERY = 100

const quoted = (text: string): string => toFluxValue(text)
const time = (ts: EpochMs): string => new Date(ts).toISOString()
const timeOf = (text: unknown): EpochMs => Date.parse(String(text))
/** The fourth to ninth decimal of the seconds; InfluxDB leaves zeros at the end out. */
const lateAt = (text: unknown): number => Number((/\.\d{3}(\d+)/.exec(String(text))?.[1] ?? '').padEnd(6, '0'))
const within = (bucket: string, from: EpochMs, to: EpochMs): string =>
  `from(bucket: ${quoted(bucket)}) |> range(start: ${time(from)}, stop: ${time(to)})`
const anyOf = (conditions: readonly string[]): string => `(${conditions.join(' or ')})`
const isDevice = (device: string): string => `r.device == ${quoted(encodeName(device))}`
const isReading = `r._measurement =~ /^${READING}(\\.|$)/`
const isBucketOf = (metric: string): string =>
  anyOf(['sum', 'min', 'max', 'count'].map((statistic) => `r._field == ${quoted(`${encodeName(metric)}.${statistic}`)}`))

function* some<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let i = 0; i < items.length; i += NAMED_IN_QUERY) yield items.slice(i, i + NAMED_IN_QUERY)
}

/** Rows of one series, oldest first, as known at some time. */
export async function readRaw(
  client: InfluxClient,
  bucket: string,
  { device, metric }: SeriesName,
  from: EpochMs,
  to: EpochMs,
  as_known_at?: EpochMs,
): Promise<readonly RawSample[]> {
  const rows = await client.query(`${within(bucket, from, to)}
    |> filter(fn: (r) => ${isReading} and ${isDevice(device)} and r._field == ${quoted(encodeName(metric))}) |> keep(columns: ["_time", "_value"])`)
  return settleRaw(
    rows.map(({ _time, _value }) => rawSample(timeOf(_time), Number(_value), lateAt(_time))),
    as_known_at,
  )
}

/** Rows of all devices, or of those named, series by series, some at a time; versions of one value in the order in which they became known. */
export async function* streamRaw(
  client: InfluxClient,
  bucket: string,
  devices: readonly string[] | null,
  from: EpochMs,
  to: EpochMs,
): AsyncGenerator<readonly RawRow[]> {
  const columns = ['_measurement', 'device', '_field', '_time', '_value'] as const
  for (const named of devices === null ? [null] : some(devices)) {
    const condition = named === null ? isReading : `${isReading} and ${anyOf(named.map(isDevice))}`
    const flux = `${within(bucket, from, to)} |> filter(fn: (r) => ${condition}) |> keep(columns: ${toFluxValue(columns)})`
    for await (const rows of client.stream(flux, columns))
      yield rows.map(([measurement, device, metric, at, value]) => ({ measurement, device, metric, ts: timeOf(at), value: Number(value) }))
  }
}

/** Buckets of a tier that start in [from, to), by series; at one time there may be one in each measurement. */
export async function readBuckets<S extends SeriesName>(
  client: InfluxClient,
  bucket: string,
  series: readonly S[],
  from: EpochMs,
  to: EpochMs,
): Promise<Map<S, readonly TierBucket[]>> {
  const buckets = new Map<S, readonly TierBucket[]>()
  for (const named of some(series)) {
    const conditions = named.map(({ device, metric }) => `${isDevice(device)} and ${isBucketOf(metric)}`)
    const rows = await client.query(`${within(bucket, from, to)} |> filter(fn: (r) => ${isReading} and ${anyOf(conditions)})
      |> keep(columns: ["_measurement", "device", "_field", "_time", "_value"])`)
    const bySeries = bucketsOf(rows)
    for (const one of named) buckets.set(one, bySeries.get(`${encodeName(one.device)}\n${encodeName(one.metric)}`) ?? [])
  }
  return buckets
}

/** Buckets out of rows that hold one statistic each, by device and metric. */
function bucketsOf(rows: readonly Readonly<Record<string, unknown>>[]): Map<string, TierBucket[]> {
  const bySeries = new Map<string, Map<string, TierBucket>>()
  for (const { _measurement, device, _field, _time, _value } of rows) {
    const field = String(_field)
    const dot = field.lastIndexOf('.')
    const series = `${device}\n${field.slice(0, dot)}`
    const ofSeries = bySeries.get(series) ?? new Map<string, TierBucket>()
    bySeries.set(series, ofSeries)
    const place = `${_time} ${_measurement}`
    const bucket = ofSeries.get(place) ?? { measurement: String(_measurement), ts: timeOf(_time), sum: 0, min: 0, max: 0, count: 0 }
    ofSeries.set(place, { ...bucket, [field.slice(dot + 1)]: Number(_value) })
  }
  return new Map([...bySeries].map(([series, ofSeries]) => [series, [...ofSeries.values()]]))
}

/** Metrics of a device that a bucket of raw rows holds, or a tier. */
export async function readMetrics(client: InfluxClient, bucket: string, device: string, tier: boolean): Promise<string[]> {
  const rows = await client.query(`import "influxdata/influxdb/schema"
    schema.tagValues(bucket: ${quoted(bucket)}, tag: "_field", start: ${time(0)}, stop: ${time(FAR_FUTURE)},
      predicate: (r) => ${isReading} and ${isDevice(device)})`)
  const fields = rows.map(({ _value }) => String(_value))
  return fields.map((field) => decodeName(tier ? field.slice(0, field.lastIndexOf('.')) : field))
}

/** The marks that stand. */
export async function readDue(client: InfluxClient, bucket: string): Promise<readonly DueMark[]> {
  const rows =
    await client.query(`${within(bucket, 0, FAR_FUTURE)} |> filter(fn: (r) => r._measurement == ${quoted(DUE)} and r._field == "due")
    |> filter(fn: (r) => r._value) |> keep(columns: ["_time", "device"])`)
  return rows.map(({ _time, device }) => ({
    hour: timeOf(_time),
    device: typeof device === 'string' && device !== '' ? decodeName(device) : null,
  }))
}
