/**
 * The sealed part of the embedded store: immutable run files, one DuckDB database each, so that dropping history is deleting a file and a
 * half-written run is a file nobody lists. Order within a run is (series, time): zone maps then find one series among millions of rows, and neighbours
 * compress. A raw run holds the gap to the row before instead of the time, because gaps of a regular sensor pack into few bits whereas times jump back at
 * each series; values stay plain doubles, which DuckDB's ALP packs without loss (Afroozeh and others 2023, doi:10.1145/3626717).
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { DAY_MS, type EpochMs } from '../../engine/base/time.ts'
import { sqlText, syncDirectory } from './embedded-sql.ts'
import { MINUTE_TIER_MS, QUARTER_TIER_MS } from './tiers.ts'

export type Tier = 'raw' | 'minute' | 'quarter'

/** Time that one partition of a tier covers, ms, aligned to the epoch; each is a multiple of the finer one's. */
export const SPAN_MS: Readonly<Record<Tier, number>> = { raw: DAY_MS, minute: 30 * DAY_MS, quarter: 360 * DAY_MS }
const BUCKET_MS = { minute: MINUTE_TIER_MS, quarter: QUARTER_TIER_MS } as const

export interface Run {
  readonly id: number
  readonly tier: Tier
  /** Index of its partition: it starts at `span × SPAN_MS[tier]`. */
  readonly span: number
  readonly rows: number
  /** Place among the runs of the partition: rows of a later one replace those of an earlier one. */
  readonly age: number
  /** Raw rows of metrics that are kept for this long or shorter have been taken out, ms. */
  readonly trimmed_ms: number
  /** It has a column `late`; raw runs of older programs have none. */
  readonly dated: boolean
}

export const runName = (id: number): string => `run_${id}`
export const runFile = (directory: string, id: number): string => join(directory, `run-${id}.duckdb`)
export const spanEnd = (run: Pick<Run, 'tier' | 'span'>): EpochMs => (run.span + 1) * SPAN_MS[run.tier]

/** Rows of one day as `series, ms (of the day), late, value, age, place`; of equal `late` later (age, place) replaces earlier. */
export type RawSource = (where: string) => string

export function hotSource(hot: string, day: number, age: number): RawSource {
  return (where) => `SELECT series, ms, late, value, ${age} AS age, rowid AS place FROM ${hot}.rows WHERE day = ${day} AND ${where}`
}

export function runSource({ id, age, dated }: Run): RawSource {
  const times = '(max(base) OVER (PARTITION BY series) + sum(gap) OVER (PARTITION BY series ORDER BY rowid))::INTEGER'
  return (where) =>
    `SELECT series, ${times} AS ms, ${dated ? 'late' : '0 AS late'}, value, ${age} AS age, rowid AS place FROM ${runName(id)}.rows WHERE ${where}`
}

const inOrder = (sources: readonly RawSource[], where: string): string =>
  `(FROM (${sources.map((source) => source(where)).join(' UNION ALL ')}) ORDER BY series, ms, late, age, place)`

/**
 * Each (series, time) once, with the value that became known last, in order. Windows with an empty OVER run along the rows in the order they come, which DuckDB
 * preserves (its documentation, Order Preservation); windows with PARTITION BY would sort again and take twice as long.
 */
function settled(sources: readonly RawSource[], where: string): string {
  return `SELECT series, ms, value FROM (
      SELECT *, lead(series) OVER () AS next_series, lead(ms) OVER () AS next_ms
      FROM ${inOrder(sources, where)})
    WHERE next_series IS DISTINCT FROM series OR next_ms IS DISTINCT FROM ms`
}

/**
 * Every version of each (series, time) in the order in which they became known, without those that repeat the value before them. Rows are appended in that order; one
 * that came in between afterwards would hide a repeat that is gone.
 */
function versions(sources: readonly RawSource[], where: string): string {
  return `SELECT series, ms, late, value FROM (
      SELECT *, lag(series) OVER () AS last_series, lag(ms) OVER () AS last_ms, lag(value) OVER () AS last_value
      FROM (SELECT series, ms, late, value FROM (
        SELECT *, lead(series) OVER () AS next_series, lead(ms) OVER () AS next_ms, lead(late) OVER () AS next_late FROM ${inOrder(sources, where)})
        WHERE next_series IS DISTINCT FROM series OR next_ms IS DISTINCT FROM ms OR next_late IS DISTINCT FROM late))
    WHERE last_series IS DISTINCT FROM series OR last_ms IS DISTINCT FROM ms OR last_value IS DISTINCT FROM value`
}

/**
 * A raw run: the first row of a series has its `base`, the others null; `time of the day = base + sum of gaps up to and with this row`. The first
 * row repeats the second one's gap, with `base` set to fit: an outlier at the head of each series would widen the packing of 2,048 rows.
 */
export function rawRows(sources: readonly RawSource[], where: string): string {
  return `SELECT series, CASE WHEN head THEN ms - gap END AS base, gap, late, value FROM (
      SELECT series, ms, late, value, last_series IS DISTINCT FROM series AS head,
        CASE WHEN last_series = series THEN ms - last_ms WHEN next_series = series THEN next_ms - ms ELSE 0 END AS gap
      FROM (SELECT *, lag(series) OVER () AS last_series, lag(ms) OVER () AS last_ms, lead(series) OVER () AS next_series, lead(ms) OVER () AS next_ms
        FROM (${versions(sources, where)})))`
}

/**
 * Sums of decimals carry binary noise that does not pack; the nearest decimal of nine places is taken instead where it lies within
 * 1e-12 of the sum, which is nearer to the true sum than the noise.
 */
const SUM = (of: string): string =>
  `CASE WHEN abs(round(sum(${of}), 9) - sum(${of})) <= 1e-12 * abs(sum(${of})) THEN round(sum(${of}), 9) ELSE sum(${of}) END`

/** Buckets of a tier out of the raw rows of one day. */
export function rolledRaw(tier: 'minute' | 'quarter', day: number, sources: readonly RawSource[], where: string): string {
  return `SELECT series, ((${day} * ${DAY_MS}::BIGINT + ms) // ${BUCKET_MS[tier]})::INTEGER AS bucket,
      ${SUM('value')} AS sum, min(value) AS min, max(value) AS max, count(*)::INTEGER AS count
    FROM (${settled(sources, where)}) GROUP BY ALL ORDER BY series, bucket`
}

/** Buckets of a tier out of runs of the same tier, or of minutes for quarters; parts of one bucket are joined. */
export function rolledBuckets(factor: 1 | 15, runs: readonly Run[], where: string): string {
  const parts = runs.map(({ id }) => `SELECT * FROM ${runName(id)}.rows WHERE ${where}`).join(' UNION ALL ')
  return `SELECT series, (bucket // ${factor})::INTEGER AS bucket, ${SUM('sum')} AS sum, min(min) AS min, max(max) AS max, sum(count)::INTEGER AS count
    FROM (${parts}) GROUP BY ALL ORDER BY 1, 2`
}

/** Cuts the series of some rows into ranges of about `rows_max` rows, so that sorting stays within memory; none when there are no rows. */
export async function sliceSeries(connection: DuckDBConnection, counts: string, rows_max: number): Promise<string[]> {
  const reader = await connection.runAndReadAll(`SELECT series, sum(n)::DOUBLE FROM (${counts}) GROUP BY series ORDER BY series`)
  const slices: string[] = []
  let first = 0
  let rows = 0
  for (const [series, n] of reader.getRows()) {
    if (rows > 0 && rows + Number(n) > rows_max) {
      slices.push(`series >= ${first} AND series < ${series}`)
      first = Number(series)
      rows = 0
    }
    rows += Number(n)
  }
  if (rows > 0) slices.push(`series >= ${first}`)
  return slices
}

/** Writes a run file slice by slice and gives its number of rows; the file is complete and forced to disk when this resolves. */
export async function writeRun(
  connection: DuckDBConnection,
  directory: string,
  id: number,
  slices: readonly string[],
  select: (where: string) => string,
  goOn: () => void,
): Promise<number> {
  const name = runName(id)
  await rm(runFile(directory, id), { force: true })
  await connection.run(`ATTACH ${sqlText(runFile(directory, id))} AS ${name} (STORAGE_VERSION 'latest')`)
  try {
    for (const [i, slice] of slices.entries()) {
      goOn()
      await connection.run(i === 0 ? `CREATE TABLE ${name}.rows AS ${select(slice)}` : `INSERT INTO ${name}.rows ${select(slice)}`)
    }
    await connection.run(`CHECKPOINT ${name}`)
    const count = await connection.runAndReadAll(`SELECT count(*)::DOUBLE FROM ${name}.rows`)
    return Number(count.getRows()[0][0])
  } finally {
    await connection.run(`DETACH ${name}`)
    await syncDirectory(directory)
  }
}

export async function attachRun(connection: DuckDBConnection, directory: string, { id }: Pick<Run, 'id'>): Promise<void> {
  await connection.run(`ATTACH ${sqlText(runFile(directory, id))} AS ${runName(id)} (READ_ONLY)`)
}

export async function deleteRun(connection: DuckDBConnection, directory: string, { id }: Pick<Run, 'id'>): Promise<void> {
  await connection.run(`DETACH ${runName(id)}`)
  await rm(runFile(directory, id), { force: true })
}

/** How many runs of about one size are merged into the next size. */
const MERGE_RUNS = 8

/**
 * The runs of one partition, oldest first, that are worth merging now: eight neighbours of about one size (size-tiered, as in Cassandra); once the
 * partition is closed, all of them unless one already holds nine rows of ten. Empty when there is nothing to do.
 */
export function mergeable(runs: readonly Run[], closed: boolean): readonly Run[] {
  const level = (run: Run): number => Math.floor(Math.log2(Math.max(1, run.rows)) / Math.log2(MERGE_RUNS))
  for (let end = runs.length; end >= MERGE_RUNS; end--) {
    const candidates = runs.slice(end - MERGE_RUNS, end)
    if (candidates.every((run) => level(run) === level(candidates[0]))) return candidates
  }
  const rows = runs.reduce((sum, run) => sum + run.rows, 0)
  return closed && runs.length > 1 && runs.every((run) => run.rows < 0.9 * rows) ? runs : []
}
