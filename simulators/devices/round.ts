/** A lorry on its round: from stop to stop, empties what it finds, now and then cannot get at a bin, tips where it is told. */
import type { LonLat } from '../../engine/base/geo.ts'
import type { Random } from '../../engine/base/random.ts'
import { type EpochMs, SECOND_MS } from '../../engine/base/time.ts'
import type { CrewPress } from '../../engine/model/observation.ts'
import type { CrewOrder, OrderStop } from '../order.ts'
import type { Bins } from '../world/bins.ts'
import { startWalk, type Walk } from './walk.ts'

export interface RoundDuty {
  readonly stage: 'round'
  readonly order: CrewOrder
  /** Still to come; the first is driven to, or worked at. */
  readonly stops: readonly OrderStop[]
  /** When the work at the first is done; null while it is driven to. */
  readonly at: EpochMs | null
}

/** What a crew says of a stop. */
export interface StopReport {
  readonly type: Extract<CrewPress, `stop.${string}`>
  readonly stop: { readonly id: string; readonly found_pct?: number; readonly why?: 'no_access' }
}

/** A car in the way, a locked yard. */
const NO_ACCESS_SHARE = 0.01
const FIFTH_PCT = 20

export const beginRound = (order: CrewOrder): RoundDuty => ({ stage: 'round', order, stops: order.stops, at: null })

export const walkToNext = ({ stops: [next] }: RoundDuty, from: LonLat): Walk | null =>
  next === undefined ? null : startWalk(from, [...next.route, next.at])

/** Arrived at the first stop. */
export function workAtStop(duty: RoundDuty, random: Random, now: EpochMs): RoundDuty {
  const [{ id, service_s }] = duty.stops
  const work_s = Math.max(1, Math.round(service_s * random.fork(`stop/${duty.order.task}/${id}`).uniform(0.6, 1.1)))
  return { ...duty, at: now + work_s * SECOND_MS }
}

/** The work at the first stop is done. */
export function leaveStop(
  duty: RoundDuty,
  bins: Bins,
  random: Random,
  now: EpochMs,
): { readonly duty: RoundDuty; readonly report: StopReport } {
  const [stop, ...rest] = duty.stops
  return {
    duty: { ...duty, stops: rest, at: null },
    report: reportOf(stop, bins, random.fork(`access/${duty.order.task}/${stop.id}`), now),
  }
}

function reportOf({ id, kind, ref }: OrderStop, bins: Bins, draw: Random, now: EpochMs): StopReport {
  if (kind === 'tip') return { type: 'stop.tipped', stop: { id } }
  if (draw.chance(NO_ACCESS_SHARE)) return { type: 'stop.failed', stop: { id, why: 'no_access' } }
  const found_pct = bins.empty(ref, now)
  // People tell fifths; a bin that overflows is a full one.
  return { type: 'stop.emptied', stop: { id, ...(found_pct !== null && { found_pct: fifthOf(found_pct) }) } }
}

const fifthOf = (fill_pct: number): number => Math.min(100, Math.max(FIFTH_PCT, Math.round(fill_pct / FIFTH_PCT) * FIFTH_PCT))

/** Other stops, or another order of them. Who stands at one finishes there first. */
export function changeRound(duty: RoundDuty, order: CrewOrder): RoundDuty {
  const [first] = duty.stops
  if (duty.at === null) return { ...duty, order, stops: order.stops }
  return { ...duty, order, stops: [first, ...order.stops.filter(({ id }) => id !== first.id)] }
}
