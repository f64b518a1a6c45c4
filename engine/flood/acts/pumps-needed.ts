/**
 * How many mobile pumps a low point needs: as many as its expected inflow asks for beside its own pumps, while crews are free that no
 * other point in danger may need.
 */
import type { EpochMs } from '../../base/time.ts'
import { MINUTE_MS } from '../../base/time.ts'
import type { LowPoint } from '../../model/city.ts'
import type { Context } from '../../model/context.ts'
import type { LowPointForecast } from '../../model/forecast.ts'
import { isAtLeast, type PumpCrews } from '../../model/storm.ts'
import type { ActsState } from './state.ts'
import { chanceWithin, freshForecast } from './threat.ts'
import { MOBILE_PUMP_M3_S } from './without.ts'

/** From the order to a running pump: offer, drive and set-up. */
const SET_UP_MS = 15 * MINUTE_MS
/** The share of the forecast's band above its middle that is prepared for. */
const CAUTION = 0.5

/** Least number up to `most` that keeps the foreseen water below the threshold; `most` where none does. `standing` pumps are at it already. */
export function pumpsNeeded(point: LowPoint, forecast: LowPointForecast, standing: number, most: number, now: EpochMs): number {
  for (let pumps = 1; pumps < most; pumps++) if (keepsDry(point, forecast, pumps, standing, now)) return pumps
  return most
}

/** Water balance along the forecast: what it says of the inflow, less what the pumps take from the time that they can be there. */
function keepsDry(point: LowPoint, { issued, leads }: LowPointForecast, pumps: number, standing: number, now: EpochMs): boolean {
  const volume = (i: number): number => {
    const { depth_m, high_m } = leads[i]
    return (depth_m + CAUTION * (high_m - depth_m)) * point.storage_m2
  }
  let left_m3 = volume(0)
  for (let i = 1; i < leads.length; i++) {
    const [from, until] = [leads[i - 1], leads[i]].map(({ lead_min }) => issued + lead_min * MINUTE_MS)
    // Pumps that stand there already have their effect in the forecast's own first level only, not in its later inflow.
    const pumping_s = (first: EpochMs): number => Math.max(0, until - Math.max(from, first)) / 1000
    const taken_m3 = MOBILE_PUMP_M3_S * (standing * pumping_s(now) + Math.max(0, pumps - standing) * pumping_s(now + SET_UP_MS))
    left_m3 = Math.max(0, left_m3 + volume(i) - volume(i - 1) - taken_m3)
    // Before anybody can be there more pumps do not help: only what comes later counts for their number.
    if (until > now + SET_UP_MS && left_m3 > point.threshold_m * point.storage_m2) return false
  }
  return true
}

/** More than one crew goes only where water is this certain and near: earlier, others may need them as a first one. */
const CERTAIN = { within_min: 30, from: 0.5 }

interface Lacking {
  readonly id: string
  readonly chance: number
  readonly asked: number
  readonly needed: number
}

/** Crews with a pump to be asked for at each point where any is sent. Beyond the first they come out of what is left over. */
export function sharePumps(
  state: ActsState,
  context: Context,
  forecasts: ReadonlyMap<string, LowPointForecast>,
  crews: PumpCrews,
  now: EpochMs,
): ReadonlyMap<string, number> {
  const pumps = new Map<string, number>()
  const lacking: Lacking[] = []
  let left = crews.spare
  for (const point of context.city.low_points) {
    const acts = state.points.get(point.id)
    if (acts === undefined || !isAtLeast(acts.warning.stage, 'prepare')) continue
    const here = crews.at_points.filter((crew) => crew.point === point.id)
    // Whoever may be needed where nobody is yet is not given away.
    if (here.length === 0 && acts.foreseen?.severity !== 'warning') left--
    if (!isAtLeast(acts.warning.stage, 'act')) continue
    const asked = Math.max(1, acts.foreseen?.pumps ?? 1)
    pumps.set(point.id, asked)
    const forecast = freshForecast(forecasts.get(point.id), now)
    const chance = forecast === null ? 0 : chanceWithin(forecast, CERTAIN.within_min, now)
    if (forecast === null || chance < CERTAIN.from) continue
    const standing = here.filter(({ onsite }) => onsite).length
    const needed = pumpsNeeded(point, forecast, standing, context.dispatch.pumps_max, now)
    if (needed > asked) lacking.push({ id: point.id, chance, asked, needed })
  }
  // First where few more keep it dry.
  lacking.sort((a, b) => a.needed - a.asked - (b.needed - b.asked) || b.chance - a.chance)
  for (const { id, asked, needed } of lacking) {
    const more = Math.min(needed - asked, Math.max(0, left))
    pumps.set(id, asked + more)
    left -= more
  }
  // Too few for all: those beyond the first that nobody was promised for are given back.
  if (left < 0) for (const [id, asked] of pumps) pumps.set(id, Math.max(1, Math.min(asked, countAt(crews, id))))
  return pumps
}

const countAt = ({ at_points }: PumpCrews, id: string): number => at_points.filter(({ point }) => point === id).length
