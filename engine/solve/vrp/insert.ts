/**
 * One more job in a plan that stands: the cheapest place of all, at once, and nothing else moves. A search that starts from the answer (`solveVrp` with `start`)
 * then improves it; it never hands out a worse one.
 */
import { invariant } from '../../base/errors.ts'
import { buildModel, type Model } from './model.ts'
import { routeOf } from './plan.ts'
import type { LeftWhy, VrpPlan, VrpProblem } from './problem.ts'
import { tryBehind } from './recreate.ts'
import { createRoutes, link, ordersOf, type Routes, setOrders } from './routes.ts'
import { createLabels } from './schedule.ts'
import { openJobs, whyImpossible } from './sort-out.ts'
import { ordersFrom } from './standing.ts'

/**
 * @param problem holds the new job and all others
 * @param plan of the problem without the job
 */
export function insertJob(problem: VrpProblem, plan: VrpPlan, job: string): VrpPlan {
  const model = buildModel(problem, openJobs(problem), false)
  const routes = createRoutes(model)
  const orders = ordersFrom(model, plan)
  setOrders(routes, orders)
  let node = 1
  while (node <= model.n && problem.jobs[model.job[node]].id !== job) node++
  invariant(node <= model.n, `job ${job} is one of the problem's and not promised`)
  const place = { before: -1, second_before: -1, more: model.price[node] }
  for (let r = 0; r < model.vehicles; r++) {
    if (model.fits[node * model.kinds + model.kind[r]] === 0) continue
    // A route that can no longer be driven as it stands is left alone.
    if (routes.size[r] < orders[r].length - model.promised[r].length) continue
    for (let before = routes.anchor[r]; routes.next[before] >= 0; before = routes.next[before]) tryBehind(routes, place, node, before)
  }
  if (place.before < 0) return leftOut(plan, routes, node, job)
  const r = routes.vehicle[place.before]
  link(routes, node, place.before)
  if (model.partner[node] > 0) link(routes, model.partner[node], place.second_before)
  return withRoute(plan, model, r, ordersOf(routes)[r])
}

function withRoute(plan: VrpPlan, model: Model, r: number, stops: readonly number[]): VrpPlan {
  const route = routeOf(model, createLabels(model), r, stops)
  const old = plan.routes.find(({ vehicle }) => vehicle === route.vehicle)
  const routes = old === undefined ? [...plan.routes, route] : plan.routes.map((one) => (one === old ? route : one))
  return { routes, left: plan.left, cost: plan.cost - (old?.cost ?? 0) + route.cost }
}

function leftOut(plan: VrpPlan, { model, labels }: Routes, node: number, job: string): VrpPlan {
  const why: LeftWhy = whyImpossible(model, labels, node) ?? 'room'
  return { routes: plan.routes, left: [...plan.left, { job, why }], cost: plan.cost + model.price[node] }
}
