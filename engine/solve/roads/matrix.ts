/**
 * Travel times between many places, and the way between two. A search goes up the elimination tree only, a few hundred nodes, and needs no queue; for many pairs the
 * searches from the targets are left in buckets at the nodes they pass (Knopp, Sanders, Schultes, Schulz and Wagner 2007).
 */
import { edgeBetween, type RoadHierarchy } from './hierarchy.ts'
import type { RoadMetric } from './metric.ts'

/** Seconds from every source to every target, row by source; Infinity where there is no way. Sources and targets are nodes of the graph. */
export function travelMatrix(
  hierarchy: RoadHierarchy,
  metric: RoadMetric,
  sources: readonly number[],
  targets: readonly number[],
): Float64Array {
  const { rank, parent } = hierarchy
  const nodes = parent.length
  const reach = new Float64Array(nodes).fill(Number.POSITIVE_INFINITY)
  const bucket_first = new Int32Array(nodes).fill(-1)
  const entry_next: number[] = []
  const entry_target: number[] = []
  const entry_s: number[] = []
  targets.forEach((target, column) => {
    climb(hierarchy, metric.down_s, rank[target], reach)
    for (let node = rank[target]; node >= 0; node = parent[node]) {
      if (reach[node] < Number.POSITIVE_INFINITY) {
        entry_next.push(bucket_first[node])
        bucket_first[node] = entry_target.length
        entry_target.push(column)
        entry_s.push(reach[node])
      }
      reach[node] = Number.POSITIVE_INFINITY
    }
  })
  const next = Int32Array.from(entry_next)
  const columnOf = Int32Array.from(entry_target)
  const left_s = Float64Array.from(entry_s)
  const matrix = new Float64Array(sources.length * targets.length).fill(Number.POSITIVE_INFINITY)
  sources.forEach((source, row) => {
    climb(hierarchy, metric.up_s, rank[source], reach)
    const start = row * targets.length
    for (let node = rank[source]; node >= 0; node = parent[node]) {
      const here_s = reach[node]
      reach[node] = Number.POSITIVE_INFINITY
      if (here_s === Number.POSITIVE_INFINITY) continue
      for (let entry = bucket_first[node]; entry >= 0; entry = next[entry]) {
        const at = start + columnOf[entry]
        const time_s = here_s + left_s[entry]
        if (time_s < matrix[at]) matrix[at] = time_s
      }
    }
  })
  return matrix
}

/** Least seconds from (or to) a node to each of its ancestors, over ever higher ones. @param reach Infinity at all of them */
function climb({ up_first, up, parent }: RoadHierarchy, edge_s: Float64Array, start: number, reach: Float64Array): void {
  reach[start] = 0
  for (let node = start; node >= 0; node = parent[node]) {
    const here_s = reach[node]
    if (here_s === Number.POSITIVE_INFINITY) continue
    for (let e = up_first[node]; e < up_first[node + 1]; e++) {
      const time_s = here_s + edge_s[e]
      if (time_s < reach[up[e]]) reach[up[e]] = time_s
    }
  }
}

/** Arcs of the graph on the fastest way, in driving order; null where there is none. */
export function fastestWay(hierarchy: RoadHierarchy, metric: RoadMetric, source: number, target: number): number[] | null {
  const { rank, parent } = hierarchy
  const from_s = new Float64Array(parent.length).fill(Number.POSITIVE_INFINITY)
  const to_s = new Float64Array(parent.length).fill(Number.POSITIVE_INFINITY)
  climb(hierarchy, metric.up_s, rank[source], from_s)
  climb(hierarchy, metric.down_s, rank[target], to_s)
  let top = -1
  let best_s = Number.POSITIVE_INFINITY
  for (let node = rank[source]; node >= 0; node = parent[node]) {
    if (from_s[node] + to_s[node] >= best_s) continue
    best_s = from_s[node] + to_s[node]
    top = node
  }
  if (top < 0) return null
  const arcs: number[] = []
  for (const e of climbed(hierarchy, metric.up_s, from_s, top)) unpack(hierarchy, metric, e, true, arcs)
  for (const e of climbed(hierarchy, metric.down_s, to_s, top).reverse()) unpack(hierarchy, metric, e, false, arcs)
  return arcs
}

/** Edges by which `top` was reached, lowest first. */
function climbed({ down_first, down, down_edge }: RoadHierarchy, edge_s: Float64Array, reach: Float64Array, top: number): number[] {
  const edges: number[] = []
  for (let node = top; reach[node] > 0; ) {
    let by = -1
    for (let k = down_first[node]; k < down_first[node + 1] && by < 0; k++) {
      if (reach[down[k]] + edge_s[down_edge[k]] === reach[node]) by = k
    }
    edges.push(down_edge[by])
    node = down[by]
  }
  return edges.reverse()
}

/** Appends the arcs of an edge. @param upward driven from its lower to its higher end */
function unpack(hierarchy: RoadHierarchy, metric: RoadMetric, edge: number, upward: boolean, arcs: number[]): void {
  const { up_first, up } = hierarchy
  const by = (upward ? metric.up_by : metric.down_by)[edge]
  if (by < 0) {
    arcs.push(-1 - by)
    return
  }
  const high = up[edge]
  const low = lowerEnd(up_first, edge)
  const [toLow, toHigh] = [edgeBetween(up_first, up, by, low), edgeBetween(up_first, up, by, high)]
  if (upward) {
    unpack(hierarchy, metric, toLow, false, arcs)
    unpack(hierarchy, metric, toHigh, true, arcs)
  } else {
    unpack(hierarchy, metric, toHigh, false, arcs)
    unpack(hierarchy, metric, toLow, true, arcs)
  }
}

/** The node whose upward edge it is. */
function lowerEnd(up_first: Int32Array, edge: number): number {
  let left = 0
  let right = up_first.length - 2
  while (left < right) {
    const middle = (left + right + 1) >> 1
    if (up_first[middle] <= edge) left = middle
    else right = middle - 1
  }
  return left
}
