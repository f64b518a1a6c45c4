/** Everything the wall knows, as signals: what the source said, what the person chose, the second hand. Built once in main.tsx. */
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import { type CityIndex, indexCity } from '../data/city.ts'
import { brainNow, type Freshness, freshness } from '../data/freshness.ts'
import { createMotion, type Motion } from '../data/motion.ts'
import { createRoadFlow, type RoadFlow } from '../data/road-flow.ts'
import type { Connection, Source } from '../data/source.ts'
import { createLiveData, type LiveData } from '../data/tables.ts'
import type { LayerId } from '../layers/ids.ts'
import type { View } from '../map/projection.ts'
import type { Address } from './address.ts'
import { createDesk, type Desk } from './desk.ts'
import type { Page } from './page.ts'
import type { Selection } from './selection.ts'

export type Dialog = 'none' | 'help' | 'search' | 'sign-in'

export interface Wall {
  readonly base: URL
  readonly data: LiveData
  readonly source: Source
  readonly motion: Motion
  readonly flow: RoadFlow
  readonly city: Signal<CityIndex | null>
  readonly city_failed: Signal<boolean>
  readonly connection: Signal<Connection>
  /** `performance.now()` of the last whole second; read it to be drawn again every second. */
  readonly second: Signal<number>
  readonly now: ReadonlySignal<number | null>
  readonly freshness: ReadonlySignal<Freshness>
  readonly timezone: ReadonlySignal<string>
  /** null: the whole city. */
  readonly view: Signal<View | null>
  /** null: the usual layers. */
  readonly layers: Signal<ReadonlySet<LayerId> | null>
  readonly selection: Signal<Selection | null>
  readonly list: Signal<boolean>
  readonly page: Signal<Page | null>
  readonly dialog: Signal<Dialog>
  readonly desk: Desk
  /** Last press, key or wheel: a wall that nobody touches may fly to a critical event. */
  readonly touched_ms: Signal<number>
}

export function createWall(base: URL, source: Source, address: Address, desk_role: boolean): Wall {
  const data = createLiveData()
  const city = signal<CityIndex | null>(null)
  const second = signal(performance.now())
  // A frame that came after the last tick makes the data fresh at once, not at the next tick.
  const local = (): number => Math.max(second.value, data.head.value?.received_ms ?? 0)
  return {
    base,
    data,
    source,
    motion: createMotion(),
    flow: createRoadFlow(),
    city,
    city_failed: signal(false),
    connection: signal<Connection>('connecting'),
    second,
    now: computed(() => brainNow(data.head.value, local())),
    freshness: computed(() => freshness(data.head.value, local())),
    timezone: computed(() => city.value?.document.timezone ?? 'Asia/Shanghai'),
    view: signal(address.view),
    layers: signal(address.layers),
    selection: signal(address.selection),
    list: signal(address.list),
    page: signal(address.page),
    dialog: signal<Dialog>('none'),
    desk: createDesk(base, desk_role),
    touched_ms: signal(0),
  }
}

export function takeCity(wall: Wall, document: Parameters<typeof indexCity>[0]): void {
  wall.city.value = indexCity(document)
  wall.city_failed.value = false
}

const WallContext = createContext<Wall | null>(null)
export const WallProvider = WallContext.Provider

export function useWall(): Wall {
  const wall = useContext(WallContext)
  if (wall === null) throw new Error('a panel outside of the wall')
  return wall
}
