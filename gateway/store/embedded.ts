/**
 * The history store inside the process: DuckDB. New rows go to a hot file, a database durable through its write-ahead log; a full hot
 * file is sealed into sorted, compressed run files (embedded-runs.ts) behind everybody's back (embedded-upkeep.ts). An answer is read from the
 * hot files and the runs of the days it touches.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { DOUBLE, type DuckDBConnection, DuckDBDataChunk, DuckDBInstance, INTEGER } from '@duckdb/node-api'
import { UrbanError } from '../../engine/base/errors.ts'
import { DAY_MS, type EpochMs } from '../../engine/base/time.ts'
import type { HistoryPoint, HistoryQuery, ReadingRow, ReadingStore } from '../../engine/ports.ts'
import { type Catalog, openCatalog } from './embedded-catalog.ts'
import { runName, SPAN_MS } from './embedded-runs.ts'
import { openSeries, type SeriesDictionary } from './embedded-series.ts'
import { transaction } from './embedded-sql.ts'
import { createUpkeep, isClosed, type Upkeep } from './embedded-upkeep.ts'
import {
  foldSamples,
  lateOf,
  MINUTE_TIER_MS,
  QUARTER_TIER_MS,
  type RawSample,
  type Retention,
  rawSample,
  rolledError,
  type Sample,
  settleRaw,
} from './tiers.ts'

export interface EmbeddedStoreOptions {
  /** Directory of its own, made when missing. */
  readonly directory: string
  readonly retention: Retention
  readonly warn: (message: string) => void
  /** Rows in the hot file before it is sealed. */
  readonly hot_rows_max?: number
}

/**
 * A hot file is scanned whole for each query, about 2 ms a million rows, and stays uncompressed; sealing costs a sort. Measured in docs/history.md.
 */
const HOT_ROWS_MAX = 1_500_000
/** Hot files that wait to be sealed before `append` waits as well. */
const SEALS_WAITING_MAX = 2
/** DuckDB's vector size: rows copied before other work of the event loop has its turn. */
const CHUNK_ROWS = 2048
const CONFIG = {
  // One thread: the other core belongs to the event loop; statements of different connections still run side by side.
  threads: '1',
  memory_limit: '1GB',
  storage_compatibility_version: 'latest',
  // A hot file is deleted once it is sealed; compressing it at every automatic checkpoint would be work for nothing.
  checkpoint_threshold: '1TB',
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
}
const CHUNK_TYPES = [INTEGER, INTEGER, INTEGER, DOUBLE, INTEGER]

interface Opened {
  readonly instance: DuckDBInstance
  readonly writer: DuckDBConnection
  readonly maintainer: DuckDBConnection
  readonly catalog: Catalog
  readonly series: SeriesDictionary
  readonly upkeep: Upkeep
}

class Stopping extends Error {}

/** Errors: `input` when the directory cannot be used, `neighbour` when DuckDB fails later (disk full, file damaged). */
export function createEmbeddedStore(options: EmbeddedStoreOptions): ReadingStore {
  const hot_rows_max = options.hot_rows_max ?? HOT_ROWS_MAX
  let opened: Opened | null = null
  let stopping = false
  let hotRows = 0
  let sealsWaiting = 0
  const writing = createQueue()
  const upkeeping = createQueue()

  function getOpened(): Opened {
    if (opened === null || stopping) throw new UrbanError('neighbour', 'store_away', 'the embedded history store is not running')
    return opened
  }
  const goOn = (): void => {
    if (stopping) throw new Stopping()
  }
  /** Seals every hot file but the one being written. */
  function sealSoon(parts: Opened): Promise<void> {
    sealsWaiting++
    return upkeeping(async () => {
      for (const hot of parts.catalog.hots.slice(0, -1)) await parts.upkeep.seal(hot)
    }).finally(() => sealsWaiting--)
  }
  function warnOf(error: unknown): void {
    if (!(error instanceof Stopping)) options.warn(`history upkeep failed and is tried again later: ${messageOf(error)}`)
  }

  async function write(parts: Opened, rows: readonly ReadingRow[]): Promise<void> {
    const { writer, series } = parts
    try {
      const ids = await series.addAll(rows)
      await transaction(writer, () => appendRows(writer, writtenHot(parts), rows, ids))
    } catch (error) {
      throw neighbour(error)
    }
    hotRows += rows.length
  }
  async function rotate({ catalog, writer }: Opened): Promise<void> {
    await catalog.addHot(writer)
    hotRows = 0
  }

  return {
    async start() {
      stopping = false
      opened = await openStore(options, goOn)
      const { catalog, writer } = opened
      if (catalog.hots.length === 0) await catalog.addHot(writer)
      hotRows = await countRows(writer, writtenHot(opened))
      if (catalog.hots.length > 1) sealSoon(opened).catch(warnOf)
    },

    async append(rows) {
      const parts = getOpened()
      const kept = rows.filter((row) => Number.isFinite(row.value))
      if (kept.length === 0) return
      let sealing: Promise<void> | null = null
      await writing(async () => {
        await write(parts, kept)
        if (hotRows < hot_rows_max) return
        await rotate(parts)
        sealing = sealSoon(parts).catch(warnOf)
      })
      if (sealsWaiting > SEALS_WAITING_MAX) await sealing
    },

    async history(query) {
      const parts = getOpened()
      const id = parts.series.find(query.device, query.metric)
      if (id === null || query.to <= query.from) return []
      try {
        return await parts.catalog.reading(() => readHistory(parts, id, query))
      } catch (error) {
        throw neighbour(error)
      }
    },

    async metrics(device) {
      return getOpened().series.metrics(device)
    },

    async expire(now) {
      const parts = getOpened()
      try {
        await writing(async () => {
          const first = await firstHotDay(parts)
          if (first !== null && isClosed({ tier: 'raw', span: first }, now)) await rotate(parts)
        })
        await sealSoon(parts)
        await upkeeping(() => parts.upkeep.expire(now))
      } catch (error) {
        if (!(error instanceof Stopping)) throw neighbour(error)
      }
    },

    async stop() {
      if (opened === null) return
      stopping = true
      const { instance, writer, maintainer } = opened
      await upkeeping(async () => {})
      const hot = writtenHot(opened)
      await writing(async () => void (await writer.run(`CHECKPOINT ${hot}; CHECKPOINT`).catch(() => undefined)))
      opened = null
      maintainer.closeSync()
      writer.closeSync()
      instance.closeSync()
    },
  }
}

/** Runs pieces of work one after the other; a failed one does not stop the next. */
function createQueue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const done = last.then(work)
    last = done.catch(() => undefined)
    return done
  }
}

async function openStore({ directory, retention }: EmbeddedStoreOptions, goOn: () => void): Promise<Opened> {
  let instance: DuckDBInstance | null = null
  try {
    await mkdir(directory, { recursive: true })
    instance = await DuckDBInstance.create(join(directory, 'history.duckdb'), { ...CONFIG, temp_directory: join(directory, 'spill') })
    const writer = await instance.connect()
    const maintainer = await instance.connect()
    const catalog = await openCatalog(maintainer, directory)
    const series = await openSeries(writer)
    const upkeep = createUpkeep({ connection: maintainer, directory, catalog, retention, goOn })
    return { instance, writer, maintainer, catalog, series, upkeep }
  } catch (error) {
    instance?.closeSync()
    const locked = /conflicting lock/i.test(messageOf(error))
    const reason = locked ? 'is in use by another process' : `cannot be opened: ${messageOf(error)}`
    throw new UrbanError('input', locked ? 'store_locked' : 'store_directory', `the history in ${directory} ${reason}`, { cause: error })
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

function neighbour(error: unknown): Error {
  if (error instanceof UrbanError || error instanceof Stopping) return error
  return new UrbanError('neighbour', 'store_away', `the embedded history store failed: ${messageOf(error)}`, { cause: error })
}

async function countRows(connection: DuckDBConnection, hot: string): Promise<number> {
  return Number((await connection.runAndReadAll(`SELECT count(*)::DOUBLE FROM ${hot}.rows`)).getRows()[0][0])
}

const writtenHot = ({ catalog }: Opened): string => catalog.hots[catalog.hots.length - 1]

async function firstHotDay(parts: Opened): Promise<number | null> {
  const [[day]] = (await parts.writer.runAndReadAll(`SELECT min(day) FROM ${writtenHot(parts)}.rows`)).getRows()
  return typeof day === 'number' ? day : null
}

/** Copies rows into a hot file in DuckDB's own column vectors; nothing is durable before the transaction commits. */
async function appendRows(connection: DuckDBConnection, hot: string, rows: readonly ReadingRow[], ids: Int32Array): Promise<void> {
  const appender = await connection.createAppender('rows', 'main', hot)
  try {
    for (let start = 0; start < rows.length; start += CHUNK_ROWS) {
      if (start > 0) await setImmediate()
      const count = Math.min(CHUNK_ROWS, rows.length - start)
      const chunk = DuckDBDataChunk.create(CHUNK_TYPES, count)
      const [series, day, ms, value, late] = CHUNK_TYPES.map((_, column) => chunk.getColumnVector(column))
      for (let i = 0; i < count; i++) {
        const row = rows[start + i]
        const rowDay = Math.floor(row.ts / DAY_MS)
        series.setItem(i, ids[start + i])
        day.setItem(i, rowDay)
        ms.setItem(i, Math.floor(row.ts - rowDay * DAY_MS))
        value.setItem(i, row.value)
        late.setItem(i, lateOf(row))
      }
      for (const vector of [series, day, ms, value, late]) vector.flush()
      appender.appendDataChunk(chunk)
    }
  } finally {
    appender.closeSync()
  }
}

async function readHistory({ instance, catalog }: Opened, id: number, query: HistoryQuery): Promise<HistoryPoint[]> {
  const connection = await instance.connect()
  try {
    const buckets = await readBuckets(connection, catalog, id, query)
    if (query.as_known_at !== undefined && buckets.length > 0) throw rolledError(query)
    return foldSamples([...buckets, ...(await readRaw(connection, catalog, id, query))], query.step_s)
  } finally {
    connection.closeSync()
  }
}

/** Partitions of a tier that a query touches. */
function spansOf(tier: 'raw' | 'minute' | 'quarter', { from, to }: HistoryQuery): readonly [first: number, last: number] {
  return [Math.floor(from / SPAN_MS[tier]), Math.floor((to - 1) / SPAN_MS[tier])]
}

/** Raw rows, oldest first, from the runs (oldest run first) and then the hot files. */
async function readRaw(connection: DuckDBConnection, catalog: Catalog, id: number, query: HistoryQuery): Promise<readonly Sample[]> {
  const [first, last] = spansOf('raw', query)
  const runs = catalog.runs.filter((run) => run.tier === 'raw' && run.span >= first && run.span <= last)
  const selects = [
    ...runs.map(
      (run, part) =>
        `SELECT ${part} AS part, base, gap, value, ${run.dated ? 'late' : '0'} AS late FROM ${runName(run.id)}.rows WHERE series = ${id}`,
    ),
    ...catalog.hots.map(
      (hot, i) =>
        `SELECT ${runs.length + i}, day, ms, value, late FROM ${hot}.rows WHERE series = ${id} AND day BETWEEN ${first} AND ${last}`,
    ),
  ]
  const samples: RawSample[] = []
  let ts: EpochMs = 0
  for await (const [parts, bases, gaps, values, lates] of readColumns(connection, selects.join(' UNION ALL '))) {
    for (const [i, base] of bases.entries()) {
      const part = Number(parts[i])
      if (part >= runs.length) ts = Number(base) * DAY_MS
      else if (base !== null) ts = runs[part].span * DAY_MS + base
      ts += Number(gaps[i])
      if (ts >= query.from && ts < query.to) samples.push(rawSample(ts, Number(values[i]), Number(lates[i])))
    }
  }
  return settleRaw(samples, query.as_known_at)
}

async function readBuckets(connection: DuckDBConnection, catalog: Catalog, id: number, query: HistoryQuery): Promise<readonly Sample[]> {
  const samples: Sample[] = []
  for (const [tier, width_ms] of [['quarter', QUARTER_TIER_MS] as const, ['minute', MINUTE_TIER_MS] as const]) {
    const [first, last] = spansOf(tier, query)
    const runs = catalog.runs.filter((run) => run.tier === tier && run.span >= first && run.span <= last)
    if (runs.length === 0) continue
    const range = `bucket >= ${Math.ceil(query.from / width_ms)} AND bucket < ${Math.ceil(query.to / width_ms)}`
    const selects = runs.map((run) => `SELECT bucket, sum, min, max, count FROM ${runName(run.id)}.rows WHERE series = ${id} AND ${range}`)
    for await (const columns of readColumns(connection, selects.join(' UNION ALL ')))
      for (let i = 0; i < columns[0].length; i++) {
        const [bucket, sum, min, max, count] = columns.map((column) => Number(column[i]))
        samples.push({ ts: bucket * width_ms, sum, min, max, count })
      }
  }
  return samples
}

/** Columns of numbers and nulls, a chunk of rows at a time, in the order of the statement. */
async function* readColumns(connection: DuckDBConnection, sql: string): AsyncGenerator<readonly (readonly (number | null)[])[]> {
  const result = await connection.stream(sql)
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk())
    yield chunk.getColumns().map((column) => column.map((item) => (item === null ? null : Number(item))))
}
