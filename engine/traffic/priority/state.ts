/** What is remembered of who goes before others. */
import type { LonLat } from '../../base/geo.ts'
import type { EpochMs } from '../../base/time.ts'
import type { DeviceKey } from '../../model/city.ts'
import type { Corridor } from './corridor.ts'
import type { WalkCalls } from './walks.ts'

export interface Owed {
  /** Seconds that somebody stood there for a corridor, by lane. */
  readonly lanes_s: number[]
  updated: EpochMs
}

export interface Bus {
  readonly at: LonLat
  readonly seen: EpochMs
  readonly speed_mps: number
  readonly lateness_s: number
  /** The stop line it drives to; null when it is on no road to a signal, or its direction is not known yet. */
  readonly ahead: { readonly junction: string; readonly lanes: readonly number[]; readonly gap_m: number } | null
}

export interface PriorityState {
  /** By task. */
  readonly corridors: Map<string, Corridor>
  /** By junction. */
  readonly owed: Map<string, Owed>
  readonly buses: Map<DeviceKey, Bus>
  /** Since when people wait to cross. */
  readonly calls: WalkCalls
  /** Time of the last decision and seconds since the one before, so that a command outlives the step. */
  stepped: { at: EpochMs; interval_s: number }
}

export const createPriority = (): PriorityState => ({
  corridors: new Map(),
  owed: new Map(),
  buses: new Map(),
  calls: new Map(),
  stepped: { at: 0, interval_s: 0 },
})
