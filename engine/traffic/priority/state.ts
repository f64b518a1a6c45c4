/** What is remembered of who goes before others. */
import type { EpochMs } from '../../base/time.ts'
import type { Corridor } from './corridor.ts'

export interface Owed {
  /** Seconds that somebody stood there for a corridor, by lane. */
  readonly lanes_s: number[]
  updated: EpochMs
}

export interface PriorityState {
  /** By task. */
  readonly corridors: Map<string, Corridor>
  /** By junction. */
  readonly owed: Map<string, Owed>
  /** Time of the last decision and seconds since the one before, so that a command outlives the step. */
  stepped: { at: EpochMs; interval_s: number }
}

export const createPriority = (): PriorityState => ({ corridors: new Map(), owed: new Map(), stepped: { at: 0, interval_s: 0 } })
