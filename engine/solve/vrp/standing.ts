/** A plan that stands, as orders of the model's nodes. */
import type { Model } from './model.ts'
import type { VrpPlan } from './problem.ts'

/** Promised stops first, as the model has them; jobs that the model does not know are passed over. */
export function ordersFrom(model: Model, plan: VrpPlan): number[][] {
  const { jobs, vehicles } = model.problem
  const node_of = new Map<string, number>()
  for (let node = 1; node <= model.n; node++) node_of.set(`${model.delivers[node]}/${jobs[model.job[node]].id}`, node)
  const index = new Map(vehicles.map(({ id }, r) => [id, r]))
  const orders = model.promised.map((nodes) => [...nodes])
  for (const { vehicle, visits } of plan.routes) {
    const r = index.get(vehicle)
    if (r === undefined) continue
    const bound = orders[r].splice(model.locked[r])
    const rest = new Map(bound.map((node) => [jobs[model.job[node]].id, node]))
    for (const { kind, id } of visits) {
      const node = kind === 'delivery' && rest.has(id) ? rest.get(id) : node_of.get(`${kind === 'delivery' ? 1 : 0}/${id}`)
      if (node === undefined || kind === 'tip' || kind === 'break') continue
      orders[r].push(node)
      rest.delete(id)
    }
    orders[r].push(...rest.values())
  }
  return orders
}
