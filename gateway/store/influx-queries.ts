/** The Flux that the history store asks, and its answers as ours. Every name goes in through fluxString, so that none can be read as Flux. */
import { flux, fluxDateTime, fluxExpression, fluxString } from '@influxdata/influxdb-client'
import type { EpochMs } from '../../engine/base/time.ts'
import type { FluxLiteral, InfluxClient } from './influx-client.ts'
import { decodeName, encodeName } from './line-protocol.ts'
import { rawSample, type Sample } from './tiers.ts'

export interface SeriesName {
  readonly device: string
  readonly metric: string
}

/** Later than any reading. Without it a Flux range ends at the server's now, and a drill's clock may be ahead. */
const FAR_FUTURE: EpochMs = Date.UTC(2200, 0, 1)
/** Series named in one query. */
const SERIES_IN_QUERY = 100

const time = (ts: EpochMs): FluxLiteral => fluxDateTime(new Date(ts).toISOString())
const timeOf = (text: unknown): EpochMs => Date.parse(String(text))
const always = { start: time(0), stop: time(FAR_FUTURE) }

function condition(names: readonly SeriesName[]): FluxLiteral {
  const each = names.map(({ device, metric }) => {
    const [measurement, tag] = [fluxString(encodeName(metric)), fluxString(encodeName(device))]
    return flux`(r._measurement == ${measurement} and r.device == ${tag})`.toString()
  })
  return fluxExpression(`(${each.join(' or ')})`)
}

/** Calls `found` with the series that an answer's row belongs to. */
async function forSeries<S extends SeriesName>(
  series: readonly S[],
  ask: (some: readonly S[]) => Promise<readonly Readonly<Record<string, unknown>>[]>,
  found: (series: S, row: Readonly<Record<string, unknown>>) => void,
): Promise<void> {
  for (let i = 0; i < series.length; i += SERIES_IN_QUERY) {
    const some = series.slice(i, i + SERIES_IN_QUERY)
    const byName = new Map(some.map((one) => [`${encodeName(one.device)}\n${encodeName(one.metric)}`, one]))
    for (const row of await ask(some)) {
      const one = byName.get(`${row.device}\n${row._measurement}`)
      if (one !== undefined) found(one, row)
    }
  }
}

/** Times of the newest raw rows that are not older than `from`; series without one are left out. */
export async function readLast<S extends SeriesName>(client: InfluxClient, bucket: string, series: readonly S[], from: EpochMs) {
  const last = new Map<S, EpochMs>()
  const ask = (some: readonly S[]) =>
    client.query(flux`from(bucket: ${bucket}) |> range(start: ${time(from)}, stop: ${always.stop})
      |> filter(fn: (r) => r._field == "value" and ${condition(some)}) |> last() |> keep(columns: ["_measurement", "device", "_time"])`)
  await forSeries(series, ask, (one, { _time }) => last.set(one, timeOf(_time)))
  return last
}

/** Minute buckets that InfluxDB computes from the raw rows in [from, to), by series and then by start. */
export async function computeMinutes<S extends SeriesName>(
  client: InfluxClient,
  bucket: string,
  series: readonly S[],
  from: EpochMs,
  to: EpochMs,
): Promise<Map<S, Map<EpochMs, Sample>>> {
  const minutes = new Map<S, Map<EpochMs, Sample>>()
  const ask = (some: readonly S[]) =>
    client.query(flux`
      rows = from(bucket: ${bucket}) |> range(start: ${time(from)}, stop: ${time(to)}) |> filter(fn: (r) => r._field == "value" and ${condition(some)})
      rows |> aggregateWindow(every: 1m, fn: sum, createEmpty: false, timeSrc: "_start") |> yield(name: "sum")
      rows |> aggregateWindow(every: 1m, fn: min, createEmpty: false, timeSrc: "_start") |> yield(name: "min")
      rows |> aggregateWindow(every: 1m, fn: max, createEmpty: false, timeSrc: "_start") |> yield(name: "max")
      rows |> aggregateWindow(every: 1m, fn: count, createEmpty: false, timeSrc: "_start") |> yield(name: "count")`)
  await forSeries(series, ask, (one, { result, _time, _value }) => {
    const ofSeries = minutes.get(one) ?? new Map<EpochMs, Sample>()
    minutes.set(one, ofSeries)
    const ts = timeOf(_time)
    const sample = ofSeries.get(ts) ?? { ts, sum: 0, min: 0, max: 0, count: 0 }
    ofSeries.set(ts, { ...sample, [String(result)]: Number(_value) })
  })
  return minutes
}

/** Buckets of a tier that start in [from, to), by series. */
export async function readBuckets<S extends SeriesName>(
  client: InfluxClient,
  bucket: string,
  series: readonly S[],
  from: EpochMs,
  to: EpochMs,
): Promise<Map<S, Sample[]>> {
  const buckets = new Map<S, Sample[]>()
  const ask = (some: readonly S[]) =>
    client.query(flux`from(bucket: ${bucket}) |> range(start: ${time(from)}, stop: ${time(to)}) |> filter(fn: (r) => ${condition(some)})
      |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
      |> keep(columns: ["_measurement", "device", "_time", "sum", "min", "max", "count"])`)
  await forSeries(series, ask, (one, { _time, sum, min, max, count }) => {
    const sample = { ts: timeOf(_time), sum: Number(sum), min: Number(min), max: Number(max), count: Number(count) }
    const ofSeries = buckets.get(one)
    if (ofSeries === undefined) buckets.set(one, [sample])
    else ofSeries.push(sample)
  })
  return buckets
}

export async function readRaw(client: InfluxClient, bucket: string, series: SeriesName, from: EpochMs, to: EpochMs): Promise<Sample[]> {
  const rows = await client.query(flux`from(bucket: ${bucket}) |> range(start: ${time(from)}, stop: ${time(to)})
    |> filter(fn: (r) => r._field == "value" and ${condition([series])}) |> keep(columns: ["_time", "_value"])`)
  return rows.map(({ _time, _value }) => rawSample(timeOf(_time), Number(_value)))
}

/** Metrics of a device that a bucket holds. */
export async function readMetrics(client: InfluxClient, bucket: string, device: string): Promise<string[]> {
  const rows = await client.query(flux`import "influxdata/influxdb/schema"
    schema.tagValues(bucket: ${bucket}, tag: "_measurement", start: ${always.start}, stop: ${always.stop},
      predicate: (r) => r.device == ${fluxString(encodeName(device))})`)
  return rows.map(({ _value }) => decodeName(String(_value)))
}

/** Metrics of any device that a bucket holds. */
export async function readAllMetrics(client: InfluxClient, bucket: string): Promise<string[]> {
  const rows = await client.query(flux`import "influxdata/influxdb/schema"
    schema.measurements(bucket: ${bucket}, start: ${always.start}, stop: ${always.stop})`)
  return rows.map(({ _value }) => decodeName(String(_value)))
}
