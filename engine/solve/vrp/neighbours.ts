/**
 * Which stops are tried beside which: granular neighbourhoods (Toth and Vigo, INFORMS Journal on Computing 15 (2003) 333–346), ranked by cost and a part of
 * the waiting (Vidal, Crainic, Gendreau and Prins, Computers & Operations Research 40 (2013) 475–489).
 */
import { endOf, type Model, startOf } from './model.ts'

/** Stops that a ruin looks at around its seed. */
const NEAR = 150
/** Predecessors, and successors, in which an insertion is tried. */
const LISTED = 40
/** A unit of waiting counts as this much cost: 1 was much worse (24 instead of 9 % behind at 1,000 stops after a second). */
const WAIT_WEIGHT = 0.2
/** Classes of idle vehicles that are tried for one stop. */
const KINDS_TRIED = 24

export interface Neighbours {
  /** `near_n` per node, itself first. */
  readonly near: Int32Array
  readonly near_n: number
  /** `listed` cells per node, of which the first `…_n` are used. */
  readonly before: Int32Array
  readonly before_n: Int32Array
  readonly after: Int32Array
  readonly after_n: Int32Array
  readonly listed: number
  /** Classes of vehicles that may have the node, nearest start first: `kinds_tried` cells, −1 behind the last. */
  readonly kinds: Int32Array
  readonly kinds_tried: number
}

/** Earliest start at each free node by any vehicle that may go there, and the latest that still lets one get back. */
function reach(model: Model): { first: Float64Array; last: Float64Array } {
  const { n, kinds, fits, row, open, close, service, time, width } = model
  const first = new Float64Array(n + 1).fill(Number.POSITIVE_INFINITY)
  const last = new Float64Array(n + 1)
  const of = firstOfKind(model)
  for (let node = 1; node <= n; node++) {
    for (let kind = 0; kind < kinds; kind++) {
      if (fits[node * kinds + kind] === 0) continue
      const start = startOf(model, of[kind])
      const end = endOf(model, of[kind])
      first[node] = Math.min(first[node], Math.max(open[node], open[start] + time[row[start] * width + row[node]]))
      last[node] = Math.max(last[node], Math.min(close[node], close[end] - service[node] - time[row[node] * width + row[end]]))
    }
  }
  return { first, last }
}

function firstOfKind({ kind, kinds }: Model): Int32Array {
  const of = new Int32Array(kinds)
  for (let r = kind.length - 1; r >= 0; r--) of[kind[r]] = r
  return of
}

export function buildNeighbours(model: Model): Neighbours {
  const { n, row, width, cost, time, service, open, close, demand, partner } = model
  const near_n = Math.min(NEAR, n)
  const listed = Math.max(0, Math.min(LISTED, n - 1))
  const near = new Int32Array((n + 1) * near_n)
  const before = new Int32Array((n + 1) * listed)
  const after = new Int32Array((n + 1) * listed)
  const before_n = new Int32Array(n + 1)
  const after_n = new Int32Array(n + 1)
  const { first, last } = reach(model)
  const room = model.pairs || model.choices ? Number.POSITIVE_INFINITY : model.capacity.reduce((most, one) => Math.max(most, one), 0)
  // Key and node in one number, so that sorting needs no comparison function.
  const radix = 2 ** Math.ceil(Math.log2(n + 1))
  const keys = [0, 1, 2].map(() => new Float64Array(n))
  for (let c = 1; c <= n; c++) {
    let befores = 0
    let afters = 0
    for (let x = 1; x <= n; x++) {
      const to = cost[row[c] * width + row[x]]
      keys[0][x - 1] = (x === c ? 0 : to + 1) * radix + x
      if (x === c || partner[x] === c || demand[x] + demand[c] > room) continue
      const from = cost[row[x] * width + row[c]]
      const drive_to = service[c] + time[row[c] * width + row[x]]
      const drive_from = service[x] + time[row[x] * width + row[c]]
      if (first[x] + drive_from <= last[c])
        keys[1][befores++] = Math.floor(10 * (from + WAIT_WEIGHT * Math.max(0, open[c] - close[x] - drive_from))) * radix + x
      if (first[c] + drive_to <= last[x])
        keys[2][afters++] = Math.floor(10 * (to + WAIT_WEIGHT * Math.max(0, open[x] - close[c] - drive_to))) * radix + x
    }
    leastFirst(keys[0], n, near_n)
    leastFirst(keys[1], befores, listed)
    leastFirst(keys[2], afters, listed)
    before_n[c] = Math.min(listed, befores)
    after_n[c] = Math.min(listed, afters)
    for (let k = 0; k < near_n; k++) near[c * near_n + k] = keys[0][k] % radix
    for (let k = 0; k < before_n[c]; k++) before[c * listed + k] = keys[1][k] % radix
    for (let k = 0; k < after_n[c]; k++) after[c * listed + k] = keys[2][k] % radix
  }
  return { near, near_n, before, before_n, after, after_n, listed, ...nearKinds(model) }
}

function nearKinds(model: Model): Pick<Neighbours, 'kinds' | 'kinds_tried'> {
  const { n, kinds, fits, cost, row, width } = model
  const kinds_tried = Math.min(KINDS_TRIED, kinds)
  const list = new Int32Array((n + 1) * kinds_tried).fill(-1)
  const of = firstOfKind(model)
  const keys = new Float64Array(kinds)
  for (let node = 1; node <= n; node++) {
    let count = 0
    for (let kind = 0; kind < kinds; kind++) {
      if (fits[node * kinds + kind] === 1) keys[count++] = cost[row[model.ends + 2 * of[kind]] * width + row[node]] * kinds + kind
    }
    leastFirst(keys, count, kinds_tried)
    for (let k = 0; k < Math.min(count, kinds_tried); k++) list[node * kinds_tried + k] = keys[k] % kinds
  }
  return { kinds: list, kinds_tried }
}

/** Brings the `k` least of the first `count` values to the front, in order (Hoare, CACM 4 (1961) 321). */
function leastFirst(values: Float64Array, count: number, k: number): void {
  let low = 0
  let high = count - 1
  while (k < count && low < high) {
    const pivot = values[(low + high) >> 1]
    let i = low
    let j = high
    while (i <= j) {
      while (values[i] < pivot) i++
      while (values[j] > pivot) j--
      if (i > j) break
      const swapped = values[i]
      values[i++] = values[j]
      values[j--] = swapped
    }
    if (k - 1 <= j) high = j
    else if (k - 1 >= i) low = i
    else break
  }
  values.subarray(0, Math.min(k, count)).sort()
}
