/** Strongly connected components (Tarjan 1972), without recursion: a city's road graph is deeper than a call stack. */

/** The outgoing arcs of node i are `to[first[i]] … to[first[i + 1] − 1]`. */
export interface Arcs {
  readonly first: Int32Array
  readonly to: Int32Array
}

/** 1 for every node of the largest component, the one with the smallest node number among equals. */
export function largestComponent({ first, to }: Arcs): Uint8Array {
  const n = first.length - 1
  const component = stronglyConnected({ first, to })
  const sizes = new Int32Array(n)
  for (let i = 0; i < n; i++) sizes[component[i]]++
  let largest = 0
  for (let i = 0; i < n; i++) if (sizes[component[i]] > sizes[largest]) largest = component[i]
  return Uint8Array.from(component, (c) => (c === largest ? 1 : 0))
}

/** The component of every node, named by one of its members. */
export function stronglyConnected({ first, to }: Arcs): Int32Array {
  const n = first.length - 1
  const order = new Int32Array(n).fill(-1)
  const low = new Int32Array(n)
  const component = new Int32Array(n).fill(-1)
  const next = Int32Array.from(first.subarray(0, n))
  const open: number[] = []
  const trail: number[] = []
  let visited = 0
  for (let root = 0; root < n; root++) {
    if (order[root] >= 0) continue
    trail.push(root)
    while (trail.length > 0) {
      const node = trail[trail.length - 1]
      if (order[node] < 0) {
        order[node] = low[node] = visited++
        open.push(node)
      }
      if (next[node] < first[node + 1]) {
        const other = to[next[node]]
        if (order[other] < 0) {
          // Looked at again after its return, so that its low reaches this node.
          trail.push(other)
          continue
        }
        if (component[other] < 0) low[node] = Math.min(low[node], low[other])
        next[node]++
        continue
      }
      trail.pop()
      if (low[node] !== order[node]) continue
      for (let member = open.pop(); member !== undefined; member = open.pop()) {
        component[member] = node
        if (member === node) break
      }
    }
  }
  return component
}
