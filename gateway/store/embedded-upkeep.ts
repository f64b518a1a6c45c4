/**
 * The slow work of the embedded store, one piece at a time and off the event loop: hot rows become runs, runs of one size become a larger one, and a
 * row that outlived its tier becomes part of a bucket of the next. A value is held by one tier at a time, so what is stored once is paid once; late
 * rows are recomputed with the rows they belong to, or joined to their bucket when those have left already.
 */
import type { DuckDBConnection } from '@duckdb/node-api'
import { DAY_MS, type EpochMs, HOUR_MS } from '../../engine/base/time.ts'
import type { Catalog } from './embedded-catalog.ts'
import {
  hotSource,
  mergeable,
  type Run,
  rawRows,
  rolledBuckets,
  rolledRaw,
  runName,
  runSource,
  SPAN_MS,
  sliceSeries,
  spanEnd,
  type Tier,
  writeRun,
} from './embedded-runs.ts'
import { sqlText } from './embedded-sql.ts'
import type { Retention } from './tiers.ts'

/** Rows sorted at a time; bounds memory. */
const SLICE_ROWS = 2_000_000
/** A partition counts as closed this long after its end; what comes later is late. */
const CLOSED_AFTER_MS = HOUR_MS

export interface UpkeepOptions {
  /** Its own: nothing else runs on it. */
  readonly connection: DuckDBConnection
  readonly directory: string
  readonly catalog: Catalog
  readonly retention: Retention
  /** Throws when the store is stopping: a run that is not finished is thrown away. */
  readonly goOn: () => void
}

export interface Upkeep {
  /** Turns a hot file that is no longer written into runs. */
  seal(hot: string): Promise<void>
  /** Moves what outlived its tier, and merges the runs of closed partitions. */
  expire(now: EpochMs): Promise<void>
}

/** The metrics of a raw day of some age that are not kept raw any longer. */
interface Outlived {
  /** SQL condition on `series`; null: all of them. */
  readonly where: string | null
  /** The longest retention that has passed. */
  readonly trimmed_ms: number
}

export function outlived({ raw_days, retention }: Retention, age_ms: number): Outlived | null {
  const named = Object.entries(retention)
  const past = (days: number): boolean => days * DAY_MS <= age_ms
  const spent = [...named.map(([, days]) => days), raw_days].filter(past)
  if (spent.length === 0) return null
  const trimmed_ms = Math.max(...spent) * DAY_MS
  const names = named.filter(([, days]) => past(days) !== past(raw_days)).map(([name]) => sqlText(name))
  const those = `series ${past(raw_days) ? 'NOT IN' : 'IN'} (SELECT id FROM series WHERE split_part(metric, '[', 1) IN (${names.join()}))`
  return { where: names.length === 0 ? null : those, trimmed_ms }
}

export const isClosed = (run: Pick<Run, 'tier' | 'span'>, now: EpochMs): boolean => now >= spanEnd(run) + CLOSED_AFTER_MS

export function createUpkeep({ connection, directory, catalog, retention, goOn }: UpkeepOptions): Upkeep {
  const partition = (tier: Tier, span: number): Run[] => catalog.runs.filter((run) => run.tier === tier && run.span === span)
  const partitions = (tier: Tier): number[] => [...new Set(catalog.runs.filter((run) => run.tier === tier).map((run) => run.span))]

  /** Writes a run from the tables that hold its rows; null when there are none. */
  async function build(
    target: Pick<Run, 'tier' | 'span' | 'trimmed_ms'>,
    tables: readonly string[],
    where: string,
    select: (where: string) => string,
  ): Promise<Run | null> {
    const counts = tables.map((table) => `SELECT series, count(*) AS n FROM ${table} WHERE ${where} GROUP BY series`).join(' UNION ALL ')
    const slices = await sliceSeries(connection, counts, SLICE_ROWS)
    if (slices.length === 0) return null
    const id = catalog.newId()
    const rows = await writeRun(connection, directory, id, slices, (slice) => select(`${slice} AND ${where}`), goOn)
    return { ...target, id, rows, age: id, dated: true }
  }
  const tablesOf = (runs: readonly Run[]): string[] => runs.map((run) => `${runName(run.id)}.rows`)

  async function merge(tier: Tier, span: number, closed: boolean): Promise<void> {
    for (let runs = mergeable(partition(tier, span), closed); runs.length > 0; runs = mergeable(partition(tier, span), closed)) {
      const merging = runs
      const select = (where: string): string => (tier === 'raw' ? rawRows(merging.map(runSource), where) : rolledBuckets(1, merging, where))
      const trimmed_ms = Math.min(...runs.map((run) => run.trimmed_ms))
      const merged = await build({ tier, span, trimmed_ms }, tablesOf(runs), 'true', select)
      await catalog.replace(runs, merged === null ? [] : [{ ...merged, age: Math.max(...runs.map((run) => run.age)) }], [])
    }
  }

  async function seal(hot: string): Promise<void> {
    const days = (await connection.runAndReadAll(`SELECT DISTINCT day FROM ${hot}.rows ORDER BY day`)).getRows().map(([day]) => Number(day))
    const added: Run[] = []
    for (const day of days) {
      const where = `day = ${day}`
      const run = await build({ tier: 'raw', span: day, trimmed_ms: 0 }, [`${hot}.rows`], where, (slice) =>
        rawRows([hotSource(hot, day, 0)], slice),
      )
      if (run !== null) added.push(run)
    }
    await catalog.replace([], added, [hot])
    for (const day of days) await merge('raw', day, false)
  }

  /** The tier that keeps buckets of this age, or null when none does any longer. */
  function nextTier(age_ms: number): 'minute' | 'quarter' | null {
    if (age_ms < retention.minute_days * DAY_MS) return 'minute'
    return age_ms < retention.quarter_days * DAY_MS ? 'quarter' : null
  }

  async function expireRaw(day: number, now: EpochMs): Promise<void> {
    const runs = partition('raw', day)
    const age_ms = now - spanEnd(runs[0])
    const gone = outlived(retention, age_ms)
    if (gone === null || runs.every((run) => run.trimmed_ms >= gone.trimmed_ms)) return
    const sources = runs.map(runSource)
    const tier = nextTier(age_ms)
    const added: Run[] = []
    if (tier !== null) {
      const target = { tier, span: Math.floor((day * DAY_MS) / SPAN_MS[tier]), trimmed_ms: 0 }
      const select = (where: string): string => rolledRaw(tier, day, sources, where)
      const rolled = await build(target, tablesOf(runs), gone.where ?? 'true', select)
      if (rolled !== null) added.push(rolled)
    }
    if (gone.where !== null) {
      const target = { tier: 'raw' as const, span: day, trimmed_ms: gone.trimmed_ms }
      const kept = await build(target, tablesOf(runs), `NOT (${gone.where})`, (where) => rawRows(sources, where))
      if (kept !== null) added.push(kept)
    }
    await catalog.replace(runs, added, [])
  }

  async function expireBuckets(tier: 'minute' | 'quarter', span: number, now: EpochMs): Promise<void> {
    const runs = partition(tier, span)
    const age_ms = now - spanEnd(runs[0])
    if (age_ms < retention[`${tier}_days`] * DAY_MS) return
    const added: Run[] = []
    if (tier === 'minute' && nextTier(age_ms) === 'quarter') {
      const target = { tier: 'quarter' as const, span: Math.floor((span * SPAN_MS.minute) / SPAN_MS.quarter), trimmed_ms: 0 }
      const rolled = await build(target, tablesOf(runs), 'true', (where) => rolledBuckets(15, runs, where))
      if (rolled !== null) added.push(rolled)
    }
    await catalog.replace(runs, added, [])
  }

  async function expire(now: EpochMs): Promise<void> {
    for (const day of partitions('raw')) await expireRaw(day, now)
    for (const tier of ['minute', 'quarter'] as const) for (const span of partitions(tier)) await expireBuckets(tier, span, now)
    for (const tier of ['raw', 'minute', 'quarter'] as const)
      for (const span of partitions(tier)) await merge(tier, span, isClosed({ tier, span }, now))
  }

  return { seal, expire }
}
