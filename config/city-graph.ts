/** The directed road graph of a city, as far as building and checking one needs it. */
import type { Road } from '../engine/model/city.ts'

/**
 * Strongly connected components (Tarjan 1972, without recursion): for every node the number of its component. From any node of one
 * component one can drive to any other and back.
 */
export function strongComponents(nodeCount: number, arcs: readonly (readonly [from: number, to: number])[]): Int32Array {
  const { first, targets } = adjacency(nodeCount, arcs)
  const component = new Int32Array(nodeCount).fill(-1)
  const order = new Int32Array(nodeCount).fill(-1)
  const low = new Int32Array(nodeCount)
  const next = Int32Array.from(first)
  const open: number[] = []
  let counter = 0
  let components = 0
  for (let root = 0; root < nodeCount; root++) {
    if (order[root] >= 0) continue
    const path = [root]
    while (path.length > 0) {
      const node = path[path.length - 1]
      if (order[node] < 0) {
        order[node] = low[node] = counter++
        open.push(node)
      }
      if (next[node] < first[node + 1]) {
        const target = targets[next[node]++]
        if (order[target] < 0) path.push(target)
        else if (component[target] < 0) low[node] = Math.min(low[node], order[target])
        continue
      }
      path.pop()
      if (path.length > 0) low[path[path.length - 1]] = Math.min(low[path[path.length - 1]], low[node])
      if (low[node] !== order[node]) continue
      for (let member = -1; member !== node; ) {
        member = open.pop() ?? node
        component[member] = components
      }
      components++
    }
  }
  return component
}

function adjacency(nodeCount: number, arcs: readonly (readonly [number, number])[]): { first: Int32Array; targets: Int32Array } {
  const first = new Int32Array(nodeCount + 1)
  for (const [from] of arcs) first[from + 1]++
  for (let i = 0; i < nodeCount; i++) first[i + 1] += first[i]
  const fill = Int32Array.from(first)
  const targets = new Int32Array(arcs.length)
  for (const [from, to] of arcs) targets[fill[from]++] = to
  return { first, targets }
}

/** One arc per direction that may be driven; nodes numbered by `index`. */
export function arcsOf(roads: readonly Road[], index: ReadonlyMap<string, number>): [from: number, to: number][] {
  const arcs: [number, number][] = []
  for (const { from, to, oneway } of roads) {
    const [a, b] = [index.get(from), index.get(to)]
    if (a === undefined || b === undefined) continue
    arcs.push([a, b])
    if (!oneway) arcs.push([b, a])
  }
  return arcs
}

/** Ids of the nodes of the largest strongly connected component. */
export function largestStrongPart(nodes: readonly { readonly id: string }[], roads: readonly Road[]): Set<string> {
  const index = new Map(nodes.map(({ id }, i) => [id, i]))
  const component = strongComponents(nodes.length, arcsOf(roads, index))
  const sizes = new Map<number, number>()
  for (const part of component) sizes.set(part, (sizes.get(part) ?? 0) + 1)
  let largest = -1
  for (const [part, size] of sizes) if (size > (sizes.get(largest) ?? 0)) largest = part
  return new Set(nodes.filter((_, i) => component[i] === largest).map(({ id }) => id))
}
