/** What training leaves behind: plain data, kept as a file (gateway/flood-model.ts). */

import type { ForestText } from '../../learn/trees.ts'
import type { Band, ChanceScale } from './calibrate.ts'
import type { Catchment, Rating } from './hydrology.ts'

export const MODEL_FORMAT = 'urban-brain flood forecast'
/** Goes up with every change of the features or of what a member means; a file of another version is refused, not guessed at. */
export const MODEL_VERSION = 1

export interface ModelPoint {
  readonly node: string
  readonly rim_m: number
  readonly threshold_m: number
  readonly catchment: Catchment
  readonly rating: Rating
  /** Names of other points, the one that tells most first. */
  readonly neighbours: readonly string[]
}

export interface ModelLead {
  readonly lead_min: number
  /** Change of the depth against the level at the time of issue, as a share of the threshold. */
  readonly depth: ForestText
  /** Log odds of passing the threshold. */
  readonly chance: ForestText
  readonly scale: ChanceScale
  readonly bands: readonly Band[]
}

/** On storms that the forests had not seen. */
export interface LeadTrainingScore {
  readonly lead_min: number
  readonly nse: number
  readonly csi_onset: number
  readonly brier: number
}

export interface TrainingScore {
  readonly leads: readonly LeadTrainingScore[]
  readonly episodes: number
  /** Share of episodes; null when there was none. */
  readonly warned_30_min: number | null
  readonly false_run_share: number
}

export interface ModelHeads {
  readonly rain: readonly ForestText[]
  readonly leads: readonly ModelLead[]
  readonly score: TrainingScore
}

export interface FloodModel {
  readonly format: typeof MODEL_FORMAT
  readonly version: typeof MODEL_VERSION
  readonly points: readonly ModelPoint[]
  /** For points that are not in `points`: the rating is in shares of the threshold. */
  readonly typical: { readonly catchment: Catchment; readonly rating: Rating }
  /** Null when it was trained without a nowcast. */
  readonly nowcast: ModelHeads | null
  readonly gauges: ModelHeads
  readonly trained: { readonly storms: number; readonly steps: number }
}
