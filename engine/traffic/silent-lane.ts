/**
 * A lane that says nothing is not empty. How many have left it is seen further on: what enters the lanes that it leads to, less what the
 * other lanes that lead there have sent, came from it (conservation of vehicles). The mean of that is its flow; when its green sends nobody
 * more it is empty, and while it still does when green ends somebody is left. Where the lanes behind are silent too, its like tell.
 */
import type { EpochMs } from '../base/time.ts'
import { SECOND_MS } from '../base/time.ts'
import type { SignalJunction } from '../model/signal-network.ts'
import type { QualifiedCount } from '../sense/state.ts'
import { ENTRIES_FADE_PER_S, type LaneBridge, type LaneMemory } from './lane-memory.ts'

/** Until it has been watched for so long, the flow of its like counts more. */
const PRIOR_S = 180
/** What has been seen counts half after seven minutes. */
const FADE_PER_S = 0.5 ** (1 / 420)
/** From the stop line to the lanes behind, after green has ended. */
const LATE_MS = 6 * SECOND_MS
/** The first vehicle of a green is behind the junction after so long; a longer gap than the second means that nobody follows. */
const FIRST_MS = 6 * SECOND_MS
const GAP_MS = 5 * SECOND_MS
/** Left standing where the green ended while vehicles still came. */
const LEFT_VEH = 3
/** Fewer cannot be told from none: about one in three minutes. */
const FLOW_VEH_S_MIN = 0.005
const OWED_VEH_MAX = 4
/** From the stop line upstream to the beginning of the lane. */
export const CROSSING_S = 1

/** What others tell of its flow (detectors/bridge.ts), else the mean of the junction's lanes of the same kind that are heard. */
function flowOfAlike_veh_s({ lanes }: SignalJunction, memories: readonly LaneMemory[], lane: number): number {
  const { bridge_veh_s } = memories[lane]
  if (bridge_veh_s !== null) return Math.max(FLOW_VEH_S_MIN, bridge_veh_s)
  let sum = 0
  let heard = 0
  for (const [other, { left, free }] of lanes.entries()) {
    if (left !== lanes[lane].left || free !== lanes[lane].free || memories[other].heard === null) continue
    sum += memories[other].flow_veh_s
    heard++
  }
  return Math.max(FLOW_VEH_S_MIN, heard === 0 ? 0 : sum / heard)
}

/** Vehicles that have entered each lane behind, by its id; null where nobody tells. */
type Taken = (lane: string) => number | null

/** What the junctions around tell of the lanes before and behind. */
export interface Heard {
  readonly taken: Taken
  /** Vehicles that all lanes leading to this one have sent; null where one of them says nothing. */
  readonly fed_veh: number | null
}

/** Sums over what a lane leads to, and over the other lanes that lead there; null where one of them says nothing. */
function flowsBehind(junction: SignalJunction, memories: readonly LaneMemory[], lane: number, taken: Taken): [number, number] | null {
  const into = new Set(junction.lanes[lane].into.map(({ id }) => id))
  if (into.size === 0) return null
  let taken_veh = 0
  for (const id of into) {
    const one = taken(id)
    if (one === null) return null
    taken_veh += one
  }
  let sent_veh = 0
  for (const [other, { into: also }] of junction.lanes.entries()) {
    if (other === lane || !also.some(({ id }) => into.has(id))) continue
    if (memories[other].heard === null) return null
    sent_veh += memories[other].left_veh
  }
  return [taken_veh, sent_veh]
}

function createBridge([taken_veh, sent_veh]: readonly [number, number]): LaneBridge {
  return {
    balance_veh: 0,
    taken_veh,
    sent_veh,
    passed_veh: 0,
    passed_s: 0,
    passed: null,
    green_since: null,
    open: null,
    fed_veh: null,
    coming: [],
  }
}

/** Vehicles that it sent since the last look. */
function watch(bridge: LaneBridge, flows: readonly [number, number], recently: boolean): number {
  bridge.balance_veh += flows[0] - bridge.taken_veh - (flows[1] - bridge.sent_veh)
  bridge.taken_veh = flows[0]
  bridge.sent_veh = flows[1]
  if (!recently) bridge.balance_veh = Math.min(0, bridge.balance_veh)
  bridge.balance_veh = Math.max(-OWED_VEH_MAX, bridge.balance_veh)
  const sent = Math.max(0, Math.floor(bridge.balance_veh))
  bridge.balance_veh -= sent
  return sent
}

/**
 * Vehicles that have reached the lane since the last look: from upstream where all of it is heard, on the way for as long as the lane takes,
 * else by the mean flow.
 */
function arrive(
  bridge: LaneBridge,
  memory: LaneMemory,
  fed_veh: number | null,
  share: number,
  travel_ms: number,
  ts: EpochMs,
  dt_s: number,
): number {
  if (fed_veh === null) {
    bridge.fed_veh = null
    bridge.coming.length = 0
    return memory.flow_veh_s * dt_s
  }
  const sent = fed_veh - (bridge.fed_veh ?? fed_veh)
  bridge.fed_veh = fed_veh
  if (sent > 0) bridge.coming.push({ at: ts + travel_ms, veh: sent * share })
  let come_veh = 0
  while (bridge.coming.length > 0 && bridge.coming[0].at <= ts) come_veh += bridge.coming.shift()?.veh ?? 0
  return come_veh
}

/** Share of what enters the road that takes this lane. */
export function shareOfLane({ lanes }: SignalJunction, memories: readonly LaneMemory[], lane: number): number {
  const { siblings } = lanes[lane]
  const entries = siblings.reduce((sum, other) => sum + memories[other].entries, 0)
  return (memories[lane].entries + 1) / (entries + siblings.length)
}

/** What is thought of a lane after another `dt_s` of silence; `open` says whether it could discharge in them. */
export function missLane(
  junction: SignalJunction,
  memories: readonly LaneMemory[],
  lane: number,
  { ts }: Pick<QualifiedCount, 'ts'>,
  dt_s: number,
  open: boolean,
  { taken, fed_veh }: Heard,
): void {
  const memory = memories[lane]
  const { saturation_veh_s, length_m, speed_mps } = junction.lanes[lane]
  memory.recent.length = 0
  memory.heard = null
  memory.track.x_m.length = 0
  memory.track.v_mps.length = 0
  memory.track.queued = 0
  // Nobody is seen to leave here: a green ends the wait, or a lane that fell silent while somebody stood would be served for ever.
  if (open) memory.waiting_since = null
  const prior_veh_s = flowOfAlike_veh_s(junction, memories, lane)
  const flows = flowsBehind(junction, memories, lane, taken)
  if (flows === null) {
    memory.bridge = null
    memory.flow_veh_s = prior_veh_s
    memory.virtual_veh = Math.max(0, memory.virtual_veh + (prior_veh_s - (open ? saturation_veh_s : 0)) * dt_s)
    return
  }
  memory.bridge ??= createBridge(flows)
  const { bridge } = memory
  if (open) {
    bridge.green_since ??= ts
    bridge.open = ts
  }
  const sent = watch(bridge, flows, bridge.open !== null && ts - bridge.open <= LATE_MS)
  if (sent > 0) bridge.passed = ts
  const fade = FADE_PER_S ** dt_s
  bridge.passed_veh = bridge.passed_veh * fade + sent
  bridge.passed_s = bridge.passed_s * fade + dt_s
  memory.flow_veh_s = Math.max(FLOW_VEH_S_MIN, (prior_veh_s * PRIOR_S + bridge.passed_veh) / (PRIOR_S + bridge.passed_s))
  memory.entries = memory.entries * ENTRIES_FADE_PER_S ** dt_s + sent
  memory.left_veh += sent
  const come_veh = arrive(
    bridge,
    memory,
    fed_veh,
    shareOfLane(junction, memories, lane),
    (length_m / speed_mps + CROSSING_S) * SECOND_MS,
    ts,
    dt_s,
  )
  memory.virtual_veh = Math.max(0, memory.virtual_veh + come_veh - sent)
  if (bridge.green_since === null) return
  const flowing = bridge.passed !== null && ts - bridge.passed <= GAP_MS && bridge.passed >= bridge.green_since
  if (open) {
    if (flowing) memory.virtual_veh = Math.max(1, memory.virtual_veh)
    else if (ts - bridge.green_since >= FIRST_MS) memory.virtual_veh = 0
  } else {
    if (flowing) memory.virtual_veh = Math.max(LEFT_VEH, memory.virtual_veh)
    bridge.green_since = null
  }
}
