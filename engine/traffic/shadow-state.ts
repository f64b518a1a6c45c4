/** What is remembered of the shadow controller: how often it would have done the same, and what it would have done last. */
import type { EpochMs } from '../base/time.ts'
import type { Reason } from '../model/incident.ts'
import type { SignalControllerName } from '../model/signals.ts'
import type { Plan } from './plan.ts'

/** The last decision on which the two differed. Phases as the controller numbers them. */
export interface Disagreement {
  readonly ts: EpochMs
  readonly acting: SignalControllerName
  readonly acting_phase: number
  readonly shadow_phase: number
  /** Planned delay of the acting choice less that of the shadow's, veh·s; null unless one of the two is the planner. */
  readonly saving_veh_s: number | null
  readonly reason: Reason
}

export interface JunctionShadow {
  since: EpochMs
  asked: number
  agreed: number
  /** Sum of `saving_veh_s` over the disagreements that have one, and how many these are. */
  saving_veh_s: number
  compared: number
  last: Disagreement | null
  /** The shadow's own plan: the acting controller and its neighbours never see it. */
  plan: { readonly made: EpochMs; readonly plan: Plan } | null
}

export interface ShadowState {
  /** Whose numbers these are; another shadow begins anew. */
  controller: SignalControllerName | null
  readonly junctions: Map<string, JunctionShadow>
}

export const createShadow = (): ShadowState => ({ controller: null, junctions: new Map() })
