/**
 * Changing lanes within a road: CityFlow's `SimpleLaneChange` (`lanechange.cpp`, `engine.cpp` scheduleLaneChange and vehicleControl).
 * Who sees more room beside him than ahead asks for the lane; the vehicle that would be behind him there makes room; when the gaps are
 * safe, a shadow of his drives on the new lane, and he beside it as fast as both may, until he has crossed over. A change that is not
 * over at the end of the lane is given up.
 */
import { brakeDistance_m, safeSpeed_mps } from './car-following.ts'
import { type Lists, NONE } from './lists.ts'
import type { StreetNetwork } from './roadnet.ts'
import type { Vehicles } from './vehicles.ts'

/** Nobody begins a change this close to the end of the lane. */
const REST_M = 30
/** Nor this soon after his last change (CityFlow `coolingTime`), which there has an effect in the first seconds of a run only. */
const COOLING_S = 3

export interface LaneChanges {
  /** Signals, and the changes that begin in this step; true when there are any. */
  plan(now_s: number): boolean
  /** Greatest speed that leaves room for somebody who asked for it. */
  yieldSpeed_mps(vehicle: number): number
  /** Both halves of everybody who changes drive at the same speed; who has crossed over is on his new lane. */
  cross(): void
  /** Gives up the change of a vehicle that comes to the end of its lane; nothing for others. */
  abandon(vehicle: number): void
}

/** CityFlow's priorities: one draw for each vehicle and each shadow. */
export type Draw = () => number

export function createLaneChanges(network: StreetNetwork, vehicles: Vehicles, lists: Lists, draw: Draw): LaneChanges {
  const { lanes, roads, length_m } = network
  const { count, kinds, routes, route, place, where, previous, position_m, speed_mps, next_mps, leader, gap_m } = vehicles
  const { link_since_s, priority, yielded_to, yields_to } = vehicles
  const { first, behind, ahead } = lists
  const road_of = Int32Array.from(lanes, ({ road }) => road)
  const inner = Int32Array.from(lanes, ({ road, index }) => roads[road].lanes[index - 1] ?? NONE)
  const outer = Int32Array.from(lanes, ({ road, index }) => roads[road].lanes[index + 1] ?? NONE)
  /** Lanes with another one beside them. */
  const shared = lanes.flatMap((_, lane) => (inner[lane] !== NONE || outer[lane] !== NONE ? [lane] : []))

  /** Whoever wants to change or does, in this step. */
  const asking = new Int32Array(count)
  let asked = 0
  /** Whoever is on two lanes. */
  const crossing = new Int32Array(count)
  let crossings = 0
  const changes = new Uint8Array(count)
  /** The lane that a vehicle wants or crosses over to. */
  const target = new Int32Array(count).fill(NONE)
  const offset_m = new Float64Array(count)
  /** Who would be ahead of it there, and behind, and how far. */
  const target_leader = new Int32Array(count).fill(NONE)
  const target_follower = new Int32Array(count).fill(NONE)
  const leader_gap_m = new Float64Array(count)
  const follower_gap_m = new Float64Array(count)
  /** Who asked it for room. */
  const asked_by = new Int32Array(2 * count).fill(NONE)

  /** The nearest on a lane at or ahead of a position. */
  function nextAhead(lane: number, at_m: number): number {
    let found = NONE
    for (let v = first[lane]; v !== NONE && position_m[v] >= at_m; v = behind[v]) found = v
    return found
  }

  function room_m(v: number, lane: number): number {
    const next = nextAhead(lane, position_m[v])
    return next === NONE ? length_m[lane] - position_m[v] : position_m[next] - position_m[v] - kinds[next].length_m
  }

  /** Whether its route can go on from a lane of the road that it is on. */
  function leadsOn(v: number, lane: number): boolean {
    const roads_of_trip = routes.roads[route[v]]
    return road_of[lane] === roads_of_trip[roads_of_trip.length - 1] || routes.link(route[v], place[v], lane) !== NONE
  }

  /** The lane beside with more room than ahead, if any. */
  function wish(v: number, lane: number): number {
    const { length_m: own_m, speed_mps: top_mps } = kinds[v]
    if (length_m[lane] - position_m[v] < REST_M) return NONE
    if (gap_m[v] > 2 * own_m + 4 * top_mps || gap_m[v] < 1.5 * own_m) return NONE
    const [out, into] = [outer[lane], inner[lane]]
    let wanted = NONE
    let outer_m = 0
    if (out !== NONE && leadsOn(v, out)) {
      outer_m = room_m(v, out)
      if (outer_m > gap_m[v] + own_m) wanted = out
    }
    if (into !== NONE && leadsOn(v, into)) {
      const inner_m = room_m(v, into)
      if (inner_m > gap_m[v] + own_m && inner_m > outer_m) wanted = into
    }
    return wanted
  }

  function lookBeside(v: number): void {
    const lane = target[v]
    const next = nextAhead(lane, position_m[v])
    const after = next === NONE ? first[lane] : behind[next]
    target_leader[v] = next
    target_follower[v] = after
    leader_gap_m[v] = next === NONE ? length_m[lane] - position_m[v] : position_m[next] - position_m[v] - kinds[next].length_m
    follower_gap_m[v] = after === NONE ? Number.POSITIVE_INFINITY : position_m[v] - position_m[after] - kinds[v].length_m
  }

  /** The most urgent question counts; who wants to change himself hears only those that go before him. */
  function ask(v: number, asker: number): void {
    if (v === NONE || (v < count && changes[v] === 1)) return
    const before = asked_by[v]
    if (before !== NONE && priority[before] >= priority[asker]) return
    if (v < count && priority[v] >= priority[asker]) return
    asked_by[v] = asker
  }

  const roomBehind_m = (v: number): number => {
    const after = target_follower[v]
    return after === NONE ? 0 : brakeDistance_m(speed_mps[after], kinds[after])
  }

  function begin(v: number): void {
    const shadow = count + v
    const trip = routes.roads[route[v]]
    changes[v] = 1
    crossing[crossings++] = v
    offset_m[v] = 0
    // CityFlow's shadow looks for its road from the beginning of the route.
    place[shadow] = trip.indexOf(road_of[target[v]])
    where[shadow] = target[v]
    previous[shadow] = previous[v]
    position_m[shadow] = position_m[v]
    speed_mps[shadow] = speed_mps[v]
    leader[shadow] = leader[v]
    gap_m[shadow] = gap_m[v]
    link_since_s[shadow] = link_since_s[v]
    yielded_to[shadow] = NONE
    yields_to[shadow] = NONE
    priority[shadow] = draw()
    const after = target_follower[v]
    lists.insert(target[v], shadow, after === NONE ? lists.last[target[v]] : ahead[after])
  }

  function end(v: number): void {
    changes[v] = 0
    target[v] = NONE
    where[count + v] = NONE
  }

  /** The vehicle takes the place of its shadow. */
  function arrive(v: number): void {
    const shadow = count + v
    lists.remove(where[v], v)
    lists.insert(where[shadow], v, shadow)
    lists.remove(where[shadow], shadow)
    where[v] = where[shadow]
    place[v] = place[shadow]
    leader[v] = leader[shadow]
    gap_m[v] = gap_m[shadow]
    priority[v] = priority[shadow]
    yields_to[v] = yields_to[shadow]
    end(v)
  }

  return {
    plan(now_s) {
      for (let i = 0; i < asked; i++) if (changes[asking[i]] === 0) target[asking[i]] = NONE
      asked = 0
      asked_by.fill(NONE)
      if (now_s < COOLING_S) return false
      for (const lane of shared) {
        for (let v = first[lane]; v !== NONE; v = behind[v]) {
          if (v >= count) continue
          if (changes[v] === 0) target[v] = wish(v, lane)
          if (target[v] !== NONE) asking[asked++] = v
        }
      }
      const before = crossings
      for (let i = 0; i < asked; i++) {
        const v = asking[i]
        lookBeside(v)
        ask(target_leader[v], v)
        ask(target_follower[v], v)
        const safe = leader_gap_m[v] >= brakeDistance_m(speed_mps[v], kinds[v]) && follower_gap_m[v] >= roomBehind_m(v)
        if (changes[v] === 0 && asked_by[v] === NONE && safe) begin(v)
      }
      return crossings > before
    },
    yieldSpeed_mps(v) {
      const asker = asked_by[v]
      if (asker === NONE || target_leader[asker] === v) return Number.POSITIVE_INFINITY
      const gap = follower_gap_m[asker] - roomBehind_m(asker)
      const speed = safeSpeed_mps(speed_mps[v], kinds[v].braking_mps2, speed_mps[asker], kinds[asker].braking_mps2, gap, 0)
      // Too fast to let him in: first come.
      return speed < 0 ? Number.POSITIVE_INFINITY : speed
    },
    cross() {
      let left = 0
      for (let i = 0; i < crossings; i++) {
        const v = crossing[i]
        if (changes[v] === 0) continue
        const shadow = count + v
        next_mps[v] = Math.min(next_mps[v], next_mps[shadow])
        next_mps[shadow] = next_mps[v]
        const width_m = (lanes[where[v]].width_m + lanes[target[v]].width_m) / 2
        offset_m[v] += Math.max(0.2 * next_mps[v], 1)
        if (offset_m[v] >= width_m) arrive(v)
        else crossing[left++] = v
      }
      crossings = left
    },
    abandon(v) {
      const own = v < count ? v : v - count
      if (changes[own] === 0) return
      lists.remove(where[count + own], count + own)
      end(own)
    },
  }
}
