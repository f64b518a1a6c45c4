/**
 * One message of a junction against what can be true. Lanes that are not believed are taken out, so that every controller treats them as
 * silent and the bridge speaks for them; each change of mind is a `quality` fact of the metric `in.<lane>` with its evidence.
 */
import type { EpochMs } from '../../base/time.ts'
import { MINUTE_MS, SECOND_MS } from '../../base/time.ts'
import { splitKey } from '../../model/city.ts'
import type { Context } from '../../model/context.ts'
import type { Outcome } from '../../model/outcome.ts'
import type { SignalJunction } from '../../model/signal-network.ts'
import type { QualifiedCount } from '../../sense/state.ts'
import { isNoisy, type JunctionState, phaseAt, type TrafficState } from '../state.ts'
import { balanceRoads, countPassages, WINDOW_MS } from './balance.ts'
import { bridgedFlow_veh_s, learnProfile, profileFlow_veh_s, type UpstreamFlow, upstreamFlow } from './bridge.ts'
import { type Doubt, type Interval, judgeLane } from './judge.ts'
import { createWatch, type DetectorState, type DetectorWatch, type FaultCause, type LaneWatch } from './state.ts'

/** Missing for less is a lost part of a message. */
const SILENT_MS = 30 * SECOND_MS
/** After a longer pause nothing is known of what happened in between. */
const GAP_S = 30
/** How long nothing may speak against a lane before it is believed again; it must also have been seen empty since. */
const RECOVER_MS: Readonly<Record<FaultCause, number>> = { silent: 0, stuck: MINUTE_MS, overcount: 15 * MINUTE_MS }
const QUARTER_MS = 15 * MINUTE_MS

/** The count with the lanes that are believed; the same value when all are. */
export function believe(state: TrafficState, context: Context, count: QualifiedCount, now: EpochMs, out: Outcome): QualifiedCount {
  const { id } = splitKey(count.device)
  const junction = context.signal_network.get(id)
  if (junction === undefined) return count
  const { watch, fresh } = watchOf(state, junction, count.ts)
  const known = state.junctions.get(id)
  const doubts = fresh || known === undefined ? [] : judgeLanes(state, context, junction, watch, known, count, now)
  watch.ts = count.ts
  for (let l = 0; l < junction.lanes.length; l++)
    settle(state.detectors, watch.lanes[l], doubts[l] ?? null, count, junction.lanes[l].id, out)
  const { doubted } = state.detectors
  const believed = doubted.size === 0 ? count : { ...count, in: without(count.in, doubted), out: without(count.out, doubted) }
  if (junction.lanes.some(({ id: lane }) => believed.in[lane] !== undefined)) watch.believed = now
  if (known !== undefined) bridge(state, context, junction, watch, known, now)
  return believed
}

const without = <T>(lanes: Readonly<Record<string, T>>, doubted: ReadonlySet<string>): Readonly<Record<string, T>> =>
  Object.keys(lanes).some((id) => doubted.has(id)) ? Object.fromEntries(Object.entries(lanes).filter(([id]) => !doubted.has(id))) : lanes

function watchOf({ detectors }: TrafficState, { id, lanes }: SignalJunction, ts: EpochMs): { watch: DetectorWatch; fresh: boolean } {
  const known = detectors.junctions.get(id)
  if (known !== undefined && ts - known.ts <= GAP_S * SECOND_MS) return { watch: known, fresh: false }
  const watch = known ?? createWatch(lanes.length, ts)
  detectors.junctions.set(id, watch)
  for (const lane of watch.lanes) {
    lane.last = null
    lane.green = null
    lane.standing = null
  }
  return { watch, fresh: true }
}

function judgeLanes(
  state: TrafficState,
  context: Context,
  junction: SignalJunction,
  watch: DetectorWatch,
  known: JunctionState,
  count: QualifiedCount,
  now: EpochMs,
): (Doubt | null)[] {
  const dt_s = Math.max(0, count.ts - watch.ts) / SECOND_MS
  const shown = known.count
  const green = shown.clearing ? -1 : phaseAt(junction, shown.phase)
  const changed = shown.clearing !== count.clearing || shown.phase !== count.phase
  const index = Math.floor(count.ts / WINDOW_MS)
  const closes = Math.floor(watch.ts / WINDOW_MS) !== index
  const hasMoved = (l: number): boolean => {
    const counted = count.in[junction.lanes[l].id]
    return counted !== undefined && counted.vehicles !== watch.lanes[l].last?.vehicles
  }
  let moved = 0
  for (let l = 0; l < junction.lanes.length; l++) if (hasMoved(l)) moved++
  const doubts = junction.lanes.map((lane, l): Doubt | null => {
    const own = watch.lanes[l]
    const counted = count.in[lane.id]
    if (counted === undefined) return null
    const open = lane.free || (green >= 0 && junction.phases_of[l].includes(green))
    const empty = counted.vehicles === 0 && own.last?.vehicles === 0
    const sent = empty ? sentTo(state, context, junction, l, now) : NOBODY
    const interval: Interval = {
      ts: count.ts,
      dt_s,
      open,
      changed,
      moved: moved - (hasMoved(l) ? 1 : 0),
      expected_veh: sent.lane_veh_s * dt_s,
      sent_veh: sent.road_veh_s * dt_s,
    }
    countPassages(own, own.last, counted, index, dt_s)
    return judgeLane(own, lane, counted, count, interval)
  })
  learnProfile(watch, known, context, now, Math.floor(now / QUARTER_MS))
  // Counting errors look like vehicles that come and go: the balance is silent then.
  if (!closes || isNoisy(known)) return doubts
  const balance = balanceRoads(state.detectors, context, junction, index - 2)
  return doubts.map((doubt, l) => doubt ?? balance[l])
}

const NOBODY: UpstreamFlow = { lane_veh_s: 0, road_veh_s: 0 }

function sentTo(
  { junctions, detectors }: TrafficState,
  context: Context,
  junction: SignalJunction,
  lane: number,
  now: EpochMs,
): UpstreamFlow {
  const upstream = upstreamFlow(junctions, junction, lane)
  if (upstream !== null) return upstream
  const watch = detectors.junctions.get(junction.id)?.lanes[lane]
  const usual_veh_s = watch === undefined ? null : profileFlow_veh_s(watch, context, now)
  return usual_veh_s === null ? NOBODY : { lane_veh_s: usual_veh_s, road_veh_s: usual_veh_s }
}

/** What is thought of the lane from now on; a change is told. */
function settle(
  { doubted }: DetectorState,
  watch: LaneWatch,
  doubt: Doubt | null,
  { ts, device, in: counts }: QualifiedCount,
  lane: string,
  out: Outcome,
): void {
  const present = counts[lane] !== undefined
  if (doubt !== null) watch.doubted = ts
  if (present) watch.missing_since = null
  else {
    watch.missing_since ??= ts
    watch.last = null
    watch.green = null
    watch.standing = null
  }
  const fault = faultOf(watch, present, doubt, ts)
  if (fault?.cause === watch.fault?.cause) return
  watch.fault = fault
  if (fault === null) doubted.delete(lane)
  else doubted.add(lane)
  out.facts.push({
    kind: 'quality',
    device,
    metric: `in.${lane}`,
    ts,
    quality: fault === null ? 'good' : 'suspect',
    cause: fault?.cause ?? 'recovered',
    ...(fault === null ? {} : { evidence: fault.evidence }),
  })
}

function faultOf(
  { fault, missing_since, doubted, emptied }: LaneWatch,
  present: boolean,
  doubt: Doubt | null,
  ts: EpochMs,
): LaneWatch['fault'] {
  if (!present) {
    if (fault?.cause === 'silent' || missing_since === null || ts - missing_since < SILENT_MS) return fault
    return {
      cause: 'silent',
      since: missing_since,
      evidence: [`missing from every message since ${missing_since} / 自 ${missing_since} 起报文中缺失`],
    }
  }
  // What was found first stays: a stuck count also looks like vehicles that never leave.
  if (doubt !== null)
    return fault === null || fault.cause === 'silent' ? { cause: doubt.cause, since: ts, evidence: [doubt.evidence] } : fault
  if (fault === null || fault.cause === 'silent') return null
  return emptied > doubted && ts - doubted >= RECOVER_MS[fault.cause] ? null : fault
}

function bridge(
  state: TrafficState,
  context: Context,
  junction: SignalJunction,
  watch: DetectorWatch,
  known: JunctionState,
  now: EpochMs,
): void {
  for (let l = 0; l < watch.lanes.length; l++) {
    const { fault, missing_since } = watch.lanes[l]
    const heard = fault === null && missing_since === null
    known.lanes[l].bridge_veh_s = heard ? null : bridgedFlow_veh_s(state.junctions, context, junction, watch, l, now)
  }
}
