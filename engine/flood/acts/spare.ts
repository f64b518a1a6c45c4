/** Low points that crews beyond a reserve may go to on a smaller chance: where the chance is largest. */
import type { EpochMs } from '../../base/time.ts'
import type { LowPointForecast } from '../../model/forecast.ts'
import { isAtLeast, type PumpCrews } from '../../model/storm.ts'
import type { ActsState } from './state.ts'
import { chanceWithin, freshForecast } from './threat.ts'

/** Of the crews on duty so many are kept for points where water is likely. */
const RESERVE_SHARE = 1 / 5
const WITHIN_MIN = 90

export function sparedPoints(
  state: ActsState,
  forecasts: ReadonlyMap<string, LowPointForecast>,
  { spare, on_duty }: PumpCrews,
  now: EpochMs,
): ReadonlySet<string> {
  const count = spare - Math.floor(RESERVE_SHARE * on_duty)
  if (count <= 0) return new Set()
  const chances = [...state.points].flatMap(([id, { warning }]) => {
    const forecast = freshForecast(forecasts.get(id), now)
    return forecast === null || isAtLeast(warning.stage, 'act') ? [] : [{ id, chance: chanceWithin(forecast, WITHIN_MIN, now) }]
  })
  chances.sort((a, b) => b.chance - a.chance)
  return new Set(chances.slice(0, count).map(({ id }) => id))
}
