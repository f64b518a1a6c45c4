/** What one forecast of a low point means for those who have to act: how likely, when, how deep, how long. */
import { normalCdf } from '../../base/normal.ts'
import type { EpochMs } from '../../base/time.ts'
import { MINUTE_MS } from '../../base/time.ts'
import type { LowPointForecast } from '../../model/forecast.ts'

/** Older forecasts say nothing about now. */
const STALE_MS = 20 * MINUTE_MS
/** Distance of the 10 % and 90 % quantiles of a normal distribution, in standard deviations. */
const BAND_SIGMAS = 2.563
const SIGMA_M_MIN = 0.01
const PEAK_P = 0.2

/** The forecast while it is new enough to act on. */
export function freshForecast(forecast: LowPointForecast | undefined, now: EpochMs): LowPointForecast | null {
  return forecast === undefined || now - forecast.issued > STALE_MS ? null : forecast
}

/** Largest chance of standing above the threshold at any lead that lies within `within_min` of now. */
export function chanceWithin({ issued, leads }: LowPointForecast, within_min: number, now: EpochMs): number {
  let most = 0
  for (const { lead_min, p_exceed } of leads) {
    const at = issued + lead_min * MINUTE_MS
    if (at >= now && at <= now + within_min * MINUTE_MS) most = Math.max(most, p_exceed)
  }
  return most
}

/** Chance of being deeper than `depth_m` at some lead within `within_min` of now; normal, with the band's quantiles. */
export function chanceDeeper(forecast: LowPointForecast, depth_m: number, within_min: number, now: EpochMs): number {
  let most = 0
  for (const lead of forecast.leads) {
    const at = forecast.issued + lead.lead_min * MINUTE_MS
    if (at < now || at > now + within_min * MINUTE_MS) continue
    const sigma_m = Math.max(SIGMA_M_MIN, (lead.high_m - lead.low_m) / BAND_SIGMAS)
    most = Math.max(most, normalCdf((lead.depth_m - depth_m) / sigma_m))
  }
  return most
}

export interface Wave {
  readonly peak_m: number
  /** Last time at which the threshold may still be passed. */
  readonly until: EpochMs
  /** Expected minutes above the threshold within the horizon. */
  readonly flooded_min: number
}

export function waveOf({ issued, leads }: LowPointForecast): Wave {
  let peak_m = 0
  let until = issued
  let flooded_min = 0
  leads.forEach(({ lead_min, depth_m, p_exceed }, i) => {
    peak_m = Math.max(peak_m, depth_m)
    flooded_min += p_exceed * (lead_min - (leads[i - 1]?.lead_min ?? 0))
    if (p_exceed >= PEAK_P) until = issued + lead_min * MINUTE_MS
  })
  return { peak_m, until, flooded_min }
}
