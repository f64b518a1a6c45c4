/** Fastest ways over the road graph: one-to-many trees by Dijkstra (1959), forward or backward, and the way itself as a line. */
import { distance_m, type LonLat } from '../base/geo.ts'
import { clear, createIndexHeap, type IndexHeap, offer, takeLeast } from '../base/heap.ts'
import type { Bilingual } from '../model/city.ts'
import type { RoadGraph } from './network.ts'

/** `from`: times from the root to everywhere; `to`: times from everywhere to the root. */
export type TreeDirection = 'from' | 'to'

export interface TravelTree {
  readonly root: number
  readonly direction: TreeDirection
  /** Free-flow seconds, Infinity where there is no way. After a search for wanted nodes, others have an upper bound. */
  readonly time_s: Float64Array
  /** The arc by which the way reaches (or leaves) the node; −1 at the root and where there is no way. */
  readonly via: Int32Array
}

/** Work space that one search after another may use. */
export const createSearchSpace = (graph: RoadGraph): IndexHeap => createIndexHeap(graph.nodes)

/** Fastest ways between the root and the wanted nodes (all nodes unless given); the search ends when these are settled. */
export function travelTree(
  graph: RoadGraph,
  root: number,
  direction: TreeDirection,
  space: IndexHeap = createSearchSpace(graph),
  wanted: readonly number[] = [],
): TravelTree {
  const forward = direction === 'from'
  const row = forward ? graph.first : graph.into_first
  const reached = forward ? graph.to : graph.from
  const { into, time_s: arc_s } = graph
  const time_s = new Float64Array(graph.nodes).fill(Number.POSITIVE_INFINITY)
  const via = new Int32Array(graph.nodes).fill(-1)
  const missing = new Uint8Array(graph.nodes)
  for (const node of wanted) missing[node] = 1
  let missing_n = new Set(wanted).size
  clear(space)
  time_s[root] = 0
  offer(space, root, 0)
  for (let node = takeLeast(space); node >= 0; node = takeLeast(space)) {
    if (missing[node] === 1 && --missing_n === 0) break
    const here_s = time_s[node]
    const end = row[node + 1]
    for (let k = row[node]; k < end; k++) {
      const arc = forward ? k : into[k]
      const other = reached[arc]
      const later_s = here_s + arc_s[arc]
      if (later_s >= time_s[other]) continue
      time_s[other] = later_s
      via[other] = arc
      offer(space, other, later_s)
    }
  }
  return { root, direction, time_s, via }
}

export interface Route {
  /** Arcs in driving order. */
  readonly arcs: readonly number[]
  readonly line: readonly LonLat[]
  readonly length_m: number
  readonly time_s: number
  /** Ids of the roads driven, in order. */
  readonly roads: readonly string[]
  /** Names of the streets driven, in order, each once in a row. */
  readonly streets: readonly Bilingual[]
}

/** The way between the tree's root and the node, in driving order; null when there is none. */
export function routeOf(graph: RoadGraph, tree: TravelTree, node: number): Route | null {
  if (tree.time_s[node] === Number.POSITIVE_INFINITY) return null
  const forward = tree.direction === 'from'
  const arcs: number[] = []
  for (let at = node; at !== tree.root; ) {
    const arc = tree.via[at]
    arcs.push(arc)
    at = forward ? graph.from[arc] : graph.to[arc]
  }
  if (forward) arcs.reverse()
  return routeAlong(graph, forward ? tree.root : node, arcs, tree.time_s[node])
}

/** The way over these arcs, which lead on from each other. */
export function routeAlong(graph: RoadGraph, start: number, arcs: readonly number[], time_s: number): Route {
  return {
    arcs,
    line: lineOf(graph, start, arcs),
    length_m: arcs.reduce((sum, arc) => sum + graph.length_m[arc], 0),
    time_s,
    roads: arcs.map((arc) => graph.ids[graph.road[arc]]),
    streets: streetsOf(graph, arcs),
  }
}

function lineOf(graph: RoadGraph, start: number, arcs: readonly number[]): LonLat[] {
  const line: LonLat[] = [[graph.lon[start], graph.lat[start]]]
  for (const arc of arcs) {
    const drawn = graph.lines[graph.road[arc]]
    for (const point of graph.against[arc] ? [...drawn].reverse() : drawn) appendPoint(line, point)
    appendPoint(line, [graph.lon[graph.to[arc]], graph.lat[graph.to[arc]]])
  }
  return line
}

/** Points closer than a centimetre are one. */
export function appendPoint(line: LonLat[], point: LonLat): void {
  if (line.length === 0 || distance_m(line[line.length - 1], point) > 0.01) line.push(point)
}

function streetsOf(graph: RoadGraph, arcs: readonly number[]): Bilingual[] {
  const streets: Bilingual[] = []
  for (const arc of arcs) {
    const name = graph.names[graph.road[arc]]
    if (name !== null && name.zh !== streets.at(-1)?.zh) streets.push(name)
  }
  return streets
}
