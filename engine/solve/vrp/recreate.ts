/**
 * Recreate by greedy insertion with blinks: stops go back one by one, each to its cheapest place, a few places overlooked by chance
 * (SISR: Christiaens and Vanden Berghe, Transportation Science 54 (2020) 417–433, section 5.2). Places are those beside listed neighbours.
 */
import type { Random } from '../../base/random.ts'
import { type Model, startOf } from './model.ts'
import type { Neighbours } from './neighbours.ts'
import { NO_WAY } from './problem.ts'
import { link, type Routes, refresh, touch } from './routes.ts'
import type { Pool } from './ruin.ts'
import { trial } from './trial.ts'

/** β of section 5.2: the chance that a place is overlooked. */
const BLINK = 0.01
/** The same for an idle vehicle, where they differ: else of two equally near the same would always be taken. */
const IDLE_BLINK = 0.2
/** More places behind the pickup than this are not tried for its delivery. */
const AHEAD_MAX = 24

/** Share of steps in which jobs may cost more than their price, and by how many times at most. */
const GENEROUS_SHARE = 0.2
const GENEROUS = 3

/** The best place found so far for one stop. */
interface Place {
  before: number
  /** Behind which its delivery goes. */
  second_before: number
  more: number
  /** Places that will be tried before the next is overlooked. */
  until_blink: number
}

export interface Recreator {
  readonly routes: Routes
  readonly neighbours: Neighbours
  readonly random: Random
  readonly place: Place
  readonly keys: Float64Array
  /** Per node, how far it is from the nearest start of a vehicle that may go there. */
  readonly far: Float64Array
}

export function createRecreator(routes: Routes, neighbours: Neighbours, random: Random): Recreator {
  const { model } = routes
  const place: Place = { before: -1, second_before: -1, more: 0, until_blink: 0 }
  return { routes, neighbours, random, place, keys: new Float64Array(model.n + 1), far: farness(model, neighbours) }
}

function farness(model: Model, { kinds, kinds_tried }: Neighbours): Float64Array {
  const { n, kind, cost, row, width } = model
  return Float64Array.from({ length: n + 1 }, (_, node) => {
    const start = node === 0 || kinds_tried === 0 ? -1 : kind.indexOf(kinds[node * kinds_tried])
    return start < 0 ? 0 : cost[row[startOf(model, start)] * width + row[node]]
  })
}

/** Puts the pool back, what it can. */
export function recreate(recreator: Recreator, pool: Pool): void {
  const { routes, place, random } = recreator
  const { model } = routes
  order(recreator, pool)
  // Some jobs pay only together: now and then one may cost more than leaving it out would, and the annealing judges the whole.
  const generous = random.next() < GENEROUS_SHARE ? 1 + GENEROUS * random.next() : 1
  let out: number[] | null = null
  for (let i = 0; i < pool.n; i++) {
    const node = pool.nodes[i]
    place.before = -1
    place.more = Math.min(NO_WAY, generous * model.price[node])
    if (model.plain) seekPlain(recreator, node)
    else seekLabelled(recreator, node)
    if (place.before >= 0) insert(routes, node, place)
    else {
      out ??= routes.out.slice()
      out.push(node)
      routes.cost += model.price[node]
    }
  }
  if (out !== null) routes.out = out
}

function insert(routes: Routes, node: number, { before, second_before, more }: Place): void {
  const { model, vehicle, size, idle } = routes
  const r = vehicle[before]
  if (size[r] === 0) idle[model.kind[r]].splice(idle[model.kind[r]].lastIndexOf(r), 1)
  touch(routes, r)
  link(routes, node, before)
  if (!model.plain) {
    if (model.partner[node] > 0) link(routes, model.partner[node], second_before)
    refresh(routes, r)
  }
  routes.cost += more
}

/** Orders of return with the weights of section 5.2, those of the time windows after the remarks in section 6 there. */
function order({ routes, random, keys, far }: Recreator, { nodes, n }: Pool): void {
  const { open, close, demand } = routes.model
  const draw = random.next() * 13
  for (let i = 0; i < n; i++) {
    const node = nodes[i]
    if (draw < 4) keys[i] = random.next()
    else if (draw < 6) keys[i] = -demand[node]
    else if (draw < 8) keys[i] = -far[node]
    else if (draw < 9) keys[i] = far[node]
    else if (draw < 11) keys[i] = close[node] - open[node]
    else if (draw < 12) keys[i] = open[node]
    else keys[i] = -close[node]
  }
  for (let i = 1; i < n; i++) {
    const node = nodes[i]
    const key = keys[i]
    let j = i - 1
    for (; j >= 0 && keys[j] > key; j--) {
      nodes[j + 1] = nodes[j]
      keys[j + 1] = keys[j]
    }
    nodes[j + 1] = node
    keys[j + 1] = key
  }
}

/** Whether this place is overlooked; the number of tries until then is geometric. */
function blinks(place: Place, random: Random): boolean {
  if (--place.until_blink >= 0) return false
  place.until_blink = Math.floor(Math.log(1 - random.next()) / Math.log(1 - BLINK))
  return true
}

/** The inner loop of it all: everything it reads of a stop lies in two rows of the matrix and in arrays by node. */
function seekPlain(recreator: Recreator, node: number): void {
  const { routes, neighbours, random, place } = recreator
  const { model, next, prev, vehicle, ready, late, way, load } = routes
  const { width, cost, time, cost_into, time_into, service, open, close, capacity, kind, kinds, fits, restricted } = model
  const { before, after, listed, before_n, after_n } = neighbours
  const base = node * width
  const opens = open[node]
  const closes = close[node]
  const serves = service[node]
  const adds = model.demand[node]
  const first = node * listed
  const befores = first + before_n[node]
  const shift = before_n[node]
  const all = befores + after_n[node]
  let best = place.more
  let best_before = -1
  for (let k = first; k < all; k++) {
    let p: number
    let x: number
    if (k < befores) {
      p = before[k]
      x = next[p]
    } else {
      x = after[k - shift]
      p = prev[x]
    }
    // What is out has a way so cheap that nothing comes in between.
    const more = cost_into[base + p] + cost[base + x] - way[p]
    if (more >= best) continue
    const at = ready[p] + time_into[base + p]
    if (at > closes) continue
    if (Math.max(at, opens) + serves + time[base + x] > late[x]) continue
    const r = vehicle[p]
    if (load[r] + adds > capacity[r]) continue
    if (restricted && fits[node * kinds + kind[r]] === 0) continue
    if (blinks(place, random)) continue
    best = more
    best_before = p
  }
  place.more = best
  place.before = best_before
  seekIdlePlain(recreator, node)
}

function seekIdlePlain({ routes, neighbours, random, place }: Recreator, node: number): void {
  const { kinds, kinds_tried } = neighbours
  const { model, idle, anchor, next, ready, late, load } = routes
  const { width, cost, time, service, open, close, capacity, fixed_cost, ends } = model
  for (let k = node * kinds_tried; k < (node + 1) * kinds_tried && kinds[k] >= 0; k++) {
    const list = idle[kinds[k]]
    if (list.length === 0 || (model.kinds > 1 && random.next() < IDLE_BLINK)) continue
    const r = list[list.length - 1]
    const p = anchor[r]
    const x = next[p]
    const way = cost[p * width + node] + cost[node * width + x]
    const more = p < ends ? way - cost[p * width + x] : way + fixed_cost[r]
    if (more >= place.more || load[r] + model.demand[node] > capacity[r]) continue
    const at = Math.max(open[node], ready[p] + time[p * width + node])
    if (at > close[node] || at + service[node] + time[node * width + x] > late[x]) continue
    place.more = more
    place.before = p
  }
}

function seekLabelled({ routes, neighbours, random, place }: Recreator, node: number): void {
  const { model, prev, vehicle, next, idle, anchor } = routes
  const { fits, kinds, kind } = model
  const { before, after, listed, before_n, after_n, kinds: near_kinds, kinds_tried } = neighbours
  const first = node * listed
  for (let k = 0; k < before_n[node] + after_n[node]; k++) {
    const listing = k < before_n[node]
    const other = listing ? before[first + k] : after[first + k - before_n[node]]
    const r = vehicle[other]
    if (r < 0 || fits[node * kinds + kind[r]] === 0) continue
    if (blinks(place, random)) continue
    tryBehind(routes, place, node, listing ? other : prev[other])
  }
  for (let k = node * kinds_tried; k < (node + 1) * kinds_tried && near_kinds[k] >= 0; k++) {
    const list = idle[near_kinds[k]]
    if (list.length === 0 || (kinds > 1 && random.next() < IDLE_BLINK)) continue
    for (let p = anchor[list[list.length - 1]]; next[p] >= 0; p = next[p]) tryBehind(routes, place, node, p)
  }
}

/** Tries one place of a stop, of a pair with the places of its delivery, and keeps it where it is better. */
export function tryBehind(routes: Routes, place: Pick<Place, 'before' | 'second_before' | 'more'>, node: number, before: number): void {
  const { model, next } = routes
  const { cost, row, width, partner, ends } = model
  const second = partner[node]
  const x = next[before]
  const a = row[before] * width
  const b = row[x]
  // Lateness only comes on top of the way, so the way alone tells most places apart; by a tip it may be shorter than it looks.
  const way = b < 0 ? cost[a + row[node]] : cost[a + row[node]] + cost[row[node] * width + b] - cost[a + b]
  if (way >= place.more && model.problem.tips.length === 0) return
  let second_before = node
  for (let k = 0; k < AHEAD_MAX && second_before < ends; k++) {
    const more = trial(routes, node, before, second, second_before)
    if (more < place.more) {
      place.more = more
      place.before = before
      place.second_before = second_before
    }
    if (second === 0) return
    second_before = second_before === node ? x : next[second_before]
  }
}
