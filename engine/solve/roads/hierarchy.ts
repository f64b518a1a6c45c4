/**
 * A customizable contraction hierarchy (Dibbelt, Strasser and Wagner 2016): the order of contraction and its shortcuts depend on the streets alone and are made once;
 * travel times of the hour, closures and vehicles are put on them in milliseconds (`metric.ts`) and asked for many pairs at once (`matrix.ts`).
 * Nodes are numbered by rank here: 0 is contracted first.
 */
import type { RoadGraph } from '../network.ts'
import { dissectionOrder, type Neighbours } from './order.ts'

export interface RoadHierarchy {
  readonly graph: RoadGraph
  /** By node of the graph. */
  readonly rank: Int32Array
  /** Edges of rank i lead up to `up[up_first[i]] … `, sorted; both directions are one edge. */
  readonly up_first: Int32Array
  readonly up: Int32Array
  /** Edges of rank i that lead down: to `down`, under the number of that node's upward edge. */
  readonly down_first: Int32Array
  readonly down: Int32Array
  readonly down_edge: Int32Array
  /** Parent in the elimination tree, −1 at a root: all upward neighbours of a node are among its ancestors. */
  readonly parent: Int32Array
  /** Edge that an arc of the graph lies on; −1 for a loop. */
  readonly arc_edge: Int32Array
  /** 1 when the arc leads to the higher rank. */
  readonly arc_up: Uint8Array
}

export function buildHierarchy(graph: RoadGraph): RoadHierarchy {
  const { nodes, from, to, lon, lat } = graph
  const order = dissectionOrder(neighboursOf(graph), { x: lon.map((x, i) => x * Math.cos((lat[i] * Math.PI) / 180)), y: lat })
  const rank = new Int32Array(nodes)
  for (let r = 0; r < nodes; r++) rank[order[r]] = r
  const { up_first, up, parent } = contract(graph, rank)
  const { down_first, down, down_edge } = turn(nodes, up_first, up)
  const arc_edge = new Int32Array(to.length).fill(-1)
  const arc_up = new Uint8Array(to.length)
  for (let arc = 0; arc < to.length; arc++) {
    const [a, b] = [rank[from[arc]], rank[to[arc]]]
    if (a === b) continue
    arc_up[arc] = a < b ? 1 : 0
    arc_edge[arc] = edgeBetween(up_first, up, Math.min(a, b), Math.max(a, b))
  }
  return { graph, rank, up_first, up, down_first, down, down_edge, parent, arc_edge, arc_up }
}

/** The streets without direction, each pair of nodes once, loops left out. */
function neighboursOf({ nodes, first, to, into_first, into, from }: RoadGraph): Neighbours {
  const numbers = new Map<number, number>()
  const start = new Int32Array(nodes + 1)
  const all: number[] = []
  const edge: number[] = []
  for (let i = 0; i < nodes; i++) {
    const own = new Set<number>()
    for (let k = first[i]; k < first[i + 1]; k++) own.add(to[k])
    for (let k = into_first[i]; k < into_first[i + 1]; k++) own.add(from[into[k]])
    own.delete(i)
    for (const j of [...own].sort((a, b) => a - b)) {
      const key = Math.min(i, j) * nodes + Math.max(i, j)
      const number = numbers.get(key) ?? numbers.size
      numbers.set(key, number)
      all.push(j)
      edge.push(number)
    }
    start[i + 1] = all.length
  }
  return { first: start, to: Int32Array.from(all), edge: Int32Array.from(edge) }
}

/** Contracting a node joins its upward neighbours; it is enough to hand them to the lowest of them, its parent. */
function contract({ nodes, from, to }: RoadGraph, rank: Int32Array): Pick<RoadHierarchy, 'up_first' | 'up' | 'parent'> {
  const above: Set<number>[] = Array.from({ length: nodes }, () => new Set())
  for (let arc = 0; arc < to.length; arc++) {
    const [a, b] = [rank[from[arc]], rank[to[arc]]]
    if (a !== b) above[Math.min(a, b)].add(Math.max(a, b))
  }
  const up_first = new Int32Array(nodes + 1)
  const parent = new Int32Array(nodes).fill(-1)
  const lists: Int32Array[] = []
  for (let i = 0; i < nodes; i++) {
    const list = Int32Array.from(above[i]).sort()
    above[i].clear()
    lists.push(list)
    up_first[i + 1] = up_first[i] + list.length
    if (list.length === 0) continue
    parent[i] = list[0]
    for (let k = 1; k < list.length; k++) above[list[0]].add(list[k])
  }
  const up = new Int32Array(up_first[nodes])
  lists.forEach((list, i) => {
    up.set(list, up_first[i])
  })
  return { up_first, up, parent }
}

/** The upward edges seen from above, lowest first. */
function turn(nodes: number, up_first: Int32Array, up: Int32Array): Pick<RoadHierarchy, 'down_first' | 'down' | 'down_edge'> {
  const down_first = new Int32Array(nodes + 1)
  for (const top of up) down_first[top + 1]++
  for (let i = 0; i < nodes; i++) down_first[i + 1] += down_first[i]
  const next = down_first.slice(0, nodes)
  const down = new Int32Array(up.length)
  const down_edge = new Int32Array(up.length)
  for (let i = 0; i < nodes; i++) {
    for (let e = up_first[i]; e < up_first[i + 1]; e++) {
      const k = next[up[e]]++
      down[k] = i
      down_edge[k] = e
    }
  }
  return { down_first, down, down_edge }
}

/** Number of the edge from a lower rank up to a higher one, which must be there. */
export function edgeBetween(up_first: Int32Array, up: Int32Array, low: number, high: number): number {
  let left = up_first[low]
  let right = up_first[low + 1] - 1
  while (left < right) {
    const middle = (left + right) >> 1
    if (up[middle] < high) left = middle + 1
    else right = middle
  }
  return left
}
