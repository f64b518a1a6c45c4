/** What is remembered beyond single junctions. */
import type { EpochMs } from '../../base/time.ts'
import type { ClosuresState } from './closures.ts'
import type { Coordination } from './coordination-plan.ts'
import type { GreenLog } from './green-log.ts'

/** The macroscopic fundamental diagram of a district, as far as it was seen. */
export interface Diagram {
  /** By class of accumulation: mean production, veh·m/s, and minutes seen. */
  readonly classes: { mean: number; minutes: number }[]
  /** Mean accumulation and production of the minute that runs. */
  minute: { readonly from: EpochMs; sum_veh: number; sum_veh_m_s: number; steps: number }
  metered: boolean
}

export interface AreaState extends ClosuresState {
  readonly greens: GreenLog
  /** A junction is steered by the coordinated plan: it is kept up to date. */
  wanted: boolean
  coordination: Coordination | null
  /** By district; kept only while perimeter control is on. */
  readonly diagrams: Map<string, Diagram>
}

export const createArea = (): AreaState => ({
  greens: new Map(),
  wanted: false,
  coordination: null,
  closures: new Map(),
  kept_open: new Map(),
  diagrams: new Map(),
})
