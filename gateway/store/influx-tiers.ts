/**
 * The 1-minute and 15-minute buckets of InfluxDB, computed by us from the raw rows an hour at a time, because Flux tasks look back a fixed time and
 * miss what comes later. Flux itself can write them (aggregateWindow, to), at more than twice the processor time; docs/history.md has the measurement.
 */
import type { EpochMs } from '../../engine/base/time.ts'
import type { ReadingRow } from '../../engine/ports.ts'
import type { InfluxClient } from './influx-client.ts'
import { type RawRow, readBuckets, type SeriesName } from './influx-queries.ts'
import { bucketFields, bucketLine, encodeName } from './line-protocol.ts'
import { bucketStart, joinSamples, MINUTE_TIER_MS, QUARTER_TIER_MS, rawSample, type Sample } from './tiers.ts'

export interface TierLines {
  readonly minute: string[]
  readonly quarter: string[]
}

/** Lines handed on together. */
const LINES = 4000

/** Lines of the buckets of some raw rows, which come series by series, oldest first within a series. Each bucket comes once if its rows come whole. */
export async function* tierLines(stream: AsyncIterable<readonly RawRow[]>): AsyncGenerator<TierLines> {
  let lines: TierLines = { minute: [], quarter: [] }
  let fields = { minute: new Map<EpochMs, string[]>(), quarter: new Map<EpochMs, string[]>() }
  let last: RawRow | null = null
  let minutes: Growing[] = []
  const endSeries = (): void => {
    if (last === null) return
    for (const minute of minutes) addField(fields.minute, last.metric, minute)
    for (const quarter of quartersOf(minutes)) addField(fields.quarter, last.metric, quarter)
    minutes = []
  }
  const endDevice = (): void => {
    if (last === null) return
    for (const tier of ['minute', 'quarter'] as const)
      for (const [ts, some] of fields[tier]) lines[tier].push(bucketLine(last.measurement, last.device, some, ts))
    fields = { minute: new Map(), quarter: new Map() }
  }
  const add = (row: RawRow): void => {
    const otherDevice = last !== null && (last.device !== row.device || last.measurement !== row.measurement)
    if (otherDevice || last?.metric !== row.metric) endSeries()
    if (otherDevice) endDevice()
    last = row
    grow(minutes, row)
  }
  /** Held back, because the next row may be a later version of it. */
  let held: RawRow | null = null
  for await (const rows of stream) {
    for (const row of rows) {
      if (held !== null && !isVersionOf(row, held)) add(held)
      held = row
    }
    if (lines.minute.length < LINES) continue
    yield lines
    lines = { minute: [], quarter: [] }
  }
  if (held !== null) add(held)
  endSeries()
  endDevice()
  yield lines
}

const isVersionOf = (row: RawRow, before: RawRow): boolean =>
  row.ts === before.ts && row.metric === before.metric && row.device === before.device && row.measurement === before.measurement

/** Changed in place, because this happens for every row. */
type Growing = { -readonly [K in keyof Sample]: Sample[K] }

function grow(minutes: Growing[], { ts, value }: RawRow): void {
  const start = bucketStart(ts, MINUTE_TIER_MS)
  const minute = minutes.at(-1)
  if (minute === undefined || minute.ts !== start) {
    minutes.push({ ...rawSample(start, value) })
    return
  }
  minute.sum += value
  minute.min = Math.min(minute.min, value)
  minute.max = Math.max(minute.max, value)
  minute.count++
}

function quartersOf(minutes: readonly Sample[]): Sample[] {
  const quarters: Sample[] = []
  for (const minute of minutes) {
    const quarter = { ...minute, ts: bucketStart(minute.ts, QUARTER_TIER_MS) }
    const last = quarters.at(-1)
    if (last?.ts === quarter.ts) quarters[quarters.length - 1] = joinSamples(last, quarter)
    else quarters.push(quarter)
  }
  return quarters
}

function addField(byTime: Map<EpochMs, string[]>, metric: string, sample: Sample): void {
  const fields = byTime.get(sample.ts)
  if (fields === undefined) byTime.set(sample.ts, [bucketFields(metric, sample)])
  else fields.push(bucketFields(metric, sample))
}

/**
 * Lines of the stored buckets of a tier with rows added whose neighbours have left the raw bucket. Such rows can only be added: a repeat of one would
 * count twice.
 */
export async function lateLines(
  client: InfluxClient,
  tier: string,
  width_ms: number,
  late: readonly ReadingRow[],
  measurementOf: (metric: string) => string,
): Promise<string[]> {
  const bySeries = new Map<string, SeriesName & { readonly added: Map<EpochMs, Sample> }>()
  for (const { device, metric, ts, value } of late) {
    const name = `${device}\n${metric}`
    const series = bySeries.get(name) ?? { device, metric, added: new Map<EpochMs, Sample>() }
    bySeries.set(name, series)
    addSample(series.added, rawSample(bucketStart(ts, width_ms), value))
  }
  const starts = late.map((row) => bucketStart(row.ts, width_ms))
  const first = starts.reduce((least, start) => Math.min(least, start), Number.POSITIVE_INFINITY)
  const last = starts.reduce((most, start) => Math.max(most, start), Number.NEGATIVE_INFINITY)
  const lines: string[] = []
  for (const [{ device, metric, added }, stored] of await readBuckets(client, tier, [...bySeries.values()], first, last + width_ms)) {
    const measurement = measurementOf(metric)
    for (const bucket of stored) if (bucket.measurement === measurement && added.has(bucket.ts)) addSample(added, bucket)
    for (const [ts, sum] of added) lines.push(bucketLine(measurement, encodeName(device), [bucketFields(encodeName(metric), sum)], ts))
  }
  return lines
}

function addSample(byTime: Map<EpochMs, Sample>, sample: Sample): void {
  const before = byTime.get(sample.ts)
  byTime.set(sample.ts, before === undefined ? sample : joinSamples(before, sample))
}
