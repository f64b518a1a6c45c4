/**
 * What flows on a lane whose detector is not believed: what upstream lets in less what its sister lanes take; else what this lane had at
 * this time of day; else, in lane-memory.ts, what the junction's lanes of the same kind have.
 */
import type { EpochMs } from '../../base/time.ts'
import type { Context } from '../../model/context.ts'
import type { SignalJunction } from '../../model/signal-network.ts'
import type { JunctionState } from '../state.ts'
import type { DetectorWatch, LaneWatch } from './state.ts'

export type Junctions = ReadonlyMap<string, JunctionState>

const QUARTERS = 96
const WEEKEND = 5
const HOUR_S = 3600
/** A quarter's flow moves this far towards what was seen last. */
const LEARNT = 0.3

export interface UpstreamFlow {
  /** Signed, for the difference of noisy flows may be below 0. */
  readonly lane_veh_s: number
  readonly road_veh_s: number
}

/** By conservation of vehicles; null when a lane that is needed is not heard. */
export function upstreamFlow(junctions: Junctions, junction: SignalJunction, lane: number): UpstreamFlow | null {
  const { exclusive_feeders, siblings } = junction.lanes[lane]
  const own = junctions.get(junction.id)
  if (exclusive_feeders.length === 0 || own === undefined) return null
  let road_veh_s = 0
  let from = ''
  let upstream: JunctionState | undefined
  for (const { junction: id, lane: l } of exclusive_feeders) {
    if (id !== from) upstream = junctions.get(id)
    from = id
    const memory = upstream?.lanes[l]
    if (memory === undefined || memory.heard === null) return null
    road_veh_s += memory.released_veh_s
  }
  let lane_veh_s = road_veh_s
  for (const sibling of siblings) {
    if (sibling === lane) continue
    if (own.lanes[sibling].heard === null) return null
    lane_veh_s -= own.lanes[sibling].flow_veh_s
  }
  return { lane_veh_s, road_veh_s }
}

function quarterOf({ localHour, localDay }: Context, now: EpochMs): number {
  return (localDay(now) >= WEEKEND ? QUARTERS : 0) + Math.floor(localHour(now) * 4)
}

export function profileFlow_veh_s({ profile_veh_h }: LaneWatch, context: Context, now: EpochMs): number | null {
  const flow_veh_h = profile_veh_h[quarterOf(context, now)] ?? -1
  return flow_veh_h < 0 ? null : flow_veh_h / HOUR_S
}

export function bridgedFlow_veh_s(
  junctions: Junctions,
  context: Context,
  junction: SignalJunction,
  watch: DetectorWatch,
  lane: number,
  now: EpochMs,
): number | null {
  const upstream = upstreamFlow(junctions, junction, lane)
  return upstream === null ? profileFlow_veh_s(watch.lanes[lane], context, now) : Math.max(0, upstream.lane_veh_s)
}

/** At the end of a quarter of an hour: its flow, of the lanes that are believed. */
export function learnProfile(watch: DetectorWatch, known: JunctionState, context: Context, now: EpochMs, quarter: number): void {
  if (watch.quarter === quarter) return
  const learnt = watch.quarter >= 0 && watch.quarter === quarter - 1
  watch.quarter = quarter
  if (!learnt) return
  const slot = quarterOf(context, now - 1)
  for (const [l, lane] of watch.lanes.entries()) {
    if (lane.fault !== null || known.lanes[l].heard === null) continue
    if (lane.profile_veh_h.length === 0) lane.profile_veh_h = new Array<number>(2 * QUARTERS).fill(-1)
    const seen_veh_h = known.lanes[l].flow_veh_s * HOUR_S
    const before = lane.profile_veh_h[slot]
    lane.profile_veh_h[slot] = Math.round(before < 0 ? seen_veh_h : before + LEARNT * (seen_veh_h - before))
  }
}
