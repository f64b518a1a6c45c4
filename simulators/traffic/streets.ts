/**
 * Streets in motion, one step a second: vehicles follow each other along lanes and through junctions and change lanes as in CityFlow
 * (`engine.cpp` nextStep), in its order: spawn, let in, change lanes, right of way, speeds, motion, leaders. How exact: docs/streets.md.
 *
 * released = waiting outside + on the streets + finished, at every step; somebody on two lanes counts once.
 */
import type { Trip } from './demand.ts'
import { createLaneChanges } from './lane-change.ts'
import { createLeaders } from './leaders.ts'
import { createLists, type Lists, NONE } from './lists.ts'
import { createMersenne } from './mersenne.ts'
import { createRightOfWay } from './right-of-way.ts'
import type { StreetNetwork } from './roadnet.ts'
import { createSpeeds } from './speeds.ts'
import { createVehicles, type Vehicles } from './vehicles.ts'

export interface Streets {
  readonly network: StreetNetwork
  readonly vehicles: Vehicles
  /** Vehicles and shadows of every drivable, front first. */
  readonly lists: Lists
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

export function createStreets(network: StreetNetwork, trips: readonly Trip[], seed = 0): Streets {
  const { lanes, links, length_m } = network
  const vehicles = createVehicles(network, trips)
  const { count, kinds, routes, route, place, where, previous, position_m, speed_mps, next_mps, link_since_s, priority } = vehicles
  const { yielded_to, yields_to, finish_s } = vehicles
  const lists = createLists(lanes.length + links.length, 2 * count)
  const { first, last, behind, ahead } = lists
  /** Those who wait to be let in, by lane. */
  const outside = createLists(lanes.length, count)
  const draw = createMersenne(seed)
  const drawPriority = (): number => draw() | 0
  const open = new Uint8Array(links.length).fill(1)
  const leaders = createLeaders(network, vehicles, lists)
  const rightOfWay = createRightOfWay(network, vehicles, lists)
  const changes = createLaneChanges(network, vehicles, lists, drawPriority)
  const speeds = createSpeeds(network, vehicles, lists, open, rightOfWay, changes)
  const order = Int32Array.from(trips, (_, i) => i).sort((a, b) => trips[a].start_s - trips[b].start_s || a - b)
  const firstRoad = (v: number): number => trips[v].route[0]
  /** Those who have come to another drivable in this step, and since when they are where they are. */
  const left = new Int32Array(2 * count)
  const since_s = new Float64Array(2 * count)
  let now_s = 0
  let released = 0
  let waiting = 0
  let finished = 0

  /** CityFlow draws a priority and a thread for each vehicle in the order of the flows, then the first lanes in the order of the roads. */
  function spawn(): void {
    const begin = released
    for (; released < count && trips[order[released]].start_s <= now_s; released++) {
      priority[order[released]] = drawPriority()
      draw()
    }
    if (released === begin) return
    waiting += released - begin
    for (const v of order.slice(begin, released).sort((a, b) => firstRoad(a) - firstRoad(b) || a - b)) {
      const entries = routes.entries[route[v]]
      const lane = entries[draw() % entries.length]
      outside.insert(lane, v, outside.last[lane])
    }
  }

  /** One vehicle a second on every lane, if there is room. */
  function letIn(): void {
    for (let lane = 0; lane < lanes.length; lane++) {
      const v = outside.first[lane]
      if (v === NONE) continue
      const tail = last[lane]
      if (tail !== NONE && position_m[tail] <= kinds[tail].length_m + kinds[v].gap_m) continue
      outside.remove(lane, v)
      waiting--
      where[v] = lane
      lists.insert(lane, v, tail)
      leaders.follow(v, tail)
    }
  }

  function chooseSpeeds(): void {
    for (let drivable = 0; drivable < first.length; drivable++) {
      for (let v = first[drivable]; v !== NONE; v = behind[v]) {
        yields_to[v] = NONE
        next_mps[v] = speeds.choose(v)
      }
    }
  }

  /** Metres driven in this second; a speed below zero means that it stops within it. */
  function drive(v: number): number {
    const next = next_mps[v]
    const by_m = next < 0 ? (0.5 * speed_mps[v] * speed_mps[v]) / kinds[v].braking_mps2 : (speed_mps[v] + next) / 2
    speed_mps[v] = Math.max(0, next)
    return by_m
  }

  /** Off its drivable onto the next one, or at the end of its trip; whether it is still on the way. */
  function pass(v: number): boolean {
    while (position_m[v] > length_m[where[v]]) {
      const next = vehicles.ahead(v)
      previous[v] = where[v]
      position_m[v] -= length_m[where[v]]
      if (next !== NONE && where[v] >= lanes.length) place[v]++
      where[v] = next
      if (next === NONE) return false
    }
    return true
  }

  /** Moves everybody; who leaves his drivable comes to the end of the next one in the order of distance. */
  function move(): void {
    let gone = 0
    for (let drivable = 0; drivable < first.length; drivable++) {
      for (let v = first[drivable], after = NONE; v !== NONE; v = after) {
        after = behind[v]
        yielded_to[v] = yields_to[v]
        position_m[v] += drive(v)
        if (position_m[v] <= length_m[drivable]) continue
        changes.abandon(v)
        if (v >= count) continue
        lists.remove(drivable, v)
        if (pass(v)) left[gone++] = v
        else {
          finish_s[v] = now_s
          finished++
        }
      }
    }
    for (let i = 0; i < gone; i++) enter(left[i])
  }

  function enter(v: number): void {
    const drivable = where[v]
    since_s[v] = now_s + 1
    link_since_s[v] = drivable < lanes.length ? Number.POSITIVE_INFINITY : now_s + 1
    let before = last[drivable]
    while (before !== NONE && since_s[before] === now_s + 1 && position_m[before] < position_m[v]) before = ahead[before]
    lists.insert(drivable, v, before)
  }

  return {
    network,
    vehicles,
    lists,
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
      spawn()
      letIn()
      changes.plan(now_s)
      leaders.followAll()
      rightOfWay.look(open)
      chooseSpeeds()
      changes.cross()
      move()
      leaders.followAll()
      now_s++
    },
  }
}
