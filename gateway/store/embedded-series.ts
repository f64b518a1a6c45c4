/** The embedded store's dictionary: a device's metric as a small integer, so that a row repeats no text. All of it is in memory. */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { DeviceKey } from '../../engine/model/city.ts'
import type { ReadingRow } from '../../engine/ports.ts'

export interface SeriesDictionary {
  find(device: DeviceKey, metric: string): number | null
  /** Sorted. */
  metrics(device: DeviceKey): string[]
  /** The ids of the rows' series; new series are written in the running transaction of the connection. */
  addAll(rows: readonly ReadingRow[]): Promise<Int32Array>
  /** The transaction has committed. */
  settle(): void
  /** The transaction was rolled back: what it added was never there. */
  forget(): void
}

/** Reads the dictionary; writes go through the same connection. */
export async function openSeries(connection: DuckDBConnection): Promise<SeriesDictionary> {
  const devices = new Map<DeviceKey, Map<string, number>>()
  let pending: ReadingRow[] = []
  let nextId = 1
  const insert = (device: DeviceKey, metric: string, id: number): void => {
    const known = devices.get(device)
    if (known === undefined) devices.set(device, new Map([[metric, id]]))
    else known.set(metric, id)
  }
  for (const [id, device, metric] of (await connection.runAndReadAll('SELECT id, device, metric FROM series')).getRows()) {
    insert(String(device), String(metric), Number(id))
    nextId = Math.max(nextId, Number(id) + 1)
  }
  const find = (device: DeviceKey, metric: string): number | null => devices.get(device)?.get(metric) ?? null

  return {
    find,
    metrics: (device) => [...(devices.get(device)?.keys() ?? [])].sort(),
    async addAll(rows) {
      const ids = new Int32Array(rows.length)
      for (const [i, row] of rows.entries()) {
        const known = find(row.device, row.metric)
        ids[i] = known ?? nextId
        if (known !== null) continue
        insert(row.device, row.metric, nextId++)
        pending.push(row)
      }
      if (pending.length > 0) {
        const appender = await connection.createAppender('series')
        for (const { device, metric } of pending) {
          appender.appendInteger(find(device, metric) ?? 0)
          appender.appendVarchar(device)
          appender.appendVarchar(metric)
          appender.endRow()
        }
        appender.closeSync()
      }
      return ids
    },
    settle() {
      pending = []
    },
    forget() {
      for (const { device, metric } of pending) devices.get(device)?.delete(metric)
      pending = []
    },
  }
}
