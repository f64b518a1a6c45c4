/** What the wall shows of a low point's forecast, from its live row. */
import { FORECAST_LEADS_MIN, type ForecastRow } from '../../gateway/wire/frames.ts'

export type ForecastLeadMin = (typeof FORECAST_LEADS_MIN)[number]

/** Three forecasts have not come. */
const STALE_MS = 15 * 60_000
/** Shallower water is a wet road; a smaller chance is no news. */
const WET_M = 0.05
const NEWS_P = 0.3

export interface AtLead {
  readonly depth_m: number
  readonly low_m: number
  readonly high_m: number
  readonly p: number
}

export function atLead({ depth_m, low_m, high_m, p }: ForecastRow, lead_min: ForecastLeadMin): AtLead {
  const i = FORECAST_LEADS_MIN.indexOf(lead_min)
  return { depth_m: depth_m[i], low_m: low_m[i], high_m: high_m[i], p: p[i] }
}

export const isStale = ({ issued }: ForecastRow, now: number | null): boolean => now !== null && now - issued > STALE_MS

/** Water, or a fair chance of a flood, at that lead. */
export function isNews(row: ForecastRow, lead_min: ForecastLeadMin): boolean {
  const { depth_m, p } = atLead(row, lead_min)
  return depth_m >= WET_M || p >= NEWS_P
}
