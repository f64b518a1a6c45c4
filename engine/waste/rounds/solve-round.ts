/** A round on the streets as they are now. */
import type { LonLat } from '../../base/geo.ts'
import type { RoundAnswer, RoundProblem } from '../../model/solve.ts'
import { nearestNode, type RoadGraph } from '../../solve/network.ts'
import { access_s, doorToDoor } from '../../solve/roads/door.ts'
import { type Travel, travelOn } from '../../solve/roads/travel.ts'
import { planRound } from './plan-round.ts'

/** About 0.1 m. */
const DEGREE_DIGITS = 1e6

/** All lorries of a round drive as the first one does: the slowest and largest decides where a mixed fleet drives together. */
export function solveRound(graph: RoadGraph, problem: RoundProblem): RoundAnswer {
  const { lorries, tips, bins, roads } = problem
  const speed_factor = Math.min(...lorries.map((lorry) => lorry.speed_factor))
  const vehicle = widest(lorries)
  const under_way = lorries.flatMap(({ from }) => (from === undefined ? [] : [{ at: from }]))
  const places: readonly { readonly at: LonLat }[] = [...lorries, ...tips, ...bins, ...under_way]
  const nodes = places.map(({ at }) => nearestNode(graph, at) ?? 0)
  const travel = travelOn(graph, roads, vehicle)
  const driven_s = travel.times_s(nodes, nodes)
  const n = places.length
  const off_s = places.map(({ at }, i) => access_s(graph, at, nodes[i]))
  const travel_s = driven_s.map((seconds, i) => {
    const [from, to] = [Math.floor(i / n), i % n]
    return from === to ? 0 : seconds / speed_factor + off_s[from] + off_s[to]
  })
  const answer = planRound(problem, travel_s)
  return { ...answer, routes: answer.routes.map((route) => withWays(graph, travel, problem, route)) }
}

/** The ways themselves, from stop to stop. */
function withWays(graph: RoadGraph, travel: Travel, { lorries, tips, bins }: RoundProblem, route: Route): Route {
  const lorry = lorries.find(({ id }) => id === route.lorry)
  if (lorry === undefined) return route
  const at = { stop: new Map(bins.map((bin) => [bin.id, bin.at])), tip: new Map(tips.map((tip) => [tip.id, tip.at])) }
  let before = lorry.from ?? lorry.at
  let distance_m = 0
  const drive = (to: LonLat): readonly LonLat[] => {
    const [start, end] = [nearestNode(graph, before), nearestNode(graph, to)]
    const way = doorToDoor(start === null || end === null ? null : travel.route(start, end), 0, before, to)
    distance_m += way.distance_m
    before = to
    return way.route.map(([lon, lat]) => [rounded(lon), rounded(lat)] as const)
  }
  const visits = route.visits.map((visit) => ({ ...visit, way: drive(at[visit.kind].get(visit.id) ?? before) }))
  drive(lorry.at)
  return { ...route, visits, distance_m }
}

type Route = RoundAnswer['routes'][number]

const rounded = (degrees: number): number => Math.round(degrees * DEGREE_DIGITS) / DEGREE_DIGITS

/** The largest height and weight of any. */
function widest(lorries: RoundProblem['lorries']): { height_m?: number; weight_t?: number } {
  const most = (values: readonly (number | undefined)[]): number => Math.max(0, ...values.map((value) => value ?? 0))
  const height_m = most(lorries.map(({ vehicle }) => vehicle?.height_m))
  const weight_t = most(lorries.map(({ vehicle }) => vehicle?.weight_t))
  return { ...(height_m > 0 && { height_m }), ...(weight_t > 0 && { weight_t }) }
}
