/** Travel between places and crews, as the roads are now. */
import type { LonLat } from '../base/geo.ts'
import type { AssignProblem, RoadState } from '../model/solve.ts'
import { nearestNode, type RoadGraph } from './network.ts'
import { access_s } from './roads/door.ts'
import { travelOn } from './roads/travel.ts'
import type { Route } from './route.ts'

type Driver = Pick<AssignProblem['crews'][number], 'at' | 'speed_factor' | 'vehicle'>

/** Travel between every place and every crew. */
export interface TravelMatrix {
  /** Seconds, row by place; Infinity where there is no way. */
  readonly time_s: Float64Array
  route(place: number, crew: number): Route | null
}

/** Crews with the same vehicle are asked for together. */
export function travelMatrix(
  graph: RoadGraph,
  roads: RoadState | undefined,
  places: readonly { readonly at: LonLat }[],
  crews: readonly Driver[],
): TravelMatrix {
  const place_nodes = places.map(({ at }) => nearestNode(graph, at))
  const crew_nodes = crews.map((crew) => nearestNode(graph, crew.at))
  const time_s = new Float64Array(places.length * crews.length).fill(Number.POSITIVE_INFINITY)
  const travels = crews.map(({ vehicle }) => travelOn(graph, roads, vehicle))
  for (const travel of new Set(travels)) {
    const own = [...crews.keys()].filter((j) => travels[j] === travel && crew_nodes[j] !== null)
    const wanted = [...places.keys()].filter((i) => place_nodes[i] !== null)
    const nodes = (list: readonly number[], of: readonly (number | null)[]): number[] => list.flatMap((i) => of[i] ?? [])
    const driven_s = travel.times_s(nodes(own, crew_nodes), nodes(wanted, place_nodes))
    own.forEach((j, row) => {
      wanted.forEach((i, column) => {
        const [here, there] = [crew_nodes[j] ?? 0, place_nodes[i] ?? 0]
        time_s[i * crews.length + j] =
          driven_s[row * wanted.length + column] / crews[j].speed_factor +
          access_s(graph, crews[j].at, here) +
          access_s(graph, places[i].at, there)
      })
    })
  }
  return {
    time_s,
    route(place, crew) {
      const [from, to] = [crew_nodes[crew], place_nodes[place]]
      return from === null || to === null ? null : travels[crew].route(from, to)
    },
  }
}
