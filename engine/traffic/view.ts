/** What people see of one junction: its stage, lanes, plan and what its neighbours announce. Reads only. */
import { type EpochMs, SECOND_MS } from '../base/time.ts'
import type { Bilingual } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { SignalJunction } from '../model/signal-network.ts'
import type { SignalControllerName } from '../model/signals.ts'
import { announced } from './arrivals.ts'
import { type Control, controlOf } from './control.ts'
import type { Controller } from './controllers/controller.ts'
import { CONTROLLERS } from './controllers/list.ts'
import { siteOf } from './decide.ts'
import { waited_s } from './lane-memory.ts'
import { SPACING_M } from './lane-track.ts'
import { type JunctionState, phaseAt, type TrafficState } from './state.ts'

export interface LaneView {
  readonly id: string
  /** Standing vehicles that fit into one lane of this length. */
  readonly capacity_veh: number
  /** Null while the lane is silent; then `queued_veh` is what is thought to stand there. */
  readonly vehicles_veh: number | null
  readonly queued_veh: number
  /** Moving and near the stop line; null where the detectors do not tell. */
  readonly approaching_veh: number | null
  /** Since somebody stands without green; 0 when nobody does. */
  readonly waited_s: number
  /** Mean over ten minutes. */
  readonly flow_veh_h: number
  /** In no phase: may always go. */
  readonly free: boolean
  /** May go now. */
  readonly green: boolean
}

/** A stage by the brain's clock. */
export interface StageView {
  readonly phase: number
  readonly from: EpochMs
  readonly until: EpochMs
}

export interface NeighbourView {
  readonly junction: string
  /** Vehicles that it plans to release towards this junction and that arrive within a minute; null when it has told no plan. */
  readonly expected_veh: number | null
  /** The first of them; null when none comes. */
  readonly first: EpochMs | null
}

export interface JunctionView {
  readonly id: string
  readonly controller: SignalControllerName
  readonly decision_s: number
  readonly stage: {
    readonly phase: number
    readonly target: number
    readonly clearing: boolean
    /** At `ts`. */
    readonly age_s: number
    /** How long it takes from `phase` to `target`, yellow and all-red together. */
    readonly clearance_s: number
    readonly ts: EpochMs
  } | null
  readonly lanes: readonly LaneView[]
  /** Stages that begin within the planned time, the running one first; null for a controller that makes no plan. */
  readonly plan: { readonly made: EpochMs; readonly stages: readonly StageView[] } | null
  /** The best phase besides the one that the controller wants, and what it falls behind by; null where nothing is compared. */
  readonly next_best: { readonly phase: number; readonly behind: number; readonly unit: Bilingual } | null
  readonly neighbours: readonly NeighbourView[]
}

const ANNOUNCED_MS = 60 * SECOND_MS

/** Null for a junction that the city does not describe. */
export function viewJunction(traffic: TrafficState, context: Context, id: string, now: EpochMs): JunctionView | null {
  const junction = context.signal_network.get(id)
  if (junction === undefined) return null
  const memory = traffic.junctions.get(id) ?? null
  const control = controlOf(context, traffic.experiments.values(), id, now, memory?.interval_s ?? 0)
  const { controller, decision_s } = control
  return {
    id,
    controller,
    decision_s,
    stage: memory === null ? null : stageOf(junction, memory),
    lanes: junction.lanes.map((_, lane) => laneOf(junction, memory, lane, now)),
    plan: memory === null ? null : planOf(junction, memory),
    next_best: memory === null ? null : nextBest(traffic, context, junction, memory, control, now),
    neighbours: neighboursOf(traffic, junction, memory, now),
  }
}

function stageOf(junction: SignalJunction, { count }: JunctionState): JunctionView['stage'] {
  const { phase, target, clearing, age_s, ts } = count
  const clearance_s = junction.intergreen_s[phaseAt(junction, phase)]?.[phaseAt(junction, target)] ?? junction.clearance_s
  return { phase, target, clearing, age_s, clearance_s, ts }
}

function laneOf(junction: SignalJunction, memory: JunctionState | null, lane: number, now: EpochMs): LaneView {
  const { id, length_m, free } = junction.lanes[lane]
  const counted = memory?.count.in[id]
  const known = memory?.lanes[lane]
  const running = memory === null || memory.count.clearing ? null : memory.count.phase
  return {
    id,
    capacity_veh: Math.max(1, Math.floor(length_m / SPACING_M)),
    vehicles_veh: counted?.vehicles ?? null,
    queued_veh: counted?.queued ?? known?.virtual_veh ?? 0,
    approaching_veh: counted?.approaching ?? null,
    waited_s: known === undefined ? 0 : waited_s(known, now),
    flow_veh_h: (known?.flow_veh_s ?? 0) * 3600,
    free,
    green: free || junction.phases_of[lane].some((phase) => junction.described.phases[phase].index === running),
  }
}

const indexOf = ({ described }: SignalJunction, phase: number): number => described.phases[phase].index

function planOf(junction: SignalJunction, { plan }: JunctionState): JunctionView['plan'] {
  if (plan === null) return null
  const { made } = plan
  const at = (s: number): EpochMs => made + s * SECOND_MS
  return {
    made,
    // The last stage of a plan may begin beyond its horizon.
    stages: plan.plan.stages
      .filter(({ start_s, end_s }) => end_s > start_s)
      .map(({ phase, start_s, end_s }) => ({ phase: indexOf(junction, phase), from: at(start_s), until: at(end_s) })),
  }
}

/** A planner keeps what it compared; the others are asked once more, which changes nothing. */
function scoresOf(
  traffic: TrafficState,
  context: Context,
  junction: SignalJunction,
  memory: JunctionState,
  control: Control,
  now: EpochMs,
): readonly (number | null)[] {
  const controller = CONTROLLERS[control.controller]
  if (controller.foresee !== undefined) return (memory.plan?.plan.costs ?? []).map((cost) => (Number.isFinite(cost) ? -cost : null))
  const site = siteOf(traffic, context, junction, memory, control, now)
  return site === null ? [] : controller.choose(site).scores
}

function nextBest(
  traffic: TrafficState,
  context: Context,
  junction: SignalJunction,
  memory: JunctionState,
  control: Control,
  now: EpochMs,
): JunctionView['next_best'] {
  const ranked = scoresOf(traffic, context, junction, memory, control, now).flatMap((score, phase) =>
    score === null ? [] : [{ score, phase }],
  )
  ranked.sort((a, b) => b.score - a.score)
  if (ranked.length < 2) return null
  const [best, next] = ranked
  return { phase: indexOf(junction, next.phase), behind: best.score - next.score, unit: unitOf(CONTROLLERS[control.controller]) }
}

/** What is compared and in what: `planned delay, veh·s`. */
const unitOf = ({ score, unit }: Controller): Bilingual =>
  unit === undefined ? score : { zh: `${score.zh}（${unit.zh}）`, en: `${score.en}, ${unit.en}` }

function neighboursOf(traffic: TrafficState, junction: SignalJunction, memory: JunctionState | null, now: EpochMs): NeighbourView[] {
  const sums = new Map<string, { expected_veh: number | null; first: EpochMs | null }>()
  for (const { junction: id } of junction.lanes.flatMap(({ feeders }) => feeders)) {
    const plan = traffic.junctions.get(id)?.plan
    if (!sums.has(id)) sums.set(id, { expected_veh: plan === null || plan === undefined ? null : 0, first: null })
  }
  for (let lane = 0; memory !== null && lane < junction.lanes.length; lane++) {
    for (const { from, at_s, weight_veh } of announced({ junction, memory, traffic, now }, lane)) {
      const sum = sums.get(from)
      const at = now + at_s * SECOND_MS
      if (sum === undefined || sum.expected_veh === null || at > now + ANNOUNCED_MS) continue
      sum.expected_veh += weight_veh
      sum.first = Math.min(sum.first ?? at, at)
    }
  }
  return [...sums].map(([id, { expected_veh, first }]) => ({ junction: id, expected_veh, first }))
}

/** One road into a junction, all its lanes together. */
export interface RoadView {
  readonly road: string
  /** Estimated mean speed as a share of free speed, 0 to 1; null while no lane of it is heard. */
  readonly speed_ratio: number | null
  /** From the stop line upstream, the longest of its lanes. */
  readonly queue_m: number
}

/**
 * Roads that lead into a junction. Counts tell no speed; it is estimated as 1 − √(Q/N · q), with Q of N vehicles standing and q the share
 * of the road that the longest queue takes: a single car at the stop line hardly slows a road, a road full of standing cars has speed 0.
 */
export function viewRoads(traffic: TrafficState, context: Context, id: string): RoadView[] {
  const junction = context.signal_network.get(id)
  const memory = traffic.junctions.get(id)
  if (junction === undefined || memory === undefined) return []
  const sums = new Map<string, { vehicles: number; queued: number; queue_m: number; length_m: number; heard: boolean }>()
  for (const { id: lane, road, length_m } of junction.described.entering) {
    const sum = sums.get(road) ?? { vehicles: 0, queued: 0, queue_m: 0, length_m, heard: false }
    sums.set(road, sum)
    const counted = memory.count.in[lane]
    if (counted === undefined) continue
    sum.heard = true
    sum.vehicles += counted.vehicles
    sum.queued += counted.queued
    sum.queue_m = Math.max(sum.queue_m, Math.min(length_m, counted.queued * SPACING_M))
  }
  return [...sums].map(([road, { vehicles, queued, queue_m, length_m, heard }]) => {
    const standing = vehicles > 0 ? Math.min(1, queued / vehicles) : 0
    return { road, speed_ratio: heard ? 1 - Math.sqrt((standing * queue_m) / length_m) : null, queue_m }
  })
}
