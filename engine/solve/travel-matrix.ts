/**
 * Travel between places and crews on the road graph, one shortest-path tree for each of whichever are fewer.
 */
import { distance_m, type LonLat } from '../base/geo.ts'
import { nearestNode, type RoadGraph } from './network.ts'
import { createSearchSpace, type TravelTree, travelTree } from './route.ts'

/** Between the street and the place: walking into a park, turning in a yard. */
const ACCESS_MPS = 3

/** Seconds, row by row, places × crews; Infinity where there is no way. */
export interface TravelMatrix {
  readonly time_s: Float64Array
  readonly tree: (place: number, crew: number) => { readonly tree: TravelTree; readonly other: number } | null
}

interface Vehicle {
  readonly at: LonLat
  readonly speed_factor: number
}

export function travelMatrix(graph: RoadGraph, places: readonly { readonly at: LonLat }[], crews: readonly Vehicle[]): TravelMatrix {
  const place_nodes = places.map(({ at }) => nearestNode(graph, at))
  const crew_nodes = crews.map((crew) => nearestNode(graph, crew.at))
  const by_place = places.length < crews.length
  const [roots, others] = by_place ? [place_nodes, crew_nodes] : [crew_nodes, place_nodes]
  const wanted = others.filter((node) => node !== null)
  const space = createSearchSpace(graph)
  const trees = new Map<number, TravelTree>()
  for (const root of roots) {
    if (root !== null && !trees.has(root)) trees.set(root, travelTree(graph, root, by_place ? 'to' : 'from', space, wanted))
  }
  const tree: TravelMatrix['tree'] = (i, j) => {
    const [root, other] = by_place ? [place_nodes[i], crew_nodes[j]] : [crew_nodes[j], place_nodes[i]]
    const found = root === null ? undefined : trees.get(root)
    return found === undefined || other === null ? null : { tree: found, other }
  }
  const time_s = new Float64Array(places.length * crews.length).fill(Number.POSITIVE_INFINITY)
  places.forEach((place, i) => {
    crews.forEach((crew, j) => {
      const way = tree(i, j)
      const place_node = place_nodes[i]
      const crew_node = crew_nodes[j]
      if (way === null || place_node === null || crew_node === null) return
      const access_m = distance_m(crew.at, nodeAt(graph, crew_node)) + distance_m(place.at, nodeAt(graph, place_node))
      time_s[i * crews.length + j] = way.tree.time_s[way.other] / crew.speed_factor + access_m / ACCESS_MPS
    })
  })
  return { time_s, tree }
}

const nodeAt = (graph: RoadGraph, node: number): LonLat => [graph.lon[node], graph.lat[node]]
