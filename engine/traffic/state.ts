/**
 * What is known of every junction: its newest count, lane by lane where the vehicles probably are, how its signal stands, and what it
 * plans. One count changes one junction; nothing is computed here that a decision does not need.
 */
import type { EpochMs } from '../base/time.ts'
import { MINUTE_MS, SECOND_MS } from '../base/time.ts'
import { type DeviceKey, splitKey } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { Experiment } from '../model/experiment.ts'
import type { Reason } from '../model/incident.ts'
import type { Feeder, SignalJunction, SignalNetwork } from '../model/signal-network.ts'
import type { QualifiedCount } from '../sense/state.ts'
import { isOnArterial } from './area/arterial.ts'
import { noteGreen } from './area/green-log.ts'
import { type AreaState, createArea } from './area/state.ts'
import { createDetectors, type DetectorState } from './detectors/state.ts'
import { createLane, hearLane, type LaneMemory } from './lane-memory.ts'
import type { ObservedPlans } from './observed-plan.ts'
import { createPace, type PaceState } from './pace-state.ts'
import type { Plan } from './plan.ts'
import { createPriority, type PriorityState } from './priority/state.ts'
import { createShadow, type ShadowState } from './shadow-state.ts'
import { missLane } from './silent-lane.ts'
import { learnTurns, shareOfWays } from './turn-split.ts'

export interface JunctionState {
  count: QualifiedCount
  /** Brain time when the count came in. */
  received: EpochMs
  /** Between the newest two counts. */
  interval_s: number
  /** Brain time of the last decision; null before the first. */
  decided: EpochMs | null
  /** Exponential means over five minutes of the vehicles on the entering lanes, all and queued. */
  vehicles_veh: number
  queued_veh: number
  /** Entering lanes, in the order of the network. */
  readonly lanes: LaneMemory[]
  /** Vehicles that have entered each leaving lane since the first count, as far as they show in the counts. */
  readonly taken_veh: Map<string, number>
  /** Last instant without clearance before the one that runs; null when green. */
  clearing_since: EpochMs | null
  /** Phase asked for last, by position; null before the first. */
  asked: number | null
  /** A new target was asked for in the clearance that runs. */
  retargeted: boolean
  /** New targets that the cabinet has ignored, one after the other. */
  ignored: number
  /** Share of counts that cannot be true: a lane that loses vehicles at red. */
  doubt: number
  plan: { readonly made: EpochMs; readonly plan: Plan } | null
  /** Whether it was said that the junction is left to its local plan. */
  blind: boolean
}

export interface TrafficState {
  readonly junctions: Map<string, JunctionState>
  /** Junctions with a count that no decision has seen yet. */
  readonly waiting: Set<string>
  readonly priority: PriorityState
  readonly area: AreaState
  readonly detectors: DetectorState
  /** What the engine would do where people act, by junction. */
  readonly suggestions: Map<string, Suggestion>
  /** By id, oldest first. */
  readonly experiments: Map<string, Experiment>
  readonly shadow: ShadowState
  readonly pace: PaceState
  /** What controllers say they run. */
  readonly observed: ObservedPlans
}

/** A phase that the engine proposes at a junction that is left to people. */
export interface Suggestion {
  readonly id: string
  /** As the controller numbers it. */
  readonly phase: number
  readonly since: EpochMs
  readonly updated: EpochMs
  readonly reason: Reason
}

export const createTraffic = (): TrafficState => ({
  junctions: new Map(),
  waiting: new Set(),
  priority: createPriority(),
  area: createArea(),
  detectors: createDetectors(),
  suggestions: new Map(),
  experiments: new Map(),
  shadow: createShadow(),
  pace: createPace(),
  observed: new Map(),
})

const MEAN_OVER_MS = 5 * MINUTE_MS
/** Free-flow speed when the road does not say, m/s (40 km/h). */
const SPEED_MPS = 11.1

export function sumLanes(count: QualifiedCount): { readonly vehicles_veh: number; readonly queued_veh: number } {
  let vehicles_veh = 0
  let queued_veh = 0
  for (const id in count.in) {
    vehicles_veh += count.in[id].vehicles
    queued_veh += count.in[id].queued
  }
  return { vehicles_veh, queued_veh }
}

/** Impossible counts are weighed over half a minute. */
const DOUBT_OVER_S = 30
/** Vehicles may still cross for this long after green. */
const LATE_S = 3

/** Counts of junctions that the city does not describe are history only: nothing is known of their phases. */
export function observeTraffic(state: TrafficState, context: Context, count: QualifiedCount, now: EpochMs): void {
  const { id } = splitKey(count.device)
  const junction = context.signal_network.get(id)
  if (junction === undefined) return
  const { vehicles_veh, queued_veh } = sumLanes(count)
  state.waiting.add(id)
  if (isOnArterial(context, id))
    noteGreen(state.area.greens, id, count.clearing ? -1 : phaseAt(junction, count.phase), count.age_s, count.ts)
  const known = state.junctions.get(id)
  if (known === undefined) {
    const first = createJunction(junction, count, now, vehicles_veh, queued_veh)
    state.junctions.set(id, first)
    hearLanes(state, context, junction, first, count, 0)
    return
  }
  const dt_s = Math.max(0, count.ts - known.count.ts) / SECOND_MS
  const weight = 1 - Math.exp((-dt_s * SECOND_MS) / MEAN_OVER_MS)
  known.vehicles_veh += weight * (vehicles_veh - known.vehicles_veh)
  known.queued_veh += weight * (queued_veh - known.queued_veh)
  const risen_veh = hearLeaving(known, count)
  hearLanes(state, context, junction, known, count, dt_s)
  learnTurns(junction, known.lanes, risen_veh, count.ts, dt_s)
  hearSignal(junction, known, count)
  known.count = count
  known.received = now
  known.interval_s = dt_s
}

function createJunction(
  { lanes }: SignalJunction,
  count: QualifiedCount,
  now: EpochMs,
  vehicles_veh: number,
  queued_veh: number,
): JunctionState {
  return {
    count,
    received: now,
    interval_s: 0,
    decided: null,
    vehicles_veh,
    queued_veh,
    lanes: lanes.map(() => createLane()),
    taken_veh: new Map(),
    clearing_since: count.clearing ? count.ts - count.age_s * SECOND_MS : null,
    asked: null,
    retargeted: false,
    ignored: 0,
    doubt: 0,
    plan: null,
    blind: false,
  }
}

/** The position of a phase by its number; -1 for one that the description does not have. */
export const phaseAt = ({ described }: SignalJunction, index: number): number =>
  described.phases.findIndex((phase) => phase.index === index)

/** A rise of the count is as many vehicles more; who comes while another leaves is missed. */
function hearLeaving({ taken_veh, count: before }: JunctionState, { out }: QualifiedCount): ReadonlyMap<string, number> {
  const risen_veh = new Map<string, number>()
  for (const id in out) {
    const rise = Math.max(0, out[id].vehicles - (before.out[id]?.vehicles ?? out[id].vehicles))
    risen_veh.set(id, rise)
    taken_veh.set(id, (taken_veh.get(id) ?? 0) + rise)
  }
  return risen_veh
}

/** Vehicles that a leaving lane has taken in: the junction that it leads to knows better than this one. */
function takenBehind(
  state: TrafficState,
  network: SignalNetwork,
  { downstream }: SignalJunction,
  known: JunctionState,
  { out }: QualifiedCount,
  lane: string,
): number | null {
  for (const id of downstream) {
    const position = network.get(id)?.lane_of.get(lane)
    const memory = position === undefined ? undefined : state.junctions.get(id)?.lanes[position]
    if (memory !== undefined && memory.heard !== null) return memory.entered_veh
  }
  return out[lane] === undefined ? null : (known.taken_veh.get(lane) ?? 0)
}

/** Vehicles that the lanes upstream have sent; null without any, and where one of them says nothing and nobody tells of it. */
function sentBefore(state: TrafficState, feeders: readonly Feeder[]): number | null {
  if (feeders.length === 0) return null
  let sent_veh = 0
  for (const feeder of feeders) {
    const memory = state.junctions.get(feeder.junction)?.lanes[feeder.lane]
    if (memory === undefined || (memory.heard === null && memory.bridge === null)) return null
    sent_veh += shareOfWays(memory, feeder) * memory.left_veh
  }
  return sent_veh
}

/** Folds every lane in. What the signal showed since the last message says which lanes could discharge. */
function hearLanes(
  state: TrafficState,
  { signal_network }: Context,
  junction: SignalJunction,
  known: JunctionState,
  count: QualifiedCount,
  dt_s: number,
): void {
  const shown = known.count
  const green = shown.clearing ? -1 : phaseAt(junction, shown.phase)
  const settled = shown.clearing ? shown.age_s >= LATE_S : shown.age_s + junction.clearance_s >= LATE_S
  let red = 0
  let lost = 0
  const silent: (readonly [lane: number, open: boolean])[] = []
  const noisy = isNoisy(known)
  for (let l = 0; l < junction.lanes.length; l++) {
    const lane = junction.lanes[l]
    const memory = known.lanes[l]
    const open = lane.free || (green >= 0 && junction.phases_of[l].includes(green))
    const counted = count.in[lane.id]
    if (counted === undefined) {
      silent.push([l, open])
      continue
    }
    if (!open && settled && memory.heard !== null) {
      red++
      if (counted.vehicles < memory.recent[memory.recent.length - 1].vehicles) lost++
    }
    hearLane(memory, lane, counted, { ts: count.ts, dt_s, open, noisy })
  }
  const taken = (lane: string): number | null => takenBehind(state, signal_network, junction, known, count, lane)
  for (const [l, open] of silent) {
    const fed_veh = sentBefore(state, junction.lanes[l].feeders)
    missLane(junction, known.lanes, l, { ts: count.ts, dt_s, open }, { taken, fed_veh })
  }
  if (red > 0) known.doubt += (lost / red - known.doubt) * Math.min(1, dt_s / DOUBT_OVER_S)
}

/** Counting errors of ±1 at one count in five lose a vehicle at red in 17 % of the counts; true counts hardly ever do. */
const NOISY = 0.05
export const isNoisy = ({ doubt }: JunctionState): boolean => doubt > NOISY

/** @param device the junction's detectors. False before their first count. */
export function isNoisyAt({ junctions }: TrafficState, device: DeviceKey): boolean {
  const known = junctions.get(splitKey(device).id)
  return known !== undefined && isNoisy(known)
}

/** A cabinet that has ignored so many new targets does not take them. */
const IGNORED_MAX = 3
export const retargets = ({ ignored }: JunctionState): boolean => ignored < IGNORED_MAX

/** When the clearance began, and whether the cabinet has followed a change of target. */
function hearSignal(junction: SignalJunction, known: JunctionState, count: QualifiedCount): void {
  const before = known.count
  if (!count.clearing) known.clearing_since = null
  else if (!before.clearing) known.clearing_since = count.ts - before.ts <= 2 * SECOND_MS ? before.ts : count.ts
  if (!known.retargeted || known.asked === null) return
  known.retargeted = false
  known.ignored = junction.described.phases[known.asked]?.index === count.target ? 0 : known.ignored + 1
}

function freeFlow_s(context: Context, id: string): number {
  const lanes = context.junctions.get(id)?.entering ?? []
  const total_m = lanes.reduce((sum, { length_m }) => sum + length_m, 0)
  return total_m === 0 ? 1 : Math.max(1, total_m / lanes.length / SPEED_MPS)
}

/**
 * Mean stopped delay per vehicle over all junctions heard, by Little's law: with arrivals λ, Q = λ d vehicles stand and
 * N − Q = λ T are under way, T being the free run over the approach; so d = T Q / (N − Q), and over junctions Σ Q / Σ (N − Q) / T.
 *
 * @returns seconds per vehicle; null while nothing moves or nothing was heard within `fresh_ms`.
 */
export function meanDelay_s(state: TrafficState, context: Context, fresh_ms: number, now: EpochMs): number | null {
  let queued_veh = 0
  let flow_veh_s = 0
  for (const [id, junction] of state.junctions) {
    if (now - junction.received > fresh_ms) continue
    queued_veh += junction.queued_veh
    flow_veh_s += Math.max(0, junction.vehicles_veh - junction.queued_veh) / freeFlow_s(context, id)
  }
  return flow_veh_s > 0.001 ? queued_veh / flow_veh_s : null
}

/** Vehicles standing at all junctions heard within `fresh_ms`; null when there is none. */
export function queued_veh(state: TrafficState, fresh_ms: number, now: EpochMs): number | null {
  let total: number | null = null
  for (const { count, received } of state.junctions.values()) {
    if (now - received <= fresh_ms) total = (total ?? 0) + sumLanes(count).queued_veh
  }
  return total
}
