/** Days as people count them: dates without a time zone, working days and days off. */

/** `2026-02-16`. Sorts as it reads. */
export type IsoDate = string

/** Days that are not what their weekday says. */
export interface Calendar {
  readonly holidays: ReadonlySet<IsoDate>
  /** Saturdays and Sundays that are worked in exchange (调休). */
  readonly workdays: ReadonlySet<IsoDate>
}

export const PLAIN_CALENDAR: Calendar = { holidays: new Set(), workdays: new Set() }

/** Days since 1970-01-01 of a proleptic Gregorian date (Hinnant, chrono-compatible low-level date algorithms); NaN for what is no date. */
export function dayNumber(date: IsoDate): number {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date)
  if (match === null) return Number.NaN
  const [year, month, day] = match.slice(1).map(Number)
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
}

/** The date of a day since 1970-01-01. */
export function dateOfDay(days: number): IsoDate {
  const z = days + 719_468
  const era = Math.floor(z / 146_097)
  const dayOfEra = z - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const m = Math.floor((5 * dayOfYear + 2) / 153)
  const month = m < 10 ? m + 3 : m - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${year}-${two(month)}-${two(dayOfYear - Math.floor((153 * m + 2) / 5) + 1)}`
}

/** 0 is Monday; 1970-01-01 was a Thursday. */
export const weekdayOf = (days: number): number => (((days + 3) % 7) + 7) % 7

export function isWorkingDay(calendar: Calendar, days: number): boolean {
  const date = dateOfDay(days)
  if (calendar.workdays.has(date)) return true
  return weekdayOf(days) < 5 && !calendar.holidays.has(date)
}

/** A public holiday, whatever its weekday. */
export const isHoliday = (calendar: Calendar, days: number): boolean => calendar.holidays.has(dateOfDay(days))
