/**
 * Travel on the streets as they are: open or shut, free or slow, and high and strong enough for the vehicle. The hierarchy of a graph is made once and kept with it, and so
 * are the times of the last states that were asked for.
 *
 * Whoever is sent to a flooded underpass has to drive onto the road that is shut for it. So a shut road costs more than all others together, and a way may use as many as
 * lie around its two ends, but none between.
 */
import type { VehicleLimits } from '../../model/city.ts'
import type { RoadState } from '../../model/solve.ts'
import type { RoadGraph } from '../network.ts'
import { type Route, routeAlong } from '../route.ts'
import { buildHierarchy, type RoadHierarchy } from './hierarchy.ts'
import { fastestWay, travelMatrix } from './matrix.ts'
import { customize, type RoadMetric } from './metric.ts'

export interface Travel {
  /** Seconds at free speed times the delay, row by source; Infinity where there is no way. */
  times_s(sources: readonly number[], targets: readonly number[]): Float64Array
  /** Null where there is no way. */
  route(source: number, target: number): Route | null
}

/** The streets as they are built. */
export const FREE_ROADS: RoadState = { shut: [], delay: {}, class_delay: {} }

/** More than any way through a city. */
const SHUT_S = 1e6
/** One at the place where a way begins, one where it ends. */
const SHUT_ROADS_MAX = 2

/** Without what shut roads add; Infinity where the way would use too many. */
const drivenTime_s = (time_s: number): number => (time_s < (SHUT_ROADS_MAX + 1) * SHUT_S ? time_s % SHUT_S : Number.POSITIVE_INFINITY)

/** So many states of the streets, each for one kind of vehicle, are kept. */
const KEPT = 3

interface Kept {
  readonly hierarchy: RoadHierarchy
  /** The newest last. */
  readonly travels: Map<string, Travel>
}

const kept = new WeakMap<RoadGraph, Kept>()

function keptOf(graph: RoadGraph): Kept {
  const known = kept.get(graph)
  if (known !== undefined) return known
  const fresh: Kept = { hierarchy: buildHierarchy(graph), travels: new Map() }
  kept.set(graph, fresh)
  return fresh
}

/** One problem asks for the same state once for each of its crews. */
const texts = new WeakMap<RoadState, string>()

function textOf(state: RoadState): string {
  const known = texts.get(state) ?? JSON.stringify(state)
  texts.set(state, known)
  return known
}

export function travelOn(graph: RoadGraph, state: RoadState = FREE_ROADS, vehicle: VehicleLimits = {}): Travel {
  const { hierarchy, travels } = keptOf(graph)
  const key = `${textOf(state)} ${vehicle.height_m} ${vehicle.weight_t}`
  const known = travels.get(key)
  travels.delete(key)
  const travel = known ?? createTravel(hierarchy, timesOf(graph, state, vehicle))
  travels.set(key, travel)
  const [oldest] = travels.keys()
  if (travels.size > KEPT) travels.delete(oldest)
  return travel
}

function createTravel(hierarchy: RoadHierarchy, arc_s: Float64Array): Travel {
  const metric: RoadMetric = customize(hierarchy, arc_s)
  const { graph } = hierarchy
  return {
    times_s: (sources, targets) => travelMatrix(hierarchy, metric, sources, targets).map(drivenTime_s),
    route(source, target) {
      const way = fastestWay(hierarchy, metric, source, target)
      if (way === null) return null
      const time_s = drivenTime_s(way.reduce((sum, arc) => sum + arc_s[arc], 0))
      return Number.isFinite(time_s) ? routeAlong(graph, source, way, time_s) : null
    },
  }
}

/** Seconds of each arc, with `SHUT_S` on top where it is shut; Infinity where it is too low or weak for the vehicle. */
function timesOf(
  { time_s, road, ids, classes, limits }: RoadGraph,
  { shut, delay, class_delay }: RoadState,
  vehicle: VehicleLimits,
): Float64Array {
  const closed = new Set(shut)
  const isTooMuch = (own: number | undefined, limit: number | undefined): boolean => own !== undefined && limit !== undefined && own > limit
  const factors = ids.map((id, r) => {
    const { height_m, weight_t } = limits[r] ?? {}
    if (isTooMuch(vehicle.height_m, height_m) || isTooMuch(vehicle.weight_t, weight_t)) return Number.POSITIVE_INFINITY
    return delay[id] ?? class_delay[classes[r]] ?? 1
  })
  return time_s.map((free_s, arc) => free_s * factors[road[arc]] + (closed.has(ids[road[arc]]) ? SHUT_S : 0))
}
