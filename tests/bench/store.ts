/**
 * The history stores: rows written a second, the time of a day's 5-minute means of one sensor, bytes a value on disk. InfluxDB where it is installed.
 * Time to make the rows is not counted.
 */
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { Point } from '@influxdata/influxdb-client'
import { DAY_MS, type EpochMs, HOUR_MS } from '../../engine/base/time.ts'
import type { ReadingRow, ReadingStore } from '../../engine/ports.ts'
import { createEmbeddedStore } from '../../gateway/store/embedded.ts'
import { createInfluxStore } from '../../gateway/store/influx.ts'
import { rawLines } from '../../gateway/store/line-protocol.ts'
import type { Retention } from '../../gateway/store/tiers.ts'
import { removeInfluxd, startInfluxd } from '../support/influxd.ts'
import { INFLUXD } from '../support/real-parts.ts'
import type { Figure } from './report.ts'
import { cityRows } from './store-data.ts'

const RETENTION: Retention = { raw_days: 30, minute_days: 365, quarter_days: 3650, retention: {} }
const BATCH_ROWS = 20_000
const QUERIES = 300
const INFLUX_HOURS = 1
/** The compaction of startInfluxd begins 2 s after the last write. */
const INFLUX_COMPACTION_MS = 10_000
const warn = (message: string): void => console.error(message)

interface Filled {
  readonly rows: number
  readonly append_s: number
  /** Longest time that one `append` took. */
  readonly slowest_ms: number
  /** Processor time of all threads. */
  readonly cpu_s: number
}

/** Processor time of this process so far, s. */
function cpu_s(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

async function fill(store: ReadingStore, from: EpochMs, hours: number): Promise<Filled> {
  let rows = 0
  let append_ms = 0
  let slowest_ms = 0
  let append_cpu_s = 0
  for (const batch of cityRows(from, hours, BATCH_ROWS)) {
    const began = performance.now()
    const cpu_began_s = cpu_s()
    await store.append(batch)
    append_cpu_s += cpu_s() - cpu_began_s
    const took_ms = performance.now() - began
    append_ms += took_ms
    slowest_ms = Math.max(slowest_ms, took_ms)
    rows += batch.length
  }
  return { rows, append_s: append_ms / 1000, slowest_ms, cpu_s: append_cpu_s }
}

/** Times of a day in 5-minute means, over sensors of all kinds, sorted, ms. */
async function askDays(store: ReadingStore, from: EpochMs): Promise<number[]> {
  const sensors = new Map<string, ReadingRow>()
  for (const batch of cityRows(from, 0.05, BATCH_ROWS)) for (const row of batch) sensors.set(`${row.device} ${row.metric}`, row)
  const all = [...sensors.values()]
  const times: number[] = []
  for (let i = 0; i < QUERIES; i++) {
    const { device, metric } = all[(i * 7919) % all.length]
    const began = performance.now()
    const points = await store.history({ device, metric, from, to: from + DAY_MS, step_s: 300 })
    times.push(performance.now() - began)
    if (points.length === 0) throw new Error(`no history of ${device} ${metric}`)
  }
  return times.sort((a, b) => a - b)
}

const quantile = (sorted: readonly number[], q: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))]

/** Bytes of the files below a directory whose names end so. */
async function bytesBelow(directory: string, ending = ''): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const sizes = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size)
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}

async function benchEmbedded(): Promise<Figure[]> {
  const from = Date.UTC(2026, 0, 15)
  const directory = await mkdtemp(join(tmpdir(), 'bench-store-'))
  const store = createEmbeddedStore({ directory, retention: RETENTION, warn })
  await store.start()
  const filled = await fill(store, from, 24)
  const { rows, append_s, slowest_ms } = filled
  const open = await askDays(store, from)
  const began = performance.now()
  const cpu_began_s = cpu_s()
  await store.expire(from + DAY_MS + 2 * HOUR_MS)
  const seal_s = (performance.now() - began) / 1000
  const seal_cpu_s = cpu_s() - cpu_began_s
  const closed = await askDays(store, from)
  await store.stop()
  const bytes = await bytesBelow(directory)
  await rm(directory, { recursive: true })
  return [
    { name: 'embedded: values', value: rows, unit: 'rows', goal: '≥ 10,000,000' },
    { name: 'embedded: append', value: rows / append_s, unit: 'rows/s', goal: '≥ 300,000' },
    { name: 'embedded: append, sort and compress the day', value: rows / (append_s + seal_s), unit: 'rows/s', goal: '≥ 300,000' },
    { name: 'embedded: processor time of that', value: ((filled.cpu_s + seal_cpu_s) / rows) * 1e6, unit: 'µs/row' },
    { name: 'embedded: slowest batch of 20,000', value: slowest_ms, unit: 'ms' },
    { name: 'embedded: day in 5-min means, running day, p50', value: quantile(open, 0.5), unit: 'ms', goal: '≤ 10' },
    { name: 'embedded: day in 5-min means, running day, p99', value: quantile(open, 0.99), unit: 'ms' },
    { name: 'embedded: day in 5-min means, closed day, p50', value: quantile(closed, 0.5), unit: 'ms', goal: '≤ 10' },
    { name: 'embedded: day in 5-min means, closed day, p99', value: quantile(closed, 0.99), unit: 'ms', goal: '≤ 10' },
    { name: 'embedded: on disk, all files', value: bytes / rows, unit: 'B/value', goal: '≤ 2' },
  ]
}

/** Processor time of another process so far, s; null on systems without /proc. The kernel counts in hundredths of a second for all programs. */
function cpuOf_s(pid: number): number | null {
  if (!existsSync(`/proc/${pid}/stat`)) return null
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

async function benchInflux(): Promise<Figure[]> {
  if (INFLUXD === null) {
    console.error('influxd is not installed: its figures are left out')
    return []
  }
  const from = Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS
  const influxd = await startInfluxd()
  try {
    const store = createInfluxStore({ ...influxd, bucket: 'bench', retention: RETENTION, warn })
    await store.start()
    const begun_s = cpuOf_s(influxd.pid)
    const filled = await fill(store, from, INFLUX_HOURS)
    const { rows, append_s } = filled
    const filled_s = cpuOf_s(influxd.pid)
    const due = await askDays(store, from)
    const before = { at: performance.now(), own_s: cpu_s(), influxd_s: cpuOf_s(influxd.pid) }
    await store.expire(from + DAY_MS)
    const compute_s = (performance.now() - before.at) / 1000
    const own_s = cpu_s() - before.own_s
    const computed_s = cpuOf_s(influxd.pid)
    const tiers = await askDays(store, from)
    await store.stop()
    await setTimeout(INFLUX_COMPACTION_MS)
    const bytes = await bytesBelow(join(influxd.directory, 'engine/data'), '.tsm')
    const processor = (own: number, first: number | null, last: number | null): Figure[] =>
      first === null || last === null
        ? []
        : [{ name: 'InfluxDB: processor time of that, ours and its', value: ((own + last - first) / rows) * 1e6, unit: 'µs/row' }]
    const asked = `${INFLUX_HOURS} h in 5-min means`
    return [
      { name: 'InfluxDB: values', value: rows, unit: 'rows' },
      { name: 'InfluxDB: append', value: rows / append_s, unit: 'rows/s', goal: '≥ 125,000' },
      ...processor(filled.cpu_s, begun_s, filled_s),
      { name: 'InfluxDB: buckets of the closed hour', value: rows / compute_s, unit: 'rows/s' },
      ...processor(own_s, before.influxd_s, computed_s),
      { name: `InfluxDB: ${asked}, from raw rows, p50`, value: quantile(due, 0.5), unit: 'ms' },
      { name: `InfluxDB: ${asked}, from raw rows, p99`, value: quantile(due, 0.99), unit: 'ms' },
      { name: `InfluxDB: ${asked}, from the tiers, p50`, value: quantile(tiers, 0.5), unit: 'ms' },
      { name: `InfluxDB: ${asked}, from the tiers, p99`, value: quantile(tiers, 0.99), unit: 'ms' },
      { name: 'InfluxDB: data files, raw and both tiers', value: bytes / rows, unit: 'B/value' },
    ]
  } finally {
    await influxd.stop()
    await removeInfluxd(influxd)
  }
}

/** Text of batches by the client's Point, a line a value, and by ours, a line a message. */
function benchLines(): Figure[] {
  const batches = [...cityRows(Date.UTC(2026, 0, 15), 0.25, BATCH_ROWS)]
  const rows = batches.reduce((sum, batch) => sum + batch.length, 0)
  const rate = (write: (batch: readonly ReadingRow[]) => readonly (string | undefined)[]): number => {
    let lines = 0
    const run = (): number => {
      const began = performance.now()
      for (const batch of batches) lines += write(batch).length
      return performance.now() - began
    }
    run()
    const took_ms = Math.min(run(), run(), run())
    if (lines === 0) throw new Error('no text')
    return (rows / took_ms) * 1000
  }
  const point = rate((batch) =>
    batch.map(({ device, metric, ts, value }) =>
      new Point('reading').tag('device', device).floatField(metric, value).timestamp(ts).toLineProtocol(),
    ),
  )
  const direct = rate((batch) => rawLines(batch, () => 'reading'))
  return [
    { name: 'line protocol by Point', value: point, unit: 'rows/s' },
    { name: 'line protocol written directly', value: direct, unit: 'rows/s', against: { name: 'Point', value: point } },
  ]
}

export const bench = async (): Promise<readonly Figure[]> => [...(await benchEmbedded()), ...(await benchInflux()), ...benchLines()]
