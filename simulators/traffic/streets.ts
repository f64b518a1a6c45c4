/**
 * Streets in motion, one step a second: vehicles follow each other along lanes and through junctions, as in CityFlow (see
 * car-following.ts), without lane changes inside a road. Measured beside CityFlow on three networks the travel times of the usual
 * controllers differ by less than 5 % and stand in the same order (tests/bench/signals.ts).
 *
 * released = waiting outside + on the streets + finished, at every step.
 */
import { brakeDistance_m, followSpeed_mps, sight_m, stopSpeed_mps, TURN_MPS, YIELD_M } from './car-following.ts'
import type { Trip } from './demand.ts'
import { createRightOfWay } from './right-of-way.ts'
import { RANK, type StreetNetwork } from './roadnet.ts'
import { createVehicles, NONE, type Vehicles } from './vehicles.ts'

/** Somebody drives out of the way at least this fast: no need to wait for room behind him (CityFlow `Vehicle::getIntersectionRelatedSpeed`). */
const CLEARING_MPS = 2

export interface Streets {
  readonly network: StreetNetwork
  readonly vehicles: Vehicles
  /** Vehicles of every drivable, front first. */
  readonly on: readonly (readonly number[])[]
  readonly now_s: number
  readonly released: number
  /** Due, but their first lane is full. */
  readonly waiting: number
  readonly finished: number
  /** Opens or closes the lane links of one road link. */
  setOpen(links: readonly number[], open: boolean): void
  /** The second from `now_s` to `now_s + 1`. */
  step(): void
}

export function createStreets(network: StreetNetwork, trips: readonly Trip[]): Streets {
  const { lanes, links, length_m, speed_mps: limit_mps } = network
  const vehicles = createVehicles(network, trips)
  const { kinds, ways, way_at, where, previous, position_m, speed_mps, next_mps, leader, gap_m, link_since_s, yields_to, finish_s } =
    vehicles
  const order = trips.map((_, i) => i).sort((a, b) => trips[a].start_s - trips[b].start_s || a - b)
  const on: number[][] = Array.from({ length: lanes.length + links.length }, () => [])
  const outside: number[][] = lanes.map(() => [])
  const open = new Uint8Array(links.length).fill(1)
  const rightOfWay = createRightOfWay(network, vehicles)
  let now_s = 0
  let released = 0
  let waiting = 0
  let finished = 0

  const tail = (drivable: number): number => {
    const list = on[drivable]
    return list.length === 0 ? NONE : list[list.length - 1]
  }

  function release(): void {
    while (released < order.length && trips[order[released]].start_s <= now_s) {
      const v = order[released++]
      outside[ways[v][0]].push(v)
      waiting++
    }
    for (let lane = 0; lane < lanes.length; lane++) {
      const first = outside[lane]
      if (first.length === 0) continue
      const v = first[0]
      const last = tail(lane)
      if (last !== NONE && position_m[last] <= kinds[last].length_m + kinds[v].gap_m) continue
      first.shift()
      waiting--
      where[v] = lane
      on[lane].push(v)
      follow(v, last)
    }
  }

  const lead = (v: number, ahead: number, gap: number): void => {
    leader[v] = ahead
    gap_m[v] = gap
  }

  /** The vehicle ahead on its lane, or on its further way as far as it sees. */
  function follow(v: number, ahead: number): void {
    leader[v] = NONE
    if (ahead !== NONE) {
      lead(v, ahead, position_m[ahead] - kinds[ahead].length_m - position_m[v])
      return
    }
    const way = ways[v]
    const sight = sight_m(kinds[v])
    let distance_m = length_m[where[v]] - position_m[v]
    for (let at = way_at[v] + 1; at < way.length && distance_m <= sight; at++) {
      const drivable = way[at]
      if (drivable < lanes.length) {
        const last = tail(drivable)
        if (last !== NONE) lead(v, last, distance_m + position_m[last] - kinds[last].length_m)
      } else {
        // All links out of a lane overlap where they begin.
        for (const link of lanes[links[drivable - lanes.length].from].links) {
          const last = tail(lanes.length + link)
          if (last === NONE) continue
          const gap = distance_m + position_m[last] - kinds[last].length_m
          if (leader[v] === NONE || gap < gap_m[v]) lead(v, last, gap)
        }
      }
      if (leader[v] !== NONE) return
      distance_m += length_m[drivable]
    }
  }

  /** Greatest speed with which the junction ahead lets it drive. */
  function junctionSpeed_mps(v: number): number {
    const kind = kinds[v]
    const here = where[v]
    let speed = kind.speed_mps
    let link = here - lanes.length
    let at_m = position_m[v]
    if (here < lanes.length) {
      const next = ways[v][way_at[v] + 1]
      if (next === undefined) return speed
      const rest_m = length_m[here] - position_m[v]
      if (rest_m > sight_m(kind)) return speed
      link = next - lanes.length
      const last = tail(links[link].to)
      const room = last === NONE || position_m[last] > kinds[last].length_m + kind.gap_m || speed_mps[last] >= CLEARING_MPS
      if ((open[link] === 0 || !room) && brakeDistance_m(speed_mps[v], kind) <= rest_m)
        return Math.min(speed, stopSpeed_mps(speed_mps[v], kind, rest_m))
      if (links[link].rank !== RANK.go_straight) speed = Math.min(speed, TURN_MPS)
      at_m = -rest_m
    }
    for (const { cross, side, at_m: cross_m } of links[link].crosses) {
      if (cross_m < at_m) continue
      const foe = rightOfWay.foe(v, link, cross, side, cross_m - at_m)
      if (foe === NONE) continue
      yields_to[v] = foe
      return Math.min(speed, stopSpeed_mps(speed_mps[v], kind, Math.max(0, cross_m - at_m - YIELD_M)))
    }
    return speed
  }

  function chooseSpeed_mps(v: number): number {
    const kind = kinds[v]
    const ahead = leader[v]
    const free = Math.min(kind.speed_mps, speed_mps[v] + kind.acceleration_mps2, limit_mps[where[v]])
    const behind = ahead === NONE ? free : followSpeed_mps(speed_mps[v], kind, speed_mps[ahead], kinds[ahead], gap_m[v])
    return Math.max(Math.min(free, behind, junctionSpeed_mps(v)), speed_mps[v] - kind.braking_mps2)
  }

  /** Metres driven in this second; a speed below zero means that it stops within it. */
  function drive(v: number): number {
    const next = next_mps[v]
    const by_m = next < 0 ? (0.5 * speed_mps[v] * speed_mps[v]) / kinds[v].braking_mps2 : (speed_mps[v] + next) / 2
    speed_mps[v] = Math.max(0, next)
    return by_m
  }

  /** Moves the vehicles of one drivable; those that have left it go to `left`, unless their trip is over. */
  function moveAlong(drivable: number, left: number[]): void {
    const list = on[drivable]
    let gone = 0
    for (const v of list) {
      let at_m = position_m[v] + drive(v)
      const way = ways[v]
      let at = way_at[v]
      while (at < way.length && at_m > length_m[way[at]]) at_m -= length_m[way[at++]]
      position_m[v] = at_m
      if (at === way_at[v]) continue
      gone++
      way_at[v] = at
      if (at < way.length) {
        left.push(v)
        continue
      }
      finish_s[v] = now_s + 1
      where[v] = NONE
      finished++
    }
    if (gone > 0) list.splice(0, gone)
  }

  function move(): void {
    const left: number[] = []
    for (let drivable = 0; drivable < on.length; drivable++) if (on[drivable].length > 0) moveAlong(drivable, left)
    const target = (v: number): number => ways[v][way_at[v]]
    left.sort((a, b) => target(a) - target(b) || position_m[b] - position_m[a] || a - b)
    for (const v of left) {
      previous[v] = ways[v][way_at[v] - 1]
      where[v] = target(v)
      link_since_s[v] = where[v] < lanes.length ? Number.POSITIVE_INFINITY : now_s + 1
      on[where[v]].push(v)
    }
  }

  return {
    network,
    vehicles,
    on,
    get now_s() {
      return now_s
    },
    get released() {
      return released
    },
    get waiting() {
      return waiting
    },
    get finished() {
      return finished
    },
    setOpen(which, isOpen) {
      for (const link of which) open[link] = isOpen ? 1 : 0
    },
    step() {
      release()
      rightOfWay.look(on, open)
      yields_to.fill(NONE)
      for (const list of on) for (const v of list) next_mps[v] = chooseSpeed_mps(v)
      move()
      for (const list of on) for (let i = 0; i < list.length; i++) follow(list[i], i === 0 ? NONE : list[i - 1])
      now_s++
    },
  }
}
