/** Small things that every part of the embedded store needs of DuckDB and its directory. */
import { open } from 'node:fs/promises'
import type { DuckDBConnection } from '@duckdb/node-api'

/** A quoted SQL string. */
export const sqlText = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** Commits what `work` did on the connection, durably, or nothing of it. */
export async function transaction<T>(connection: DuckDBConnection, work: () => Promise<T>): Promise<T> {
  await connection.run('BEGIN')
  try {
    const result = await work()
    await connection.run('COMMIT')
    return result
  } catch (error) {
    await connection.run('ROLLBACK').catch(() => undefined)
    throw error
  }
}

/** Makes the names of new files durable; their contents are DuckDB's affair. */
export async function syncDirectory(directory: string): Promise<void> {
  const folder = await open(directory)
  await folder.sync().finally(() => folder.close())
}
