/** Made-up forecasts. */
import type { LowPointForecast } from '../../../../engine/model/forecast.ts'

const LEADS_MIN = Array.from({ length: 24 }, (_, i) => 5 * (i + 1))

/** A wave that stands above the threshold from `from_min` to `until_min` with chance `p`, `peak_m` deep. */
export function forecastOf(
  issued: number,
  {
    p,
    from_min = 40,
    until_min = 90,
    peak_m = 0.25,
    band_m = 0.1,
  }: { p: number; from_min?: number; until_min?: number; peak_m?: number; band_m?: number },
  point = 'LP1',
): LowPointForecast {
  const leads = LEADS_MIN.map((lead_min) => {
    const inside = lead_min >= from_min && lead_min <= until_min
    const depth_m = inside ? peak_m : 0.02
    return { lead_min, depth_m, low_m: Math.max(0, depth_m - band_m / 2), high_m: depth_m + band_m / 2, p_exceed: inside ? p : 0 }
  })
  const first = leads.find(({ p_exceed }) => p_exceed >= 0.5)
  return {
    point,
    issued,
    basis: 'nowcast',
    level_m: 0,
    leads,
    crossing: first === undefined ? null : issued + first.lead_min * 60_000,
  }
}
