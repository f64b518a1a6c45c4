/**
 * The plan of one junction for the next minute: which phase from when to when. A forward beam search over stages on a queue model, in the
 * spirit of rolling-horizon controllers (OPAC, Gartner 1983; RHODES, Mirchandani & Head 2001): a state is the time, the phase and how many
 * vehicles of each lane have been served; states wait in buckets of one second, few in each, and every one is extended by every other
 * phase and a handful of green times.
 */
import {
  cellIn,
  eachPassage,
  type Search,
  serveLanes,
  serveTurn,
  sumArrivals,
  type Trial,
  type Turning,
  turnOf,
  waited_veh_s,
} from './beam-queue.ts'
import { createService, resetService } from './beam-service.ts'
import { createStates, firstOf, leafOf, placeIn, ROOT, resetStates } from './beam-states.ts'
import { createGaps } from './give-way.ts'
import type { Plan, PlanProblem } from './plan.ts'

/** States that must end up so much dearer than the best plan are left: they cannot even be the runner-up worth telling. */
const MARGIN_S = 20
/** Phases without a vehicle to serve within this time of the end of another are not tried. */
const SOON_S = 17

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
  let rows = lanes
  const turning = problem.yielding.map((own) => own.map((one): Turning => ({ ...one, row: rows++ })))
  resetService(reused.service, rows, holds_s.length, greens_s.length + 1)
  const gaps = createGaps(rows > lanes ? horizon_s : 0)
  const turns_s = new Float64Array(rows > lanes ? arrivals.at_s.length : 0)
  return { problem, lanes, controlled, turning, gaps, turns_s, bound: Number.POSITIVE_INFINITY, ...reused }
}

/** No plan that goes on from here costs less: delay so far and what those who wait have waited. */
function floorOf(search: Search, t: number, state: number): number {
  const { states, lanes } = search
  let floor = states.delay_s[state]
  for (const l of search.controlled) floor += waited_veh_s(search, l, t, states.served[state * lanes + l])
  return floor
}

/** Offers the stage of one phase with every end; a longer green that serves nobody more is no better. */
function offerPhase(search: Search, trial: Trial, phase: number): void {
  const { problem, service } = search
  const { horizon_s } = problem
  const { ends_s, start_s, running } = trial
  const { red, served, gain, own, cost } = service
  let lanes = 0
  for (const l of problem.phases[phase]) {
    const cell = cellIn(search, phase, l)
    if (cell >= 0) own[lanes++] = cell
  }
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

function putState(search: Search, place: number, { parent, start_s }: Trial, phase: number, i: number, t: number, move: number): void {
  const { problem, service, states, lanes, controlled } = search
  const { served, delay_s } = states
  const at = place * lanes
  for (const l of controlled) served[at + l] = served[parent * lanes + l]
  delay_s[place] = delay_s[parent]
  for (const l of problem.phases[phase]) {
    const cell = cellIn(search, phase, l)
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

function readPlan(search: Search): Plan {
  const { problem, states, lanes } = search
  const { phases, arrivals, holds_s } = problem
  const costs = phases.map((_, move) => states.cost[leafOf(states, move)])
  let best = 0
  for (const move of costs.keys()) if (costs[move] < costs[best] - 1e-9) best = move
  if (holds_s.length > 0 && costs[problem.phase] <= costs[best] + 1e-9) best = problem.phase
  const chain: number[] = []
  for (let state = leafOf(states, best); state !== ROOT; state = states.parent[state]) chain.unshift(state)
  const departures = Array.from({ length: arrivals.first.length - 1 }, () => ({ at_s: [] as number[], weight_veh: [] as number[] }))
  const served = new Int32Array(lanes)
  for (const [i, state] of chain.entries()) {
    const trial = {
      parent: states.parent[state],
      start_s: states.start_s[state],
      ends_s: [states.end_s[state]],
      running: i === 0 && holds_s.length > 0,
    }
    const phase = states.phase[state]
    for (const l of phases[phase]) {
      const take = (k: number, leaves_s: number): void => {
        departures[l].at_s.push(leaves_s)
        departures[l].weight_veh.push(arrivals.weight_veh[k])
      }
      const n = states.served[state * lanes + l]
      const [from, until] = [arrivals.first[l] + served[l], arrivals.first[l] + n]
      const turn = turnOf(search, phase, l)
      if (turn === null) eachPassage(problem, trial, l, from, until, take)
      else {
        serveTurn(search, trial, turn)
        for (let k = from; k < until; k++) take(k, search.turns_s[k])
      }
      served[l] = n
    }
  }
  const stages = chain.map((state) => ({ phase: states.phase[state], start_s: states.start_s[state], end_s: states.end_s[state] }))
  return { stages, costs, departures }
}
