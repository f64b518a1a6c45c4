/** Least number of edges between the two ends of a line of nodes: blocking flows over shortest augmenting ways (Dinic 1970), each edge holding one unit either way. */

/** Edges among some nodes of a graph, by their place in a list; every edge is there from both its ends, under its number in the whole graph. */
export interface Subgraph {
  readonly first: Int32Array
  readonly to: Int32Array
  readonly edge: Int32Array
}

export interface Cut {
  /** 1 on the source's side. */
  readonly side: Uint8Array
  readonly edges: number
}

/** Share of the nodes at each end of the line that a cut leaves together. */
const END_SHARE = 0.25
const SOURCE = 1
const SINK = 2

/**
 * @param line nodes in the order of the line. @param flow scratch by edge number of the whole graph, 0 everywhere, and again afterwards
 * @returns null when the cut has no fewer edges than `below`
 */
export function leastCut(graph: Subgraph, line: Int32Array, flow: Int8Array, below: number): Cut | null {
  const n = line.length
  const joined = Math.max(1, Math.floor(n * END_SHARE))
  const end = new Uint8Array(n)
  for (let i = 0; i < joined; i++) {
    end[line[i]] = SOURCE
    end[line[n - 1 - i]] = SINK
  }
  const search: Search = {
    graph,
    flow,
    end,
    level: new Int32Array(n),
    next: new Int32Array(n),
    queue: new Int32Array(n),
    trail: new Int32Array(n),
    trail_k: new Int32Array(n),
  }
  let edges = 0
  let cut: Cut | null = null
  while (edges < below) {
    const reached = setLevels(search)
    if (!reached.sink) {
      cut = { side: Uint8Array.from(search.level, (level) => (level >= 0 ? 1 : 0)), edges }
      break
    }
    edges += augment(search, below - edges)
  }
  for (let k = 0; k < graph.edge.length; k++) flow[graph.edge[k]] = 0
  return cut !== null && cut.edges < below ? cut : null
}

interface Search {
  readonly graph: Subgraph
  readonly flow: Int8Array
  readonly end: Uint8Array
  /** Steps from the source, −1 where it does not reach. */
  readonly level: Int32Array
  readonly next: Int32Array
  readonly queue: Int32Array
  readonly trail: Int32Array
  readonly trail_k: Int32Array
}

/** Flow along an edge is counted from its end with the smaller place. */
const isOpen = (flow: Int8Array, edge: number, from: number, to: number): boolean => (from < to ? flow[edge] : -flow[edge]) < 1

/** Breadth first from all sources at once. Without a way to the sink the levels are the source's side of the least cut. */
function setLevels({ graph: { first, to, edge }, flow, end, level, queue }: Search): { readonly sink: boolean } {
  let last = 0
  for (let i = 0; i < level.length; i++) {
    level[i] = end[i] === SOURCE ? 0 : -1
    if (end[i] === SOURCE) queue[last++] = i
  }
  let sink = false
  for (let at = 0; at < last; at++) {
    const i = queue[at]
    if (end[i] === SINK) continue
    for (let k = first[i]; k < first[i + 1]; k++) {
      const j = to[k]
      if (level[j] >= 0 || !isOpen(flow, edge[k], i, j)) continue
      level[j] = level[i] + 1
      if (end[j] === SINK) sink = true
      queue[last++] = j
    }
  }
  return { sink }
}

/** A blocking flow over the levels, by depth-first search from each source. @returns units, at most `most` */
function augment(search: Search, most: number): number {
  const { graph, end, next } = search
  next.set(graph.first.subarray(0, next.length))
  let units = 0
  for (let source = 0; source < end.length; source++) {
    if (end[source] !== SOURCE) continue
    while (units < most && pushUnit(search, source)) units++
  }
  return units
}

function pushUnit({ graph: { first, to, edge }, flow, end, level, next, trail, trail_k }: Search, source: number): boolean {
  let depth = 0
  trail[0] = source
  for (;;) {
    const i = trail[depth]
    if (end[i] === SINK) break
    let k = next[i]
    while (k < first[i + 1] && (level[to[k]] !== level[i] + 1 || !isOpen(flow, edge[k], i, to[k]))) k++
    next[i] = k
    if (k < first[i + 1]) {
      trail_k[depth++] = k
      trail[depth] = to[k]
    } else {
      if (depth === 0) return false
      depth--
      next[trail[depth]]++
    }
  }
  for (let d = 0; d < depth; d++) flow[edge[trail_k[d]]] += trail[d] < trail[d + 1] ? 1 : -1
  return true
}
