/**
 * The plan of one junction for the next minute: which phase from when to when. A forward beam search over stages on a queue model, in the
 * spirit of rolling-horizon controllers (OPAC, Gartner 1983; RHODES, Mirchandani & Head 2001): a state is the time, the phase and how many
 * vehicles of each lane have been served; states wait in buckets of one second, few in each, and every one is extended by every other
 * phase and a handful of green times.
 */

import { beginTurns, clearRoad, closeRoad, createGaps, type Gaps, insideAtEnd_veh_s, isTurn, sumGaps, takeTurn } from './give-way.ts'

/** Arrivals of all lanes one after the other; lane l has `first[l]` … `first[l + 1]`, ascending, seconds from now. */
export interface Arrivals {
  readonly first: Int32Array
  readonly at_s: Float64Array
  /** Vehicles: 1 for one that was seen, a probability for one that is foreseen. */
  readonly weight_veh: Float64Array
}

/** A lane and a share of its vehicles. */
export interface LaneShare {
  readonly lane: number
  readonly share: number
}

/** Of a lane, those who turn and give way, and of others those who go first. */
export interface GivesWay extends LaneShare {
  readonly to: readonly LaneShare[]
}

export interface PlanProblem {
  readonly arrivals: Arrivals
  /** Lanes by phase. */
  readonly phases: readonly (readonly number[])[]
  /** Lanes of every phase whose turns give way in it. */
  readonly yielding: readonly (readonly GivesWay[])[]
  /** Per lane: while the running phase is green, the first vehicle is seen to wait for a gap. */
  readonly held: readonly boolean[]
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
const BEAM = 6
const PER_PHASE = 2
/** States that must end up so much dearer than the best plan are left: they cannot even be the runner-up worth telling. */
const MARGIN_S = 20
/** Phases without a vehicle to serve within this time of the end of another are not tried. */
const SOON_S = 17

interface Search {
  readonly problem: PlanProblem
  readonly lanes: number
  /** Sums over the first k vehicles of a lane, at `first[l] + l + k`. */
  readonly sum_veh: Float64Array
  readonly sum_veh_s: Float64Array
  /** How many of a lane have arrived before second t, at `t * lanes + l`. */
  readonly before: Int32Array
  /** Lanes of any phase: the others cost the same in every plan. */
  readonly controlled: readonly number[]
  /** What gives way in some phase, with its own place in the scratch; the places of each phase's lanes. */
  readonly turns: readonly Turning[]
  readonly places: readonly (readonly number[])[]
  readonly gaps: Gaps
  /** When each vehicle passes the stop line by the last green that was tried; and where its lane gives way. */
  readonly leaves_s: Float64Array
  readonly turns_s: Float64Array
  readonly buckets: Node[][]
  /** Best leaf by first move, and the cost of the best of all. */
  readonly best: (Node | null)[]
  bound: number
  readonly scratch: Scratch
}

interface Turning extends GivesWay {
  readonly phase: number
  readonly place: number
}

/**
 * What green from one start would do for every lane, at `end * width + lane`. A lane is served the same whichever of its phases is green, so
 * that a state is extended by all phases and all ends at the price of its lanes; where it has to give way it is served once more, behind
 * the lanes.
 */
interface Scratch {
  readonly width: number
  readonly served: Int32Array
  readonly delay_s: Float64Array
  /** Green instead of red: delay of those served, less what they would have cost. */
  readonly gain: Float64Array
  /** By end: the cost if no lane had green. */
  readonly red: Float64Array
}

interface Node {
  readonly t: number
  readonly phase: number
  readonly start_s: number
  /** Vehicles served, by lane. */
  readonly n: Int32Array
  readonly delay_s: number
  readonly cost: number
  /** First move; -1 while it is not known: the running green ends now. */
  readonly move: number
  readonly parent: Node | null
}

/** A stage to be tried: from where, since when, until which ends. */
interface Trial {
  readonly parent: Node | null
  readonly n: Int32Array
  readonly delay_s: number
  readonly start_s: number
  readonly ends_s: readonly number[]
  /** The green runs already. */
  readonly running: boolean
}

export function planStages(problem: PlanProblem): Plan {
  const search = prepare(problem)
  const { horizon_s, phases, holds_s, clearing_s } = problem
  const root = { parent: null, n: new Int32Array(search.lanes), delay_s: 0 }
  if (holds_s.length > 0) {
    serveLanes(search, { ...root, start_s: 0, ends_s: holds_s, running: true })
    offerPhase(search, { ...root, start_s: 0, ends_s: holds_s, running: true }, problem.phase)
  } else {
    const trial = { ...root, start_s: clearing_s, ends_s: endsAfter(problem, clearing_s), running: false }
    serveLanes(search, trial)
    for (let f = 0; f < phases.length; f++) offerPhase(search, trial, f)
  }
  const changes = changesOf(problem)
  const ends: number[][] = []
  for (let t = 0; t < horizon_s; t++) {
    for (const node of search.buckets[t]) {
      if (floorOf(search, node) >= search.bound + MARGIN_S) continue
      for (const { clearance_s, targets } of changes[node.phase]) {
        const start_s = t + clearance_s
        ends[start_s] ??= endsAfter(problem, start_s)
        const trial = { parent: node, n: node.n, delay_s: node.delay_s, start_s, ends_s: ends[start_s], running: false }
        serveLanes(search, trial)
        for (const f of targets) if (hasSoon(search, f, node)) offerPhase(search, trial, f)
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
  const ends = greens_s.map((green_s) => start_s + green_s).filter((end) => end < horizon_s)
  ends.push(horizon_s)
  return ends
}

function hasSoon({ problem }: Search, phase: number, { n, t }: Node): boolean {
  const { first, at_s } = problem.arrivals
  for (const l of problem.phases[phase]) {
    const k = first[l] + n[l]
    if (k < first[l + 1] && at_s[k] < t + SOON_S) return true
  }
  return false
}

function prepare(problem: PlanProblem): Search {
  const { arrivals, horizon_s: H, phases, holds_s, greens_s } = problem
  const { first, at_s, weight_veh } = arrivals
  const lanes = first.length - 1
  const sum_veh = new Float64Array(at_s.length + lanes)
  const sum_veh_s = new Float64Array(at_s.length + lanes)
  const before = new Int32Array((H + 1) * lanes)
  for (let l = 0; l < lanes; l++) {
    const shift = l + 1
    for (let k = first[l]; k < first[l + 1]; k++) {
      sum_veh[k + shift] = sum_veh[k + l] + weight_veh[k]
      sum_veh_s[k + shift] = sum_veh_s[k + l] + weight_veh[k] * at_s[k]
    }
    let k = first[l]
    for (let t = 0; t <= H; t++) {
      while (k < first[l + 1] && at_s[k] < t) k++
      before[t * lanes + l] = k - first[l]
    }
  }
  const controlled = [...new Set(phases.flat())].sort((a, b) => a - b)
  const buckets: Node[][] = Array.from({ length: H }, () => [])
  const best: (Node | null)[] = phases.map(() => null)
  const ends = Math.max(holds_s.length, greens_s.length + 1)
  const turns: Turning[] = problem.yielding.flatMap((list, phase) => list.map((one) => ({ ...one, phase, place: 0 })))
  for (const [i, turn] of turns.entries()) turns[i] = { ...turn, place: lanes + i }
  const places = phases.map((own, phase) => own.map((l) => turns.find((turn) => turn.phase === phase && turn.lane === l)?.place ?? l))
  const width = lanes + turns.length
  const size = ends * width
  const scratch = {
    width,
    served: new Int32Array(size),
    delay_s: new Float64Array(size),
    gain: new Float64Array(size),
    red: new Float64Array(ends),
  }
  const leaves_s = new Float64Array(at_s.length)
  const turns_s = turns.length > 0 ? new Float64Array(at_s.length) : leaves_s
  const bound = Number.POSITIVE_INFINITY
  const gaps = createGaps(H)
  return { problem, lanes, sum_veh, sum_veh_s, before, controlled, turns, places, gaps, leaves_s, turns_s, buckets, best, bound, scratch }
}

/** Seconds that those who are on the lane at t, all but the first k, have waited. */
function waited_veh_s({ problem, lanes, sum_veh, sum_veh_s, before }: Search, l: number, t: number, k: number): number {
  const m = before[t * lanes + l]
  if (m <= k) return 0
  const base = problem.arrivals.first[l] + l
  return t * (sum_veh[base + m] - sum_veh[base + k]) - (sum_veh_s[base + m] - sum_veh_s[base + k])
}

/** What those who wait at t cost: their waiting, and more where they wait before a red or in a crowd. */
function waitingCost({ problem, lanes, sum_veh, sum_veh_s, before }: Search, l: number, t: number, k: number, stop_s: number): number {
  const m = before[t * lanes + l]
  if (m <= k) return 0
  const base = problem.arrivals.first[l] + l
  const q = sum_veh[base + m] - sum_veh[base + k]
  return t * q - (sum_veh_s[base + m] - sum_veh_s[base + k]) + stop_s * q + CROWD_COST_S * q * q
}

/** No plan that goes on from here costs less: delay so far and what those who wait have waited. */
function floorOf(search: Search, { t, n, delay_s }: Node): number {
  let floor = delay_s
  for (const l of search.controlled) floor += waited_veh_s(search, l, t, n[l])
  return floor
}

function serveLanes(search: Search, trial: Trial): void {
  const { problem, scratch, controlled } = search
  const { horizon_s } = problem
  const { ends_s, n } = trial
  const stop_s = STOP_COST_S + problem.clearance_s
  for (let i = 0; i < ends_s.length; i++) {
    const t = Math.min(ends_s[i], horizon_s)
    let red = trial.delay_s
    for (const l of controlled) red += waitingCost(search, l, t, n[l], stop_s)
    scratch.red[i] = red
  }
  for (const l of trial.running ? problem.phases[problem.phase] : controlled) serveLane(search, trial, l, null)
  for (const turn of search.turns) if (!trial.running || turn.phase === problem.phase) serveTurn(search, trial, turn)
}

/** Behind those that go first, as if these had nobody to give way to. */
function serveTurn(search: Search, trial: Trial, turn: Turning): void {
  const { problem, scratch, gaps, leaves_s } = search
  const { first, weight_veh } = problem.arrivals
  clearRoad(gaps)
  const last = (trial.ends_s.length - 1) * scratch.width
  for (const { lane, share } of turn.to) {
    // Who waits for a gap himself is in nobody's way.
    if (trial.running && problem.held[lane]) continue
    const served = first[lane] + scratch.served[last + lane]
    for (let k = first[lane] + trial.n[lane]; k < served; k++) closeRoad(gaps, leaves_s[k], share * weight_veh[k])
  }
  sumGaps(gaps)
  serveLane(search, trial, turn.lane, turn)
}

/** First come, first served from the start of green; who came before `stopped_s` had to stop. */
function serveLane(search: Search, { n, start_s, ends_s, running }: Trial, l: number, turn: Turning | null): void {
  const { problem, scratch, gaps } = search
  const passes_s = turn === null ? search.leaves_s : search.turns_s
  const turns = turn === null ? null : beginTurns(gaps, turn.share, running && problem.held[l])
  const { arrivals, room_veh, headway_s, horizon_s, follow_s } = problem
  const stop_s = STOP_COST_S + problem.clearance_s
  const { first, at_s, weight_veh } = arrivals
  const end = Math.min(first[l + 1], first[l] + room_veh[l])
  const stopped_s = running ? Number.NEGATIVE_INFINITY : start_s + STOPPED_S
  const from = first[l] + n[l]
  let free_s = running ? follow_s[l] : start_s < horizon_s ? start_s + START_S : Number.POSITIVE_INFINITY
  let delay_s = 0
  let k = from
  for (let i = 0; i < ends_s.length; i++) {
    const t = Math.min(ends_s[i], horizon_s)
    for (; k < end; k++) {
      const at = at_s[k]
      let leaves_s = Math.max(at, free_s)
      if (turns !== null && isTurn(turns, weight_veh[k])) leaves_s = Math.max(leaves_s, turns.crosses_s)
      if (leaves_s > t + COMMITTED_S) break
      passes_s[k] = leaves_s
      if (turns !== null) delay_s += takeTurn(gaps, turns, leaves_s, weight_veh[k], headway_s[l])
      const stopped = at < stopped_s
      delay_s += weight_veh[k] * (leaves_s - at + (!stopped || k > from + 1 ? 0 : k === from ? FIRST_LOSS_S : SECOND_LOSS_S))
      free_s = leaves_s + (headway_s[l] + (k === from && stopped ? SECOND_S : 0)) * weight_veh[k]
    }
    const at = i * scratch.width + (turn?.place ?? l)
    const delayed_s = turns === null ? delay_s : delay_s + insideAtEnd_veh_s(turns, t)
    scratch.served[at] = k - first[l]
    scratch.delay_s[at] = delayed_s
    scratch.gain[at] = delayed_s + waitingCost(search, l, t, k - first[l], 0) - waitingCost(search, l, t, n[l], stop_s)
  }
}

/** Offers the stage of one phase with every end; a longer green that serves nobody more is no better. */
function offerPhase(search: Search, trial: Trial, phase: number): void {
  const { problem, scratch } = search
  const { ends_s, running } = trial
  const own = search.places[phase]
  let last = -1
  for (let i = 0; i < ends_s.length; i++) {
    const t = Math.min(ends_s[i], problem.horizon_s)
    let gone = 0
    let cost = scratch.red[i]
    for (const l of own) {
      gone += scratch.served[i * scratch.width + l]
      cost += scratch.gain[i * scratch.width + l]
    }
    if (!running && t - trial.start_s < problem.green_min_s[phase] && t < problem.horizon_s) continue
    if (gone !== last || t >= problem.horizon_s || running) offer(search, trial, phase, i, t, cost)
    last = gone
  }
}

/** Puts a state into its bucket if it is among the best there, or remembers it as a leaf. */
function offer(search: Search, trial: Trial, phase: number, i: number, t: number, cost: number): void {
  const { problem, buckets, best } = search
  const { parent, running } = trial
  // Ending the running green now is not yet a move: the phase that follows is.
  const move = running ? (t === 0 ? -1 : phase) : parent === null || parent.move < 0 ? phase : parent.move
  if (t >= problem.horizon_s) {
    const other = best[move]
    if (other !== null && cost >= other.cost - 1e-9) return
    best[move] = makeNode(search, trial, phase, i, t, cost, move)
    search.bound = Math.min(search.bound, cost)
    return
  }
  const bucket = buckets[t]
  const out = findWorst(bucket, phase)
  if (out < 0) bucket.push(makeNode(search, trial, phase, i, t, cost, move))
  else if (cost < bucket[out].cost) bucket[out] = makeNode(search, trial, phase, i, t, cost, move)
}

function makeNode(
  { problem, scratch, places }: Search,
  trial: Trial,
  phase: number,
  i: number,
  t: number,
  cost: number,
  move: number,
): Node {
  const n = trial.n.slice()
  let { delay_s } = trial
  for (const [j, l] of problem.phases[phase].entries()) {
    const at = i * scratch.width + places[phase][j]
    n[l] = scratch.served[at]
    delay_s += scratch.delay_s[at]
  }
  return { t, phase, start_s: trial.start_s, n, delay_s, cost, move, parent: trial.parent }
}

/** Which state of a full bucket has to make room for a better one of this phase; -1 while there is room. */
function findWorst(bucket: readonly Node[], phase: number): number {
  let same = 0
  let worstSame = -1
  let worst = -1
  for (let i = 0; i < bucket.length; i++) {
    if (bucket[i].phase === phase) {
      same++
      if (worstSame < 0 || bucket[i].cost > bucket[worstSame].cost) worstSame = i
    }
    if (worst < 0 || bucket[i].cost > bucket[worst].cost) worst = i
  }
  return same >= PER_PHASE ? worstSame : bucket.length >= BEAM ? worst : -1
}

function readPlan(search: Search): Plan {
  const { problem, best, lanes, places, leaves_s, turns_s } = search
  const { phases, arrivals, holds_s } = problem
  let leaf: Node | null = null
  for (const node of best) if (node !== null && (leaf === null || node.cost < leaf.cost - 1e-9)) leaf = node
  const kept = holds_s.length > 0 ? best[problem.phase] : null
  if (kept !== null && leaf !== null && kept.cost <= leaf.cost + 1e-9) leaf = kept
  const chain: Node[] = []
  for (let node = leaf; node !== null; node = node.parent) chain.unshift(node)
  const departures = Array.from({ length: arrivals.first.length - 1 }, () => ({ at_s: [] as number[], weight_veh: [] as number[] }))
  let served: Int32Array = new Int32Array(lanes)
  for (const [i, { phase, start_s, t, n }] of chain.entries()) {
    serveLanes(search, { parent: null, n: served, delay_s: 0, start_s, ends_s: [t], running: i === 0 && holds_s.length > 0 })
    for (const [j, l] of phases[phase].entries()) {
      const passes_s = places[phase][j] < lanes ? leaves_s : turns_s
      for (let k = arrivals.first[l] + served[l]; k < arrivals.first[l] + n[l]; k++) {
        departures[l].at_s.push(passes_s[k])
        departures[l].weight_veh.push(arrivals.weight_veh[k])
      }
    }
    served = n
  }
  const stages = chain.map(({ phase, start_s, t }) => ({ phase, start_s, end_s: t }))
  return { stages, costs: best.map((node) => node?.cost ?? Number.POSITIVE_INFINITY), departures }
}
