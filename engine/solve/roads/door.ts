/** From door to door: off the street at both ends, on the streets between. */
import { distance_m, type LonLat } from '../../base/geo.ts'
import type { DrivenRoute, ReachAnswer, ReachProblem, RouteAnswer, RouteProblem } from '../../model/solve.ts'
import { nearestNode, type RoadGraph } from '../network.ts'
import { appendPoint, type Route } from '../route.ts'
import { travelOn } from './travel.ts'

/** Between the street and the place: walking into a park, turning in a yard. */
const ACCESS_MPS = 3

export const tenths = (value: number): number => Math.round(value * 10) / 10

/** Seconds between places and the nodes that they were snapped to. */
export const access_s = (graph: RoadGraph, at: LonLat, node: number): number =>
  distance_m(at, [graph.lon[node], graph.lat[node]]) / ACCESS_MPS

/** @param road null where both ends are at one node, or nothing is known of the way */
export function doorToDoor(road: Route | null, travel_s: number, from: LonLat, to: LonLat): DrivenRoute {
  const route: LonLat[] = []
  for (const point of [from, ...(road?.line ?? []), to]) appendPoint(route, point)
  const first = road?.line[0] ?? to
  const last = road?.line.at(-1) ?? from
  return {
    travel_s: tenths(travel_s),
    distance_m: Math.round((road?.length_m ?? 0) + distance_m(from, first) + distance_m(last, to)),
    route,
    roads: road?.roads ?? [],
  }
}

/** Each trip's way on the streets as they are. */
export function solveRoutes(graph: RoadGraph, { roads, trips }: RouteProblem): RouteAnswer {
  return {
    type: 'route',
    routes: trips.map(({ task, from, to, speed_factor, vehicle }) => {
      const [start, end] = [nearestNode(graph, from), nearestNode(graph, to)]
      if (start === null || end === null) return { task, way: null }
      const road = travelOn(graph, roads, vehicle).route(start, end)
      if (road === null) return { task, way: null }
      const travel_s = road.time_s / speed_factor + access_s(graph, from, start) + access_s(graph, to, end)
      return { task, way: doorToDoor(road, travel_s, from, to) }
    }),
  }
}

/** The nearest crew of each place, the first listed among equals. */
export function solveReach(graph: RoadGraph, { roads, crews, places }: ReachProblem): ReachAnswer {
  const ends = places.map((at) => nearestNode(graph, at))
  const wanted = [...places.keys()].filter((p) => ends[p] !== null)
  const nodes = wanted.flatMap((p) => ends[p] ?? [])
  const nearest = new Array<ReachAnswer['nearest'][number]>(places.length).fill(null)
  for (const { id, at, speed_factor, vehicle } of crews) {
    const start = nearestNode(graph, at)
    if (start === null) continue
    const driven_s = travelOn(graph, roads, vehicle).times_s([start], nodes)
    wanted.forEach((p, column) => {
      const travel_s = tenths(driven_s[column] / speed_factor + access_s(graph, at, start) + access_s(graph, places[p], nodes[column]))
      if (travel_s < (nearest[p]?.travel_s ?? Number.POSITIVE_INFINITY)) nearest[p] = { crew: id, travel_s }
    })
  }
  return { type: 'reach', nearest }
}
