/** Hours of the local day. */

/** From one local hour to another; past midnight when `until_h` is below `from_h`. */
export interface HourRange {
  readonly from_h: number
  readonly until_h: number
}

export const isAlways = ({ from_h, until_h }: HourRange): boolean => from_h === until_h || until_h - from_h >= 24

export function withinHours(range: HourRange, hour: number): boolean {
  const { from_h, until_h } = range
  if (isAlways(range)) return true
  return from_h < until_h ? hour >= from_h && hour < until_h : hour >= from_h || hour < until_h
}

/** Hours until the range ends, of an hour that lies in it. */
export const hoursLeft = ({ until_h }: HourRange, hour: number): number => (until_h - hour + 24) % 24
