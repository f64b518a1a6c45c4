/**
 * Route exchange between two plans (after SREX: Nagata, Bräysy and Dullaert, Computers & Operations Research 37 (2010) 724–737): some neighbouring routes of one
 * give way to as many of the other that hold most of the same stops. Stops that then are missing are out; the search puts them back.
 */
import type { Random } from '../../base/random.ts'
import type { Model } from './model.ts'
import type { Neighbours } from './neighbours.ts'
import type { Orders } from './plan.ts'

/** At most this share of the routes is exchanged. */
const SHARE_MAX = 0.6

export function crossRoutes(model: Model, neighbours: Neighbours, a: Orders, b: Orders, random: Random): number[][] {
  const free = (stops: readonly number[]): readonly number[] => stops.filter((node) => node <= model.n)
  const of_a = vehicles(a, model)
  const of_b = vehicles(b, model)
  const count = 1 + Math.floor(random.next() * Math.max(1, Math.min(of_a.length, of_b.length) - 1) * SHARE_MAX)
  const leaving = new Set(nearRoutes(model, neighbours, a, count, random))
  const gone = new Set([...leaving].flatMap((r) => free(a[r])))
  const share = (r: number): number => {
    const stops = free(b[r])
    return stops.reduce((sum, node) => sum + (gone.has(node) ? 1 : 0), 0) / stops.length
  }
  const ranked = of_b.map((r) => [share(r), r] as const).sort((x, y) => y[0] - x[0] || x[1] - y[1])
  const coming = ranked.slice(0, leaving.size).map(([, r]) => r)
  const come = new Set(coming.flatMap((r) => free(b[r])))
  const child = a.map((stops, r) => stops.filter((node) => node > model.n || (!leaving.has(r) && !come.has(node))))
  seat(model, child, b, coming)
  if (model.pairs) dropHalves(model, child)
  return child
}

const vehicles = (orders: Orders, { n }: Model): number[] => orders.flatMap((stops, r) => (stops.some((node) => node <= n) ? [r] : []))

/** Routes around a random stop, nearest first. */
function nearRoutes({ n }: Model, { near, near_n }: Neighbours, orders: Orders, count: number, random: Random): number[] {
  const owner = new Int32Array(n + 1).fill(-1)
  orders.forEach((stops, r) => {
    for (const node of stops) if (node <= n) owner[node] = r
  })
  const seed = 1 + Math.floor(random.next() * n)
  const found = new Set<number>()
  for (let k = seed * near_n; k < (seed + 1) * near_n && found.size < count; k++) if (owner[near[k]] >= 0) found.add(owner[near[k]])
  return [...found]
}

/** The coming routes on their own vehicles where those are free, else on one of the same class; else their stops are out. */
function seat(model: Model, child: number[][], b: Orders, coming: readonly number[]): void {
  const busy = new Set(vehicles(child, model))
  for (const r of coming) {
    const seat = busy.has(r) ? child.findIndex((_, other) => !busy.has(other) && model.kind[other] === model.kind[r]) : r
    if (seat < 0) continue
    busy.add(seat)
    child[seat] = [...b[r]]
  }
}

/** A pair of which one stop is missing is out. */
function dropHalves({ partner, n }: Model, child: number[][]): void {
  const owner = new Map(child.flatMap((stops, r) => stops.map((node) => [node, r] as const)))
  child.forEach((stops, r) => {
    child[r] = stops.filter((node) => node > n || partner[node] === 0 || owner.get(partner[node]) === r)
  })
}
