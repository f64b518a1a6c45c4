/** How fast every vehicle drives in the next second (CityFlow `Vehicle::getNextSpeed` and `getIntersectionRelatedSpeed`). */
import { brakeDistance_m, followSpeed_mps, safeSpeed_mps, sight_m, stopSpeed_mps, TURN_MPS, YIELD_M } from './car-following.ts'
import type { LaneChanges } from './lane-change.ts'
import { type Lists, NONE } from './lists.ts'
import type { RightOfWay } from './right-of-way.ts'
import { RANK, type StreetNetwork } from './roadnet.ts'
import type { Vehicles } from './vehicles.ts'

/** Somebody drives out of the way at least this fast: no need to wait for room behind him (CityFlow `Lane::canEnter`). */
const CLEARING_MPS = 2

export interface Speeds {
  choose(vehicle: number): number
}

export function createSpeeds(
  network: StreetNetwork,
  vehicles: Vehicles,
  { last }: Lists,
  open: Uint8Array,
  rightOfWay: RightOfWay,
  changes: LaneChanges,
): Speeds {
  const { lanes, links, length_m, speed_mps: limit_mps } = network
  const { kinds, routes, route, where, position_m, speed_mps, leader, gap_m, yields_to } = vehicles

  function hasRoom(v: number, lane: number): boolean {
    const tail = last[lane]
    return tail === NONE || position_m[tail] > kinds[tail].length_m + kinds[v].length_m || speed_mps[tail] >= CLEARING_MPS
  }

  /** Lets those pass who go first where links cross, from `at_m` on this link, below zero before it. */
  function crossSpeed_mps(v: number, link: number, at_m: number): number {
    for (const { cross, side, at_m: cross_m } of links[link].crosses) {
      if (cross_m < at_m) continue
      const foe = rightOfWay.foe(v, link, cross, side, cross_m - at_m)
      if (foe === NONE) continue
      yields_to[v] = foe
      return stopSpeed_mps(speed_mps[v], kinds[v], cross_m - at_m - YIELD_M)
    }
    return Number.POSITIVE_INFINITY
  }

  function approachSpeed_mps(v: number, link: number, rest_m: number): number {
    const kind = kinds[v]
    // Not only the first one looks at the signal; who cannot stop any more drives through.
    if ((open[link] === 0 || !hasRoom(v, links[link].to)) && brakeDistance_m(speed_mps[v], kind) <= rest_m)
      return stopSpeed_mps(speed_mps[v], kind, rest_m)
    const crossing = crossSpeed_mps(v, link, -rest_m)
    return links[link].rank === RANK.go_straight ? crossing : Math.min(crossing, TURN_MPS)
  }

  function junctionSpeed_mps(v: number): number {
    const here = where[v]
    if (here >= lanes.length) return crossSpeed_mps(v, here - lanes.length, position_m[v])
    const rest_m = length_m[here] - position_m[v]
    const next = vehicles.ahead(v)
    if (next !== NONE) return rest_m > sight_m(kinds[v]) ? Number.POSITIVE_INFINITY : approachSpeed_mps(v, next - lanes.length, rest_m)
    const trip = routes.roads[route[v]]
    if (lanes[here].road === trip[trip.length - 1]) return Number.POSITIVE_INFINITY
    // On a lane that does not lead on: up to its end (CityFlow takes a leader there that brakes with 1 m/s²).
    return safeSpeed_mps(speed_mps[v], kinds[v].braking_mps2, 0, 1, rest_m, kinds[v].gap_m)
  }

  return {
    choose(v) {
      const kind = kinds[v]
      const ahead = leader[v]
      let speed = Math.min(kind.speed_mps, speed_mps[v] + kind.acceleration_mps2, limit_mps[where[v]])
      if (ahead !== NONE) speed = Math.min(speed, followSpeed_mps(speed_mps[v], kind, speed_mps[ahead], kinds[ahead], gap_m[v]))
      speed = Math.min(speed, junctionSpeed_mps(v), changes.yieldSpeed_mps(v))
      return Math.max(speed, speed_mps[v] - kind.braking_mps2)
    },
  }
}
