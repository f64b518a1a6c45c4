/**
 * Exchange of tails between two routes (2-opt*: Potvin and Rousseau, Journal of the Operational Research Society 46 (1995) 1433–1446), a move that ruin and
 * recreate cannot make where routes are long: it would have to take out half of both. For plain models, where it is judged in constant time.
 */
import type { Random } from '../../base/random.ts'
import { endOf } from './model.ts'
import type { Neighbours } from './neighbours.ts'
import { type Routes, refresh, touch } from './routes.ts'

/**
 * Looks around one random stop for the best exchange and makes it when it costs less than `allowed` more. Begin a step before.
 * @returns whether something changed
 */
export function exchangeTails(routes: Routes, neighbours: Neighbours, random: Random, allowed: number): boolean {
  const { model, next, prev, vehicle, ready, late, way } = routes
  const { cost, time, cost_into, time_into, width, kind, ends, fixed_cost } = model
  const { before, before_n, listed } = neighbours
  const c = 1 + Math.floor(random.next() * model.n)
  const a = vehicle[c]
  if (a < 0) return false
  const base = c * width
  const u = prev[c]
  let best = allowed
  let best_p = -1
  for (let k = c * listed; k < c * listed + before_n[c]; k++) {
    const p = before[k]
    const b = vehicle[p]
    if (b < 0 || b === a || kind[a] !== kind[b]) continue
    const x = next[p]
    // Ends of one class lie at one place. A route that gives all it has away costs nothing any more.
    const left = u >= ends && x >= ends ? -fixed_cost[a] : cost[u * width + x]
    const more = cost_into[base + p] + left - way[p] - way[u]
    if (more >= best || ready[p] + time_into[base + p] > late[c] || ready[u] + time[u * width + x] > late[x]) continue
    if (!fitsLoads(routes, u, p)) continue
    best = more
    best_p = p
  }
  if (best_p < 0) return false
  swapTails(routes, u, best_p)
  routes.cost += best
  return true
}

/** Whether both vehicles can carry what they get when the tails behind `u` and `p` change places. */
function fitsLoads(routes: Routes, u: number, p: number): boolean {
  const { model, vehicle, load } = routes
  const a = vehicle[u]
  const b = vehicle[p]
  const head_a = headLoad(routes, u)
  const head_b = headLoad(routes, p)
  return head_a + load[b] - head_b <= model.capacity[a] && head_b + load[a] - head_a <= model.capacity[b]
}

function headLoad({ model, prev }: Routes, last: number): number {
  let sum = 0
  for (let node = last; node >= 0; node = prev[node]) sum += model.demand[node]
  return sum
}

function swapTails(routes: Routes, u: number, p: number): void {
  const { model, vehicle, size, idle } = routes
  const a = vehicle[u]
  const b = vehicle[p]
  touch(routes, a)
  touch(routes, b)
  const tail_a = takeTail(routes, u)
  const tail_b = takeTail(routes, p)
  giveTail(routes, u, tail_b)
  giveTail(routes, p, tail_a)
  refresh(routes, a)
  refresh(routes, b)
  if (size[a] === 0) idle[model.kind[a]].push(a)
}

function takeTail({ model, next, vehicle, size, load }: Routes, last: number): number[] {
  const r = vehicle[last]
  const tail: number[] = []
  for (let node = next[last]; node < model.ends; node = next[node]) {
    tail.push(node)
    load[r] -= model.demand[node]
  }
  size[r] -= tail.length
  return tail
}

function giveTail({ model, next, prev, vehicle, size, load }: Routes, last: number, tail: readonly number[]): void {
  const r = vehicle[last]
  let before = last
  for (const node of tail) {
    next[before] = node
    prev[node] = before
    vehicle[node] = r
    load[r] += model.demand[node]
    before = node
  }
  next[before] = endOf(model, r)
  prev[endOf(model, r)] = before
  size[r] += tail.length
}
