/** Who goes before others at signals, and how far: what the engine is told of it. */
import type { LonLat } from '../base/geo.ts'
import type { EpochMs } from '../base/time.ts'
import type { Bilingual, DeviceKey } from './city.ts'

/** A crew under way to an urgent task, as dispatch knows it. */
export interface UrgentTrip {
  readonly task: string
  readonly crew: DeviceKey
  readonly name: Bilingual
  readonly where: Bilingual
  /** 1 highest. */
  readonly priority: 1 | 2 | 3
  readonly at: LonLat
  /** Time of the newest position; null before the first. */
  readonly seen: EpochMs | null
  /** When anything last came from the crew. */
  readonly heard: EpochMs | null
  readonly speed_mps: number | null
  /** Share of a road's free-flow speed this vehicle reaches. */
  readonly speed_factor: number
  /** Where it is to go, along the road graph. */
  readonly route: readonly LonLat[]
}

/** A road that something else than a person has closed. */
export interface ClosedRoad {
  readonly road: string
  readonly by: string
  readonly why: Bilingual
}
