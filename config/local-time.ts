/** Hour of the day in the city's own time, for rhythms and shifts. */
import { dayNumber } from '../engine/base/calendar.ts'
import { type EpochMs, HOUR_MS } from '../engine/base/time.ts'

/** Hours since local midnight, 0 ≤ h < 24, with fractions. */
export type LocalHour = (ts: EpochMs) => number

const QUARTER_MS = HOUR_MS / 4

/** Offsets are looked up once a quarter of an hour: zones change on quarters only, and Intl is slow. */
export function createLocalHour(timezone: string): LocalHour {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: timezone, hourCycle: 'h23', hour: '2-digit', minute: '2-digit' })
  let quarter = Number.NaN
  let quarter_h = 0
  return (ts) => {
    const current = Math.floor(ts / QUARTER_MS)
    if (current !== quarter) {
      const [hour, minute] = format
        .format(current * QUARTER_MS)
        .split(':')
        .map(Number)
      quarter = current
      quarter_h = hour + minute / 60
    }
    return quarter_h + (ts - current * QUARTER_MS) / HOUR_MS
  }
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
  let quarter = Number.NaN
  let day = 0
  return (ts) => {
    const current = Math.floor(ts / QUARTER_MS)
    if (current !== quarter) {
      quarter = current
      day = DAYS.indexOf(format.format(current * QUARTER_MS))
    }
    return day
  }
}

/** Local date as days since 1970-01-01. */
export function createLocalDayNumber(timezone: string): (ts: EpochMs) => number {
  // Sweden writes dates as ISO 8601 does.
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, year: 'numeric', month: '2-digit', day: '2-digit' })
  let quarter = Number.NaN
  let day = 0
  return (ts) => {
    const current = Math.floor(ts / QUARTER_MS)
    if (current !== quarter) {
      quarter = current
      day = dayNumber(format.format(current * QUARTER_MS))
    }
    return day
  }
}
