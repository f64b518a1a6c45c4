/**
 * What an order of stops costs and when it is driven, breaks and tips included: a label per way through it (Desrochers and Soumis, INFOR 26 (1988) 191–212,
 * shortest paths with time windows, here along one given order). A label is a time, a cost, a load and the breaks taken; one that is no better in any of
 * them than another falls away. Without breaks and tips there is one label, and this is plain forward computing.
 */
import { endOf, type Model, NEVER, startOf } from './model.ts'

/** Labels per node; where more survive, the costliest goes, but never the earliest. */
const WIDTH = 6

/** How a label came from the one before it. */
const TIP_SHIFT = 4
export const BREAK_BEFORE = 1
export const BREAK_AFTER = 2

/** Rows of labels: one per node, and two behind them to try with. Cells of a row are at row × WIDTH. */
export interface Labels {
  readonly count: Uint8Array
  /** Start of service. */
  readonly time: Int32Array
  readonly cost: Float64Array
  /** Collected and not yet tipped; what pairs carry apart. */
  readonly load: Int32Array
  readonly breaks: Int32Array
  /** Which label of the row before. */
  readonly from: Int32Array
  /** BREAK_BEFORE, BREAK_AFTER, and the tip + 1 above TIP_SHIFT. */
  readonly act: Int32Array
}

export const createLabels = ({ nodes }: Model): Labels => {
  const cells = (nodes + 2) * WIDTH
  return {
    count: new Uint8Array(nodes + 2),
    time: new Int32Array(cells),
    cost: new Float64Array(cells),
    load: new Int32Array(cells),
    breaks: new Int32Array(cells),
    from: new Int32Array(cells),
    act: new Int32Array(cells),
  }
}

/** The row of a vehicle's start. */
export function startLabel(model: Model, labels: Labels, vehicle: number): void {
  const start = startOf(model, vehicle)
  const cell = start * WIDTH
  labels.count[start] = 1
  labels.time[cell] = model.open[start]
  labels.cost[cell] = model.fixed_cost[vehicle]
  labels.load[cell] = 0
  labels.breaks[cell] = 0
}

/** One step along a route, from the labels of a row to those of another. One object walks a whole route. */
export interface Step {
  vehicle: number
  node: number
  row: number
  to: number
  to_row: number
  /** On board for pairs after the step. */
  carried: number
  /** Promises that cannot be kept in time or load are kept late. */
  relaxed: boolean
}

/** @returns how many labels the row has now; 0 where the step cannot be made */
export function extend(model: Model, labels: Labels, step: Step): number {
  const { node, row, to, to_row } = step
  labels.count[to_row] = 0
  const a = model.row[node]
  const b = model.row[to]
  const anywhere = b < 0 || a < 0
  const cost = anywhere ? 0 : model.cost[a * model.width + b]
  const time = anywhere ? 0 : model.time[a * model.width + b]
  const count = labels.count[row]
  for (let i = 0; i < count; i++) {
    const cell = row * WIDTH + i
    const ready = labels.time[cell] + model.service[node]
    if (!model.choices) arrive(model, labels, step, cell, ready + time, cost, labels.load[cell], labels.breaks[cell], 0)
    else {
      ways(model, labels, step, cell, ready, time, cost, labels.load[cell], 0)
      if (labels.load[cell] > 0 && model.problem.tips.length > 0) viaTip(model, labels, step, cell, ready)
    }
  }
  return labels.count[to_row]
}

/** Straight on, with the next break before the way, or with it after. */
function ways(
  model: Model,
  labels: Labels,
  step: Step,
  cell: number,
  ready: number,
  time: number,
  cost: number,
  load: number,
  act: number,
): void {
  const taken = labels.breaks[cell]
  arrive(model, labels, step, cell, ready + time, cost, load, taken, act)
  const pause = model.problem.vehicles[step.vehicle].breaks[taken]
  if (pause === undefined) return
  const { window, duration } = pause
  const before = Math.max(ready, window.from)
  if (before <= window.to) arrive(model, labels, step, cell, before + duration + time, cost, load, taken + 1, act | BREAK_BEFORE)
  const after = Math.max(ready + time, window.from)
  if (after <= window.to && step.to < model.ends)
    arrive(model, labels, step, cell, after + duration, cost, load, taken + 1, act | BREAK_AFTER)
}

/** By the tip with the least detour of those that are open in time; a break, if any, behind the tip. */
function viaTip(model: Model, labels: Labels, step: Step, cell: number, ready: number): void {
  const { tips } = model.problem
  const { row, tip_row, width } = model
  const a = row[step.node]
  const b = row[step.to]
  let best = -1
  let best_cost = 0
  let best_ready = 0
  tips.forEach(({ service, window }, tip) => {
    const t = tip_row[tip]
    const start = Math.max(window.from, ready + model.time[a * width + t])
    if (start > window.to) return
    const cost = model.cost[a * width + t] + (b < 0 ? 0 : model.cost[t * width + b])
    if (best >= 0 && cost >= best_cost) return
    best = tip
    best_cost = cost
    best_ready = start + service
  })
  if (best < 0) return
  const time = b < 0 ? 0 : model.time[tip_row[best] * width + b]
  ways(model, labels, step, cell, best_ready, time, best_cost, 0, (best + 1) << TIP_SHIFT)
}

function arrive(
  model: Model,
  labels: Labels,
  { vehicle, to, to_row, carried, relaxed }: Step,
  cell: number,
  at: number,
  cost: number,
  load_before: number,
  breaks: number,
  act: number,
): void {
  // A promise to which there is no way is kept never, and no number overflows.
  const start = Math.min(Math.max(at, model.open[to]), NEVER)
  const ends = to >= model.ends
  if (start > model.close[to] && !(relaxed && ends)) return
  let load = load_before
  if (!ends && model.partner[to] === 0) load += model.demand[to]
  if (load + carried > model.capacity[vehicle] && !relaxed) return
  if (ends && !relaxed && !mayEnd(model, vehicle, start, load, breaks)) return
  const late = start > model.due[to] ? (start - model.due[to]) * model.late_price[to] : 0
  keep(labels, to_row, start, labels.cost[cell] + cost + late, load, breaks, cell % WIDTH, act)
}

function mayEnd({ problem }: Model, vehicle: number, end: number, load: number, breaks: number): boolean {
  const { breaks: all, ends_empty } = problem.vehicles[vehicle]
  return (breaks >= all.length || end <= all[breaks].window.to) && (!ends_empty || load === 0)
}

function keep(labels: Labels, row: number, time: number, cost: number, load: number, breaks: number, from: number, act: number): void {
  const base = row * WIDTH
  let count = labels.count[row]
  let at = -1
  for (let i = base; i < base + count; i++) {
    if (labels.time[i] <= time && labels.cost[i] <= cost && labels.load[i] <= load && labels.breaks[i] >= breaks) return
    if (labels.time[i] >= time && labels.cost[i] >= cost && labels.load[i] >= load && labels.breaks[i] <= breaks) at = i
  }
  if (at < 0 && count < WIDTH) at = base + count++
  if (at < 0) {
    at = costliest(labels, base)
    if (labels.cost[at] <= cost && !isEarliest(labels, base, time)) return
  }
  labels.count[row] = count
  labels.time[at] = time
  labels.cost[at] = cost
  labels.load[at] = load
  labels.breaks[at] = breaks
  labels.from[at] = from
  labels.act[at] = act
}

function isEarliest({ time }: Labels, base: number, start: number): boolean {
  for (let i = base; i < base + WIDTH; i++) if (time[i] <= start) return false
  return true
}

/** Of a full row, the costliest that is not the earliest. */
function costliest({ time, cost }: Labels, base: number): number {
  let first = base
  for (let i = base + 1; i < base + WIDTH; i++) if (time[i] < time[first]) first = i
  let worst = first === base ? base + 1 : base
  for (let i = base; i < base + WIDTH; i++) if (i !== first && cost[i] > cost[worst]) worst = i
  return worst
}

/** How much more one row of a single label costs than another at the same time; null where the times differ, so that what follows does too. */
export const costBehind = ({ time, cost }: Labels, row: number, other: number): number | null =>
  time[row * WIDTH] === time[other * WIDTH] ? cost[row * WIDTH] - cost[other * WIDTH] : null

/** The cheapest label of a row: its cell, or −1 where there is none. */
export function cheapest({ count, cost }: Labels, row: number): number {
  let best = count[row] === 0 ? -1 : row * WIDTH
  for (let i = row * WIDTH + 1; i < row * WIDTH + count[row]; i++) if (cost[i] < cost[best]) best = i
  return best
}

/**
 * The labels along an order of stops, and the cell of the cheapest way at its end; −1 where it cannot be driven. A route of nothing but promises is always
 * driven, if need be late or too full.
 */
export function labelRoute(model: Model, labels: Labels, vehicle: number, stops: readonly number[]): number {
  const cell = walk(model, labels, vehicle, stops, false)
  return cell >= 0 || stops.some((node) => node <= model.n) ? cell : walk(model, labels, vehicle, stops, true)
}

function walk(model: Model, labels: Labels, vehicle: number, stops: readonly number[], relaxed: boolean): number {
  startLabel(model, labels, vehicle)
  const start = startOf(model, vehicle)
  const step: Step = { vehicle, node: start, row: start, to: start, to_row: start, carried: 0, relaxed }
  for (let i = 0; i <= stops.length; i++) {
    step.node = step.row = step.to
    step.to = step.to_row = i < stops.length ? stops[i] : endOf(model, vehicle)
    step.carried += carriedBy(model, step.to)
    if (extend(model, labels, step) === 0) return -1
  }
  return cheapest(labels, step.to)
}

/** What a stop of a pair adds to what is on board for pairs. */
export const carriedBy = ({ partner, demand }: Model, node: number): number => (partner[node] === 0 ? 0 : demand[node])

/** The acts that lead to a cell, one per stop of the route and one for its end, with the cells themselves. */
export function traceBack(
  labels: Labels,
  vehicleStart: number,
  stops: readonly number[],
  end_cell: number,
): { cell: number; act: number }[] {
  const trace: { cell: number; act: number }[] = []
  let cell = end_cell
  for (let i = stops.length; i >= 0; i--) {
    trace.unshift({ cell, act: labels.act[cell] })
    const before = i === 0 ? vehicleStart : stops[i - 1]
    cell = before * WIDTH + labels.from[cell]
  }
  return trace
}

export const tipOf = (act: number): number => (act >> TIP_SHIFT) - 1
