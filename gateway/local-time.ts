import { type EpochMs, HOUR_MS } from '../engine/base/time.ts'

/**
 * Local time of day in hours, 0 ≤ h < 24, by the zone's rules. The offset is asked for once per quarter of an hour, because zones change it
 * on quarters only (IANA tz database) and Intl is slow.
 */
export function localHour(timezone: string): (now: EpochMs) => number {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: timezone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  let quarter = Number.NaN
  let quarter_h = 0
  return (now) => {
    const start = Math.floor(now / (HOUR_MS / 4))
    if (start !== quarter) {
      const [hour, minute] = format
        .format(start * (HOUR_MS / 4))
        .split(':')
        .map(Number)
      quarter = start
      quarter_h = hour + minute / 60
    }
    return quarter_h + (now - start * (HOUR_MS / 4)) / HOUR_MS
  }
}
