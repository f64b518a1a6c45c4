/**
 * The queue model of the beam search (beam.ts): what a green does for the lanes of a junction, and what waiting costs. Vehicles pass the
 * stop line in order, at the headway of their lane; turns that give way wait for gaps (give-way.ts).
 */
import { openRow, type Service } from './beam-service.ts'
import type { BeamStates } from './beam-states.ts'
import { beginTurns, clearRoad, closeRoad, type Gaps, insideAtEnd_veh_s, isTurn, sumGaps, type Turns, takeTurn } from './give-way.ts'
import type { GivesWay, PlanProblem } from './plan.ts'

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

/** What is asked of the arrivals again and again. */
export interface Sums {
  /** Over the first k vehicles of a lane, at `first[l] + l + k`. */
  sum_veh: Float64Array
  sum_veh_s: Float64Array
  /** How many of a lane have arrived before second t, at `l * (horizon_s + 1) + t`. */
  before: Int32Array
}

export interface Search {
  readonly problem: PlanProblem
  readonly lanes: number
  readonly sums: Sums
  /** Lanes of any phase: the others cost the same in every plan. */
  readonly controlled: readonly number[]
  /** What gives way, by phase. */
  readonly turning: readonly (readonly Turning[])[]
  readonly gaps: Gaps
  /** When each vehicle of the lane that gave way last passes the stop line. */
  readonly turns_s: Float64Array
  readonly states: BeamStates
  /** Cost of the best leaf. */
  bound: number
  readonly service: Service
}

/** A lane that gives way is served once more, in a row of its own behind those of the lanes. */
export interface Turning extends GivesWay {
  readonly row: number
}

/** A stage to be tried: after which state, since when, until which ends. */
export interface Trial {
  readonly parent: number
  readonly start_s: number
  readonly ends_s: readonly number[]
  /** The green runs already. */
  readonly running: boolean
}

export function sumArrivals(sums: Sums, { arrivals, horizon_s }: PlanProblem, lanes: number, controlled: readonly number[]): void {
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
export function waited_veh_s({ problem, sums }: Search, l: number, t: number, k: number): number {
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

export function serveLanes(search: Search, trial: Trial): void {
  const { problem, service, controlled, states } = search
  const { red, wait, cell } = service
  const ends = trial.ends_s.length
  red.fill(states.delay_s[trial.parent], 0, ends)
  for (const l of controlled) {
    serveLane(search, trial, l, !trial.running || problem.phases[problem.phase].includes(l))
    if (cell[l] < 0) continue
    for (let i = 0; i < ends; i++) red[i] += wait[cell[l] + i]
  }
  for (const [phase, own] of search.turning.entries()) {
    if (!trial.running || phase === problem.phase) for (const turn of own) serveTurn(search, trial, turn)
  }
}

/** Behind those that go first, as if these had nobody to give way to. */
export function serveTurn(search: Search, trial: Trial, { lane: l, share, to, row }: Turning): void {
  const { problem, service, states, lanes, gaps } = search
  const { first, weight_veh } = problem.arrivals
  const n = states.served[trial.parent * lanes + l]
  if (first[l] + n >= first[l + 1]) {
    service.cell[row] = -1
    return
  }
  clearRoad(gaps)
  for (const other of to) {
    // Who waits for a gap himself is in nobody's way.
    if (trial.running && problem.held[other.lane]) continue
    const passed = first[other.lane] + states.served[trial.parent * lanes + other.lane]
    eachPassage(problem, trial, other.lane, passed, first[other.lane + 1], (k, leaves_s) => {
      closeRoad(gaps, leaves_s, other.share * weight_veh[k])
    })
  }
  sumGaps(gaps)
  service.cell[row] = row * service.block
  serveRow(search, trial, l, n, service.cell[row], true, beginTurns(gaps, share, trial.running && problem.held[l]))
}

/** When vehicles of a lane, from one on until another, pass the stop line in a green that lasts; none after the horizon. */
export function eachPassage(
  { arrivals, headway_s, follow_s, horizon_s }: PlanProblem,
  { start_s, running }: Pick<Trial, 'start_s' | 'running'>,
  l: number,
  from: number,
  until: number,
  take: (k: number, leaves_s: number) => void,
): void {
  const { at_s, weight_veh } = arrivals
  let free_s = running ? follow_s[l] : start_s + START_S
  for (let k = from; k < until; k++) {
    const leaves_s = Math.max(at_s[k], free_s)
    if (leaves_s > horizon_s + COMMITTED_S) break
    const stopped = !running && k === from && at_s[k] < start_s + STOPPED_S
    free_s = leaves_s + (headway_s[l] + (stopped ? SECOND_S : 0)) * weight_veh[k]
    take(k, leaves_s)
  }
}

/** Finds the row of a lane or makes it. */
function serveLane(search: Search, trial: Trial, l: number, green: boolean): void {
  const { problem, service, lanes, states } = search
  const { first } = problem.arrivals
  const n = states.served[trial.parent * lanes + l]
  if (first[l] + n >= first[l + 1]) {
    service.cell[l] = -1
    service.next_s[l] = Number.POSITIVE_INFINITY
    return
  }
  service.next_s[l] = problem.arrivals.at_s[first[l] + n]
  if (openRow(service, l, trial.start_s, n)) serveRow(search, trial, l, n, service.cell[l], green, null)
}

/** First come, first served from the start of green; who came before `stopped_s` had to stop. */
function serveRow(
  search: Search,
  { start_s, ends_s, running }: Trial,
  l: number,
  n: number,
  cell: number,
  green: boolean,
  turns: Turns | null,
): void {
  const { problem, service, gaps, turns_s } = search
  const { arrivals, room_veh, headway_s, horizon_s, follow_s } = problem
  const { first, at_s, weight_veh } = arrivals
  const stop_s = STOP_COST_S + problem.clearance_s
  const from = first[l] + n
  const end = Math.min(first[l + 1], first[l] + room_veh[l])
  const stopped_s = running ? Number.NEGATIVE_INFINITY : start_s + STOPPED_S
  let free_s = running ? follow_s[l] : start_s < horizon_s ? start_s + START_S : Number.POSITIVE_INFINITY
  let delay_s = 0
  let k = from
  for (let i = 0, at = cell; i < ends_s.length; i++, at++) {
    const t = Math.min(ends_s[i], horizon_s)
    const wait = waitingCost(search, l, t, n, stop_s)
    service.wait[at] = wait
    if (!green) continue
    for (; k < end; k++) {
      const at = at_s[k]
      let leaves_s = Math.max(at, free_s)
      if (turns !== null && isTurn(turns, weight_veh[k])) leaves_s = Math.max(leaves_s, turns.crosses_s)
      if (leaves_s > t + COMMITTED_S) break
      const stopped = at < stopped_s
      delay_s += weight_veh[k] * (leaves_s - at + (!stopped || k > from + 1 ? 0 : k === from ? FIRST_LOSS_S : SECOND_LOSS_S))
      free_s = leaves_s + (headway_s[l] + (k === from && stopped ? SECOND_S : 0)) * weight_veh[k]
      if (turns === null) continue
      turns_s[k] = leaves_s
      delay_s += takeTurn(gaps, turns, leaves_s, weight_veh[k], headway_s[l])
    }
    const delayed_s = turns === null ? delay_s : delay_s + insideAtEnd_veh_s(turns, t)
    service.served[at] = k - first[l]
    service.delay_s[at] = delayed_s
    service.gain[at] = delayed_s + waitingCost(search, l, t, k - first[l], 0) - wait
  }
}

export const turnOf = ({ turning }: Search, phase: number, l: number): Turning | null =>
  turning[phase].find(({ lane }) => lane === l) ?? null

/** The first cell of a lane in a phase. */
export function cellIn(search: Search, phase: number, l: number): number {
  const { cell } = search.service
  return search.turning[phase].length === 0 ? cell[l] : cell[turnOf(search, phase, l)?.row ?? l]
}
