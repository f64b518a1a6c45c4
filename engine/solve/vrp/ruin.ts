/**
 * Ruin by adjacent string removal: strings of stops are taken out of routes that lie near each other, so that what is out has places to swap
 * (SISR: Christiaens and Vanden Berghe, Transportation Science 54 (2020) 417–433, section 5.1). Names of the parameters as there.
 */
import type { Random } from '../../base/random.ts'
import type { Neighbours } from './neighbours.ts'
import { backward, forward, leave, type Routes, refresh, touch } from './routes.ts'

/** L^max and c̄ of section 5.1. With L^max 10 the search got stuck on one instance; c̄ of 5 and 15 were worse. */
const STRING_MAX = 15
const REMOVED_MEAN = 12
/** Share of strings that keep some stops in their middle (α = 0.5), and the chance that one more is kept (β: 0.01). */
const SPLIT_SHARE = 0.5
const SPLIT_MORE = 0.01
/** More than this many jobs that are out are not all tried in each step. */
const OUT_TRIED = 12

export interface Pool {
  /** Nodes that are to be put back. */
  readonly nodes: Int32Array
  n: number
}

/**
 * Takes strings out around a random stop and gathers them, with jobs that were out before.
 * @returns false where a route cannot be driven without a stop (ways that are longer directly): the step is to be taken back
 */
export function ruin(routes: Routes, neighbours: Neighbours, random: Random, pool: Pool): boolean {
  const { model, vehicle, size, idle, undo } = routes
  const { n } = model
  pool.n = 0
  takeOut(routes, random, pool)
  const { near, near_n } = neighbours
  let used = model.vehicles
  for (const list of idle) used -= list.length
  const string_max = Math.min(STRING_MAX, n / Math.max(1, used))
  const strings = Math.floor(1 + random.next() * ((4 * REMOVED_MEAN) / (1 + string_max) - 1))
  const seed = 1 + Math.floor(random.next() * n)
  let drivable = true
  for (let k = seed * near_n, done = 0; k < (seed + 1) * near_n && done < strings; k++) {
    const node = near[k]
    const r = vehicle[node]
    if (r < 0 || undo.touched[r] === undo.step) continue
    touch(routes, r)
    done++
    if (!removeString(routes, node, Math.min(size[r], string_max), random, pool)) drivable = false
    if (size[r] === 0) idle[model.kind[r]].push(r)
  }
  return drivable
}

/** Jobs that are out are tried again: all, or some of many. */
function takeOut(routes: Routes, random: Random, pool: Pool): void {
  const { out, model } = routes
  if (out.length === 0) return
  const some = Math.min(out.length, OUT_TRIED)
  const rest = out.slice()
  for (let i = 0; i < some; i++) {
    const pick = i + Math.floor(random.next() * (rest.length - i))
    const node = rest[pick]
    rest[pick] = rest[i]
    rest[i] = node
    pool.nodes[pool.n++] = node
    routes.cost -= model.price[node]
  }
  routes.out = rest.slice(some)
}

function removeString(routes: Routes, seed: number, length_max: number, random: Random, pool: Pool): boolean {
  const { model, next, prev, size } = routes
  const { n } = model
  const r = routes.vehicle[seed]
  const length = Math.floor(1 + random.next() * length_max)
  let kept = 0
  if (length > 1 && length < size[r] && random.next() < SPLIT_SHARE) {
    kept = 1
    while (length + kept < size[r] && random.next() < SPLIT_MORE) kept++
  }
  const whole = length + kept
  let behind = 0
  for (let node = prev[seed]; behind < whole - 1 && node <= n; node = prev[node]) behind++
  let ahead = 0
  for (let node = next[seed]; ahead < whole - 1 && node <= n; node = next[node]) ahead++
  const least = Math.max(0, whole - 1 - ahead)
  let first = seed
  // A promised delivery may stand between free stops: then the string is as long as there is room.
  for (let back = least + Math.floor(random.next() * (behind - least + 1)); back > 0 && prev[first] <= n; back--) first = prev[first]
  const keep_from = kept > 0 ? 1 + Math.floor(random.next() * (length - 1)) : whole
  return model.plain ? cutPlain(routes, first, whole, keep_from, kept, pool) : cutLabelled(routes, first, whole, keep_from, kept, pool)
}

/** Takes `whole` stops out from `first` on, all but `kept` from the `keep_from`th on, pairs together. */
function cut(routes: Routes, first: number, whole: number, keep_from: number, kept: number, pool: Pool): void {
  const { model, next, vehicle } = routes
  const { partner, n } = model
  let node = first
  for (let i = 0; i < whole && node <= n; i++) {
    const after = next[node]
    if ((i < keep_from || i >= keep_from + kept) && vehicle[node] >= 0) {
      unlink(routes, node, pool)
      // What is already out keeps its place in the walk: its `next` still leads back into the route.
      if (partner[node] > 0) unlink(routes, partner[node], pool)
    }
    node = after
  }
}

function unlink(routes: Routes, node: number, pool: Pool): void {
  const { model, next, prev, vehicle, size, load } = routes
  const r = vehicle[node]
  const before = prev[node]
  const after = next[node]
  next[before] = after
  prev[after] = before
  leave(routes, node)
  size[r]--
  if (model.partner[node] === 0) load[r] -= model.demand[node]
  if (model.delivers[node] === 0) pool.nodes[pool.n++] = node
}

function cutPlain(routes: Routes, first: number, whole: number, keep_from: number, kept: number, pool: Pool): boolean {
  const { model, next, prev, ready, late, way, vehicle } = routes
  const { ends, fixed_cost, service, cost, width } = model
  const before = prev[first]
  let past = first
  for (let i = 0; i < whole; i++) past = next[past]
  for (let node = before; node !== past; node = next[node]) routes.cost -= way[node]
  cut(routes, first, whole, keep_from, kept, pool)
  for (let node = before; node !== past; node = next[node]) {
    way[node] = cost[node * width + next[node]]
    routes.cost += way[node]
  }
  // A vehicle that does nothing costs nothing, not even the way from its start to its end.
  if (before >= ends && next[before] === before + 1) routes.cost -= way[before] + fixed_cost[vehicle[before]]
  forward(routes, next[before])
  forward(routes, past)
  backward(routes, prev[past])
  backward(routes, before)
  return ready[past] - service[past] <= late[past]
}

function cutLabelled(routes: Routes, first: number, whole: number, keep_from: number, kept: number, pool: Pool): boolean {
  const r = routes.vehicle[first]
  cut(routes, first, whole, keep_from, kept, pool)
  routes.cost -= routes.route_cost[r]
  const drivable = refresh(routes, r)
  routes.cost += routes.route_cost[r]
  return drivable
}
