/** What an insertion would cost in models that are not plain: the labels of schedule.ts from the place of the change to the end of the route. */
import type { Routes } from './routes.ts'
import { carriedBy, cheapest, costBehind, extend, type Step } from './schedule.ts'

/**
 * @param before the node that `node` is put behind
 * @param second its delivery, put behind `second_before` (which may be `node`); 0 for single stops
 * @returns what the route would cost more; Infinity where it could not be driven
 */
export function trial(routes: Routes, node: number, before: number, second: number, second_before: number): number {
  const { model, labels, next, carried, vehicle, route_cost, load, overdue } = routes
  const r = vehicle[before]
  if (overdue[r] === 1) return Number.POSITIVE_INFINITY
  // Without choices the load of a route is a sum, so that the labels behind the change need not be followed for it.
  const adds_up = !model.choices && !model.pairs
  if (adds_up && load[r] + model.demand[node] > model.capacity[r]) return Number.POSITIVE_INFINITY
  const step: Step = { vehicle: r, node: before, row: before, to: node, to_row: model.nodes, carried: carried[before], relaxed: false }
  let rest = next[before]
  for (;;) {
    step.carried += carriedBy(model, step.to)
    if (extend(model, labels, step) === 0) return Number.POSITIVE_INFINITY
    if (step.to >= model.ends) return labels.cost[cheapest(labels, step.to_row)] - route_cost[r]
    const at = step.to
    if (adds_up && at !== node) {
      const more = costBehind(labels, step.to_row, at)
      if (more !== null) return more
    }
    if (second > 0 && at === second_before) step.to = second
    else {
      step.to = rest
      rest = next[rest]
    }
    step.node = at
    step.row = step.to_row
    step.to_row = step.row === model.nodes ? model.nodes + 1 : model.nodes
  }
}
