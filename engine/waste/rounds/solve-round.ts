/** A round on the streets as they are now. */
import type { LonLat } from '../../base/geo.ts'
import type { RoundAnswer, RoundProblem } from '../../model/solve.ts'
import { nearestNode, type RoadGraph } from '../../solve/network.ts'
import { access_s } from '../../solve/roads/door.ts'
import { travelOn } from '../../solve/roads/travel.ts'
import { planRound } from './plan-round.ts'

/** All lorries of a round drive as the first one does: the slowest and largest decides where a mixed fleet drives together. */
export function solveRound(graph: RoadGraph, problem: RoundProblem): RoundAnswer {
  const { lorries, tips, bins, roads } = problem
  const speed_factor = Math.min(...lorries.map((lorry) => lorry.speed_factor))
  const vehicle = widest(lorries)
  const places: readonly { readonly at: LonLat }[] = [...lorries, ...tips, ...bins]
  const nodes = places.map(({ at }) => nearestNode(graph, at) ?? 0)
  const driven_s = travelOn(graph, roads, vehicle).times_s(nodes, nodes)
  const n = places.length
  const off_s = places.map(({ at }, i) => access_s(graph, at, nodes[i]))
  const travel_s = driven_s.map((seconds, i) => {
    const [from, to] = [Math.floor(i / n), i % n]
    return from === to ? 0 : seconds / speed_factor + off_s[from] + off_s[to]
  })
  return planRound(problem, travel_s)
}

/** The largest height and weight of any. */
function widest(lorries: RoundProblem['lorries']): { height_m?: number; weight_t?: number } {
  const most = (values: readonly (number | undefined)[]): number => Math.max(0, ...values.map((value) => value ?? 0))
  const height_m = most(lorries.map(({ vehicle }) => vehicle?.height_m))
  const weight_t = most(lorries.map(({ vehicle }) => vehicle?.weight_t))
  return { ...(height_m > 0 && { height_m }), ...(weight_t > 0 && { weight_t }) }
}
