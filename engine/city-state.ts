/** Everything the brain knows between two steps. Readers look at it between steps only, through view.ts. */
import type { ActState } from './act/state.ts'
import type { EpochMs } from './base/time.ts'
import type { CameraState } from './camera/state.ts'
import type { DispatchState } from './dispatch/state.ts'
import type { FloodState } from './flood/state.ts'
import type { IncidentsState } from './incidents/state.ts'
import type { TrialState } from './kpi/experiment.ts'
import type { KpiState } from './kpi/kpi.ts'
import type { EffectState } from './kpi/signal-effect.ts'
import type { Context } from './model/context.ts'
import type { ReportsState } from './reports/state.ts'
import type { CompiledRules } from './rules/compile.ts'
import type { RulesState } from './rules/state.ts'
import type { SenseState } from './sense/state.ts'
import type { TrafficState } from './traffic/state.ts'
import type { WarningsState } from './warnings/state.ts'
import type { WasteState } from './waste/state.ts'

/** What is saved: plain data, readable by `v8.deserialize`. */
export interface Remembered {
  /** Brain time of the last step, 0 before the first. */
  now: EpochMs
  /** Number of the last step; the first is 1. */
  step: number
  /** When the figures were last brought up to date. */
  kpi_at: EpochMs
  readonly sense: SenseState
  readonly rules: RulesState
  readonly traffic: TrafficState
  readonly flood: FloodState
  readonly warnings: WarningsState
  readonly waste: WasteState
  readonly camera: CameraState
  /** What other systems handed in, and what became of it. */
  readonly reports: ReportsState
  readonly incidents: IncidentsState
  readonly dispatch: DispatchState
  readonly act: ActState
  readonly kpi: KpiState
  readonly effect: EffectState
  /** Outcomes of switchback experiments. */
  readonly trials: TrialState
}

export interface CityState extends Remembered {
  /** Made from the city directory; never saved. */
  readonly context: Context
  /** Made from `rules.rules`; never saved. */
  compiled: CompiledRules
}
