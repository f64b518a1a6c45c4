/**
 * In which order the nodes of a road graph are contracted: nested dissection. A set of nodes is cut in two by few edges, the nodes at the cut come last, and each half
 * is ordered in the same way (George 1973). Cuts are found by inertial flow (Schild and Sommer 2015): the nodes are sorted along a line, the first and the last quarter
 * are joined to a source and a sink, and the least cut between the two is the cut; of four lines the best is taken.
 */
import { type Cut, leastCut, type Subgraph } from './cut.ts'

/** Neighbours of node i are `to[first[i]] … to[first[i + 1] − 1]`; every edge is there from both its ends, under one number. */
export interface Neighbours {
  readonly first: Int32Array
  readonly to: Int32Array
  readonly edge: Int32Array
}

export interface Places {
  readonly x: Float64Array
  readonly y: Float64Array
}

/** So few nodes are not cut again. */
const LEAF = 4
const LINES: readonly (readonly [x: number, y: number])[] = [
  [1, 0],
  [0, 1],
  [1, 1],
  [1, -1],
]

/** A set of nodes that is still to be ordered: sorted along each of LINES. */
interface Part {
  readonly lines: readonly Int32Array[]
  /** Where the node after its last one stands in the order. */
  readonly end: number
}

/** @returns the nodes, first to be contracted first */
export function dissectionOrder(all: Neighbours, { x, y }: Places): Int32Array {
  const n = all.first.length - 1
  const order = new Int32Array(n)
  const local = new Int32Array(n).fill(-1)
  const flow = new Int8Array(all.to.length)
  const sorted = LINES.map(([dx, dy]) => {
    const along = Float64Array.from({ length: n }, (_, i) => dx * x[i] + dy * y[i])
    return Int32Array.from({ length: n }, (_, i) => i).sort((a, b) => along[a] - along[b] || a - b)
  })
  const open: Part[] = [{ lines: sorted, end: n }]
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    const { lines, end } = part
    const [nodes] = lines
    if (nodes.length <= LEAF) {
      order.set(nodes, end - nodes.length)
      continue
    }
    for (let i = 0; i < nodes.length; i++) local[nodes[i]] = i
    const halves = dissect(all, lines, local, flow)
    const pick = (wanted: number, line: Int32Array): Int32Array => line.filter((node) => halves[local[node]] === wanted)
    const between = pick(BETWEEN, nodes)
    const [low, high] = [LOW, HIGH].map((half) => lines.map((line) => pick(half, line)))
    for (let i = 0; i < nodes.length; i++) local[nodes[i]] = -1
    order.set(between, end - between.length)
    open.push({ lines: low, end: end - between.length }, { lines: high, end: end - between.length - low[0].length })
  }
  return order
}

/** The edges among some nodes, by their place in the list. @param local place of each of them, −1 elsewhere */
function subgraphOf(all: Neighbours, nodes: Int32Array, local: Int32Array): Subgraph {
  const first = new Int32Array(nodes.length + 1)
  const most = nodes.reduce((sum, node) => sum + all.first[node + 1] - all.first[node], 0)
  const to = new Int32Array(most)
  const edge = new Int32Array(most)
  let count = 0
  for (let i = 0; i < nodes.length; i++) {
    for (let k = all.first[nodes[i]]; k < all.first[nodes[i] + 1]; k++) {
      if (local[all.to[k]] < 0) continue
      to[count] = local[all.to[k]]
      edge[count++] = all.edge[k]
    }
    first[i + 1] = count
  }
  return { first, to: to.subarray(0, count), edge: edge.subarray(0, count) }
}

const LOW = 0
const HIGH = 1
const BETWEEN = 2

/** @returns by place: in which half the node is, or between the two */
function dissect(all: Neighbours, lines: readonly Int32Array[], local: Int32Array, flow: Int8Array): Uint8Array {
  const graph = subgraphOf(all, lines[0], local)
  let best: Cut = { side: new Uint8Array(lines[0].length), edges: Number.POSITIVE_INFINITY }
  for (const line of lines) {
    const places = line.map((node) => local[node])
    best = leastCut(graph, places, flow, best.edges) ?? best
  }
  const between = cutNodes(graph, best.side)
  return best.side.map((side, i) => (between[i] === 1 ? BETWEEN : side === 1 ? HIGH : LOW))
}

/** The ends of cut edges on the side where they are fewer: without these the two sides do not touch. */
function cutNodes({ first, to }: Subgraph, side: Uint8Array): Uint8Array {
  const ends = [new Uint8Array(side.length), new Uint8Array(side.length)]
  const counts = [0, 0]
  for (let i = 0; i < side.length; i++) {
    for (let k = first[i]; k < first[i + 1]; k++) {
      if (side[to[k]] === side[i] || ends[side[i]][i] === 1) continue
      ends[side[i]][i] = 1
      counts[side[i]]++
    }
  }
  return counts[0] < counts[1] ? ends[0] : ends[1]
}
