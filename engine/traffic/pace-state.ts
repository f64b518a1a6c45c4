/** What is remembered of how fast the roads are driven; ratios of free speed. */
import type { EpochMs } from '../base/time.ts'
import type { RoadClass } from '../model/city.ts'

export interface PaceState {
  /** Minute of the last look. */
  minute: number
  readonly roads: Map<string, { ratio: number; heard: EpochMs }>
  /** By class: 24 hours of working days, then 24 of days off; null where nothing was counted. */
  readonly hours: Map<RoadClass, (number | null)[]>
}

export const createPace = (): PaceState => ({ minute: -1, roads: new Map(), hours: new Map() })
