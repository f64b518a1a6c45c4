/**
 * The plan of one junction for the next minute: which phase from when to when. A forward beam search over stages on a queue model, in the
 * spirit of rolling-horizon controllers (OPAC, Gartner 1983; RHODES, Mirchandani & Head 2001): a state is the time, the phase and how many
 * vehicles of each lane have been served; states wait in buckets of one second, few in each, and every one is extended by every other
 * phase and a handful of green times.
 */
import { createService, openRow, resetService, type Service } from './beam-service.ts'
import { type BeamStates, createStates, firstOf, leafOf, placeIn, ROOT, resetStates } from './beam-states.ts'

/** Arrivals of all lanes one after the other; lane l has `first[l]` … `first[l + 1]`, ascending, seconds from now. */
export interface Arrivals {
  readonly first: Int32Array
  readonly at_s: Float64Array
  /** Vehicles: 1 for one that was seen, a probability for one that is foreseen. */
  readonly weight_veh: Float64Array
}

export interface PlanProblem {
  readonly arrivals: Arrivals
  /** Lanes by phase. */
  readonly phases: readonly (readonly number[])[]
  readonly phase: number
  /** Seconds from now at which the running green may end, ascending; empty while clearing. */
  readonly holds_s: readonly number[]
  /** Seconds of clearance left; 0 when green. */
  readonly clearing_s: number
  /** The usual clearance, and that between two phases, `[from][to]`. */
  readonly clearance_s: number
  readonly intergreen_s: readonly (readonly number[])[]
  /** Green times tried for later stages, ascending; the shortest of each phase. */
  readonly greens_s: readonly number[]
  readonly green_min_s: readonly number[]
  readonly horizon_s: number
  /** Per lane of the running phase: when the next vehicle may follow the last one over the stop line. */
  readonly follow_s: Float64Array
  /** Per lane: as many vehicles fit into the road behind the junction. */
  readonly room_veh: Float64Array
  /** Per lane: between two vehicles over the stop line. */
  readonly headway_s: Float64Array
}

export interface Stage {
  readonly phase: number
  readonly start_s: number
  readonly end_s: number
}

export interface Plan {
  /** The first is the running one, unless clearing. */
  readonly stages: readonly Stage[]
  /** Cost of the best plan by what it does first: the running phase for keeping it, else the phase that comes next. */
  readonly costs: readonly number[]
  /** Per lane: planned departures, seconds from now, and their weights. */
  readonly departures: readonly { readonly at_s: readonly number[]; readonly weight_veh: readonly number[] }[]
}

/** From green to the first vehicle over the line. */
const START_S = 1
/** The second vehicle of a standing row comes so much later than the headway. */
const SECOND_S = 1.5
/** Who starts at the line reaches 11.1 m/s with 2 m/s² only behind it and loses V / 2a there; the next has 7.5 m for it before the line. */
const FIRST_LOSS_S = 2.8
const SECOND_LOSS_S = 0.7
/** A vehicle this close to the line when green ends drives on: braking distance 13.7 m at 4.5 m/s². */
const COMMITTED_S = 1
/** Arriving earlier than this after the start of green means having stopped. */
const STOPPED_S = 0.5
/** What a vehicle left standing before a red costs beyond its waiting: the stop, and the clearance before its phase can come. */
const STOP_COST_S = 5
const CROWD_COST_S = 1.25
/** States that must end up so much dearer than the best plan are left: they cannot even be the runner-up worth telling. */
const MARGIN_S = 20
/** Phases without a vehicle to serve within this time of the end of another are not tried. */
const SOON_S = 17

/** What is asked of the arrivals again and again. */
interface Sums {
  /** Over the first k vehicles of a lane, at `first[l] + l + k`. */
  sum_veh: Float64Array
  sum_veh_s: Float64Array
  /** How many of a lane have arrived before second t, at `l * (horizon_s + 1) + t`. */
  before: Int32Array
}

interface Search {
  readonly problem: PlanProblem
  readonly lanes: number
  readonly sums: Sums
  /** Lanes of any phase: the others cost the same in every plan. */
  readonly controlled: readonly number[]
  readonly states: BeamStates
  /** Cost of the best leaf. */
  bound: number
  readonly service: Service
}

/** A stage to be tried: after which state, since when, until which ends. */
interface Trial {
  readonly parent: number
  readonly start_s: number
  readonly ends_s: readonly number[]
  /** The green runs already. */
  readonly running: boolean
}

/** Memory of the search, used again by every plan and never read before the same plan has written it. */
const reused = {
  sums: { sum_veh: new Float64Array(0), sum_veh_s: new Float64Array(0), before: new Int32Array(0) },
  states: createStates(),
  service: createService(),
}

export function planStages(problem: PlanProblem): Plan {
  const search = prepare(problem)
  const { states, service } = search
  const { horizon_s, phases, holds_s, clearing_s } = problem
  if (holds_s.length > 0) {
    const trial = { parent: ROOT, start_s: 0, ends_s: holds_s, running: true }
    serveLanes(search, trial)
    offerPhase(search, trial, problem.phase)
  } else {
    const trial = { parent: ROOT, start_s: clearing_s, ends_s: endsAfter(problem, clearing_s), running: false }
    serveLanes(search, trial)
    for (let f = 0; f < phases.length; f++) offerPhase(search, trial, f)
  }
  const changes = changesOf(problem)
  const ends: number[][] = []
  for (let t = 0; t < horizon_s; t++) {
    service.rows.fill(0)
    for (let state = firstOf(t); state < firstOf(t) + states.waiting[t]; state++) {
      if (floorOf(search, t, state) >= search.bound + MARGIN_S) continue
      for (const { clearance_s, targets } of changes[states.phase[state]]) {
        const start_s = t + clearance_s
        ends[start_s] ??= endsAfter(problem, start_s)
        const trial = { parent: state, start_s, ends_s: ends[start_s], running: false }
        serveLanes(search, trial)
        for (const f of targets) if (hasSoon(search, f, t)) offerPhase(search, trial, f)
      }
    }
  }
  return readPlan(search)
}

interface Change {
  readonly clearance_s: number
  readonly targets: number[]
}

/** By phase: those that may follow, together where their clearance is the same, because lanes are then served from the same moment. */
function changesOf({ phases, intergreen_s }: PlanProblem): Change[][] {
  return phases.map((_, from) => {
    const changes: Change[] = []
    for (const to of phases.keys()) {
      if (to === from) continue
      const clearance_s = Math.ceil(intergreen_s[from][to])
      const same = changes.find((change) => change.clearance_s === clearance_s)
      if (same === undefined) changes.push({ clearance_s, targets: [to] })
      else same.targets.push(to)
    }
    return changes
  })
}

function endsAfter({ greens_s, horizon_s }: PlanProblem, start_s: number): number[] {
  const ends: number[] = []
  for (const green_s of greens_s) if (start_s + green_s < horizon_s) ends.push(start_s + green_s)
  ends.push(horizon_s)
  return ends
}

function hasSoon({ problem, service }: Search, phase: number, t: number): boolean {
  const { next_s } = service
  for (const l of problem.phases[phase]) if (next_s[l] < t + SOON_S) return true
  return false
}

function prepare(problem: PlanProblem): Search {
  const { arrivals, horizon_s, phases, holds_s, greens_s } = problem
  const lanes = arrivals.first.length - 1
  const controlled: number[] = []
  for (let l = 0; l < lanes; l++) if (phases.some((own) => own.includes(l))) controlled.push(l)
  sumArrivals(reused.sums, problem, lanes, controlled)
  resetStates(reused.states, horizon_s, lanes, phases.length)
  resetService(reused.service, lanes, holds_s.length, greens_s.length + 1)
  return { problem, lanes, controlled, bound: Number.POSITIVE_INFINITY, ...reused }
}

function sumArrivals(sums: Sums, { arrivals, horizon_s }: PlanProblem, lanes: number, controlled: readonly number[]): void {
  const { first, at_s, weight_veh } = arrivals
  const size = at_s.length + lanes
  if (sums.sum_veh.length < size) {
    sums.sum_veh = new Float64Array(2 * size)
    sums.sum_veh_s = new Float64Array(2 * size)
  }
  if (sums.before.length < (horizon_s + 1) * lanes) sums.before = new Int32Array((horizon_s + 1) * lanes)
  const { sum_veh, sum_veh_s, before } = sums
  for (const l of controlled) {
    sum_veh[first[l] + l] = 0
    sum_veh_s[first[l] + l] = 0
    for (let k = first[l]; k < first[l + 1]; k++) {
      sum_veh[k + l + 1] = sum_veh[k + l] + weight_veh[k]
      sum_veh_s[k + l + 1] = sum_veh_s[k + l] + weight_veh[k] * at_s[k]
    }
    const from = l * (horizon_s + 1)
    for (let t = 0, k = first[l]; t <= horizon_s; t++) {
      while (k < first[l + 1] && at_s[k] < t) k++
      before[from + t] = k - first[l]
    }
  }
}

/** Seconds that those who are on the lane at t, all but the first k, have waited. */
function waited_veh_s({ problem, sums }: Search, l: number, t: number, k: number): number {
  const { sum_veh, sum_veh_s, before } = sums
  const m = before[l * (problem.horizon_s + 1) + t]
  if (m <= k) return 0
  const base = problem.arrivals.first[l] + l
  return t * (sum_veh[base + m] - sum_veh[base + k]) - (sum_veh_s[base + m] - sum_veh_s[base + k])
}

/** What those who wait at t cost: their waiting, and more where they wait before a red or in a crowd. */
function waitingCost({ problem, sums }: Search, l: number, t: number, k: number, stop_s: number): number {
  const { sum_veh, sum_veh_s, before } = sums
  const m = before[l * (problem.horizon_s + 1) + t]
  if (m <= k) return 0
  const base = problem.arrivals.first[l] + l
  const q = sum_veh[base + m] - sum_veh[base + k]
  return t * q - (sum_veh_s[base + m] - sum_veh_s[base + k]) + stop_s * q + CROWD_COST_S * q * q
}

/** No plan that goes on from here costs less: delay so far and what those who wait have waited. */
function floorOf(search: Search, t: number, state: number): number {
  const { states, lanes } = search
  let floor = states.delay_s[state]
  for (const l of search.controlled) floor += waited_veh_s(search, l, t, states.served[state * lanes + l])
  return floor
}

function serveLanes(search: Search, trial: Trial): void {
  const { problem, service, controlled, states } = search
  const { red, wait, cell } = service
  const ends = trial.ends_s.length
  red.fill(states.delay_s[trial.parent], 0, ends)
  for (const l of controlled) {
    serveLane(search, trial, l, !trial.running || problem.phases[problem.phase].includes(l))
    if (cell[l] < 0) continue
    for (let i = 0; i < ends; i++) red[i] += wait[cell[l] + i]
  }
}

/** Finds the row of a lane or makes it: first come, first served from the start of green; who came before `stopped_s` had to stop. */
function serveLane(search: Search, trial: Trial, l: number, green: boolean): void {
  const { problem, service, lanes, states } = search
  const { start_s, ends_s, running } = trial
  const { arrivals, room_veh, headway_s, horizon_s, follow_s } = problem
  const { first, at_s, weight_veh } = arrivals
  const n = states.served[trial.parent * lanes + l]
  const from = first[l] + n
  if (from >= first[l + 1]) {
    service.cell[l] = -1
    service.next_s[l] = Number.POSITIVE_INFINITY
    return
  }
  service.next_s[l] = at_s[from]
  if (!openRow(service, l, start_s, n)) return
  const stop_s = STOP_COST_S + problem.clearance_s
  const end = Math.min(first[l + 1], first[l] + room_veh[l])
  const stopped_s = running ? Number.NEGATIVE_INFINITY : start_s + STOPPED_S
  let free_s = running ? follow_s[l] : start_s < horizon_s ? start_s + START_S : Number.POSITIVE_INFINITY
  let delay_s = 0
  let k = from
  for (let i = 0, at = service.cell[l]; i < ends_s.length; i++, at++) {
    const t = Math.min(ends_s[i], horizon_s)
    const wait = waitingCost(search, l, t, n, stop_s)
    service.wait[at] = wait
    if (!green) continue
    for (; k < end; k++) {
      const at = at_s[k]
      const leaves_s = Math.max(at, free_s)
      if (leaves_s > t + COMMITTED_S) break
      const stopped = at < stopped_s
      delay_s += weight_veh[k] * (leaves_s - at + (!stopped || k > from + 1 ? 0 : k === from ? FIRST_LOSS_S : SECOND_LOSS_S))
      free_s = leaves_s + (headway_s[l] + (k === from && stopped ? SECOND_S : 0)) * weight_veh[k]
    }
    service.served[at] = k - first[l]
    service.delay_s[at] = delay_s
    service.gain[at] = delay_s + waitingCost(search, l, t, k - first[l], 0) - wait
  }
}

/** Offers the stage of one phase with every end; a longer green that serves nobody more is no better. */
function offerPhase(search: Search, trial: Trial, phase: number): void {
  const { problem, service } = search
  const { horizon_s } = problem
  const { ends_s, start_s, running } = trial
  const { cell, red, served, gain, own, cost } = service
  let lanes = 0
  for (const l of problem.phases[phase]) if (cell[l] >= 0) own[lanes++] = cell[l]
  const green_min_s = running ? 0 : problem.green_min_s[phase]
  let last = -1
  for (let i = 0; i < ends_s.length; i++) {
    const t = Math.min(ends_s[i], horizon_s)
    if (t - start_s < green_min_s && t < horizon_s) continue
    let gone = 0
    for (let one = 0; one < lanes; one++) gone += served[own[one] + i]
    if (gone === last && t < horizon_s && !running) continue
    last = gone
    cost[i] = red[i]
    for (let one = 0; one < lanes; one++) cost[i] += gain[own[one] + i]
    offer(search, trial, phase, i, t)
  }
}

/** Puts a state into its bucket if it is among the best there, or remembers it as a leaf. */
function offer(search: Search, trial: Trial, phase: number, i: number, t: number): void {
  const { problem, states, service } = search
  const { parent, running } = trial
  // Ending the running green now is not yet a move: the phase that follows is.
  const move = running ? (t === 0 ? -1 : phase) : states.move[parent] < 0 ? phase : states.move[parent]
  if (t >= problem.horizon_s) {
    const leaf = leafOf(states, move)
    if (service.cost[i] >= states.cost[leaf] - 1e-9) return
    putState(search, leaf, trial, phase, i, t, move)
    search.bound = Math.min(search.bound, states.cost[leaf])
    return
  }
  const place = placeIn(states, t, phase, service.cost[i])
  if (place >= 0) putState(search, place, trial, phase, i, t, move)
}

function putState(
  { problem, service, states, lanes, controlled }: Search,
  place: number,
  { parent, start_s }: Trial,
  phase: number,
  i: number,
  t: number,
  move: number,
): void {
  const { served, delay_s } = states
  const at = place * lanes
  for (const l of controlled) served[at + l] = served[parent * lanes + l]
  delay_s[place] = delay_s[parent]
  for (const l of problem.phases[phase]) {
    const cell = service.cell[l]
    if (cell < 0) continue
    served[at + l] = service.served[cell + i]
    delay_s[place] += service.delay_s[cell + i]
  }
  states.phase[place] = phase
  states.start_s[place] = start_s
  states.end_s[place] = t
  states.move[place] = move
  states.parent[place] = parent
  states.cost[place] = service.cost[i]
}

function readPlan({ problem, states, lanes }: Search): Plan {
  const { phases, arrivals, follow_s, holds_s } = problem
  const costs = phases.map((_, move) => states.cost[leafOf(states, move)])
  let best = 0
  for (const move of costs.keys()) if (costs[move] < costs[best] - 1e-9) best = move
  if (holds_s.length > 0 && costs[problem.phase] <= costs[best] + 1e-9) best = problem.phase
  const chain: number[] = []
  for (let state = leafOf(states, best); state !== ROOT; state = states.parent[state]) chain.unshift(state)
  const departures = Array.from({ length: arrivals.first.length - 1 }, () => ({ at_s: [] as number[], weight_veh: [] as number[] }))
  const served = new Int32Array(lanes)
  for (const [i, state] of chain.entries()) {
    const running = i === 0 && holds_s.length > 0
    const start_s = states.start_s[state]
    for (const l of phases[states.phase[state]]) {
      const from = served[l]
      const n = states.served[state * lanes + l]
      let free_s = running ? follow_s[l] : start_s + START_S
      for (let k = arrivals.first[l] + from; k < arrivals.first[l] + n; k++) {
        const at = Math.max(arrivals.at_s[k], free_s)
        const stopped = !running && k === arrivals.first[l] + from && arrivals.at_s[k] < start_s + STOPPED_S
        free_s = at + (problem.headway_s[l] + (stopped ? SECOND_S : 0)) * arrivals.weight_veh[k]
        departures[l].at_s.push(at)
        departures[l].weight_veh.push(arrivals.weight_veh[k])
      }
      served[l] = n
    }
  }
  const stages = chain.map((state) => ({ phase: states.phase[state], start_s: states.start_s[state], end_s: states.end_s[state] }))
  return { stages, costs, departures }
}
