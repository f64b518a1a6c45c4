/** What training leaves behind: plain data, kept as a file (gateway/waste-model.ts). */
import { decodeForest, type ForestText } from '../../learn/trees.ts'
import { type Claims, type FillForecaster, UNTRAINED_CLAIMS } from './curve.ts'
import { FEATURES } from './features.ts'
import { type KindPrior, UNTRAINED } from './habit.ts'
import type { Track } from './track.ts'

export const WASTE_MODEL_FORMAT = 'urban-brain waste forecast'
/** Goes up with every change of the features or of what a member means; a file of another version is refused, not guessed at. */
export const WASTE_MODEL_VERSION = 2

/** On bins, or weeks, that the forest had not seen. */
export interface WasteScore {
  readonly issues: number
  readonly mae_24_h: number | null
  readonly mae_48_h: number | null
  readonly csi_24: number | null
  readonly csi_48: number | null
  readonly brier_24: number
}

export interface WasteModel {
  readonly format: typeof WASTE_MODEL_FORMAT
  readonly version: typeof WASTE_MODEL_VERSION
  /** Of all bins, and of each kind that was named. */
  readonly all: KindPrior
  readonly kinds: Readonly<Record<string, KindPrior>>
  /** Log odds of reaching a level within a time; null where no bin was ever seen to fill. */
  readonly forest: ForestText | null
  readonly claims: Claims
  /** What was known of each bin when the training data ended. */
  readonly bins: Readonly<Record<string, { readonly kind: string | null; readonly track: Track }>>
  readonly score: WasteScore
  readonly trained: { readonly bins: number; readonly readings: number; readonly days: number }
}

/** Without a model: every bin is taken for a common one until it has told more. */
export const UNTRAINED_FORECASTER: FillForecaster = { priorOf: () => UNTRAINED, forest: null, claims: UNTRAINED_CLAIMS }

/** @returns null when the forest of the model is damaged */
export function createFillForecaster({ all, kinds, claims, forest: text }: WasteModel): FillForecaster | null {
  const forest = text === null ? null : decodeForest(text, FEATURES)
  if (forest === null && text !== null) return null
  return { priorOf: (kind) => (kind !== null && Object.hasOwn(kinds, kind) ? kinds[kind] : all), forest, claims }
}
