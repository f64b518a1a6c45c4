/** Answers when some bins of the running city will be full. */
import { HOUR_MS } from '../../base/time.ts'
import type { FillForecast } from '../../model/fill.ts'
import type { FillAnswer, FillProblem } from '../../model/solve.ts'
import { PRICES, worthOf } from '../rounds/worth.ts'
import { NO_ALMANAC, plansOf } from './almanac.ts'
import { chanceAt, curveOf, type FillForecaster, pointOf, timeTo } from './curve.ts'
import { FULL_PCT } from './lessons.ts'

export function answerFills(forecaster: FillForecaster, { issued, at, holidays, workdays, bins }: FillProblem): FillAnswer {
  const planOf = plansOf({ ...NO_ALMANAC, calendar: { holidays: new Set(holidays), workdays: new Set(workdays) } })
  return {
    type: 'fill',
    forecasts: bins.map(({ bin, kind, track }): FillForecast => {
      const full = curveOf(forecaster, track, kind, at, FULL_PCT, planOf(bin))
      const over = curveOf(forecaster, track, kind, at, PRICES.full_pct, planOf(bin))
      const { urgent_s, ride_s } = worthOf(over, (at - track.since) / HOUR_MS, PRICES)
      return {
        bin,
        issued,
        basis: forecaster.forest === null ? 'habit' : 'model',
        level_pct: rounded(full.standing.level_pct, 1),
        ttf_h: rounded(pointOf(full, FULL_PCT), 1),
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
