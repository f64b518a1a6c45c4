/** What is known of the water: levels at the low points, rain over the districts, what the pumps are set to. */
import type { EpochMs } from '../base/time.ts'
import { MINUTE_MS, SECOND_MS } from '../base/time.ts'
import type { DeviceKey } from '../model/city.ts'
import { splitKey } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { LowPointForecast } from '../model/forecast.ts'
import type { Reason } from '../model/incident.ts'
import { type QualifiedReading, SILENT_INTERVALS } from '../sense/state.ts'
import { type ActsState, createActs } from './acts/state.ts'
import { createDrain, type DrainState, takeLevel } from './control/estimate.ts'
import { highest, type Observed } from './observed.ts'
import type { PumpMode } from './pumps.ts'
import { addNowcast, addRain, createSeries, type FloodSeries } from './series.ts'
import { createVerification, type Verification } from './verify.ts'

export interface PointState {
  /** By gauge. */
  readonly levels_m: Map<DeviceKey, Observed>
  mode: PumpMode
  /** Why the pumps stand as they do; null before the first decision. */
  reason: Reason | null
}

/** The forecasts that are asked for. */
export interface ForecastAsk {
  request: { readonly id: string; readonly asked: EpochMs; readonly issued: EpochMs } | null
  /** When to ask; null while nothing is to be asked. */
  due: EpochMs | null
}

export interface FloodState {
  /** By low point. */
  readonly points: Map<string, PointState>
  /** Rain intensity by gauge or weather station. */
  readonly rain_mm_h: Map<DeviceKey, Observed>
  /** Pump settings as reported. */
  readonly settings: Map<DeviceKey, Observed>
  /** Flow through pumps as reported. */
  readonly flows_m3_s: Map<DeviceKey, Observed>
  /** Stages, closures and storms. */
  readonly acts: ActsState
  /** Level of rivers and tide by gauge. */
  readonly rivers_m: Map<DeviceKey, Observed>
  /** What forecasts are made from. */
  readonly series: FloodSeries
  /** Newest forecast of each low point. */
  readonly forecasts: Map<string, LowPointForecast>
  readonly ask: ForecastAsk
  /** How good the forecasts were. */
  readonly verification: Verification
  /** Low points with a new level since the last decision. */
  readonly touched: Set<string>
  /** When all low points were last looked at. */
  swept: EpochMs
  /** The drain network; null where the city describes none. */
  readonly drain: DrainState | null
}

export function createFlood(context: Context): FloodState {
  const points = context.city.low_points.map(({ id }): [string, PointState] => [id, { levels_m: new Map(), mode: 'off', reason: null }])
  const { drainage } = context.city
  return {
    points: new Map(points),
    rain_mm_h: new Map(),
    settings: new Map(),
    flows_m3_s: new Map(),
    acts: createActs(context),
    rivers_m: new Map(),
    series: createSeries(),
    forecasts: new Map(),
    ask: { request: null, due: null },
    verification: createVerification(),
    touched: new Set(),
    swept: 0,
    drain: drainage === undefined ? null : createDrain(drainage),
  }
}

const UNLISTED_MS = 15 * MINUTE_MS

function observed(context: Context, device: DeviceKey, value: number, ts: EpochMs, now: EpochMs): Observed {
  const interval_s = context.devices.get(device)?.interval_s
  return { value, ts, until: now + (interval_s === undefined ? UNLISTED_MS : SILENT_INTERVALS * interval_s * SECOND_MS) }
}

/** Takes readings of the domains flood, drain and weather. */
export function observeFlood(state: FloodState, context: Context, reading: QualifiedReading, now: EpochMs): void {
  const { device, ts, values } = reading
  const take = (metric: string, into: Map<DeviceKey, Observed> | undefined): void => {
    const value = values[metric]
    if (typeof value === 'number') into?.set(device, observed(context, device, value, ts, now))
  }
  const point = context.low_point_of.get(device)
  if (point !== undefined) {
    take('level_m', state.points.get(point.id)?.levels_m)
    state.touched.add(point.id)
  }
  take('rain_mm_h', state.rain_mm_h)
  const rain = state.rain_mm_h.get(device)
  if (rain !== undefined && typeof values.rain_mm_h === 'number') addRain(state.series, device, rain)
  addNowcast(state.series, device, ts, values)
  if (context.devices.get(device)?.kind === 'river_gauge') take('level_m', state.rivers_m)
  const { domain, id, district } = splitKey(device)
  if (domain === 'drain') {
    take('setting', state.settings)
    take('flow_m3_s', state.flows_m3_s)
  }
  const { drainage } = context.city
  const { level_m } = values
  if (domain === 'flood' && state.drain !== null && drainage?.district === district && typeof level_m === 'number')
    takeLevel(state.drain, drainage, id, observed(context, device, level_m, ts, now))
}

/** Low points whose water is known, and how many of these stand above their threshold; null when none is known. */
export function pointsFlooded(state: FloodState, context: Context, now: EpochMs): number | null {
  let count: number | null = null
  for (const [id, point] of state.points) {
    const level = highest(point.levels_m, now)
    const threshold_m = context.low_points.get(id)?.threshold_m
    if (level === null || threshold_m === undefined) continue
    count = (count ?? 0) + (level.value >= threshold_m ? 1 : 0)
  }
  return count
}
