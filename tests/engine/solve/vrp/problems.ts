/** Small routing problems: builders, random ones by feature, and the best cost by trying everything. */
import { createRandom } from '../../../../engine/base/random.ts'
import type { Break, Job, Stop, Tip, Travel, Vehicle, VrpProblem } from '../../../../engine/solve/vrp/problem.ts'

export const DAY = 1000

export const stop = (place: number, more: Partial<Stop> = {}): Stop => ({ place, service: 0, window: { from: 0, to: DAY }, ...more })
export const job = (id: string, place: number, more: Partial<Job> = {}): Job => ({
  id,
  stop: stop(place),
  demand: 0,
  skills: [],
  price: 10_000,
  ...more,
})
export const vehicle = (id: string, more: Partial<Vehicle> = {}): Vehicle => ({
  id,
  start: 0,
  end: 0,
  shift: { from: 0, to: DAY },
  capacity: 10,
  skills: [],
  breaks: [],
  fixed_cost: 0,
  promised: [],
  ends_empty: false,
  ...more,
})

/** Places on a line, a unit of time and cost apart. */
export function line(places: number): Travel {
  const cost = Int32Array.from({ length: places * places }, (_, i) => 10 * Math.abs(Math.floor(i / places) - (i % places)))
  return { places, cost, time: cost }
}

export const problem = (jobs: readonly Job[], vehicles: readonly Vehicle[], more: Partial<VrpProblem> = {}): VrpProblem => ({
  travel: line(12),
  vehicles,
  jobs,
  tips: [],
  ...more,
})

export interface Features {
  readonly jobs: number
  readonly vehicles: number
  readonly windows?: boolean
  readonly skills?: boolean
  readonly late?: boolean
  readonly breaks?: boolean
  readonly tips?: number
  readonly pairs?: boolean
  readonly promised?: boolean
  readonly depots?: boolean
  readonly open_end?: boolean
  readonly cheap?: boolean
}

export const FEATURES = ['windows', 'skills', 'late', 'breaks', 'pairs', 'promised', 'depots', 'open_end', 'cheap'] as const

/** Points on a plane, ways rounded up, so that no detour is shorter. */
export function randomProblem(seed: number, of: Features): VrpProblem {
  const random = createRandom(`vrp/${seed}`)
  const tips_n = of.tips ?? 0
  const places = 1 + of.jobs * 2 + of.vehicles + tips_n
  const at = Array.from({ length: places }, () => [random.integer(0, 100), random.integer(0, 100)])
  const cost = Int32Array.from({ length: places * places }, (_, i) => {
    const [a, b] = [at[Math.floor(i / places)], at[i % places]]
    return Math.ceil(Math.hypot(a[0] - b[0], a[1] - b[1]))
  })
  const time = of.late ? cost.map((value) => value + (value > 0 ? 3 : 0)) : cost
  const randomStop = (place: number): Stop => {
    const from = of.windows ? random.integer(0, 500) : 0
    const window = of.windows ? { from, to: from + random.integer(50, 400) } : { from: 0, to: DAY }
    const late = of.late ? { due: from + random.integer(20, 200), late_price: random.integer(1, 4) } : {}
    return { place, service: random.integer(0, 30), window, ...late }
  }
  const jobs = Array.from({ length: of.jobs }, (_, i): Job => {
    const pair = of.pairs && random.chance(0.6)
    return {
      id: `J${i}`,
      stop: randomStop(1 + i),
      ...(pair ? { delivery: { ...randomStop(1 + of.jobs + i), window: { from: 0, to: DAY } } } : {}),
      demand: random.integer(1, 5),
      skills: of.skills ? random.pick([[], ['a'], ['b']]) : [],
      price: of.cheap ? random.integer(10, 150) : 100_000,
      ...(of.skills && random.chance(0.2) ? { not_by: ['V0'] } : {}),
    }
  })
  const breaks: Break[] = of.breaks ? [{ window: { from: random.integer(50, 200), to: random.integer(200, 350) }, duration: 40 }] : []
  const vehicles = Array.from({ length: of.vehicles }, (_, r): Vehicle => {
    const home = of.depots ? 1 + of.jobs * 2 + r : 0
    return vehicle(`V${r}`, {
      start: home,
      end: of.open_end ? null : home,
      skills: of.skills ? random.pick([['a'], ['b'], ['a', 'b']]) : [],
      shift: { from: 0, to: of.breaks ? 600 : DAY },
      capacity: random.integer(8, 14),
      breaks,
      fixed_cost: of.depots ? random.integer(0, 50) : 0,
      promised: of.promised && r === 0 && jobs.length > 1 ? [jobs[0].id, jobs[1].id] : [],
      ends_empty: tips_n > 0,
    })
  })
  const tips = Array.from(
    { length: tips_n },
    (_, t): Tip => ({ id: `T${t}`, place: places - 1 - t, service: 5, window: { from: 0, to: DAY } }),
  )
  return { travel: { places, cost, time }, vehicles, jobs, tips }
}

interface State {
  readonly place: number
  readonly ready: number
  readonly collected: number
  readonly carried: number
  readonly breaks: number
  readonly on_board: ReadonlySet<Job>
  readonly todo: readonly Job[]
  readonly driven: boolean
}

/** The least cost of any plan, by trying every order of every choice. For problems without promises. */
export function bruteForce(problem: VrpProblem): number {
  const { vehicles, travel, tips } = problem
  const way = (a: number, b: number | null): number => (b === null ? 0 : a * travel.places + b)
  const timeOf = (a: number, b: number | null): number => (b === null ? 0 : travel.time[way(a, b)])
  const costOf = (a: number, b: number | null): number => (b === null ? 0 : travel.cost[way(a, b)])

  const nextVehicle = (r: number, todo: readonly Job[]): number => {
    if (r === vehicles.length) return todo.reduce((sum, { price }) => sum + price, 0)
    const start: State = {
      place: vehicles[r].start,
      ready: vehicles[r].shift.from,
      collected: 0,
      carried: 0,
      breaks: 0,
      on_board: new Set(),
      todo,
      driven: false,
    }
    return Math.min(nextVehicle(r + 1, todo), vehicles[r].fixed_cost + drive(r, start))
  }

  /** Arrivals at a place: at once, with the next break before the way, or at its end. */
  const arrivals = (r: number, { ready, place, breaks }: State, to: number): { at: number; breaks: number }[] => {
    const drive_time = timeOf(place, to)
    const found = [{ at: ready + drive_time, breaks }]
    const pause = vehicles[r].breaks[breaks]
    if (pause === undefined) return found
    const before = Math.max(ready, pause.window.from)
    if (before <= pause.window.to) found.push({ at: before + pause.duration + drive_time, breaks: breaks + 1 })
    const after = Math.max(ready + drive_time, pause.window.from)
    if (after <= pause.window.to) found.push({ at: after + pause.duration, breaks: breaks + 1 })
    return found
  }

  const home = (r: number, state: State): number => {
    const { shift, end, breaks, ends_empty } = vehicles[r]
    if (!state.driven || state.on_board.size > 0 || (ends_empty && state.collected > 0)) return Number.POSITIVE_INFINITY
    let best = Number.POSITIVE_INFINITY
    const options = end === null ? [{ at: state.ready, breaks: state.breaks }] : arrivals(r, state, end)
    const pause = breaks[state.breaks]
    if (end === null && pause !== undefined) {
      const start = Math.max(state.ready, pause.window.from)
      if (start <= pause.window.to) options.push({ at: start + pause.duration, breaks: state.breaks + 1 })
    }
    for (const { at, breaks: taken } of options) {
      if (at > shift.to || (breaks[taken] !== undefined && at > breaks[taken].window.to)) continue
      best = Math.min(best, costOf(state.place, end) + nextVehicle(r + 1, state.todo))
    }
    return best
  }

  const serve = (r: number, state: State, job: Job, target: Stop, delivers: boolean): number => {
    const { skills, id, capacity } = vehicles[r]
    if (!job.skills.every((skill) => skills.includes(skill)) || job.not_by?.includes(id)) return Number.POSITIVE_INFINITY
    const pair = job.delivery !== undefined
    const carried = state.carried + (pair ? (delivers ? -job.demand : job.demand) : 0)
    const collected = state.collected + (pair ? 0 : job.demand)
    if (carried + collected > capacity) return Number.POSITIVE_INFINITY
    const on_board = new Set(state.on_board)
    if (delivers) on_board.delete(job)
    else if (pair) on_board.add(job)
    const todo = state.todo.filter((one) => one !== job)
    let best = Number.POSITIVE_INFINITY
    for (const { at, breaks } of arrivals(r, state, target.place)) {
      const start = Math.max(at, target.window.from)
      if (start > target.window.to) continue
      const late = Math.max(0, start - (target.due ?? start)) * (target.late_price ?? 0)
      const after: State = {
        ...state,
        place: target.place,
        ready: start + target.service,
        collected,
        carried,
        breaks,
        on_board,
        todo,
        driven: true,
      }
      best = Math.min(best, costOf(state.place, target.place) + late + drive(r, after))
    }
    return best
  }

  const drive = (r: number, state: State): number => {
    let best = home(r, state)
    for (const job of state.todo) best = Math.min(best, serve(r, state, job, job.stop, false))
    for (const job of state.on_board) if (job.delivery !== undefined) best = Math.min(best, serve(r, state, job, job.delivery, true))
    if (state.collected === 0) return best
    for (const { place, service, window } of tips) {
      const start = Math.max(window.from, state.ready + timeOf(state.place, place))
      if (start > window.to) continue
      best = Math.min(best, costOf(state.place, place) + drive(r, { ...state, place, ready: start + service, collected: 0 }))
    }
    return best
  }

  return nextVehicle(0, problem.jobs)
}
