/**
 * The plan of one junction for the next minute: which phase from when to when. A forward beam search over stages on a queue model, in the
 * spirit of rolling-horizon controllers (OPAC, Gartner 1983; RHODES, Mirchandani & Head 2001): a state is the time, the phase and how many
 * vehicles of each lane have been served; states wait in buckets of one second, few in each, and every one is extended by every other
 * phase and a handful of green times.
 */

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
  readonly clearance_s: number
  /** Green times tried for later stages, ascending. */
  readonly greens_s: readonly number[]
  readonly horizon_s: number
  /** Per lane of the running phase: when the next vehicle may follow the last one over the stop line. */
  readonly follow_s: Float64Array
  /** Per lane: as many vehicles fit into the road behind the junction. */
  readonly room_veh: Float64Array
  /** Between two vehicles over the stop line. */
  readonly headway_s: number
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
/** A vehicle this close to the line when green ends drives on: braking distance 13.7 m at 4.5 m/s². */
const COMMITTED_S = 1
/** Arriving earlier than this after the start of green means having stopped. */
const STOPPED_S = 0.5
/** What a vehicle left standing before a red costs beyond its waiting: the stop, and that its phase must come. */
const STOP_COST_S = 10
const CROWD_COST_S = 1.25
const BEAM = 6
const PER_PHASE = 2
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
  readonly own: readonly Uint8Array[]
  /** Lanes of any phase: the others cost the same in every plan. */
  readonly controlled: Int32Array
  readonly buckets: Node[][]
  /** Best leaf by first move. */
  readonly best: (Node | null)[]
  /** Scratch of the stage that is being extended. */
  readonly served: Int32Array
  readonly free_s: Float64Array
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

export function planStages(problem: PlanProblem): Plan {
  const search = prepare(problem)
  const { horizon_s, phases, clearance_s, holds_s, clearing_s } = problem
  const nobody = new Int32Array(search.lanes)
  if (holds_s.length > 0) extend(search, problem.phase, 0, nobody, 0, holds_s, null, true)
  else for (let f = 0; f < phases.length; f++) extend(search, f, clearing_s, nobody, 0, endsAfter(problem, clearing_s), null, false)
  for (let t = 0; t < horizon_s; t++) {
    for (const node of search.buckets[t]) {
      const start = t + clearance_s
      for (let f = 0; f < phases.length; f++) {
        if (f === node.phase || !hasSoon(search, f, node)) continue
        if (start >= horizon_s) offer(search, horizon_s, f, start, node.n, node.delay_s, node, null)
        else extend(search, f, start, node.n, node.delay_s, endsAfter(problem, start), node, false)
      }
    }
  }
  return readPlan(search)
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
  const { arrivals, horizon_s: H, phases } = problem
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
  const own = phases.map((list) => {
    const flags = new Uint8Array(lanes)
    for (const l of list) flags[l] = 1
    return flags
  })
  const controlled = Int32Array.from([...new Set(phases.flat())].sort((a, b) => a - b))
  const buckets: Node[][] = Array.from({ length: H }, () => [])
  const best: (Node | null)[] = phases.map(() => null)
  return {
    problem,
    lanes,
    sum_veh,
    sum_veh_s,
    before,
    own,
    controlled,
    buckets,
    best,
    served: new Int32Array(lanes),
    free_s: new Float64Array(lanes),
  }
}

/**
 * Delay so far, plus what those who wait at t cost: their waiting, and more where they wait before a red or in a crowd. Infinity as soon
 * as it is no less than `limit`.
 */
function costAt(search: Search, t: number, phase: number, n: Int32Array, delay_s: number, limit: number): number {
  const { problem, lanes, sum_veh, sum_veh_s, before, own, controlled } = search
  const { first } = problem.arrivals
  const green = own[phase]
  let cost = delay_s
  for (let i = 0; i < controlled.length; i++) {
    const l = controlled[i]
    const m = before[t * lanes + l]
    const k = n[l]
    if (m <= k) continue
    const base = first[l] + l
    const q = sum_veh[base + m] - sum_veh[base + k]
    cost += t * q - (sum_veh_s[base + m] - sum_veh_s[base + k]) + (green[l] === 1 ? 0 : STOP_COST_S * q) + CROWD_COST_S * q * q
    if (cost >= limit) break
  }
  return cost < limit ? cost : Number.POSITIVE_INFINITY
}

/** Puts a state into its bucket if it is among the best there, or remembers it as a leaf. */
function offer(
  search: Search,
  t: number,
  phase: number,
  start_s: number,
  n: Int32Array,
  delay_s: number,
  parent: Node | null,
  root: number | null,
): void {
  const { problem, buckets, best } = search
  // Ending the running green now is not yet a move: the phase that follows is.
  const move = root !== null ? root : parent !== null && parent.move < 0 ? phase : (parent?.move ?? phase)
  const leaf = t >= problem.horizon_s
  const bucket = leaf ? [] : buckets[t]
  const out = leaf ? -1 : findWorst(bucket, phase)
  const limit = leaf ? (best[move]?.cost ?? Number.POSITIVE_INFINITY) : out < 0 ? Number.POSITIVE_INFINITY : bucket[out].cost
  const cost = costAt(search, t, phase, n, delay_s, limit)
  if (cost === Number.POSITIVE_INFINITY) return
  const node: Node = { t, phase, start_s, n: n.slice(), delay_s, cost, move, parent }
  if (leaf) best[move] = node
  else if (out < 0) bucket.push(node)
  else bucket[out] = node
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

/** Serves a phase's lanes from `start_s`, longer and longer, and offers a state at every end. */
function extend(
  search: Search,
  phase: number,
  start_s: number,
  from: Int32Array,
  delay0_s: number,
  ends_s: readonly number[],
  parent: Node | null,
  running: boolean,
): void {
  const { problem, served: n, free_s } = search
  const { horizon_s, phases, follow_s } = problem
  const lanes = phases[phase]
  n.set(from)
  for (const l of lanes) free_s[l] = running ? follow_s[l] : start_s + START_S
  let delay_s = delay0_s
  let last = -1
  for (const end of ends_s) {
    let gone = 0
    for (const l of lanes) {
      delay_s += serve(search, l, from[l], Math.min(end, horizon_s) + COMMITTED_S, running ? Number.NEGATIVE_INFINITY : start_s + STOPPED_S)
      gone += n[l]
    }
    const t = Math.min(end, horizon_s)
    const root = running ? (t === 0 ? -1 : phase) : null
    // A longer green that serves nobody more is no better.
    if (gone !== last || t >= horizon_s || running) offer(search, t, phase, start_s, n, delay_s, parent, root)
    last = gone
    if (t >= horizon_s) return
  }
}

/** First come, first served until `until_s`; the delay of those who are. Who came before `stopped_s` had to stop. */
function serve({ problem, served, free_s }: Search, l: number, from: number, until_s: number, stopped_s: number): number {
  const { arrivals, room_veh, headway_s } = problem
  const { first, at_s, weight_veh } = arrivals
  let delay_s = 0
  let k = first[l] + served[l]
  let free = free_s[l]
  const end = Math.min(first[l + 1], first[l] + room_veh[l])
  for (; k < end; k++) {
    const at = at_s[k]
    const leaves = Math.max(at, free)
    if (leaves > until_s) break
    const weight = weight_veh[k]
    delay_s += weight * (leaves - at)
    free = leaves + headway_s * weight
    if (k === first[l] + from && at < stopped_s) free += SECOND_S * weight
  }
  free_s[l] = free
  served[l] = k - first[l]
  return delay_s
}

function readPlan({ problem, best, served, free_s }: Search): Plan {
  const { phases, arrivals, follow_s, holds_s } = problem
  let leaf: Node | null = null
  for (const node of best) if (node !== null && (leaf === null || node.cost < leaf.cost - 1e-9)) leaf = node
  const kept = holds_s.length > 0 ? best[problem.phase] : null
  if (kept !== null && leaf !== null && kept.cost <= leaf.cost + 1e-9) leaf = kept
  const chain: Node[] = []
  for (let node = leaf; node !== null; node = node.parent) chain.unshift(node)
  const departures = Array.from({ length: arrivals.first.length - 1 }, () => ({ at_s: [] as number[], weight_veh: [] as number[] }))
  served.fill(0)
  for (const [i, { phase, start_s, n }] of chain.entries()) {
    const running = i === 0 && holds_s.length > 0
    for (const l of phases[phase]) {
      const from = served[l]
      free_s[l] = running ? follow_s[l] : start_s + START_S
      for (let k = arrivals.first[l] + from; k < arrivals.first[l] + n[l]; k++) {
        const at = Math.max(arrivals.at_s[k], free_s[l])
        const stopped = !running && k === arrivals.first[l] + from && arrivals.at_s[k] < start_s + STOPPED_S
        free_s[l] = at + (problem.headway_s + (stopped ? SECOND_S : 0)) * arrivals.weight_veh[k]
        departures[l].at_s.push(at)
        departures[l].weight_veh.push(arrivals.weight_veh[k])
      }
      served[l] = n[l]
    }
  }
  const stages = chain.map(({ phase, start_s, t }) => ({ phase, start_s, end_s: t }))
  return { stages, costs: best.map((node) => node?.cost ?? Number.POSITIVE_INFINITY), departures }
}
