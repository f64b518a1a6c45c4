/** Planned times at which alarms are held back, by device and by calendar. */
import { dayNumber, isWorkingDay, weekdayOf } from '../base/calendar.ts'
import type { EpochMs } from '../base/time.ts'
import type { DeviceKey } from '../model/city.ts'
import { splitKey } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { SuppressedTime, Suppression } from '../model/rule.ts'

/** The first window that holds the device's alarms back now, or null. */
export function suppressedBy(windows: readonly Suppression[], context: Context, key: DeviceKey, now: EpochMs): Suppression | null {
  return windows.find((window) => concerns(window, context, key) && window.times.some((time) => covers(time, context, now))) ?? null
}

/** Whether a window can ever hold this device's alarms back. */
export function concerns({ where }: Suppression, context: Context, key: DeviceKey): boolean {
  const device = context.devices.get(key)
  if (where.district !== null && splitKey(key).district !== where.district) return false
  if (where.grid !== null && device?.grid !== where.grid) return false
  if (where.kind !== null && device?.kind !== where.kind) return false
  return where.devices === null || where.devices.includes(key)
}

function covers(time: SuppressedTime, context: Context, now: EpochMs): boolean {
  const hour = context.localHour(now)
  const today = context.localDayNumber(now)
  if (time.from_h < time.until_h) return hour >= time.from_h && hour < time.until_h && isDay(time, context, today)
  // The hours after midnight belong to the evening before.
  if (hour >= time.from_h) return isDay(time, context, today)
  return hour < time.until_h && isDay(time, context, today - 1)
}

function isDay(time: SuppressedTime, context: Context, day: number): boolean {
  if (time.weekdays !== null && !time.weekdays.includes(weekdayOf(day))) return false
  if (time.days !== 'all' && isWorkingDay(context.calendar, day) !== (time.days === 'working')) return false
  if (time.first !== null && day < dayNumber(time.first)) return false
  if (time.last !== null && day > dayNumber(time.last)) return false
  if (time.every_weeks === 1 || time.starting === null) return true
  const monday = (any: number): number => any - weekdayOf(any)
  const weeks = (monday(day) - monday(dayNumber(time.starting))) / 7
  return weeks >= 0 && weeks % time.every_weeks === 0
}
