/**
 * The last city and snapshot in this browser (IndexedDB), painted at once when the page opens and marked as old, so that a wall is never
 * blank. Losing it is harmless: every failure here means only that nothing is painted early.
 */
import type { CityDocument } from '../../gateway/wire/city.ts'
import { perTable, type SnapshotFrame } from '../../gateway/wire/frames.ts'
import type { LiveData } from './tables.ts'

const DATABASE = 'urban-brain'
const TABLE = 'last'

export interface Stored {
  readonly city: CityDocument | null
  readonly snapshot: SnapshotFrame | null
}

const done = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })

async function openDatabase(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1)
  request.onupgradeneeded = () => request.result.createObjectStore(TABLE)
  return done(request)
}

export async function readStored(): Promise<Stored> {
  try {
    const database = await openDatabase()
    const table = database.transaction(TABLE).objectStore(TABLE)
    const [city, snapshot] = await Promise.all([done(table.get('city')), done(table.get('snapshot'))])
    database.close()
    return { city: city ?? null, snapshot: snapshot ?? null }
  } catch {
    return { city: null, snapshot: null }
  }
}

async function write(key: 'city' | 'snapshot', value: CityDocument | SnapshotFrame): Promise<void> {
  try {
    const database = await openDatabase()
    await done(database.transaction(TABLE, 'readwrite').objectStore(TABLE).put(value, key))
    database.close()
  } catch {
    // A private window or a full disk: the wall works without.
  }
}

export const storeCity = (city: CityDocument): Promise<void> => write('city', city)

/** The tables as they stand, as one snapshot. */
export function snapshotOf(data: LiveData): SnapshotFrame | null {
  const head = data.head.peek()
  if (head === null) return null
  return {
    type: 'snapshot',
    seq: head.seq,
    now: head.now,
    world: head.world,
    mode: head.mode,
    city: head.city,
    tables: perTable((table) => Object.fromEntries(data.tables[table])) as SnapshotFrame['tables'],
  }
}

export async function storeSnapshot(data: LiveData): Promise<void> {
  const snapshot = snapshotOf(data)
  if (snapshot !== null) await write('snapshot', snapshot)
}
