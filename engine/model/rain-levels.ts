/**
 * China's rainstorm warning signals (暴雨预警信号): China Meteorological Administration, order 16 of 2007 (气象灾害预警信号发布与传播办法), annex. A signal holds when so much rain has
 * fallen within so many hours and may go on, or is expected to.
 */
import type { WarningLevel } from './warning.ts'

export interface RainLevel {
  readonly level: WarningLevel
  readonly mm: number
  readonly hours: number
}

/** Highest first. Some provinces have their own. */
export const RAIN_LEVELS: readonly RainLevel[] = [
  { level: 'red', mm: 100, hours: 3 },
  { level: 'orange', mm: 50, hours: 3 },
  { level: 'yellow', mm: 50, hours: 6 },
  { level: 'blue', mm: 50, hours: 12 },
]

/** Since when they have been in force. */
export const RAIN_LEVELS_FROM = '2007-06-12'
