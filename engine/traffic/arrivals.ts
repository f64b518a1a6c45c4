/**
 * When vehicles will reach each stop line of a junction: those on its lanes from their probable places, those still upstream from what the
 * neighbours plan to release, and those of a silent lane from what the junctions around have seen of it (silent-lane.ts).
 */
import { SECOND_MS } from '../base/time.ts'
import type { Site } from './controllers/controller.ts'
import { earliestArrival_s } from './lane-track.ts'
import type { Arrivals } from './plan.ts'
import { CROSSING_S, shareOfLane } from './silent-lane.ts'
import type { JunctionState } from './state.ts'
import { shareOfWays } from './turn-split.ts'

/** Who turns left slows down for the curve: 36 m at 8.3 instead of 11.1 m/s. */
const TURN_S = 1
const TURN_FROM_S = 3
const UNSEEN_EVERY_S = 3

interface LaneArrivals {
  readonly at_s: number[]
  readonly weight_veh: number[]
}

export function foreseeArrivals(site: Site, horizon_s: number): Arrivals {
  const { lanes } = site.junction
  const all = lanes.map(
    (_, lane): LaneArrivals => (site.memory.lanes[lane].heard === null ? virtual(site, lane, horizon_s) : seen(site, lane)),
  )
  for (const [lane, arrivals] of all.entries()) {
    addNeighbours(site, lane, arrivals, horizon_s)
    addUnseen(site, lane, arrivals, horizon_s)
  }
  const first = new Int32Array(lanes.length + 1)
  for (const [lane, { at_s }] of all.entries()) first[lane + 1] = first[lane] + at_s.length
  const arrivals = { first, at_s: new Float64Array(first[lanes.length]), weight_veh: new Float64Array(first[lanes.length]) }
  for (const [lane, { at_s, weight_veh }] of all.entries()) {
    arrivals.at_s.set(at_s, first[lane])
    arrivals.weight_veh.set(weight_veh, first[lane])
  }
  return arrivals
}

function seen({ junction, memory, now }: Site, lane: number): LaneArrivals {
  const { track, heard } = memory.lanes[lane]
  const { speed_mps, left } = junction.lanes[lane]
  const since_s = Math.max(0, now - (heard ?? now)) / SECOND_MS
  const at_s: number[] = []
  const weight_veh: number[] = []
  for (let k = 0; k < track.x_m.length; k++) {
    const v_mps = k < track.queued ? 0 : track.v_mps[k]
    const at = earliestArrival_s(track.x_m[k] - since_s * v_mps, v_mps, speed_mps)
    const turns = left && k >= track.queued
    insert(at_s, weight_veh, 0, turns ? at + TURN_S * Math.min(1, at / TURN_FROM_S) : at, 1)
  }
  return { at_s, weight_veh }
}

/** Puts an arrival behind those of its time and before, of which nearly all are there already; none of the first `from` moves. */
function insert(at_s: number[], weight_veh: number[], from: number, at: number, veh: number): void {
  let k = at_s.length
  at_s.push(at)
  weight_veh.push(veh)
  for (; k > from && at_s[k - 1] > at; k--) {
    at_s[k] = at_s[k - 1]
    weight_veh[k] = weight_veh[k - 1]
  }
  at_s[k] = at
  weight_veh[k] = veh
}

/** Where nobody upstream tells, arrivals beyond the far end of the lane: its mean flow, one part of a vehicle every few seconds. */
function addUnseen({ junction, memory }: Site, lane: number, { at_s, weight_veh }: LaneArrivals, horizon_s: number): void {
  const { feeders, length_m, speed_mps } = junction.lanes[lane]
  const { heard, flow_veh_s } = memory.lanes[lane]
  if (feeders.length > 0 || heard === null || flow_veh_s <= 0) return
  for (let t = length_m / speed_mps + UNSEEN_EVERY_S / 2; t < horizon_s; t += UNSEEN_EVERY_S) {
    at_s.push(t)
    weight_veh.push(flow_veh_s * UNSEEN_EVERY_S)
  }
}

/** Those thought to wait on a silent lane, then those on their way from upstream, else one after the other by its mean flow. */
function virtual({ memory, now }: Site, lane: number, horizon_s: number): LaneArrivals {
  const { virtual_veh, flow_veh_s, bridge } = memory.lanes[lane]
  const at_s: number[] = []
  const weight_veh: number[] = []
  const add = (at: number, veh: number): void => {
    at_s.push(at)
    weight_veh.push(veh)
  }
  for (let rest = virtual_veh; rest > 0; rest--) add(0, Math.min(1, rest))
  if (bridge !== null && bridge.fed_veh !== null) for (const { at, veh } of bridge.coming) add(Math.max(0, (at - now) / SECOND_MS), veh)
  else for (let t = 1 / flow_veh_s; t < horizon_s; t += 1 / flow_veh_s) add(t, 1)
  return { at_s, weight_veh }
}

export interface Coming {
  /** The junction upstream. */
  readonly from: string
  /** Seconds from now at the stop line. */
  readonly at_s: number
  /** Vehicles: the planned weight times the share of that road's vehicles that takes this lane. */
  readonly weight_veh: number
}

type Upstream = Pick<Site, 'junction' | 'memory' | 'traffic' | 'now'>

/** What the junctions upstream plan to release towards this lane before the horizon; nothing from those without a plan. */
function eachAnnounced(
  { junction, memory, traffic, now }: Upstream,
  lane: number,
  horizon_s: number,
  take: (from: string, at_s: number, weight_veh: number) => void,
): void {
  const { feeders, length_m, speed_mps } = junction.lanes[lane]
  const { heard, bridge } = memory.lanes[lane]
  // A silent lane that nobody upstream tells of goes by its mean flow.
  if (feeders.length === 0 || (heard === null && (bridge === null || bridge.fed_veh === null))) return
  const share = shareOfLane(junction, memory.lanes, lane)
  const travel_s = length_m / speed_mps + CROSSING_S
  let from = ''
  let plan: JunctionState['plan'] = null
  let memories: JunctionState['lanes'] = []
  for (const feeder of feeders) {
    if (feeder.junction !== from) {
      memories = traffic.junctions.get(feeder.junction)?.lanes ?? []
      plan = traffic.junctions.get(feeder.junction)?.plan ?? null
    }
    from = feeder.junction
    if (plan === null) continue
    const taking = share * shareOfWays(memories[feeder.lane], feeder)
    if (taking === 0) continue
    const { at_s: leave_s, weight_veh: weights } = plan.plan.departures[feeder.lane]
    const shift_s = (plan.made - now) / SECOND_MS
    for (let k = 0; k < leave_s.length; k++) {
      const leaves_s = leave_s[k] + shift_s
      if (leaves_s + travel_s >= horizon_s) break
      if (leaves_s > 0) take(from, leaves_s + travel_s, taking * weights[k])
    }
  }
}

export function announced(site: Upstream, lane: number): Coming[] {
  const coming: Coming[] = []
  eachAnnounced(site, lane, Number.POSITIVE_INFINITY, (from, at_s, weight_veh) => coming.push({ from, at_s, weight_veh }))
  return coming
}

function addNeighbours(site: Site, lane: number, { at_s, weight_veh }: LaneArrivals, horizon_s: number): void {
  const own = at_s.length
  const last_s = own === 0 ? 0 : at_s[own - 1]
  eachAnnounced(site, lane, horizon_s, (_, at, weight) => insert(at_s, weight_veh, own, at, weight))
  for (let k = own; k < at_s.length && at_s[k] < last_s; k++) at_s[k] = last_s
}
