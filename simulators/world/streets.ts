/**
 * Traffic as queues: a vehicle drives a lane at free speed, waits at the stop line, leaves at saturation flow while its lane is green and
 * the lane it turns into has room, and vanishes where the counted network ends. A point-queue model with finite storage (spatial queues
 * in the sense of Cetin 2003): coarse, but whoever serves the longer queue does help. arrived = waiting outside + inside + left.
 */

import { atHour, type LocalHour } from '../../config/local-time.ts'
import type { Random } from '../../engine/base/random.ts'
import type { EpochMs } from '../../engine/base/time.ts'
import { SECOND_MS } from '../../engine/base/time.ts'
import type { City, Junction, JunctionLane, Road, RoadClass } from '../../engine/model/city.ts'
import { linkLanes } from '../../engine/model/lane-links.ts'
import type { Signals } from './signals.ts'

/** A standing vehicle and its gap. */
const VEHICLE_M = 7.5
/** Lost at the beginning of a green. */
const STARTUP_S = 2
/** Mean arrivals on a lane where the counted network begins, over the day. */
const ARRIVALS_VEH_S = 0.035
/** Of the vehicles between two signals that are not one road, this share turns off, and as many come in from the side. */
const SIDE_SHARE = 0.3
/** Main roads carry more, and no two approaches the same. */
const CLASS_WEIGHT: Readonly<Record<RoadClass, number>> = {
  motorway: 1.5,
  trunk: 1.4,
  primary: 1.3,
  secondary: 1,
  tertiary: 0.7,
  residential: 0.4,
  service: 0.3,
}
const APPROACH_WEIGHT = [0.4, 1.5] as const
/** Fewer vehicles turn left than go straight on. */
const LEFT_WEIGHT = 0.5
/** The golden ratio's fraction: its multiples spread evenly, so any share is met without drawing. */
const GOLDEN = 0.618_033_988_749
/** Share of the mean by local hour: two peaks, as on working days. */
export const DEMAND_BY_HOUR = [
  0.25, 0.15, 0.12, 0.12, 0.2, 0.45, 0.9, 1.6, 1.9, 1.5, 1.2, 1.15, 1.15, 1.15, 1.2, 1.3, 1.5, 1.9, 1.9, 1.5, 1.2, 1, 0.7, 0.4,
]
const DEFAULT_SPEED_KMH = 40

/** What changes of one lane; times in epoch ms. */
export interface LaneState {
  /** When each vehicle reaches the stop line, in order. */
  ready: EpochMs[]
  /** Vehicles that have left over the stop line. */
  served: number
  /** Fraction of a vehicle that may leave. */
  credit: number
  green_since: EpochMs | null
  /** Next arrival from outside; null where vehicles come from another junction. */
  arrival: EpochMs | null
  arrived: number
  /** Arrived, but the lane is full. */
  waiting: number
}

interface Lane {
  readonly id: string
  readonly isGreen: () => boolean
  readonly detection_m: number
  readonly saturation_veh_s: number
  readonly travel_ms: number
  readonly speed_mps: number
  readonly capacity_veh: number
  /** Lanes it leads to, grouped by road; empty: vehicles vanish at its end. */
  readonly into: readonly (readonly Lane[])[]
  /** Share of the vehicles that go on; the others turn off between two signals. */
  readonly onward_share: number
  /** Times the mean arrivals from outside; 0 where nobody comes from outside. */
  readonly source_weight: number
  readonly random: Random
  readonly state: LaneState
}

export interface LaneCounts {
  readonly vehicles: number
  readonly queued: number
  readonly approaching: number
}

export interface Streets {
  step(now: EpochMs): void
  /** Counts of a lane; null for an unknown one. */
  findCounts(lane: string, now: EpochMs): LaneCounts | null
  /** Vehicles that stand at a stop line now. */
  queued(now: EpochMs): number
  balance(): { arrived: number; waiting: number; inside: number; left: number }
  readonly state: StreetsState
}

export interface StreetsState {
  readonly lanes: Record<string, LaneState>
  totals: { left: number; queued_veh_s: number; waiting_veh_s: number; seconds: number; queued_max: number }
}

interface Options {
  readonly city: City
  readonly demandFactor: number
  readonly random: Random
  readonly signals: Signals
  readonly localHour: LocalHour
  readonly start: EpochMs
}

function approachWeight(lane: JunctionLane, road: Road | undefined, random: Random): number {
  const approach = random.fork(`approach/${lane.road}`).uniform(...APPROACH_WEIGHT)
  return approach * (road === undefined ? 1 : CLASS_WEIGHT[road.class]) * (lane.turns.every((turn) => turn === 'left') ? LEFT_WEIGHT : 1)
}

/** Entering lanes are served by their junction's signal; leaving lanes that enter nowhere else are sinks. */
function createLanes({ city, random, signals, start }: Options, states: Record<string, LaneState>): Lane[] {
  const roads = new Map(city.roads.map((road) => [road.id, road]))
  const entering = new Set(city.junctions.flatMap((junction) => junction.entering.map(({ id }) => id)))
  const leaving = new Set(city.junctions.flatMap((junction) => junction.leaving.map(({ id }) => id)))
  const links = linkLanes(city)
  const joined = new Set([...links.values()].flat())
  const lanes = new Map<string, Lane & { into: Lane[][] }>()
  const add = (lane: JunctionLane, junction: Junction): void => {
    if (lanes.has(lane.id)) return
    const isSource = entering.has(lane.id) && !leaving.has(lane.id)
    const source_weight = isSource ? approachWeight(lane, roads.get(lane.road), random) * (joined.has(lane.id) ? SIDE_SHARE : 1) : 0
    const speed_mps = (roads.get(lane.road)?.speed_kmh ?? DEFAULT_SPEED_KMH) / 3.6
    const own = random.fork(lane.id)
    const state: LaneState = {
      ready: [],
      served: 0,
      credit: 0,
      green_since: null,
      arrival: isSource ? start + own.fork('0').exponential(SECOND_MS / ARRIVALS_VEH_S) : null,
      arrived: 0,
      waiting: 0,
    }
    states[lane.id] = state
    lanes.set(lane.id, {
      id: lane.id,
      isGreen: signals.lampOf(junction.id, lane.id),
      detection_m: junction.detection_m,
      saturation_veh_s: lane.saturation_veh_h / 3600,
      speed_mps,
      travel_ms: (lane.length_m / speed_mps) * SECOND_MS,
      capacity_veh: Math.max(1, Math.floor(lane.length_m / VEHICLE_M)),
      into: [],
      onward_share: entering.has(lane.id) ? 1 : 1 - SIDE_SHARE,
      source_weight,
      random: own,
      state,
    })
  }
  for (const junction of city.junctions) for (const lane of junction.entering) add(lane, junction)
  for (const junction of city.junctions) for (const lane of junction.leaving) add(lane, junction)
  const roadOf = new Map(city.junctions.flatMap(({ leaving }) => leaving.map(({ id, road }) => [id, road] as const)))
  for (const junction of city.junctions) {
    for (const { id, into } of junction.entering) {
      const groups = new Map<string, Lane[]>()
      for (const target of into) {
        const road = roadOf.get(target)
        const lane = lanes.get(target)
        if (road === undefined || lane === undefined) continue
        groups.set(road, [...(groups.get(road) ?? []), lane])
      }
      lanes.get(id)?.into.push(...groups.values())
    }
  }
  for (const [id, targets] of links) {
    if (!entering.has(id)) lanes.get(id)?.into.push(targets.flatMap((target) => lanes.get(target) ?? []))
  }
  return [...lanes.values()]
}

export function createStreets(options: Options): Streets {
  const { localHour, demandFactor } = options
  const state: StreetsState = { lanes: {}, totals: { left: 0, queued_veh_s: 0, waiting_veh_s: 0, seconds: 0, queued_max: 0 } }
  const lanes = createLanes(options, state.lanes)
  const byId = new Map(lanes.map((lane) => [lane.id, lane]))

  const queuedOn = ({ state: { ready } }: Lane, now: EpochMs): number => {
    let count = 0
    while (count < ready.length && ready[count] <= now) count++
    return count
  }

  const enter = (lane: Lane, now: EpochMs): void => {
    lane.state.ready.push(now + lane.travel_ms)
  }

  /** Poisson arrivals (exponential gaps), each gap drawn from its own stream, so that a restart goes on with the same vehicles. */
  const arrive = (lane: Lane, now: EpochMs, demand_veh_s: number): void => {
    const own = lane.state
    if (own.arrival === null) return
    const rate = demand_veh_s * lane.source_weight
    if (rate <= 0) return
    while (own.arrival <= now) {
      own.arrived++
      own.waiting++
      own.arrival += lane.random.fork(String(own.arrived)).exponential(SECOND_MS / rate)
    }
    while (own.waiting > 0 && own.ready.length < lane.capacity_veh) {
      own.waiting--
      enter(lane, now)
    }
  }

  /** Turns are taken by turns, road after road: the mean is exact and no randomness is spent on it. */
  const findWay = (lane: Lane): Lane | null => {
    const road = lane.into[lane.state.served % lane.into.length]
    let emptiest = road[0]
    for (const one of road) if (one.state.ready.length < emptiest.state.ready.length) emptiest = one
    return emptiest.state.ready.length < emptiest.capacity_veh ? emptiest : null
  }

  const discharge = (lane: Lane, now: EpochMs): void => {
    const own = lane.state
    if (lane.into.length === 0) {
      while (own.ready.length > 0 && own.ready[0] <= now) {
        own.ready.shift()
        own.served++
        state.totals.left++
      }
      return
    }
    if (!lane.isGreen()) {
      own.green_since = null
      own.credit = 0
      return
    }
    own.green_since ??= now
    if (now - own.green_since < STARTUP_S * SECOND_MS) return
    own.credit = Math.min(1, own.credit + lane.saturation_veh_s)
    if (own.credit < 1 || own.ready.length === 0 || own.ready[0] > now) return
    const goesOn = (own.served * GOLDEN) % 1 < lane.onward_share
    const way = goesOn ? findWay(lane) : null
    if (goesOn && way === null) return
    own.ready.shift()
    own.served++
    own.credit -= 1
    if (way === null) state.totals.left++
    else enter(way, now)
  }

  return {
    state,
    step(now) {
      // A lane that is empty when its green begins loses no start-up time: whoever comes later is already moving.
      for (const lane of lanes) if (lane.state.ready.length > 0) discharge(lane, now)
      let queued = 0
      let waiting = 0
      const demand_veh_s = ARRIVALS_VEH_S * demandFactor * atHour(DEMAND_BY_HOUR, localHour(now))
      for (const lane of lanes) {
        arrive(lane, now, demand_veh_s)
        queued += queuedOn(lane, now)
        waiting += lane.state.waiting
      }
      state.totals.seconds++
      state.totals.queued_veh_s += queued
      state.totals.waiting_veh_s += waiting
      state.totals.queued_max = Math.max(state.totals.queued_max, queued)
    },
    findCounts(id, now) {
      const lane = byId.get(id)
      if (lane === undefined) return null
      const queued = queuedOn(lane, now)
      const within_ms = Math.min(lane.travel_ms, (lane.detection_m / lane.speed_mps) * SECOND_MS)
      const { ready } = lane.state
      let near = queued
      while (near < ready.length && ready[near] - now <= within_ms) near++
      return { vehicles: ready.length, queued, approaching: near - queued }
    },
    queued: (now) => lanes.reduce((total, lane) => total + queuedOn(lane, now), 0),
    balance() {
      let inside = 0
      let waiting = 0
      let arrived = 0
      for (const lane of lanes) {
        inside += lane.state.ready.length
        waiting += lane.state.waiting
        arrived += lane.state.arrived
      }
      return { arrived, waiting, inside, left: state.totals.left }
    },
  }
}
