/**
 * A first plan by savings (Clarke and Wright, Operations Research 12 (1964) 568–581), with time windows as in Solomon, Operations Research 35 (1987) 254–265:
 * routes are joined end to end, the greatest saving first, less a part of the waiting. For plain models whose vehicles do not differ.
 */
import { endOf, type Model, startOf } from './model.ts'
import type { Neighbours } from './neighbours.ts'

const WAIT_WEIGHT = 0.2
/** More than any number of listed pairs. */
const PAIRS = 2 ** 22

/** Stops of each route, the longest first; there may be more routes than vehicles. */
export function savingsRoutes(model: Model, neighbours: Neighbours): number[][] {
  const { n, time, service, open, close, demand, row, width } = model
  const from_start = row[startOf(model, 0)] * width
  const end = row[endOf(model, 0)]
  const opens = open[startOf(model, 0)]
  const closes = close[endOf(model, 0)]
  const next = new Int32Array(n + 1)
  const prev = new Int32Array(n + 1)
  const route = Int32Array.from({ length: n + 1 }, (_, node) => node)
  const last = route.slice()
  const load = demand.slice(0, n + 1)
  const early = route.map((node) => Math.max(open[node], opens + time[from_start + node]))
  const late = route.map((node) => Math.min(close[node], closes - service[node] - time[node * width + end]))
  for (const key of rankedPairs(model, neighbours)) {
    const pair = key - Math.floor(key / PAIRS) * PAIRS
    const i = Math.floor(pair / neighbours.listed)
    const j = neighbours.after[pair]
    const head = route[i]
    const tail = route[j]
    if (head === tail || last[head] !== i || tail !== j || load[head] + load[tail] > model.capacity[0]) continue
    if (early[i] + service[i] + time[i * width + j] > late[j]) continue
    next[i] = j
    prev[j] = i
    load[head] += load[tail]
    last[head] = last[tail]
    for (let k = j; k > 0; k = next[k]) {
      route[k] = head
      early[k] = Math.max(open[k], early[prev[k]] + service[prev[k]] + time[prev[k] * width + k])
    }
    for (let k = i; k > 0; k = prev[k]) late[k] = Math.min(close[k], late[next[k]] - service[k] - time[k * width + next[k]])
  }
  const routes: number[][] = []
  for (let node = 1; node <= n; node++) {
    if (route[node] !== node) continue
    const stops: number[] = []
    for (let k = node; k > 0; k = next[k]) stops.push(k)
    routes.push(stops)
  }
  return routes.sort((a, b) => b.length - a.length)
}

/** Listed pairs with a positive saving, the greatest first: cell of the list + PAIRS × minus the saving in tenths. */
function rankedPairs(model: Model, { after, after_n, listed }: Neighbours): Float64Array {
  const { n, cost, time, service, open, close, row, width } = model
  const from_start = row[startOf(model, 0)] * width
  const end = row[endOf(model, 0)]
  const keys = new Float64Array(n * listed)
  let count = 0
  for (let i = 1; i <= n; i++) {
    for (let k = i * listed; k < i * listed + after_n[i]; k++) {
      const j = after[k]
      const wait = Math.max(0, open[j] - close[i] - service[i] - time[i * width + j])
      const saving = cost[i * width + end] + cost[from_start + j] - cost[i * width + j] - WAIT_WEIGHT * wait
      if (saving > 0) keys[count++] = k - PAIRS * Math.floor(10 * saving)
    }
  }
  return keys.subarray(0, count).sort()
}
