/**
 * What is in the network now: the model runs beside the real one on the rain that was measured and the settings that were ordered, and each
 * gauge draws it towards what is seen. What it has to be drawn by again and again is inflow that the model does not know of.
 */
import { type EpochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../base/time.ts'
import type { Drainage } from '../../model/drainage.ts'
import { age, type Belief, begin, forget, settle, unsure, volumeSd_m3, weigh } from './filter.ts'
import { createWater, type DrainModel, drainModel, stepWater, type Water } from './hydraulics.ts'
import { dryCatchment, inflows, type Wetness } from './runoff.ts'
import { depthAt, fullVolume_m3, volumeAt } from './shape.ts'
import { stagesAhead, tideAt } from './tide.ts'

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
  /** By node: the gauge's noise, and how far off the estimate may be. */
  beliefs: Belief[]
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
    beliefs: drainage.nodes.map(unsure),
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

/** Without a nowcast rain stays for as long as a shower's core needs to pass, then dies away. */
const RAIN_STAYS_MS = 15 * MINUTE_MS
const RAIN_FADES_MS = 30 * MINUTE_MS

/** Share of the last measured rain that is believed to fall `ms` later. */
export const rainLeft = (ms: number): number => (ms < RAIN_STAYS_MS ? 1 : Math.exp(-(ms - RAIN_STAYS_MS) / RAIN_FADES_MS))

export const rainOf =
  ({ by_id, mean_mm_h }: RainNow) =>
  (gauge: string, catchment: string): number =>
    by_id.get(catchment) ?? by_id.get(gauge) ?? mean_mm_h

/** Steps of the model: a minute follows a flood wave through a street's pipes. */
const STEP_S = 60
/** After a longer pause the water of before says nothing any more. */
const PAUSE_MS_MAX = 6 * HOUR_MS
/** Unknown inflow dies away like the recession of a catchment. */
const RECESSION_MS = 60 * MINUTE_MS

export const fading = (ms: number): number => Math.exp(-ms / RECESSION_MS)

/** Brings the estimate from its own time to `now`. */
export function estimate(state: DrainState, drainage: Drainage, rain: RainNow, localHour: number, now: EpochMs): void {
  const model = drainModel(drainage)
  if (state.at === 0 || now - state.at > PAUSE_MS_MAX) {
    if (state.at !== 0) Object.assign(state, { ...createDrain(drainage), gauges: state.gauges, beliefs: state.beliefs.map(forget) })
    state.at = now
    for (const [n, { tide, invert_m }] of drainage.nodes.entries()) {
      const level_m = tide === undefined ? null : tideAt(tide, now, localHour)
      if (level_m !== null) state.stage_m[n] = Math.max(0, level_m - invert_m)
    }
    for (const { n, level_m } of heard(state, model, now)) start(state, model, n, level_m)
    return
  }
  const span_s = (now - state.at) / SECOND_MS
  const passed = { steps: 1, step_ms: now - state.at }
  for (const { n, stage_m } of stagesAhead(model, state.stage_m, state.at, localHour - passed.step_ms / HOUR_MS, passed))
    state.stage_m[n] = stage_m[0]
  const steps = Math.max(1, Math.round(span_s / STEP_S))
  const dt_s = span_s / steps
  const water = waterOf(state, model)
  const rate = rainOf(rain)
  const through_m3 = new Float64Array(model.nodes.length)
  for (let i = 0; i < steps; i++) {
    const inflow = inflows(drainage, model.node_of, state.wetness, rate, localHour, dt_s)
    for (let n = 0; n < inflow.length; n++) {
      inflow[n] = Math.max(0, inflow[n] + state.unexplained_m3_s[n])
      through_m3[n] += (inflow[n] * dt_s) / 2
    }
    stepWater(model, water, inflow, state.settings, dt_s)
    for (const [l, ends] of model.ends.entries()) for (const n of ends) through_m3[n] += (Math.abs(water.flow_m3_s[l]) * dt_s) / 2
  }
  state.volume_m3 = [...water.volume_m3]
  state.running = [...water.running]
  state.flow_m3_s = [...water.now_m3_s]
  state.at = now
  const kept = fading(span_s * SECOND_MS)
  for (const [n, node] of model.nodes.entries()) {
    state.unexplained_m3_s[n] *= kept
    age(state.beliefs[n], fullVolume_m3(node), through_m3[n] / span_s, kept, span_s)
  }
  for (const { n, level_m } of heard(state, model, now)) correct(state, model, n, level_m)
}

export function waterOf(state: DrainState, model: DrainModel): Water {
  const water = createWater(model)
  water.volume_m3.set(state.volume_m3)
  water.stage_m.set(state.stage_m)
  water.running.set(state.running)
  water.now_m3_s.set(state.flow_m3_s)
  return water
}

/** Levels that have come since the last estimate, by node. */
function* heard(state: DrainState, model: DrainModel, now: EpochMs): Generator<{ readonly n: number; readonly level_m: number }> {
  for (const [id, gauge] of state.gauges) {
    const n = model.node_of.get(id)
    if (n === undefined || !gauge.fresh || gauge.until < now) continue
    gauge.fresh = false
    yield { n, level_m: gauge.level_m }
  }
}

function start(state: DrainState, model: DrainModel, n: number, level_m: number): void {
  const node = model.nodes[n]
  if (node.outfall) state.stage_m[n] = Math.max(0, level_m)
  else state.volume_m3[n] = volumeAt(node, level_m)
  begin(state.beliefs[n], level_m, depthAt(node, state.volume_m3[n]).area_m2, node.top_m)
}

function correct(state: DrainState, model: DrainModel, n: number, level_m: number): void {
  const node = model.nodes[n]
  const belief = state.beliefs[n]
  if (node.outfall) {
    state.stage_m[n] = Math.max(0, level_m)
    return
  }
  if (belief.residual_m === null) {
    start(state, model, n, level_m)
    return
  }
  const full_m3 = fullVolume_m3(node)
  const { depth_m, area_m2 } = depthAt(node, state.volume_m3[n])
  const brimful = state.volume_m3[n] >= full_m3
  const move = weigh(belief, level_m, level_m - depth_m, area_m2, node.top_m)
  // At the rim noise lies on one side: what it may be moves nothing. And a gauge there cannot see how much flows over.
  if (!brimful || !move.chance)
    state.volume_m3[n] = Math.max(0, Math.min(Math.max(full_m3, state.volume_m3[n]), state.volume_m3[n] + move.volume_m3))
  settle(belief, level_m, depthAt(node, state.volume_m3[n]).depth_m)
  if (brimful && (move.chance || move.volume_m3 >= 0)) return
  // Only a storage tells an inflow by its level; in a pipe the level follows the flow at once.
  if (model.drainage.nodes[n].kind === 'storage') state.unexplained_m3_s[n] += move.inflow_m3_s
}

/** Share of a node that is full, 0…1. */
export function filling(state: DrainState, model: DrainModel, n: number): number {
  const node = model.nodes[n]
  return Math.min(1, depthAt(node, state.volume_m3[n]).depth_m / node.top_m)
}

/** Standard deviation of that share; 0 where no gauge says how good the model is. */
export const fillingSd = (state: DrainState, model: DrainModel, n: number): number =>
  state.beliefs[n].residual_m === null ? 0 : volumeSd_m3(state.beliefs[n], 0) / fullVolume_m3(model.nodes[n])

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
