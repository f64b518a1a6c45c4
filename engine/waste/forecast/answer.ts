/** Answers when some bins of the running city will be full. */
import { HOUR_MS } from '../../base/time.ts'
import type { FillForecast } from '../../model/fill.ts'
import type { FillAnswer, FillProblem } from '../../model/solve.ts'
import { PRICES, worthOf } from '../rounds/worth.ts'
import { chanceAt, curveOf, type FillForecaster, pointOf, timeTo } from './curve.ts'
import { estimateUnsensed } from './unsensed.ts'

/** Level that the time to full is told for. */
const FULL_PCT = 80

export function answerFills(forecaster: FillForecaster, { issued, at, bins, prices: own }: FillProblem): FillAnswer {
  const prices = { ...PRICES, ...own }
  return {
    type: 'fill',
    forecasts: bins.map(({ bin, kind, track, unsensed }): FillForecast => {
      const estimate = unsensed === undefined ? null : estimateUnsensed(forecaster, track, kind, at, unsensed.known)
      const curveTo = (full_pct: number) => estimate?.curveTo(full_pct) ?? curveOf(forecaster, track, kind, at, full_pct)
      const [full, over] = [curveTo(FULL_PCT), curveTo(prices.full_pct)]
      const { urgent_s, ride_s } = worthOf(over, estimate?.since_h ?? (at - track.since) / HOUR_MS, prices)
      return {
        bin,
        issued,
        basis: forecaster.forest === null ? 'habit' : 'model',
        level_pct: rounded(full.standing.level_pct, 1),
        ...(estimate !== null && { level_low_pct: estimate.low_pct, level_high_pct: estimate.high_pct }),
        // Where it may be full already the least relative error would be made by saying so.
        ttf_h: rounded(estimate === null ? pointOf(full, FULL_PCT) : timeTo(full, 0.5, FULL_PCT), 1),
        low_h: rounded(timeTo(full, 0.1, FULL_PCT), 1),
        high_h: rounded(timeTo(full, 0.9, FULL_PCT), 1),
        p_overflow_12h: rounded(chanceAt(over, 12), 3),
        p_overflow_24h: rounded(chanceAt(over, 24), 3),
        p_overflow_48h: rounded(chanceAt(over, 48), 3),
        urgent_s: Math.round(urgent_s),
        ride_s: Math.round(ride_s),
      }
    }),
  }
}

const rounded = (value: number, digits: number): number => Math.round(value * 10 ** digits) / 10 ** digits
