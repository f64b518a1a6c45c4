/** Forecasts of the low points as they are kept, scored, shown and acted on. */
import type { EpochMs } from '../base/time.ts'

/** One lead of a curve. */
export interface ForecastLead {
  readonly lead_min: number
  readonly depth_m: number
  /** One in ten depths is below, one in ten above. */
  readonly low_m: number
  readonly high_m: number
  /** Chance that the water stands above the threshold at that time. */
  readonly p_exceed: number
}

/** What a forecast rests on: a trained model with nowcast, a trained model with gauges alone, or assumed physics before any training. */
export type ForecastBasis = 'nowcast' | 'gauges' | 'physical'

export interface LowPointForecast {
  /** Id of the low point. */
  readonly point: string
  readonly issued: EpochMs
  readonly basis: ForecastBasis
  /** Level at the time of issue; null where no gauge is believed. */
  readonly level_m: number | null
  /** Every five minutes up to two hours, in order. */
  readonly leads: readonly ForecastLead[]
  /** Time of the first lead at which passing the threshold is as likely as not; null when none is. */
  readonly crossing: EpochMs | null
}

/** A forecast as the journal keeps it: the leads that are scored. */
export interface ForecastNote {
  readonly point: string
  readonly basis: ForecastBasis
  readonly level_m: number | null
  readonly leads: readonly ForecastLead[]
  readonly crossing: EpochMs | null
}
