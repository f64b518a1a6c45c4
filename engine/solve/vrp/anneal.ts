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

/** Steps between two looks at the budget. */
const SLICE = 32

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
  const from = budget.stop.used(budget.steps)
  let temperature = hot
  let current = routes.cost
  let best = current
  let noted = ordersOf(routes)
  /** The routes stand at the best and it is not noted yet. */
  let at_best = false
  for (let step = 1; ; step++) {
    if (step % SLICE === 0) {
      budget.steps += SLICE
      const share = (budget.stop.used(budget.steps) - from) / Math.max(until - from, Number.EPSILON)
      if (share >= 1) break
      temperature = hot * (cold / hot) ** share
      look(best, () => (at_best ? ordersOf(routes) : noted))
    }
    beginStep(routes)
    const drivable = ruin(routes, neighbours, random, pool)
    if (drivable) recreate(recreator, pool)
    if (!drivable || routes.cost >= current - temperature * Math.log(1 - random.next())) undoStep(routes)
    else if (at_best && routes.cost > best) {
      // The first step away from a new best is taken back, so that the best can be noted; most bests are passed by without.
      undoStep(routes)
      noted = ordersOf(routes)
      at_best = false
    } else {
      current = routes.cost
      if (current < best) {
        best = current
        at_best = true
      }
    }
  }
  return { orders: at_best ? ordersOf(routes) : noted, cost: best }
}
