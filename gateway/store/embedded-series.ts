/** The embedded store's dictionary: a device's metric as a small integer, so that a row repeats no text. All of it is in memory. */
import type { DuckDBConnection } from '@duckdb/node-api'
import { invariant } from '../../engine/base/errors.ts'
import type { DeviceKey } from '../../engine/model/city.ts'
import type { ReadingRow } from '../../engine/ports.ts'
import { transaction } from './embedded-sql.ts'

export interface SeriesDictionary {
  find(device: DeviceKey, metric: string): number | null
  /** Sorted. */
  metrics(device: DeviceKey): string[]
  /** The ids of the rows' series. New ones are durable when this resolves; that they have no rows yet harms nobody. */
  addAll(rows: readonly ReadingRow[]): Promise<Int32Array>
}

/** By device and then by metric. */
type Ids = Map<DeviceKey, Map<string, number>>

function insert(ids: Ids, device: DeviceKey, metric: string, id: number): void {
  const known = ids.get(device)
  if (known === undefined) ids.set(device, new Map([[metric, id]]))
  else known.set(metric, id)
}

/** Reads the dictionary; writes go through the same connection. */
export async function openSeries(connection: DuckDBConnection): Promise<SeriesDictionary> {
  const ids: Ids = new Map()
  let nextId = 1
  for (const [id, device, metric] of (await connection.runAndReadAll('SELECT id, device, metric FROM series')).getRows()) {
    insert(ids, String(device), String(metric), Number(id))
    nextId = Math.max(nextId, Number(id) + 1)
  }
  const find = (device: DeviceKey, metric: string): number | null => ids.get(device)?.get(metric) ?? null

  /** New series become known in memory only once they are written. */
  async function write(rows: readonly ReadingRow[]): Promise<void> {
    const added: Ids = new Map()
    let count = 0
    await transaction(connection, async () => {
      const appender = await connection.createAppender('series')
      for (const { device, metric } of rows) {
        if (added.get(device)?.has(metric)) continue
        const id = nextId + count++
        insert(added, device, metric, id)
        appender.appendInteger(id)
        appender.appendVarchar(device)
        appender.appendVarchar(metric)
        appender.endRow()
      }
      appender.closeSync()
    })
    nextId += count
    for (const [device, metrics] of added) for (const [metric, id] of metrics) insert(ids, device, metric, id)
  }

  return {
    find,
    metrics: (device) => [...(ids.get(device)?.keys() ?? [])].sort(),
    async addAll(rows) {
      const unknown = rows.filter(({ device, metric }) => find(device, metric) === null)
      if (unknown.length > 0) await write(unknown)
      return Int32Array.from(rows, ({ device, metric }) => {
        const id = find(device, metric)
        invariant(id !== null, 'every series of a batch has an id')
        return id
      })
    },
  }
}
