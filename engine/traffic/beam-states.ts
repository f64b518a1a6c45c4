/**
 * The states of the beam search (beam.ts), in columns and in memory that is used again: one plan makes hundreds of them, and a city of a
 * thousand junctions plans a thousand times a second.
 */

/** States that wait at one second, and those of one phase among them. */
export const BEAM = 6
const PER_PHASE = 2

/** The state before everything: nobody served, no delay. */
export const ROOT = 0

/** Bucket t has the states from `firstOf(t)`, `waiting[t]` of them; the leaf of each first move stands behind the buckets. */
export interface BeamStates {
  horizon_s: number
  lanes: number
  waiting: Int32Array
  /** By bucket: nothing as dear as this comes in; infinite while there is room. */
  limit: Float64Array
  phase: Int32Array
  start_s: Int32Array
  end_s: Int32Array
  /** First move; -1 while it is not known: the running green ends now. */
  move: Int32Array
  parent: Int32Array
  delay_s: Float64Array
  cost: Float64Array
  /** Vehicles served, at `state * lanes + lane`. */
  served: Int32Array
}

export const firstOf = (t: number): number => 1 + t * BEAM

export const leafOf = ({ horizon_s }: BeamStates, move: number): number => firstOf(horizon_s) + move

export const createStates = (): BeamStates => ({
  horizon_s: 0,
  lanes: 0,
  waiting: new Int32Array(0),
  limit: new Float64Array(0),
  phase: new Int32Array(0),
  start_s: new Int32Array(0),
  end_s: new Int32Array(0),
  move: new Int32Array(0),
  parent: new Int32Array(0),
  delay_s: new Float64Array(0),
  cost: new Float64Array(0),
  served: new Int32Array(0),
})

/** Empties the buckets and makes the root; grows the columns where they are too short. A leaf that costs infinitely much is none. */
export function resetStates(states: BeamStates, horizon_s: number, lanes: number, phases: number): void {
  const size = firstOf(horizon_s) + phases
  if (states.phase.length < size || states.served.length < size * lanes || states.waiting.length < horizon_s) {
    // Never shorter than before: junctions of all shapes take turns.
    const rows = Math.max(size, states.phase.length)
    const buckets = Math.max(horizon_s, states.waiting.length)
    states.waiting = new Int32Array(buckets)
    states.limit = new Float64Array(buckets)
    states.phase = new Int32Array(rows)
    states.start_s = new Int32Array(rows)
    states.end_s = new Int32Array(rows)
    states.move = new Int32Array(rows)
    states.parent = new Int32Array(rows)
    states.delay_s = new Float64Array(rows)
    states.cost = new Float64Array(rows)
    states.served = new Int32Array(Math.max(size * lanes, states.served.length))
  }
  states.horizon_s = horizon_s
  states.lanes = lanes
  states.waiting.fill(0)
  states.limit.fill(Number.POSITIVE_INFINITY)
  states.served.fill(0, 0, lanes)
  states.delay_s[ROOT] = 0
  states.move[ROOT] = -1
  states.cost.fill(Number.POSITIVE_INFINITY, firstOf(horizon_s), size)
}

/** Where a state of this phase and cost may stand in the bucket of t: a free place, or that of the one that has to make room; -1 if none. */
export function placeIn(states: BeamStates, t: number, phase: number, cost: number): number {
  if (cost >= states.limit[t]) return -1
  const { waiting, phase: phases, cost: costs } = states
  const from = firstOf(t)
  const to = from + waiting[t]
  let same = 0
  let worst_same = -1
  let worst = -1
  for (let state = from; state < to; state++) {
    if (phases[state] === phase) {
      same++
      if (worst_same < 0 || costs[state] > costs[worst_same]) worst_same = state
    }
    if (worst < 0 || costs[state] > costs[worst]) worst = state
  }
  const out = same >= PER_PHASE ? worst_same : waiting[t] >= BEAM ? worst : -1
  if (out < 0) waiting[t]++
  else if (cost >= costs[out]) return -1
  const place = out < 0 ? to : out
  costs[place] = cost
  if (waiting[t] === BEAM) states.limit[t] = dearest(costs, from)
  return place
}

function dearest(costs: Float64Array, from: number): number {
  let most = costs[from]
  for (let state = from + 1; state < from + BEAM; state++) if (costs[state] > most) most = costs[state]
  return most
}
