/**
 * Which run files and hot files make up the embedded store. Readers hold a shared lock; a change (new runs in, old ones out) is one
 * transaction of the main database under the exclusive lock, so that every reader sees each row exactly once.
 */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { attachRun, deleteRun, type Run, runFile, type Tier } from './embedded-runs.ts'
import { sqlText, syncDirectory, transaction } from './embedded-sql.ts'

export interface Catalog {
  /** In order of age. */
  readonly runs: readonly Run[]
  /** Databases whose table `rows` holds unsorted rows, oldest first; the last one is being written. */
  readonly hots: readonly string[]
  newId(): number
  /** Begins a new hot file. */
  addHot(connection: DuckDBConnection): Promise<void>
  /** A run that is in both lists stays, with its new description. */
  replace(removed: readonly Run[], added: readonly Run[], hots: readonly string[]): Promise<void>
  /** Runs `work` while no change can take a table away. */
  reading<T>(work: () => Promise<T>): Promise<T>
}

const TABLES = `
  CREATE TABLE IF NOT EXISTS series (id INTEGER, device VARCHAR, metric VARCHAR);
  CREATE TABLE IF NOT EXISTS run (id INTEGER, tier VARCHAR, span INTEGER, rows DOUBLE, age INTEGER, trimmed_ms DOUBLE, dated BOOLEAN);
  ALTER TABLE run ADD COLUMN IF NOT EXISTS dated BOOLEAN DEFAULT false;
  CREATE TABLE IF NOT EXISTS hot (number INTEGER);`

const hotName = (number: number): string => `hot_${number}`
const hotNumber = (name: string): number => Number(name.slice('hot_'.length))
const hotFile = (directory: string, name: string): string => join(directory, `hot-${hotNumber(name)}.duckdb`)
const attachHot = (directory: string, name: string): string =>
  `ATTACH ${sqlText(hotFile(directory, name))} AS ${name} (STORAGE_VERSION 'latest')`

/** Reads the catalogue of a main database, attaches its runs and removes files that a crash left half done. */
export async function openCatalog(connection: DuckDBConnection, directory: string): Promise<Catalog> {
  await connection.run(TABLES)
  let runs = await readRuns(connection)
  let hots = await readHots(connection)
  let lastId = runs.reduce((last, run) => Math.max(last, run.id), 0)
  await removeStrays(directory, [...runs.map((run) => runFile(directory, run.id)), ...hots.map((name) => hotFile(directory, name))])
  for (const name of hots) {
    await connection.run(attachHot(directory, name))
    await connection.run(`ALTER TABLE ${name}.rows ADD COLUMN IF NOT EXISTS late INTEGER DEFAULT 0`)
  }
  for (const run of runs) await attachRun(connection, directory, run)

  const readers = new Set<Promise<unknown>>()
  let gate: Promise<void> = Promise.resolve()
  const catalog: Catalog = {
    get runs() {
      return runs
    },
    get hots() {
      return hots
    },
    newId: () => ++lastId,
    async addHot(writer) {
      const name = hotName(hots.length === 0 ? 1 : hotNumber(hots[hots.length - 1]) + 1)
      await rm(hotFile(directory, name), { force: true })
      await writer.run(attachHot(directory, name))
      await writer.run(`CREATE TABLE ${name}.rows (series INTEGER, day INTEGER, ms INTEGER, value DOUBLE, late INTEGER)`)
      await syncDirectory(directory)
      await writer.run(`INSERT INTO hot VALUES (${hotNumber(name)})`)
      hots = [...hots, name]
    },
    replace(removed, added, sealed) {
      const kept = new Set(added.map((run) => run.id))
      const before = new Set(runs.map((run) => run.id))
      const change = async (): Promise<void> => {
        for (const run of added) if (!before.has(run.id)) await attachRun(connection, directory, run)
        await commitChange(connection, removed, added, sealed)
        const gone = new Set(removed.map((run) => run.id))
        runs = [...runs.filter((run) => !gone.has(run.id)), ...added].sort((a, b) => a.age - b.age)
        hots = hots.filter((name) => !sealed.includes(name))
        for (const run of removed) if (!kept.has(run.id)) await deleteRun(connection, directory, run)
        for (const name of sealed) {
          await connection.run(`DETACH ${name}`)
          await rm(hotFile(directory, name), { force: true })
        }
      }
      const previous = gate
      const done = previous.then(() => Promise.allSettled(readers)).then(change)
      gate = done.catch(() => undefined)
      return done
    },
    async reading(work) {
      for (let seen: Promise<void> | null = null; seen !== gate; ) {
        seen = gate
        await seen
      }
      const reading = work()
      readers.add(reading)
      try {
        return await reading
      } finally {
        readers.delete(reading)
      }
    },
  }
  return catalog
}

async function readRuns(connection: DuckDBConnection): Promise<readonly Run[]> {
  const reader = await connection.runAndReadAll('SELECT id, tier, span, rows, age, trimmed_ms, dated FROM run ORDER BY age')
  return reader.getRows().map(([id, tier, span, rows, age, trimmed_ms, dated]) => ({
    id: Number(id),
    tier: tierOf(String(tier)),
    span: Number(span),
    rows: Number(rows),
    age: Number(age),
    trimmed_ms: Number(trimmed_ms),
    dated: dated === true,
  }))
}

function tierOf(text: string): Tier {
  if (text === 'raw' || text === 'minute' || text === 'quarter') return text
  throw new Error(`the catalogue names an unknown tier ${JSON.stringify(text)}`)
}

async function readHots(connection: DuckDBConnection): Promise<readonly string[]> {
  const reader = await connection.runAndReadAll('SELECT number FROM hot ORDER BY number')
  return reader.getRows().map(([number]) => hotName(Number(number)))
}

async function removeStrays(directory: string, listed: readonly string[]): Promise<void> {
  for (const name of await readdir(directory)) {
    const file = join(directory, name)
    if (/^(run|hot)-\d+\.duckdb(\.wal)?$/.test(name) && !listed.includes(file.replace(/\.wal$/, ''))) await rm(file, { force: true })
  }
}

async function commitChange(
  connection: DuckDBConnection,
  removed: readonly Run[],
  added: readonly Run[],
  sealed: readonly string[],
): Promise<void> {
  await transaction(connection, async () => {
    if (removed.length > 0) await connection.run(`DELETE FROM run WHERE id IN (${removed.map((run) => run.id).join()})`)
    for (const { id, tier, span, rows, age, trimmed_ms, dated } of added)
      await connection.run(`INSERT INTO run VALUES (${id}, ${sqlText(tier)}, ${span}, ${rows}, ${age}, ${trimmed_ms}, ${dated})`)
    for (const name of sealed) await connection.run(`DELETE FROM hot WHERE number = ${hotNumber(name)}`)
  })
}
