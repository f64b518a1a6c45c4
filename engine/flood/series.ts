/**
 * The last hours of the water on a grid of five minutes, which is what a forecast is made from. A step is closed when the clock passes its end; what was not known
 * then is null. Rain is summed from intensities, each of which holds until the next one or until its gauge counts as silent.
 */
import { type EpochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../base/time.ts'
import type { DeviceKey } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { MetricValue } from '../model/observation.ts'
import { NOWCAST_WINDOWS, STEP_MIN } from './forecast/storm.ts'
import type { Observed } from './observed.ts'

export const STEP_MS = STEP_MIN * MINUTE_MS
/** Six hours: the longest sum of past rain that a model looks at is five. */
const STEPS_KEPT = 72
/** An older nowcast says nothing of now. */
export const NOWCAST_MS = 30 * MINUTE_MS
/** Least share of a step that a rain gauge has to cover. */
const COVERED_SHARE = 0.5

/** Oldest first; null where nothing is known. */
export type Series = (number | null)[]

/** A rain gauge between two ends of a step. */
interface RainGauge {
  rate_mm_h: number
  /** Up to when the rain is summed, and until when the rate holds. */
  summed: EpochMs
  until: EpochMs
  sum_mm: number
  covered_ms: number
}

/** As a station said it. */
export interface Nowcast {
  readonly ts: EpochMs
  readonly step_ms: number
  readonly rate_mm_h: readonly number[]
}

/** Every series is oldest first, and all are of one length. */
export interface FloodSeries {
  /** End of the newest step; 0 before the first. */
  ts: EpochMs
  steps: number
  /** By low point: the highest of its gauges. */
  readonly levels_m: Map<string, Series>
  /** By low point: what its pumps were set to move. */
  readonly pumped_m3_s: Map<string, Series>
  /** By gauge or station: rain of the step that ended then. */
  readonly rain_mm: Map<DeviceKey, Series>
  /** By station, then window of NOWCAST_WINDOWS: rain ahead as known then. */
  readonly nowcast_mm: Map<DeviceKey, Series[]>
  /** Mean of the gauges of rivers or tide. */
  readonly river_m: Series
  readonly gauges: Map<DeviceKey, RainGauge>
  readonly nowcasts: Map<DeviceKey, Nowcast>
}

export const createSeries = (): FloodSeries => ({
  ts: 0,
  steps: 0,
  levels_m: new Map(),
  pumped_m3_s: new Map(),
  rain_mm: new Map(),
  nowcast_mm: new Map(),
  river_m: [],
  gauges: new Map(),
  nowcasts: new Map(),
})

function sumUp(gauge: RainGauge, to: EpochMs): void {
  const until = Math.min(to, gauge.until)
  if (until > gauge.summed) {
    gauge.sum_mm += (gauge.rate_mm_h * (until - gauge.summed)) / HOUR_MS
    gauge.covered_ms += until - gauge.summed
  }
  gauge.summed = Math.max(gauge.summed, to)
}

/** Takes an intensity in. */
export function addRain(series: FloodSeries, device: DeviceKey, { value, ts, until }: Observed): void {
  const gauge = series.gauges.get(device)
  if (gauge === undefined) {
    series.gauges.set(device, { rate_mm_h: value, summed: ts, until, sum_mm: 0, covered_ms: 0 })
    return
  }
  sumUp(gauge, ts)
  gauge.rate_mm_h = value
  gauge.until = until
}

/** Takes a nowcast in (contract section 2); without the length of its steps it cannot be read. */
export function addNowcast(series: FloodSeries, device: DeviceKey, ts: EpochMs, values: Readonly<Record<string, MetricValue>>): void {
  const { rain_forecast_mm_h: rate_mm_h, forecast_step_s } = values
  if (typeof rate_mm_h !== 'object' || typeof forecast_step_s !== 'number' || !(forecast_step_s > 0)) return
  series.nowcasts.set(device, { ts, step_ms: forecast_step_s * SECOND_MS, rate_mm_h })
}

/** Rain of a window after `now`, mm; null unless the nowcast reaches to its end. */
export function rainWithin({ ts, step_ms, rate_mm_h }: Nowcast, from: EpochMs, to: EpochMs): number | null {
  const first = Math.floor((from - ts) / step_ms)
  const last = Math.ceil((to - ts) / step_ms) - 1
  if (first < 0 || last >= rate_mm_h.length) return null
  let sum_mm = 0
  for (let i = first; i <= last; i++) {
    const overlap_ms = Math.min(to, ts + (i + 1) * step_ms) - Math.max(from, ts + i * step_ms)
    sum_mm += (rate_mm_h[i] * overlap_ms) / HOUR_MS
  }
  return sum_mm
}

/** Appends to a series that may be new or have missed steps. */
function append(list: Series, steps: number, value: number | null): void {
  while (list.length < steps) list.push(null)
  list.push(value)
  if (list.length > STEPS_KEPT) list.shift()
}

function listOf<K>(map: Map<K, Series>, key: K): Series {
  const known = map.get(key)
  if (known !== undefined) return known
  const made: Series = []
  map.set(key, made)
  return made
}

/** What is read of the present when a step ends. */
export interface Present {
  /** Highest believed level at a low point; null where none is. */
  readonly level_m: (point: string) => number | null
  readonly settings: ReadonlyMap<DeviceKey, Observed>
  readonly rivers_m: ReadonlyMap<DeviceKey, Observed>
}

/** What the pumps of a low point are set to move, m³/s; null where none has said its setting. */
function pumped_m3_s(settings: Present['settings'], context: Context, pumps: readonly DeviceKey[], now: EpochMs): number | null {
  let sum: number | null = null
  for (const pump of pumps) {
    const setting = settings.get(pump)
    if (setting === undefined || setting.until < now) continue
    sum = (sum ?? 0) + setting.value * (context.devices.get(pump)?.params.capacity_m3_s ?? 0)
  }
  return pumps.length === 0 ? 0 : sum
}

function meanOf(values: ReadonlyMap<DeviceKey, Observed>, now: EpochMs): number | null {
  let sum = 0
  let count = 0
  for (const { value, until } of values.values()) {
    if (until < now) continue
    sum += value
    count++
  }
  return count === 0 ? null : sum / count
}

/** Nobody looked while the engine stood still: these steps are unknown. */
function missSteps(series: FloodSeries, count: number): void {
  for (let missed = 0; missed < Math.min(count, STEPS_KEPT); missed++) {
    const skip = (list: Series): void => append(list, series.steps, null)
    for (const lists of [series.levels_m, series.pumped_m3_s, series.rain_mm]) for (const list of lists.values()) skip(list)
    for (const windows of series.nowcast_mm.values()) windows.forEach(skip)
    skip(series.river_m)
    series.steps = Math.min(series.steps + 1, STEPS_KEPT)
  }
}

function closeRain(series: FloodSeries, end: EpochMs): void {
  for (const [device, gauge] of series.gauges) {
    sumUp(gauge, end)
    const covered = gauge.covered_ms / STEP_MS
    append(listOf(series.rain_mm, device), series.steps, covered < COVERED_SHARE ? null : gauge.sum_mm / covered)
    gauge.sum_mm = 0
    gauge.covered_ms = 0
  }
}

function closeNowcasts(series: FloodSeries, end: EpochMs): void {
  for (const [device, nowcast] of series.nowcasts) {
    const windows = series.nowcast_mm.get(device) ?? NOWCAST_WINDOWS.map((): Series => [])
    series.nowcast_mm.set(device, windows)
    const isOld = end - nowcast.ts > NOWCAST_MS
    NOWCAST_WINDOWS.forEach(({ from, to }, w) => {
      append(windows[w], series.steps, isOld ? null : rainWithin(nowcast, end + from * STEP_MS, end + to * STEP_MS))
    })
  }
}

/** Closes the steps that have ended by now. @returns whether there was one */
export function closeSteps(series: FloodSeries, context: Context, present: Present, now: EpochMs): boolean {
  const end = Math.floor(now / STEP_MS) * STEP_MS
  if (end <= series.ts) return false
  if (series.ts > 0) missSteps(series, (end - series.ts) / STEP_MS - 1)
  for (const { id, pumps } of context.city.low_points) {
    append(listOf(series.levels_m, id), series.steps, present.level_m(id))
    append(listOf(series.pumped_m3_s, id), series.steps, pumped_m3_s(present.settings, context, pumps, now))
  }
  closeRain(series, end)
  closeNowcasts(series, end)
  append(series.river_m, series.steps, meanOf(present.rivers_m, now))
  series.steps = Math.min(series.steps + 1, STEPS_KEPT)
  series.ts = end
  return true
}
