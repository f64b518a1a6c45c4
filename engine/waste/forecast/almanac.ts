/**
 * Days that are not what their weekday says, events near bins, and the weather so far. A holiday is taken for a Sunday and a worked weekend day for a Monday, as load forecasts
 * do (Hong and Fan 2016, section 4.3): that is more for a bin of a park and less for one of an office without anything being learnt.
 */
import { type Calendar, dayNumber } from '../../base/calendar.ts'
import { DAY_MS, type EpochMs, HOUR_MS } from '../../base/time.ts'

/** Something known beforehand that brings more or less than usual. */
export interface Occasion {
  readonly from: EpochMs
  readonly until: EpochMs
  /** Null for every bin. */
  readonly bin: string | null
}

/** Readings in order of time; NaN where one of both is missing. */
export interface Weather {
  readonly ts: Float64Array
  readonly rain_mm: Float64Array
  readonly temp_c: Float64Array
}

/** What is known of the days of one bin. */
export interface DayPlan {
  /** Days since 1970 that count as Sundays, and as Mondays. */
  readonly holidays: ReadonlySet<number>
  readonly workdays: ReadonlySet<number>
  /** In order of their begin. */
  readonly occasions: readonly Occasion[]
  readonly weather: Weather | null
}

export const PLAIN_PLAN: DayPlan = { holidays: new Set(), workdays: new Set(), occasions: [], weather: null }

export interface Almanac {
  readonly calendar: Calendar | null
  readonly occasions: readonly Occasion[]
  readonly weather: Weather | null
}

export const NO_ALMANAC: Almanac = { calendar: null, occasions: [], weather: null }

/** Makes the plans of bins: those without an event of their own share one. */
export function plansOf({ calendar, occasions, weather }: Almanac): (bin: string) => DayPlan {
  const holidays = new Set(calendar === null ? [] : Array.from(calendar.holidays, dayNumber))
  const workdays = new Set(calendar === null ? [] : Array.from(calendar.workdays, dayNumber))
  const sorted = [...occasions].sort((a, b) => a.from - b.from)
  const common: DayPlan = { holidays, workdays, occasions: sorted.filter(({ bin }) => bin === null), weather }
  const own = new Set(sorted.flatMap(({ bin }) => (bin === null ? [] : [bin])))
  return (name) => (own.has(name) ? { ...common, occasions: sorted.filter(({ bin }) => bin === null || bin === name) } : common)
}

const SUNDAY = 3
const MONDAY = 4

/** Day of the week from Thursday, as 1970 began, that a day counts as. */
export function countedDay({ holidays, workdays }: DayPlan, day: number): number {
  if (holidays.size > 0 && holidays.has(day)) return SUNDAY
  const named = ((day % 7) + 7) % 7
  return workdays.size > 0 && workdays.has(day) && (named === 2 || named === SUNDAY) ? MONDAY : named
}

/** Share of a time that lies within events. */
export function occasionShare({ occasions }: DayPlan, from: EpochMs, until: EpochMs): number {
  let sum = 0
  for (const one of occasions) {
    if (one.from >= until) break
    sum += Math.max(0, Math.min(until, one.until) - Math.max(from, one.from))
  }
  return Math.min(1, sum / (until - from))
}

/** Share of a time that lies on days that are not what their weekday says. */
export function oddShare(plan: DayPlan, from: EpochMs, until: EpochMs): number {
  if (plan.holidays.size === 0 && plan.workdays.size === 0) return 0
  let sum = 0
  for (let day = Math.floor(from / DAY_MS); day * DAY_MS < until; day++) {
    if (countedDay(plan, day) === ((day % 7) + 7) % 7) continue
    sum += Math.min(until, (day + 1) * DAY_MS) - Math.max(from, day * DAY_MS)
  }
  return sum / (until - from)
}

const SEASON_MS = 14 * DAY_MS

/** Rain of the last day, its mean temperature, and how much warmer that was than the last two weeks; NaN where it is not known. Nothing later than `at` is read. */
export function weatherAt({ weather }: DayPlan, at: EpochMs): [number, number, number] {
  if (weather === null) return [Number.NaN, Number.NaN, Number.NaN]
  const { ts, rain_mm, temp_c } = weather
  let [rain, rains, day, days, season, seasons] = [0, 0, 0, 0, 0, 0]
  for (let i = firstAfter(ts, at) - 1; i >= 0 && ts[i] > at - SEASON_MS; i--) {
    const isDay = ts[i] > at - 24 * HOUR_MS
    if (isDay && !Number.isNaN(rain_mm[i])) {
      rain += rain_mm[i]
      rains++
    }
    if (Number.isNaN(temp_c[i])) continue
    season += temp_c[i]
    seasons++
    if (!isDay) continue
    day += temp_c[i]
    days++
  }
  const temp = days === 0 ? Number.NaN : day / days
  return [rains === 0 ? Number.NaN : rain, temp, temp - season / Math.max(1, seasons)]
}

function firstAfter(ts: Float64Array, at: EpochMs): number {
  let [low, high] = [0, ts.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (ts[middle] <= at) low = middle + 1
    else high = middle
  }
  return low
}
