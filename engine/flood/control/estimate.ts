/**
 * What is in the network now: the model runs beside the real one on the rain that was measured and the settings that were ordered, and each
 * gauge draws it towards what is seen. What it has to be drawn by again and again is inflow that the model does not know of.
 */
import { type EpochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../base/time.ts'
import type { Drainage } from '../../model/drainage.ts'
import { createWater, type DrainModel, depthAt, drainModel, fullVolume_m3, stepWater, volumeAt, type Water } from './hydraulics.ts'
import { dryCatchment, inflows, type Wetness } from './runoff.ts'

export interface Gauge {
  level_m: number
  /** When it was measured, and until when it describes the present. */
  ts: EpochMs
  until: EpochMs
  /** Not yet taken into the estimate. */
  fresh: boolean
}

export interface DrainState {
  /** Time of the estimate; 0 before the first. */
  at: EpochMs
  volume_m3: number[]
  /** By node; an outfall's depth of water outside. */
  stage_m: number[]
  running: number[]
  /** By link, what is on its way. */
  flow_m3_s: number[]
  readonly wetness: Wetness[]
  /** Inflow by node beyond what the rain explains, m³/s; negative where less comes. */
  unexplained_m3_s: number[]
  /** By node, running means of the difference between gauge and estimate and of its size, m³. */
  error_m3: number[]
  spread_m3: number[]
  /** Ordered by link, 0…1. */
  settings: number[]
  /** Believed levels by node. */
  readonly gauges: Map<string, Gauge>
  /** What the actuators were to do after the first stage of the last plan. */
  later: number[]
}

export function createDrain(drainage: Drainage): DrainState {
  const model = drainModel(drainage)
  const water = createWater(model)
  return {
    at: 0,
    volume_m3: [...water.volume_m3],
    stage_m: [...water.stage_m],
    running: [...water.running],
    flow_m3_s: [...water.now_m3_s],
    wetness: drainage.catchments.map(dryCatchment),
    unexplained_m3_s: drainage.nodes.map(() => 0),
    error_m3: drainage.nodes.map(() => 0),
    spread_m3: drainage.nodes.map(() => 0),
    settings: drainage.links.map(() => 1),
    gauges: new Map(),
    later: drainage.links.map(() => 1),
  }
}

/** A believed level of a gauge, bottom to surface; one that stands at no node of the network tells nothing here. */
export function takeLevel(
  state: DrainState,
  drainage: Drainage,
  node: string,
  { value, ts, until }: { readonly value: number; readonly ts: EpochMs; readonly until: EpochMs },
): void {
  if (drainModel(drainage).node_of.has(node)) state.gauges.set(node, { level_m: value, ts, until, fresh: true })
}

/** Rain by gauge or catchment, mm/h; their mean where one says nothing. */
export interface RainNow {
  readonly by_id: ReadonlyMap<string, number>
  readonly mean_mm_h: number
}

export const rainOf =
  ({ by_id, mean_mm_h }: RainNow) =>
  (gauge: string, catchment: string): number =>
    by_id.get(catchment) ?? by_id.get(gauge) ?? mean_mm_h

/** Steps of the model: a minute follows a flood wave through a street's pipes. */
const STEP_S = 60
/** After a longer pause the water of before says nothing any more. */
const PAUSE_MS_MAX = 6 * HOUR_MS
/**
 * How much of a difference the estimate takes over: its tracking signal, |mean difference| / mean |difference| (Trigg and Leach 1967). Noise
 * that changes its sign is averaged out, what points one way again and again is followed.
 */
const GAIN_MIN = 0.15
const TRACKING = 0.2
/** Share of a followed difference that is put down to unknown inflow. */
const INFLOW_GAIN = 0.3
/** Unknown inflow dies away like the recession of a catchment. */
const RECESSION_MS = 60 * MINUTE_MS

export const fading = (ms: number): number => Math.exp(-ms / RECESSION_MS)

/** Brings the estimate from its own time to `now`. */
export function estimate(state: DrainState, drainage: Drainage, rain: RainNow, localHour: number, now: EpochMs): void {
  const model = drainModel(drainage)
  if (state.at === 0 || now - state.at > PAUSE_MS_MAX) {
    if (state.at !== 0) Object.assign(state, { ...createDrain(drainage), gauges: state.gauges })
    state.at = now
    correct(state, model, 0, now)
    return
  }
  const span_s = (now - state.at) / SECOND_MS
  const steps = Math.max(1, Math.round(span_s / STEP_S))
  const dt_s = span_s / steps
  const water = waterOf(state, model)
  const rate = rainOf(rain)
  for (let i = 0; i < steps; i++) {
    const inflow = inflows(drainage, model.node_of, state.wetness, rate, localHour, dt_s)
    for (let n = 0; n < inflow.length; n++) inflow[n] = Math.max(0, inflow[n] + state.unexplained_m3_s[n])
    stepWater(model, water, inflow, state.settings, dt_s)
  }
  state.volume_m3 = [...water.volume_m3]
  state.running = [...water.running]
  state.flow_m3_s = [...water.now_m3_s]
  state.at = now
  correct(state, model, span_s, now)
}

export function waterOf(state: DrainState, model: DrainModel): Water {
  const water = createWater(model)
  water.volume_m3.set(state.volume_m3)
  water.stage_m.set(state.stage_m)
  water.running.set(state.running)
  water.now_m3_s.set(state.flow_m3_s)
  return water
}

function correct(state: DrainState, model: DrainModel, span_s: number, now: EpochMs): void {
  for (let n = 0; n < state.unexplained_m3_s.length; n++) state.unexplained_m3_s[n] *= fading(span_s * SECOND_MS)
  for (const [id, gauge] of state.gauges) {
    const n = model.node_of.get(id)
    if (n === undefined || !gauge.fresh || gauge.until < now) continue
    gauge.fresh = false
    const node = model.nodes[n]
    if (node.outfall) {
      state.stage_m[n] = Math.max(0, gauge.level_m)
      continue
    }
    const seen_m3 = volumeAt(node, gauge.level_m)
    const difference = seen_m3 - state.volume_m3[n]
    const gain = span_s === 0 ? 1 : gainOf(state, n, difference)
    state.volume_m3[n] += Math.max(GAIN_MIN, gain) * difference
    // At the rim a gauge cannot see how much flows over.
    if (span_s === 0 || (seen_m3 >= fullVolume_m3(node) && difference >= 0)) continue
    // Only a storage tells an inflow by its level; in a pipe the level follows the flow at once.
    if (model.drainage.nodes[n].kind === 'storage') state.unexplained_m3_s[n] += (INFLOW_GAIN * gain * difference) / span_s
  }
}

function gainOf(state: DrainState, n: number, difference: number): number {
  state.error_m3[n] += TRACKING * (difference - state.error_m3[n])
  state.spread_m3[n] += TRACKING * (Math.abs(difference) - state.spread_m3[n])
  return state.spread_m3[n] > 0 ? Math.abs(state.error_m3[n]) / state.spread_m3[n] : 1
}

/** Share of a node that is full, 0…1. */
export function filling(state: DrainState, model: DrainModel, n: number): number {
  const node = model.nodes[n]
  return Math.min(1, depthAt(node, state.volume_m3[n]).depth_m / node.top_m)
}

/** The first storage downstream, by the way the water runs; null when it reaches an outfall first. */
export function nextStorage(model: DrainModel, from: number): number | null {
  const { nodes } = model.drainage
  const seen = new Set<number>()
  for (let n = from; !seen.has(n); ) {
    if (nodes[n].kind === 'storage') return n
    seen.add(n)
    const next = model.ends.find(([a]) => a === n)
    if (next === undefined) return null
    n = next[1]
  }
  return null
}
