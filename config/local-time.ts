/** Hour of the day in the city's own time, for rhythms and shifts. */
import { dayNumber } from '../engine/base/calendar.ts'
import { type EpochMs, HOUR_MS } from '../engine/base/time.ts'

/** Hours since local midnight, 0 ≤ h < 24, with fractions. */
export type LocalHour = (ts: EpochMs) => number

const QUARTER_MS = HOUR_MS / 4

/** What is asked of the calendar is looked up once a quarter of an hour: zones change on quarters only, and Intl is slow. */
function perQuarter<T>(lookUp: (quarter_start: EpochMs) => T): (ts: EpochMs) => T {
  let known: { readonly quarter: number; readonly value: T } | null = null
  return (ts) => {
    const quarter = Math.floor(ts / QUARTER_MS)
    if (known?.quarter !== quarter) known = { quarter, value: lookUp(quarter * QUARTER_MS) }
    return known.value
  }
}

export function createLocalHour(timezone: string): LocalHour {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: timezone, hourCycle: 'h23', hour: '2-digit', minute: '2-digit' })
  const quarter_h = perQuarter((start) => {
    const [hour, minute] = format.format(start).split(':').map(Number)
    return hour + minute / 60
  })
  return (ts) => quarter_h(ts) + (ts - Math.floor(ts / QUARTER_MS) * QUARTER_MS) / HOUR_MS
}

/** Linear between 24 hourly values, the last leading back to the first. */
export function atHour(hourly: readonly number[], hour: number): number {
  const low = Math.floor(hour) % 24
  const share = hour - Math.floor(hour)
  return hourly[low] * (1 - share) + hourly[(low + 1) % 24] * share
}

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

/** Local day of the week, 0 is Monday. */
export function createLocalDay(timezone: string): (ts: EpochMs) => number {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: timezone, weekday: 'short' })
  return perQuarter((start) => DAYS.indexOf(format.format(start)))
}

/** Local date as days since 1970-01-01. */
export function createLocalDayNumber(timezone: string): (ts: EpochMs) => number {
  // Sweden writes dates as ISO 8601 does.
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, year: 'numeric', month: '2-digit', day: '2-digit' })
  return perQuarter((start) => dayNumber(format.format(start)))
}
