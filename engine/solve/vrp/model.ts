/**
 * A problem as the search sees it: nodes instead of jobs, on typed arrays. What a feature needs is worked out here once per node or vehicle, so that it costs
 * the search nothing where it is absent.
 *
 * Nodes: 0 is nobody; 1 … n are free stops; then come the promised stops, which are never taken out; then two per vehicle, start and end. So `node <= n` asks
 * whether a stop may be moved.
 */
import { type Job, NO_WAY, type Stop, type Vehicle, type VrpProblem, type Window } from './problem.ts'

/** Of a promised stop: later than any time, so that lateness never breaks a promise. */
export const NEVER = 2 * NO_WAY

export type Matrix = Int32Array | Uint16Array

export interface Model {
  readonly problem: VrpProblem
  /** Free stops. */
  readonly n: number
  /** All nodes. */
  readonly nodes: number
  readonly vehicles: number
  /** First of the starts: start of vehicle r is `ends + 2 r`, its end the node behind. */
  readonly ends: number
  /** Columns of a row of `cost` and `time`. */
  readonly width: number
  readonly cost: Matrix
  readonly time: Matrix
  /** Both the other way round, so that all ways to and from a stop lie together; the same arrays where there is no difference. Of compact models only. */
  readonly cost_into: Matrix
  readonly time_into: Matrix
  /** Row of each node in the matrices: itself in compact models; else −1 for the end of a vehicle that may end anywhere. */
  readonly row: Int32Array
  readonly tip_row: Int32Array
  readonly service: Int32Array
  readonly open: Int32Array
  readonly close: Int32Array
  readonly due: Int32Array
  readonly late_price: Int32Array
  /** What the stop adds to the load: of a pair + at the pickup, − at the delivery. */
  readonly demand: Int32Array
  /** The other stop of a pair; 0 for single stops. */
  readonly partner: Int32Array
  readonly delivers: Uint8Array
  /** Index of the job; −1 for starts and ends. */
  readonly job: Int32Array
  /** Of leaving the node's job out; for deliveries 0, the pickup has it. */
  readonly price: Float64Array
  readonly capacity: Int32Array
  readonly fixed_cost: Int32Array
  /** Vehicles that do not differ share a class; of those that do nothing, one of each class is tried. */
  readonly kind: Int32Array
  readonly kinds: number
  /** Whether the free node may go on a vehicle of the class: node × kinds + kind. */
  readonly fits: Uint8Array
  /** Whether any does not. */
  readonly restricted: boolean
  /** Promised stops by vehicle. Behind the first `locked` of them nothing may be put in between. */
  readonly promised: readonly (readonly number[])[]
  readonly locked: readonly number[]
  /** Compact, and neither priced lateness, breaks, tips nor pairs: earliest and latest starts say all about a place in a route. */
  readonly plain: boolean
  /** Breaks or tips leave a choice, so that several ways through one order of stops are kept. */
  readonly choices: boolean
  readonly pairs: boolean
}

export const startOf = (model: Model, vehicle: number): number => model.ends + 2 * vehicle
export const endOf = (model: Model, vehicle: number): number => model.ends + 2 * vehicle + 1

interface Draft {
  readonly job: number
  readonly stop: Stop
  readonly delivers: boolean
}

/** What makes two vehicles the same to the search. */
function kindKey(vehicle: Vehicle, named: ReadonlySet<string>): string {
  const { id, promised, skills, ...rest } = vehicle
  if (promised.length > 0 || named.has(id)) return id
  return JSON.stringify([[...skills].sort(), rest])
}

function kindsOf({ vehicles, jobs }: VrpProblem): { kind: Int32Array; of: number[] } {
  const named = new Set(jobs.flatMap(({ not_by = [] }) => not_by))
  const known = new Map<string, number>()
  const of: number[] = []
  const kind = Int32Array.from(vehicles, (vehicle, r) => {
    const key = kindKey(vehicle, named)
    const found = known.get(key)
    if (found !== undefined) return found
    known.set(key, known.size)
    of.push(r)
    return known.size - 1
  })
  return { kind, of }
}

const hasSkills = ({ skills }: Job, vehicle: Vehicle): boolean => skills.every((skill) => vehicle.skills.includes(skill))

export const mayServe = (job: Job, vehicle: Vehicle): boolean => hasSkills(job, vehicle) && job.not_by?.includes(vehicle.id) !== true

/** Promised stops by vehicle: those in the list, and behind them the deliveries that the promised pickups call for. */
function promisedStops({ vehicles, jobs }: VrpProblem): { stops: Draft[][]; locked: number[] } {
  const index = new Map(jobs.map(({ id }, i) => [id, i]))
  const locked: number[] = []
  const stops = vehicles.map(({ promised }) => {
    const drafts: Draft[] = []
    const open = new Set<number>()
    for (const id of promised) {
      const job = index.get(id)
      if (job === undefined) continue
      const { stop, delivery } = jobs[job]
      const delivers = open.has(job)
      if (delivers) open.delete(job)
      else if (delivery !== undefined) open.add(job)
      drafts.push({ job, stop: delivers && delivery !== undefined ? delivery : stop, delivers })
    }
    locked.push(drafts.length)
    for (const job of open) drafts.push({ job, stop: jobs[job].delivery ?? jobs[job].stop, delivers: true })
    return drafts
  })
  return { stops, locked }
}

/**
 * @param wanted indices of the jobs that are to be planned, promised ones apart
 * @param compact copies the matrix with nodes as rows, in 16 bits where they suffice: worth it for a search, not for a single insertion
 */
export function buildModel(problem: VrpProblem, wanted: readonly number[], compact: boolean): Model {
  const { vehicles, jobs, tips } = problem
  const { stops: promisedDrafts, locked } = promisedStops(problem)
  const drafts: Draft[] = wanted.flatMap((job) => {
    const { stop, delivery } = jobs[job]
    const first = { job, stop, delivers: false }
    return delivery === undefined ? [first] : [first, { job, stop: delivery, delivers: true }]
  })
  const n = drafts.length
  const all = [...drafts, ...promisedDrafts.flat()]
  const ends = 1 + all.length
  const nodes = ends + 2 * vehicles.length
  const ints = (): Int32Array => new Int32Array(nodes)
  const model = {
    row: ints().fill(-1),
    service: ints(),
    open: ints(),
    close: ints(),
    due: ints().fill(NEVER),
    late_price: ints(),
    demand: ints(),
    partner: ints(),
    delivers: new Uint8Array(nodes),
    job: ints().fill(-1),
    price: new Float64Array(nodes),
  }
  all.forEach(({ job, stop, delivers }, i) => {
    const node = i + 1
    const { place, service, window, due = NEVER, late_price = 0 } = stop
    model.row[node] = place
    model.service[node] = service
    model.open[node] = window.from
    model.close[node] = i < n ? window.to : NEVER
    model.due[node] = late_price > 0 ? due : NEVER
    model.late_price[node] = late_price
    model.demand[node] = delivers ? -jobs[job].demand : jobs[job].demand
    model.delivers[node] = delivers ? 1 : 0
    model.job[node] = job
    model.price[node] = delivers ? 0 : jobs[job].price
  })
  joinPairs(model, all.length)
  vehicles.forEach(({ start, end, shift }, r) => {
    const at = ends + 2 * r
    model.row[at] = start
    model.row[at + 1] = end ?? -1
    setWindow(model, at, shift)
    setWindow(model, at + 1, shift)
  })
  const { kind, of } = kindsOf(problem)
  const fits = fitsOf(problem, drafts, of)
  let next = 1 + n
  const choices = tips.length > 0 || vehicles.some(({ breaks }) => breaks.length > 0)
  const pairs = all.some(({ delivers }) => delivers)
  return {
    problem,
    n,
    nodes,
    vehicles: vehicles.length,
    ends,
    ...model,
    ...(compact ? compactTravel(problem, model.row) : travelAsGiven(problem)),
    capacity: Int32Array.from(vehicles, ({ capacity }) => capacity),
    fixed_cost: Int32Array.from(vehicles, ({ fixed_cost }) => fixed_cost),
    kind,
    kinds: of.length,
    fits,
    restricted: fits.includes(0, of.length),
    promised: promisedDrafts.map((list) => list.map(() => next++)),
    locked,
    plain: compact && !choices && !pairs && model.late_price.every((price) => price === 0),
    choices,
    pairs,
  }
}

function setWindow({ open, close }: { open: Int32Array; close: Int32Array }, node: number, { from, to }: Window): void {
  open[node] = from
  close[node] = to
}

function joinPairs({ job, delivers, partner }: { job: Int32Array; delivers: Uint8Array; partner: Int32Array }, count: number): void {
  const pickup = new Map<number, number>()
  for (let node = 1; node <= count; node++) if (delivers[node] === 0) pickup.set(job[node], node)
  for (let node = 1; node <= count; node++) {
    const first = delivers[node] === 1 ? pickup.get(job[node]) : undefined
    if (first === undefined) continue
    partner[node] = first
    partner[first] = node
  }
}

/** Jobs share few sets of skills, so each set is held against each vehicle once. */
function fitsOf({ vehicles, jobs }: VrpProblem, drafts: readonly Draft[], of: readonly number[]): Uint8Array {
  const kinds = of.length
  const fits = new Uint8Array((drafts.length + 1) * kinds)
  const least = Math.min(...of.map((r) => vehicles[r].capacity))
  const skilled = new Map<string, Uint8Array>()
  drafts.forEach(({ job }, i) => {
    const { skills, demand, not_by } = jobs[job]
    const key = skills.join('\n')
    let able = skilled.get(key)
    if (able === undefined) {
      able = Uint8Array.from(of, (r) => (hasSkills(jobs[job], vehicles[r]) ? 1 : 0))
      skilled.set(key, able)
    }
    const row = (i + 1) * kinds
    fits.set(able, row)
    if (demand <= least && not_by === undefined) return
    of.forEach((r, kind) => {
      const { capacity, id } = vehicles[r]
      if (demand > capacity || not_by?.includes(id) === true) fits[row + kind] = 0
    })
  })
  return fits
}

type TravelOfModel = Pick<Model, 'width' | 'cost' | 'time' | 'cost_into' | 'time_into' | 'tip_row'>

const travelAsGiven = ({ travel: { places, cost, time }, tips }: VrpProblem): TravelOfModel => {
  const nothing = new Int32Array(0)
  return { width: places, cost, time, cost_into: nothing, time_into: nothing, tip_row: Int32Array.from(tips, ({ place }) => place) }
}

/** The matrices with nodes as rows, and the tips behind them: no search then asks for the place of a node. Sets `row`. */
function compactTravel({ travel, tips }: VrpProblem, row: Int32Array): TravelOfModel {
  const places = Int32Array.from([...row, ...tips.map(({ place }) => place)])
  const tip_row = Int32Array.from(tips, (_, tip) => row.length + tip)
  row.forEach((_, node) => {
    row[node] = node
  })
  const cost = gather(travel.cost, travel.places, places)
  const time = travel.time === travel.cost ? cost : gather(travel.time, travel.places, places)
  const cost_into = transposed(cost, places.length)
  return { width: places.length, cost, time, cost_into, time_into: time === cost ? cost_into : transposed(time, places.length), tip_row }
}

/** In 16 bits where they suffice. A place below zero is anywhere: no way to it costs anything. */
function gather(from: Int32Array, width: number, places: Int32Array): Matrix {
  const n = places.length
  const wide = new Int32Array(n * n)
  let most = 0
  for (let i = 0, k = 0; i < n; i++) {
    const base = places[i] * width
    for (let j = 0; j < n; j++, k++) {
      if (base < 0 || places[j] < 0) continue
      const value = from[base + places[j]]
      wide[k] = value
      if (value > most) most = value
    }
  }
  return most < 65_536 ? Uint16Array.from(wide) : wide
}

function transposed(matrix: Matrix, n: number): Matrix {
  let i = 0
  let j = 0
  while (i < n && matrix[i * n + j] === matrix[j * n + i]) if (++j >= i) [i, j] = [i + 1, 0]
  if (i === n) return matrix
  const turned = matrix.slice()
  for (i = 0; i < n; i++) for (j = 0; j < n; j++) turned[i * n + j] = matrix[j * n + i]
  return turned
}
