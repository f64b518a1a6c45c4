/**
 * The routes while they are searched: linked lists over the model's nodes, changed in place, with the touched ones kept so that a step can be taken back.
 *
 * In plain models a place in a route is judged in constant time by the earliest and latest start of its neighbours (Savelsbergh, ORSA Journal on Computing 4
 * (1992) 146–154); both are kept up to date by going on until nothing changes. Other models keep the labels of schedule.ts at every node instead.
 */
import { endOf, type Model, NEVER, startOf } from './model.ts'
import { carriedBy, cheapest, createLabels, extend, type Labels, type Step, startLabel } from './schedule.ts'

/** Less than any way, so that no place behind it is ever the cheapest. */
export const NOWHERE = -NEVER

export interface Routes {
  readonly model: Model
  /** −1 behind an end, before a start. Of stops that are out: anything, and 0. */
  readonly next: Int32Array
  readonly prev: Int32Array
  /** Vehicle; −1 for nodes that are out. */
  readonly vehicle: Int32Array
  /** Plain models: earliest end and latest start of service, and the cost of the way to the next; NOWHERE for node 0 and what is out. */
  readonly ready: Int32Array
  readonly late: Int32Array
  readonly way: Int32Array
  /** By vehicle: free stops, and what they and the promised ones fill. */
  readonly size: Int32Array
  readonly load: Int32Array
  /** The last promised stop behind which free ones may stand, or the start. */
  readonly anchor: Int32Array
  /** Vehicles without free stops, by class; the last of a list is taken first. */
  readonly idle: number[][]
  /** Jobs that are out: single stops and pickups. */
  out: number[]
  /** Of all routes and of what is out. */
  cost: number
  /** Models that are not plain. */
  readonly labels: Labels
  readonly route_cost: Float64Array
  /** Vehicles whose promises cannot be kept in time or load: nothing is added to them. */
  readonly overdue: Uint8Array
  /** On board for pairs behind each node. */
  readonly carried: Int32Array
  readonly undo: Undo
}

interface Undo {
  /** Number of the step that touched a vehicle last. */
  readonly touched: Int32Array
  /** Touched vehicles of this step, and their nodes with times and way, one behind the other. */
  readonly list: Int32Array
  readonly tape: Int32Array
  touched_n: number
  tape_n: number
  step: number
  cost: number
  out: number[]
}

export function createRoutes(model: Model): Routes {
  const { nodes, vehicles } = model
  const ints = (length: number): Int32Array => new Int32Array(length)
  const routes: Routes = {
    model,
    next: ints(nodes).fill(-1),
    prev: ints(nodes).fill(-1),
    vehicle: ints(nodes).fill(-1),
    ready: ints(nodes),
    late: ints(nodes),
    way: ints(nodes),
    size: ints(vehicles),
    load: ints(vehicles),
    anchor: ints(vehicles),
    idle: Array.from({ length: model.kinds }, () => []),
    out: [],
    cost: 0,
    labels: createLabels(model),
    route_cost: new Float64Array(vehicles),
    overdue: new Uint8Array(vehicles),
    carried: ints(nodes),
    undo: {
      touched: ints(vehicles),
      list: ints(vehicles),
      tape: ints(4 * nodes),
      touched_n: 0,
      tape_n: 0,
      step: 0,
      cost: 0,
      out: [],
    },
  }
  setOrders(routes, model.promised)
  return routes
}

/** Gives the vehicle these stops, promised ones included, and adds the route's cost. @returns whether it can be driven */
function fillRoute(routes: Routes, r: number, stops: readonly number[]): boolean {
  const { model, next, prev, vehicle, size, load, anchor } = routes
  const start = startOf(model, r)
  const end = endOf(model, r)
  let last = start
  size[r] = load[r] = 0
  anchor[r] = start
  vehicle[start] = vehicle[end] = r
  stops.forEach((node, i) => {
    next[last] = node
    prev[node] = last
    vehicle[node] = r
    load[r] += model.partner[node] === 0 ? model.demand[node] : 0
    if (node <= model.n) size[r]++
    else if (i < model.locked[r]) anchor[r] = node
    last = node
  })
  next[last] = end
  prev[end] = last
  const drivable = refresh(routes, r)
  routes.cost += routeCost(routes, r)
  return drivable
}

/** Marks a stop as out. */
export function leave({ vehicle, prev, way }: Routes, node: number): void {
  vehicle[node] = -1
  prev[node] = 0
  way[node] = NOWHERE
}

function setOut(routes: Routes): void {
  const { model, vehicle } = routes
  routes.out = []
  for (let node = 1; node <= model.n; node++) if (vehicle[node] < 0 && model.delivers[node] === 0) routes.out.push(node)
}

/** Idle vehicles anew, so that the first of each class is taken first. */
export function resetIdle({ model, idle, size }: Routes): void {
  for (const list of idle) list.length = 0
  for (let r = model.vehicles - 1; r >= 0; r--) if (size[r] === 0) idle[model.kind[r]].push(r)
}

/**
 * Takes in whole orders of stops; a route that cannot be driven gives its free stops back. Orders hold the promised stops of their vehicles.
 */
export function setOrders(routes: Routes, orders: readonly (readonly number[])[]): void {
  const { model, vehicle, prev, way } = routes
  vehicle.fill(-1)
  prev.fill(0, 0, model.n + 1)
  way.fill(NOWHERE)
  routes.cost = 0
  orders.forEach((stops, r) => {
    const before = routes.cost
    const overloaded = model.plain && routes.model.capacity[r] < stops.reduce((sum, node) => sum + model.demand[node], 0)
    if (fillRoute(routes, r, stops) && !overloaded) return
    for (const node of stops) leave(routes, node)
    routes.cost = before
    fillRoute(routes, r, model.promised[r])
  })
  setOut(routes)
  resetIdle(routes)
  for (const node of routes.out) routes.cost += model.price[node]
}

export function ordersOf({ model, next }: Routes): number[][] {
  return Array.from({ length: model.vehicles }, (_, r) => {
    const stops: number[] = []
    for (let node = next[startOf(model, r)]; next[node] >= 0; node = next[node]) stops.push(node)
    return stops
  })
}

/** Cost of a vehicle's route as it stands. */
function routeCost(routes: Routes, r: number): number {
  const { model, next, way } = routes
  if (!model.plain) return routes.route_cost[r]
  const start = startOf(model, r)
  if (next[start] === start + 1) return 0
  let sum = model.fixed_cost[r]
  for (let node = start; next[node] >= 0; node = next[node]) sum += way[node]
  return sum
}

/** Times of a route anew. @returns whether it can be driven; one of promises only always can */
export function refresh(routes: Routes, r: number): boolean {
  if (!routes.model.plain) return relabel(routes, r)
  const { model, next, prev, ready, late, way, size } = routes
  const { width, cost, time, service, open, close } = model
  let node = startOf(model, r)
  let drivable = true
  ready[node] = open[node]
  for (let to = next[node]; to >= 0; to = next[node]) {
    const start = Math.min(NEVER, Math.max(open[to], ready[node] + time[node * width + to]))
    if (start > close[to]) drivable = false
    ready[to] = start + service[to]
    way[node] = cost[node * width + to]
    node = to
  }
  late[node] = close[node]
  for (let to = prev[node]; to >= 0; to = prev[node]) {
    late[to] = Math.min(close[to], late[node] - service[to] - time[to * width + node])
    node = to
  }
  return drivable || size[r] === 0
}

/** Labels and cost of a route anew, for models that are not plain. Does not touch `cost`. */
function relabel(routes: Routes, r: number): boolean {
  const { model, next, size } = routes
  const start = startOf(model, r)
  routes.route_cost[r] = 0
  routes.overdue[r] = 0
  if (labelAlong(routes, r, false)) {
    if (next[start] !== start + 1) routes.route_cost[r] = routes.labels.cost[cheapest(routes.labels, start + 1)]
    return true
  }
  if (size[r] > 0) return false
  routes.overdue[r] = 1
  labelAlong(routes, r, true)
  routes.route_cost[r] = routes.labels.cost[cheapest(routes.labels, start + 1)]
  return true
}

function labelAlong(routes: Routes, r: number, relaxed: boolean): boolean {
  const { model, labels, next, carried } = routes
  const start = startOf(model, r)
  startLabel(model, labels, r)
  carried[start] = 0
  const step: Step = { vehicle: r, node: start, row: start, to: start, to_row: start, carried: 0, relaxed }
  for (let to = next[start]; to >= 0; to = next[to]) {
    step.node = step.row = step.to
    step.to = step.to_row = to
    step.carried += carriedBy(model, to)
    carried[to] = step.carried
    if (extend(model, labels, step) === 0) return false
  }
  return true
}

/** Begins a step that can be taken back. */
export function beginStep(routes: Routes): void {
  const { undo } = routes
  undo.step++
  undo.touched_n = undo.tape_n = 0
  undo.cost = routes.cost
  undo.out = routes.out
}

/** Notes a vehicle's route before its first change in this step. */
export function touch({ undo, model, next, ready, late, way }: Routes, r: number): void {
  if (undo.touched[r] === undo.step) return
  undo.touched[r] = undo.step
  undo.list[undo.touched_n++] = r
  const { tape } = undo
  let at = undo.tape_n
  for (let node = startOf(model, r); node >= 0; node = next[node]) {
    tape[at++] = node
    tape[at++] = ready[node]
    tape[at++] = late[node]
    tape[at++] = way[node]
  }
  undo.tape_n = at
}

/** Takes the step back. */
export function undoStep(routes: Routes): void {
  const { undo, next, prev, vehicle, ready, late, way, size, load, model } = routes
  const { tape, list } = undo
  for (let i = 0, at = 0; i < undo.touched_n; i++) {
    const r = list[i]
    const end = endOf(model, r)
    let last = -1
    let stops = 0
    let filled = 0
    for (let node = -1; node !== end; last = node) {
      node = tape[at++]
      ready[node] = tape[at++]
      late[node] = tape[at++]
      way[node] = tape[at++]
      vehicle[node] = r
      prev[node] = last
      if (last >= 0) next[last] = node
      if (node <= model.n) stops++
      if (model.partner[node] === 0) filled += model.demand[node]
    }
    size[r] = stops
    load[r] = filled
    if (!model.plain) relabel(routes, r)
  }
  routes.cost = undo.cost
  routes.out = undo.out
  for (const node of undo.out) {
    leave(routes, node)
    if (model.partner[node] > 0) leave(routes, model.partner[node])
  }
  resetIdle(routes)
}

/** Earliest times from a node on, until nothing changes. */
export function forward({ model, next, prev, ready }: Routes, from: number): void {
  const { width, time, service, open } = model
  let before = prev[from]
  for (let node = from; node >= 0; node = next[node]) {
    const at = ready[before] + time[before * width + node]
    const done = Math.max(at, open[node]) + service[node]
    if (done === ready[node]) return
    ready[node] = done
    before = node
  }
}

/** Latest starts from a node back, until nothing changes. */
export function backward({ model, next, prev, late }: Routes, from: number): void {
  const { width, time, service, close } = model
  let after = next[from]
  for (let node = from; node >= 0; node = prev[node]) {
    const start = Math.min(late[after] - service[node] - time[node * width + after], close[node])
    if (start === late[node]) return
    late[node] = start
    after = node
  }
}

/** Puts a free node behind another and brings a plain model's times up to date. Cost and idle lists are the caller's. */
export function link(routes: Routes, node: number, before: number): void {
  const { model, next, prev, vehicle, size, load, ready, late, way } = routes
  const after = next[before]
  const r = vehicle[before]
  next[before] = node
  prev[node] = before
  next[node] = after
  prev[after] = node
  vehicle[node] = r
  size[r]++
  if (model.partner[node] === 0) load[r] += model.demand[node]
  if (!model.plain) return
  const { cost, cost_into, width } = model
  way[before] = cost_into[node * width + before]
  way[node] = cost[node * width + after]
  ready[node] = late[node] = -1
  forward(routes, node)
  backward(routes, node)
}
