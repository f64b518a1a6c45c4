/** From orders of stops to a plan with times, as schedule.ts drives them. */
import { invariant } from '../../base/errors.ts'
import { type Model, startOf } from './model.ts'
import type { LeftWhy, VehicleRoute, Visit, VrpPlan } from './problem.ts'
import { BREAK_AFTER, BREAK_BEFORE, createLabels, type Labels, labelRoute, tipOf, traceBack } from './schedule.ts'

/** Stops of each vehicle in order, promised ones included. */
export type Orders = readonly (readonly number[])[]

/** @param impossible jobs that the model does not hold, by index, with the reason */
export function planOf(model: Model, orders: Orders, impossible: ReadonlyMap<number, LeftWhy>): VrpPlan {
  const labels = createLabels(model)
  const done = new Set(orders.flat())
  const routes = orders.flatMap((stops, vehicle) => (stops.length === 0 ? [] : [routeOf(model, labels, vehicle, stops)]))
  const { jobs } = model.problem
  const left: { job: string; why: LeftWhy }[] = [...impossible].map(([job, why]) => ({ job: jobs[job].id, why }))
  for (let node = 1; node <= model.n; node++)
    if (model.delivers[node] === 0 && !done.has(node)) left.push({ job: jobs[model.job[node]].id, why: 'room' })
  const price = new Map(jobs.map((job) => [job.id, job.price]))
  const cost = routes.reduce((sum, route) => sum + route.cost, 0) + left.reduce((sum, { job }) => sum + (price.get(job) ?? 0), 0)
  return { routes, left, cost }
}

/** One vehicle's route. The order must be drivable. */
export function routeOf(model: Model, labels: Labels, vehicle: number, stops: readonly number[]): VehicleRoute {
  const cell = labelRoute(model, labels, vehicle, stops)
  invariant(cell >= 0, `vehicle ${model.problem.vehicles[vehicle].id} can drive its route`)
  const trace = traceBack(labels, startOf(model, vehicle), stops, cell)
  const visits: Visit[] = []
  let node = startOf(model, vehicle)
  let ready = model.open[node]
  let breaks = 0
  trace.forEach(({ cell: at, act }, i) => {
    const tip = tipOf(act)
    const to = i < stops.length ? stops[i] : -1
    const to_row = i < stops.length ? model.row[to] : model.row[startOf(model, vehicle) + 1]
    let row = model.row[node]
    if (tip >= 0) {
      const visit = tipVisit(model, tip, ready + model.time[row * model.width + model.tip_row[tip]])
      visits.push(visit)
      ready = visit.leave
      row = model.tip_row[tip]
    }
    const drive = to_row < 0 ? 0 : model.time[row * model.width + to_row]
    const pause = (from: number): number => {
      const visit = breakVisit(model, vehicle, breaks++, from)
      visits.push(visit)
      return visit.leave
    }
    if (act & BREAK_BEFORE) ready = pause(ready)
    const arrive = ready + drive
    if (act & BREAK_AFTER) pause(arrive)
    if (to < 0) return
    const start = labels.time[at]
    ready = start + model.service[to]
    visits.push({
      kind: model.delivers[to] === 1 ? 'delivery' : 'stop',
      id: model.problem.jobs[model.job[to]].id,
      arrive,
      start,
      leave: ready,
    })
    node = to
  })
  return { vehicle: model.problem.vehicles[vehicle].id, visits, end: labels.time[cell], cost: labels.cost[cell] }
}

function tipVisit({ problem }: Model, tip: number, arrive: number): Visit {
  const { id, window, service } = problem.tips[tip]
  const start = Math.max(arrive, window.from)
  return { kind: 'tip', id, arrive, start, leave: start + service }
}

function breakVisit({ problem }: Model, vehicle: number, number: number, from: number): Visit {
  const { window, duration } = problem.vehicles[vehicle].breaks[number]
  const start = Math.max(from, window.from)
  return { kind: 'break', id: String(number), arrive: from, start, leave: start + duration }
}
