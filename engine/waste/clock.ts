import { type EpochMs, HOUR_MS } from '../base/time.ts'
import type { Context } from '../model/context.ts'
import type { OddDays } from '../model/solve.ts'

/** Milliseconds of the clock at the bins as if it were UTC, so that slots and days are the city's. */
export function clockAt(context: Context, now: EpochMs): EpochMs {
  const utc_h = (now / HOUR_MS) % 24
  const ahead_h = context.localHour(now) - utc_h
  const offset_h = ahead_h > 14 ? ahead_h - 24 : ahead_h < -12 ? ahead_h + 24 : ahead_h
  return now + Math.round(offset_h * 4) * (HOUR_MS / 4)
}

/** The city's calendar as plain data, for the solver. */
export const oddDaysOf = ({ calendar: { holidays, workdays } }: Context): OddDays => ({ holidays: [...holidays], workdays: [...workdays] })
