/**
 * What this phone must not lose (IndexedDB): presses and photos until they are sent, the sign-in, the last view, half-filled checklists. A press
 * counts as made only when it is in here; the page may be killed the moment after.
 */
import type { CityDocument } from '../../../gateway/wire/city.ts'
import type { Text } from '../../../gateway/wire/frames.ts'
import type { CrewFrame, CrewJob, PhotoStage } from '../../../gateway/wire/phone.ts'
import type { NewPress, Press } from './queue.ts'

const DATABASE = 'urban-brain-crew'
const VERSION = 1

export interface Session {
  readonly id: string
  readonly token: string
  readonly crew: string
  readonly expires: number
}

export interface Photo {
  readonly id: string
  readonly crew: string
  readonly task: string
  readonly stage: PhotoStage
  readonly ts: number
  readonly blob: Blob
  readonly state: 'waiting' | 'sent' | 'refused'
  readonly why: Text | null
}

/** What the crew has ticked and written of a job that is not done. */
export interface Draft {
  readonly ticked: readonly number[]
  readonly readings: Readonly<Record<string, string>>
  readonly note: string
}
export const EMPTY_DRAFT: Draft = { ticked: [], readings: {}, note: '' }

export interface LastView {
  readonly frame: CrewFrame
  /** This phone's clock when it came. */
  readonly received: number
  /** The brain's clock minus this phone's, ms. */
  readonly ahead_ms: number
  /** Jobs that the server no longer names (queue.ts). */
  readonly kept: readonly CrewJob[]
}

interface Kept {
  session: Session | null
  view: LastView | null
  drafts: Readonly<Record<string, Draft>>
  put_away: readonly string[]
  read_until: number
  map: { readonly task: string; readonly document: CityDocument } | null
}
export type KeptName = keyof Kept

export interface CrewStore {
  read<N extends KeptName>(name: N): Promise<Kept[N] | null>
  write<N extends KeptName>(name: N, value: Kept[N]): Promise<void>
  presses(): Promise<Press[]>
  /** Resolves when the press would survive the end of the page. */
  addPress(press: NewPress): Promise<Press>
  putPress(press: Press): Promise<void>
  removePresses(presses: readonly Press[]): Promise<void>
  photos(): Promise<Photo[]>
  putPhoto(photo: Photo): Promise<void>
  removePhotos(photos: readonly Photo[]): Promise<void>
}

const answer = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })

const finished = (transaction: IDBTransaction): Promise<void> =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error)
    transaction.onerror = () => reject(transaction.error)
  })

export async function openCrewStore(): Promise<CrewStore> {
  const request = indexedDB.open(DATABASE, VERSION)
  request.onupgradeneeded = () => {
    request.result.createObjectStore('kept')
    request.result.createObjectStore('presses', { keyPath: 'n', autoIncrement: true })
    request.result.createObjectStore('photos', { keyPath: 'id' })
  }
  const database = await answer(request)

  async function change(table: 'kept' | 'presses' | 'photos', act: (store: IDBObjectStore) => void): Promise<void> {
    // On disk before it is said: a phone in the rain is switched off by its wet screen.
    const transaction = database.transaction(table, 'readwrite', { durability: 'strict' })
    act(transaction.objectStore(table))
    await finished(transaction)
  }
  const all = (table: 'presses' | 'photos'): Promise<unknown[]> => answer(database.transaction(table).objectStore(table).getAll())

  return {
    read: async (name) => (await answer(database.transaction('kept').objectStore('kept').get(name))) ?? null,
    write: (name, value) => change('kept', (store) => store.put(value, name)),
    // Nobody but this file writes these tables.
    presses: () => all('presses') as Promise<Press[]>,
    async addPress(press) {
      const whole = { ...press, state: 'waiting', why: null, seen_from: null } as const
      let n = 0
      await change('presses', (store) => {
        const added = store.add(whole)
        added.onsuccess = () => {
          n = Number(added.result)
        }
      })
      return { ...whole, n }
    },
    putPress: (press) => change('presses', (store) => store.put(press)),
    removePresses: (presses) =>
      change('presses', (store) => {
        for (const { n } of presses) store.delete(n)
      }),
    photos: () => all('photos') as Promise<Photo[]>,
    putPhoto: (photo) => change('photos', (store) => store.put(photo)),
    removePhotos: (photos) =>
      change('photos', (store) => {
        for (const { id } of photos) store.delete(id)
      }),
  }
}
