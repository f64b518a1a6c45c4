/**
 * Simulated annealing over ruin and recreate (SISR: Christiaens and Vanden Berghe, Transportation Science 54 (2020) 417–433, section 5.3), cooled
 * exponentially over a part of the search's budget.
 */
import type { Random } from '../../base/random.ts'
import type { Neighbours } from './neighbours.ts'
import { createRecreator, recreate } from './recreate.ts'
import { beginStep, ordersOf, type Routes, undoStep } from './routes.ts'
import { type Pool, ruin } from './ruin.ts'
import type { Stop } from './stop.ts'
import { exchangeTails } from './tails.ts'

/** Steps between two looks at the budget. */
const SLICE = 32

/** Exchanges of tails that are tried before each ruin; one costs a tenth of it. */
const TAIL_TRIES = 2

/** What all runs of one search share. */
export interface Budget {
  readonly stop: Stop
  steps: number
}

export interface Solution {
  readonly orders: readonly (readonly number[])[]
  readonly cost: number
}

export interface Cooling {
  /** Share of the whole budget at which the run ends. */
  readonly until: number
  /** Temperatures at its start and end, in units of cost. */
  readonly hot: number
  readonly cold: number
}

/**
 * Improves the routes in place.
 * @param look called now and then with the best cost so far and a way to it
 * @returns the best that was found
 */
export function anneal(
  routes: Routes,
  neighbours: Neighbours,
  random: Random,
  budget: Budget,
  { until, hot, cold }: Cooling,
  look: (cost: number, orders: () => Solution['orders']) => void,
): Solution {
  const recreator = createRecreator(routes, neighbours, random)
  const pool: Pool = { nodes: new Int32Array(routes.model.n + 1), n: 0 }
  const walk: Walk = { routes, current: routes.cost, best: routes.cost, noted: ordersOf(routes), at_best: false }
  const tails = routes.model.plain ? TAIL_TRIES : 0
  const from = budget.stop.used(budget.steps)
  let temperature = hot
  const limit = (): number => walk.current - temperature * Math.log(1 - random.next())
  for (let step = 1; ; step++) {
    if (step % SLICE === 0) {
      budget.steps += SLICE
      const share = (budget.stop.used(budget.steps) - from) / Math.max(until - from, Number.EPSILON)
      if (share >= 1) break
      temperature = hot * (cold / hot) ** share
      look(walk.best, () => bestOrders(walk))
    }
    for (let k = 0; k < tails; k++) {
      beginStep(routes)
      const below = limit()
      if (exchangeTails(routes, neighbours, random, below - walk.current)) settle(walk, below)
    }
    beginStep(routes)
    if (ruin(routes, neighbours, random, pool)) {
      recreate(recreator, pool)
      settle(walk, limit())
    } else undoStep(routes)
  }
  return { orders: bestOrders(walk), cost: walk.best }
}

interface Walk {
  readonly routes: Routes
  current: number
  best: number
  noted: Solution['orders']
  /** The routes stand at the best and it is not noted yet. */
  at_best: boolean
}

const bestOrders = ({ routes, noted, at_best }: Walk): Solution['orders'] => (at_best ? ordersOf(routes) : noted)

/** Keeps the step that was made when it costs less than the limit, or takes it back. */
function settle(walk: Walk, limit: number): void {
  const { routes } = walk
  const { cost } = routes
  if (cost >= limit) undoStep(routes)
  else if (walk.at_best && cost > walk.best) {
    // The first step away from a new best is taken back, so that the best can be noted; most bests are passed by without.
    undoStep(routes)
    walk.noted = ordersOf(routes)
    walk.at_best = false
  } else {
    walk.current = cost
    if (cost >= walk.best) return
    walk.best = cost
    walk.at_best = true
  }
}
