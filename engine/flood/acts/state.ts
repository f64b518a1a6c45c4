/** What is remembered of stages, acts and storms at the low points. */
import type { EpochMs } from '../../base/time.ts'
import type { DeviceKey } from '../../model/city.ts'
import type { Context } from '../../model/context.ts'
import type { Reason } from '../../model/incident.ts'
import type { Severity } from '../../model/severity.ts'
import type { Storm, StormPoint } from '../../model/storm.ts'
import { type ClosureState, createClosure } from './closure.ts'
import { createStage, type StageState } from './stage.ts'
import type { Without } from './without.ts'

export interface PointActs {
  readonly warning: StageState
  /** Why the stage stands; null before the first. */
  reason: Reason | null
  readonly closure: ClosureState
  /** What was last said to incidents; null while nothing is foreseen. */
  foreseen: { readonly severity: Severity; readonly due: EpochMs; readonly pumps: number } | null
}

/** A point's log in a storm, with what its report does not show. */
export interface PointLog {
  report: StormPoint
  flooded_ms: number
  /** The last reading that was counted. */
  counted: EpochMs
  without: Without | null
}

export interface StormRecord {
  readonly id: string
  readonly district: string
  readonly began: EpochMs
  readonly points: Map<string, PointLog>
  /** Since when none of its points has been warned of. */
  calm: EpochMs | null
}

export interface ActsState {
  /** By low point. */
  readonly points: Map<string, PointActs>
  /** The storm that lasts, by district. */
  readonly storms: Map<string, StormRecord>
  /** Reports of storms that are over, oldest first. */
  readonly ended: Storm[]
  /** Crews that were asked to come in, and when. */
  readonly called: Map<DeviceKey, EpochMs>
}

export function createActs(context: Context): ActsState {
  const points = context.city.low_points.map(({ id }): [string, PointActs] => [
    id,
    { warning: createStage(), reason: null, closure: createClosure(), foreseen: null },
  ])
  return { points: new Map(points), storms: new Map(), ended: [], called: new Map() }
}
