/**
 * A lane that says nothing is not empty. How many have left it is seen further on: what enters the lanes that it leads to, less what the
 * other lanes that lead there have sent, came from it (conservation of vehicles). The mean of that is its flow; when its green sends nobody
 * more it is empty, and while it still does when green ends somebody is left. Where the lanes behind are silent too, its like tell.
 */
import type { EpochMs } from '../base/time.ts'
import { SECOND_MS } from '../base/time.ts'
import type { SignalJunction } from '../model/signal-network.ts'
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

interface Behind {
  readonly taken_veh: number
  readonly sent_veh: number
  /** How many lanes say so. */
  readonly told: number
}

/** Of the lanes behind, so many at least have to say something; the others are taken to be like them. */
const HEARD_SHARE_MIN = 0.5

/** Sums over what a lane leads to, and over the other lanes that lead there; null where too few of them say anything. */
function flowsBehind(junction: SignalJunction, memories: readonly LaneMemory[], lane: number, taken: Taken): Behind | null {
  const into = new Set(junction.lanes[lane].into.map(({ id }) => id))
  const told = [...into].flatMap((id) => taken(id) ?? [])
  if (told.length === 0 || told.length < HEARD_SHARE_MIN * into.size) return null
  const taken_veh = (told.reduce((sum, one) => sum + one, 0) * into.size) / told.length
  let sent_veh = 0
  for (const [other, { into: also }] of junction.lanes.entries()) {
    if (other === lane || !also.some(({ id }) => into.has(id))) continue
    if (memories[other].heard === null) return null
    sent_veh += memories[other].left_veh
  }
  return { taken_veh, sent_veh, told: told.length }
}

function createBridge(behind: Behind): LaneBridge {
  return { ...behind, balance_veh: 0, passed_veh: 0, passed_s: 0, passed: null, green_since: null, open: null, fed_veh: null, coming: [] }
}

/** Vehicles that it sent since the last look, `most_veh` at the most. */
function watch(bridge: LaneBridge, { taken_veh, sent_veh, told }: Behind, recently: boolean, most_veh: number): number {
  // Another lane behind has fallen silent or speaks again: sums of different lanes say nothing of the time between.
  if (told === bridge.told) bridge.balance_veh += taken_veh - bridge.taken_veh - (sent_veh - bridge.sent_veh)
  bridge.taken_veh = taken_veh
  bridge.sent_veh = sent_veh
  bridge.told = told
  const most = recently ? most_veh : 0
  bridge.balance_veh = Math.min(most, Math.max(-OWED_VEH_MAX, bridge.balance_veh))
  const sent = Math.max(0, Math.floor(bridge.balance_veh))
  bridge.balance_veh -= sent
  return sent
}

/**
 * Vehicles that have reached the stop line since the last look: from upstream where all of it is heard, on the way for as long as the lane
 * takes, else by the mean flow.
 */
function arrive(bridge: LaneBridge, fed_veh: number | null, share: number, travel_s: number, ts: EpochMs): number | null {
  if (fed_veh === null) {
    bridge.fed_veh = null
    bridge.coming.length = 0
    return null
  }
  const sent = fed_veh - (bridge.fed_veh ?? fed_veh)
  bridge.fed_veh = fed_veh
  if (sent > 0) bridge.coming.push({ at: ts + travel_s * SECOND_MS, veh: sent * share })
  let come_veh = 0
  while (bridge.coming.length > 0 && bridge.coming[0].at <= ts) come_veh += bridge.coming.shift()?.veh ?? 0
  return come_veh
}

/** Share of what enters the road that takes this lane. */
export function shareOfLane({ lanes }: SignalJunction, memories: readonly LaneMemory[], lane: number): number {
  const { siblings } = lanes[lane]
  let entries = 0
  for (const other of siblings) entries += memories[other].entries
  return (memories[lane].entries + 1) / (entries + siblings.length)
}

/** An interval without a word of a lane. */
export interface Missed {
  readonly ts: EpochMs
  readonly dt_s: number
  /** It could discharge in it. */
  readonly open: boolean
}

/** What is thought of a lane after another interval of silence. */
export function missLane(junction: SignalJunction, memories: readonly LaneMemory[], lane: number, missed: Missed, heard: Heard): void {
  const memory = memories[lane]
  const { saturation_veh_s } = junction.lanes[lane]
  memory.recent.length = 0
  memory.heard = null
  memory.track.x_m.length = 0
  memory.track.v_mps.length = 0
  memory.track.queued = 0
  // Nobody is seen to leave here: a green ends the wait, or a lane that fell silent while somebody stood would be served for ever.
  if (missed.open) memory.waiting_since = null
  const prior_veh_s = flowOfAlike_veh_s(junction, memories, lane)
  const behind = flowsBehind(junction, memories, lane, heard.taken)
  if (behind === null) {
    memory.bridge = null
    memory.flow_veh_s = prior_veh_s
    memory.virtual_veh = Math.max(0, memory.virtual_veh + (prior_veh_s - (missed.open ? saturation_veh_s : 0)) * missed.dt_s)
    return
  }
  memory.bridge ??= createBridge(behind)
  bridgeLane(junction, memories, lane, memory.bridge, behind, prior_veh_s, missed, heard)
}

function bridgeLane(
  junction: SignalJunction,
  memories: readonly LaneMemory[],
  lane: number,
  bridge: LaneBridge,
  behind: Behind,
  prior_veh_s: number,
  { ts, dt_s, open }: Missed,
  { fed_veh }: Heard,
): void {
  const memory = memories[lane]
  const { saturation_veh_s, length_m, speed_mps } = junction.lanes[lane]
  if (open) bridge.open = ts
  const sent = watch(bridge, behind, bridge.open !== null && ts - bridge.open <= LATE_MS, Math.ceil(saturation_veh_s * dt_s) + 1)
  if (sent > 0) bridge.passed = ts
  const fade = FADE_PER_S ** dt_s
  bridge.passed_veh = bridge.passed_veh * fade + sent
  bridge.passed_s = bridge.passed_s * fade + dt_s
  memory.flow_veh_s = Math.max(FLOW_VEH_S_MIN, (prior_veh_s * PRIOR_S + bridge.passed_veh) / (PRIOR_S + bridge.passed_s))
  memory.entries = memory.entries * ENTRIES_FADE_PER_S ** dt_s + sent
  memory.left_veh += sent
  const come_veh = arrive(bridge, fed_veh, shareOfLane(junction, memories, lane), length_m / speed_mps + CROSSING_S, ts)
  memory.virtual_veh = Math.max(0, memory.virtual_veh + (come_veh ?? memory.flow_veh_s * dt_s) - sent)
  correct(memory, bridge, ts, open)
}

/** What a green shows: empty when nobody follows any more, somebody left when it ends while they still come. */
function correct(memory: LaneMemory, bridge: LaneBridge, ts: EpochMs, open: boolean): void {
  if (open) bridge.green_since ??= ts
  if (bridge.green_since === null) return
  const flowing = bridge.passed !== null && ts - bridge.passed <= GAP_MS && bridge.passed >= bridge.green_since
  if (flowing) memory.virtual_veh = Math.max(open ? 1 : LEFT_VEH, memory.virtual_veh)
  else if (open && ts - bridge.green_since >= FIRST_MS) memory.virtual_veh = 0
  if (!open) bridge.green_since = null
}
