/**
 * The solver: problem in, plan out, better plans handed out on the way. Short budgets are one run of annealing; longer ones are a small population of runs whose
 * plans are crossed and improved again (memetic search: Nagata, Bräysy and Dullaert 2010), with annealing in the place of their local search.
 */
import { createRandom, type Random } from '../../base/random.ts'
import { anneal, type Budget, type Solution } from './anneal.ts'
import { crossRoutes } from './cross.ts'
import { buildModel, type Model } from './model.ts'
import { buildNeighbours, type Neighbours } from './neighbours.ts'
import { type Orders, planOf } from './plan.ts'
import type { LeftWhy, VrpPlan, VrpProblem } from './problem.ts'
import { createRecreator, recreate } from './recreate.ts'
import { beginStep, createRoutes, ordersOf, type Routes, setOrders } from './routes.ts'
import { savingsRoutes } from './savings.ts'
import { sortOut } from './sort-out.ts'
import { ordersFrom } from './standing.ts'
import type { Stop } from './stop.ts'

export interface SearchOptions {
  readonly seed: number
  readonly stop: Stop
  /** A plan to start from; jobs it does not know are put in. */
  readonly start?: VrpPlan
  /** Called with the first plan, and then with better ones. */
  readonly improved?: (plan: VrpPlan) => void
}

/**
 * A population pays from this many steps on, times stops to the power of 2.5: with fewer, its plans are still too rough to be worth crossing. Over the given
 * instances a population was better at 100 stops (0.29 instead of 0.66 % behind after a second, nine hard ones) and at 200 (0.49 instead of 0.71 %), one run at
 * 1,000 (2.5 instead of 4.5 % after five seconds, 2.2 instead of 2.7 after thirty).
 */
const POPULATION_STEPS = 0.1
/**
 * Plans in a population: with more steps more, one for so many times stops to the power of 2.5. After thirty seconds at 100 stops (four hard instances,
 * one seed) eight plans, alike by then, were 0.31 % behind, twenty-four 0.17 %.
 */
const POPULATION_MIN = 8
const POPULATION_MAX = 24
/** Share of the budget for its first plans, and crossings per plan of it. */
const FIRST_SHARE = 0.4
const CROSSINGS = 5
/**
 * Temperatures in mean ways between two stops: at the end of each run, at the start of a child's or a standing plan's, and at most at the start from nothing,
 * of one run and of each of a population.
 */
const COLD = 0.02
const HOT_CHILD = 0.1
const HOT_MAX = 1
const HOT_MAX_CROWD = 2
/** Steps per stop that a start at one mean way needs. */
const HOT_STEPS = 250
/** A better plan is handed out after this share of the budget at the soonest. */
const LOOK_SHARE = 0.02

interface Search {
  readonly model: Model
  readonly neighbours: Neighbours
  readonly routes: Routes
  readonly random: Random
  readonly budget: Budget
  readonly look: (cost: number, orders: () => Orders) => void
}

/** @returns a plan that every job is in or named as left */
export function solveVrp(problem: VrpProblem, { seed, stop, start, improved }: SearchOptions): VrpPlan {
  const { wanted, impossible } = sortOut(problem)
  const model = buildModel(problem, wanted, true)
  const neighbours = buildNeighbours(model)
  const random = createRandom(seed)
  const routes = createRoutes(model)
  const first = firstOrders(model, neighbours, routes, random, start)
  setOrders(routes, first)
  const budget: Budget = { stop, steps: 0 }
  const look = lookOut(model, impossible, budget, improved)
  look(routes.cost, () => ordersOf(routes))
  if (model.n === 0) return planOf(model, ordersOf(routes), impossible)
  const best = evolve({ model, neighbours, routes, random, budget, look }, ordersOf(routes), start === undefined)
  const plan = planOf(model, best.orders, impossible)
  improved?.(plan)
  return plan
}

/** Hands plans out: the first at once, better ones at intervals. */
function lookOut(
  model: Model,
  impossible: ReadonlyMap<number, LeftWhy>,
  budget: Budget,
  improved: SearchOptions['improved'],
): Search['look'] {
  let told = Number.POSITIVE_INFINITY
  let told_at = Number.NEGATIVE_INFINITY
  return (cost, orders) => {
    if (improved === undefined || cost >= told) return
    const share = budget.stop.used(budget.steps)
    if (share - told_at < LOOK_SHARE) return
    told = cost
    told_at = share
    improved(planOf(model, orders(), impossible))
  }
}

function firstOrders(model: Model, neighbours: Neighbours, routes: Routes, random: Random, start: VrpPlan | undefined): Orders {
  if (start !== undefined) setOrders(routes, ordersFrom(model, start))
  else if (model.plain && model.kinds === 1 && model.promised[0].length === 0) {
    const stops = savingsRoutes(model, neighbours)
    return Array.from({ length: model.vehicles }, (_, r) => stops[r] ?? [])
  }
  const standing = start === undefined ? null : { cost: routes.cost, orders: ordersOf(routes) }
  beginStep(routes)
  const pool = { nodes: Int32Array.from(routes.out), n: routes.out.length }
  for (const node of routes.out) routes.cost -= model.price[node]
  routes.out = []
  recreate(createRecreator(routes, neighbours, random), pool)
  // A place may be passed over by chance; what stood must not become worse by that.
  return standing !== null && routes.cost > standing.cost ? standing.orders : ordersOf(routes)
}

/** Mean way between two stops of the start. */
function meanWay({ model }: Routes, orders: Orders): number {
  let sum = 0
  let count = 0
  for (const stops of orders) {
    for (let i = 1; i < stops.length; i++) {
      sum += model.cost[model.row[stops[i - 1]] * model.width + model.row[stops[i]]]
      count++
    }
  }
  return Math.max(1, sum / Math.max(1, count))
}

function evolve(search: Search, first: Orders, from_nothing: boolean): Solution {
  const { model, routes, neighbours, random, budget, look } = search
  const way = meanWay(routes, first)
  const { steps } = budget.stop
  const cold = COLD * way
  const run = (orders: Orders, until: number, hot: number): Solution => {
    setOrders(routes, orders)
    return anneal(routes, neighbours, random, budget, { until, hot, cold }, look)
  }
  const crowd = from_nothing && steps >= POPULATION_STEPS * model.n ** 2.5
  const hot_max = crowd ? HOT_MAX_CROWD : HOT_MAX
  const hot = from_nothing ? Math.min(hot_max, steps / model.n / HOT_STEPS) * way : HOT_CHILD * way
  if (!crowd) return run(first, 1, hot)
  const size = Math.min(POPULATION_MAX, Math.max(POPULATION_MIN, Math.round(steps / model.n ** 2.5)))
  const population = Array.from({ length: size }, (_, i) => run(first, (FIRST_SHARE * (i + 1)) / size, hot))
  const crossing = (1 - FIRST_SHARE) / (CROSSINGS * size)
  for (let made = 1; made <= CROSSINGS * size; made++) {
    const i = Math.floor(random.next() * size)
    const j = (i + 1 + Math.floor(random.next() * (size - 1))) % size
    const child = run(
      crossRoutes(model, neighbours, population[i].orders, population[j].orders, random),
      Math.min(1, FIRST_SHARE + crossing * made),
      HOT_CHILD * way,
    )
    admit(population, i, child)
  }
  return population.reduce((best, one) => (one.cost < best.cost ? one : best))
}

/** A better child takes the place of its first parent, else of the worst; none that is there already. */
function admit(population: Solution[], parent: number, child: Solution): void {
  if (population.some(({ cost }) => cost === child.cost)) return
  const worst = population.reduce((at, { cost }, i) => (cost > population[at].cost ? i : at), 0)
  if (child.cost < population[parent].cost) population[parent] = child
  else if (child.cost < population[worst].cost) population[worst] = child
}
