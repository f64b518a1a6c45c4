/** How full bins are, as it is remembered, forecast and shown. */
import type { EpochMs } from '../base/time.ts'
import type { DeviceKey } from './city.ts'

/** What a bin's readings have told (waste/forecast/track.ts). Times are of the clock at the bin: a habit follows the hours of the day. Plain data of bounded size. */
export interface FillTrack {
  /** Smoothed, percent. */
  level_pct: number
  /** As read. */
  raw_pct: number
  ts: EpochMs
  /** Last emptying; null before the first that was seen. */
  emptied: EpochMs | null
  /** Level just after it, or at the first reading. */
  floor_pct: number
  /** Of the first reading of this cycle. */
  since: EpochMs
  /** A reading that contradicts what was believed, until the next one decides. */
  doubt: { readonly ts: EpochMs; readonly fill_pct: number; readonly before: EpochMs } | null
  /** Mean size of a movement against the filling. */
  noise_pct: number
  /** Mean size of a movement that was not nothing, percent: the steps of a sensor that tells few levels. */
  step_pct: number
  /** Highest reading since the last emptying. */
  peak_pct: number
  /** Last rise by more than noise. */
  risen: EpochMs
  /** What came in over the bin's whole life and how long that was, both fading with a half-life of half a year. */
  life_pct: number
  life_h: number
  /** Net change of the level by slot, oldest first; -999 where nothing is known. The last one is under way. */
  readonly slots: number[]
  /** Number of the last slot since 1970. */
  slot: number
  /** Levels at which it was emptied, and when, newest last. */
  readonly tops: number[]
  readonly emptyings: EpochMs[]
  /** Mean time between readings. */
  interval_h: number
  readings: number
}

/** A trained model, or the habit alone before any training. */
export type FillBasis = 'model' | 'habit'

/** By when a bin that nobody empties reaches levels above its own. */
export interface FillCourse {
  readonly basis: FillBasis
  /** As of now. */
  readonly level_pct: number
  /** Rising; hours from now, one in ten below and above. */
  readonly levels: readonly { readonly level_pct: number; readonly low_h: number; readonly said_h: number; readonly high_h: number }[]
}

export interface FillForecast {
  readonly bin: DeviceKey
  readonly issued: EpochMs
  readonly basis: FillBasis
  /** Level at the time of issue. */
  readonly level_pct: number
  /** Of a bin without a sensor: one in twenty is below, or above. */
  readonly level_low_pct?: number
  readonly level_high_pct?: number
  /** Hours until it is 80 % full if nobody empties it: the one number, and one in ten below and above. */
  readonly ttf_h: number
  readonly low_h: number
  readonly high_h: number
  /** Chance that it overflows within so many hours. */
  readonly p_overflow_12h: number
  readonly p_overflow_24h: number
  readonly p_overflow_48h: number
  /** Worth of emptying it today, seconds of a lorry (docs/waste.md). */
  readonly urgent_s: number
  readonly ride_s: number
}
