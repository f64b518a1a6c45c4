/** Answers when some bins of the running city will be full. */
import { HOUR_MS } from '../../base/time.ts'
import type { FillBasis, FillForecast } from '../../model/fill.ts'
import type { CourseAnswer, CourseProblem, FillAnswer, FillProblem, OddDays } from '../../model/solve.ts'
import { PRICES, worthOf } from '../rounds/worth.ts'
import { type DayPlan, NO_ALMANAC, plansOf } from './almanac.ts'
import { chanceAt, curveOf, type FillCurve, type FillForecaster, pointOf, timeTo } from './curve.ts'
import { FULL_PCT } from './score.ts'
import { estimateUnsensed, type UnsensedEstimate } from './unsensed.ts'

type Asked = Pick<CourseProblem, 'at' | 'kind' | 'track' | 'unsensed'>

/** Chances of a bin to reach any level, and the estimate that they come from where nothing measures it. */
interface Filling {
  readonly estimate: UnsensedEstimate | null
  curveTo(level_pct: number): FillCurve
}

function fillingOf(forecaster: FillForecaster, { at, kind, track, unsensed }: Asked, plan: DayPlan): Filling {
  const estimate = unsensed === undefined ? null : estimateUnsensed(forecaster, track, kind, at, unsensed.known, plan)
  return { estimate, curveTo: (level_pct) => estimate?.curveTo(level_pct) ?? curveOf(forecaster, track, kind, at, level_pct, plan) }
}

export function answerFills(forecaster: FillForecaster, problem: FillProblem): FillAnswer {
  const { issued, at, bins } = problem
  const prices = { ...PRICES, ...problem.prices }
  const plan = planOf(problem)
  return {
    type: 'fill',
    forecasts: bins.map(({ bin, kind, track, unsensed }): FillForecast => {
      const filling = fillingOf(forecaster, { at, kind, track, ...(unsensed && { unsensed }) }, plan)
      const { estimate } = filling
      const over = filling.curveTo(prices.full_pct)
      const full = filling.curveTo(FULL_PCT)
      const { low_h, said_h, high_h } = timesOf(full, FULL_PCT, estimate)
      const { urgent_s, ride_s } = worthOf(over, estimate?.since_h ?? (at - track.since) / HOUR_MS, prices)
      return {
        bin,
        issued,
        basis: basisOf(forecaster),
        level_pct: rounded(full.standing.level_pct, 1),
        ...(estimate !== null && { level_low_pct: estimate.low_pct, level_high_pct: estimate.high_pct }),
        ttf_h: said_h,
        low_h,
        high_h,
        p_overflow_12h: rounded(chanceAt(over, 12), 3),
        p_overflow_24h: rounded(chanceAt(over, 24), 3),
        p_overflow_48h: rounded(chanceAt(over, 48), 3),
        urgent_s: Math.round(urgent_s),
        ride_s: Math.round(ride_s),
      }
    }),
  }
}

/** Levels that a course tells, as far as they lie above the bin's. */
const COURSE_PCT = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100]

export function answerCourse(forecaster: FillForecaster, problem: CourseProblem): CourseAnswer {
  const { estimate, curveTo } = fillingOf(forecaster, problem, planOf(problem))
  const { standing } = curveTo(FULL_PCT)
  return {
    type: 'fill_course',
    basis: basisOf(forecaster),
    level_pct: rounded(standing.level_pct, 1),
    levels: COURSE_PCT.filter((level_pct) => level_pct > standing.level_pct).map((level_pct) => ({
      level_pct,
      ...timesOf(curveTo(level_pct), level_pct, estimate),
    })),
  }
}

/** No event of a bin's own is known here, so the plans of all are one. */
const planOf = ({ holidays, workdays }: OddDays): DayPlan =>
  plansOf({ ...NO_ALMANAC, calendar: { holidays: new Set(holidays), workdays: new Set(workdays) } })('')

const basisOf = ({ forest }: FillForecaster): FillBasis => (forest === null ? 'habit' : 'model')

/** The one number, and one in ten below and above. Where a bin that nothing measures may be full already, the least relative error would be made by saying so. */
function timesOf(curve: FillCurve, level_pct: number, estimate: UnsensedEstimate | null) {
  return {
    low_h: rounded(timeTo(curve, 0.1, level_pct), 1),
    said_h: rounded(estimate === null ? pointOf(curve, level_pct) : timeTo(curve, 0.5, level_pct), 1),
    high_h: rounded(timeTo(curve, 0.9, level_pct), 1),
  }
}

const rounded = (value: number, digits: number): number => Math.round(value * 10 ** digits) / 10 ** digits
