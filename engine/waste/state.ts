/** How full the bins are and how fast they fill. */
import type { EpochMs } from '../base/time.ts'
import { HOUR_MS, MINUTE_MS } from '../base/time.ts'
import type { DeviceKey } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { FillForecast, FillTrack } from '../model/fill.ts'
import type { QualifiedReading } from '../sense/state.ts'
import { clockAt } from './clock.ts'
import type { DutyState } from './duty.ts'
import { createTrack, observeFill } from './forecast/track.ts'
import { createSorting, type SortingState } from './mis-sorting.ts'

interface Sample {
  readonly ts: EpochMs
  readonly fill_pct: number
}

export interface BinState {
  fill_pct: number
  ts: EpochMs
  /** Since the last emptying, oldest first, at least `SAMPLE_MS` apart. */
  readonly samples: Sample[]
  /** Collection has been asked for before it overflows. */
  due: boolean
  /** What its forecasts are made from. */
  readonly track: FillTrack
  /** When it was last seen to have been emptied; 0 before. */
  emptied: EpochMs
}

export interface WasteState {
  readonly bins: Map<DeviceKey, BinState>
  /** Bins heard since the last decision. */
  readonly touched: Set<DeviceKey>
  /** Newest of each bin. */
  readonly forecasts: Map<DeviceKey, FillForecast>
  readonly ask: FillAsk
  /** People who were seen to sort wrongly. */
  readonly sorting: SortingState
  /** Points of volunteers. */
  readonly duty: DutyState
}

/** The forecasts that are asked for. */
export interface FillAsk {
  request: { readonly id: string; readonly asked: EpochMs } | null
  /** When to look for more. */
  due: EpochMs
}

export const createWaste = (): WasteState => ({
  bins: new Map(),
  touched: new Set(),
  forecasts: new Map(),
  ask: { request: null, due: 0 },
  sorting: createSorting(),
  duty: new Map(),
})

/** A fall by this much is an emptying; less is waste that settles. */
const EMPTIED_PCT = 15
const SAMPLE_MS = 10 * MINUTE_MS
/** Half a day of ten-minute samples: one morning's or evening's filling, not last week's. */
const SAMPLES_MAX = 72
/** A slope over less than this is noise. */
const SPAN_MS_MIN = HOUR_MS

export function observeWaste(state: WasteState, context: Context, { device, ts, values }: QualifiedReading): void {
  const { fill_pct } = values
  if (typeof fill_pct !== 'number') return
  state.touched.add(device)
  const bin = state.bins.get(device)
  if (bin === undefined) {
    const track = createTrack(clockAt(context, ts), fill_pct)
    state.bins.set(device, { fill_pct, ts, samples: [{ ts, fill_pct }], due: false, track, emptied: 0 })
    return
  }
  const { since } = bin.track
  observeFill(bin.track, clockAt(context, ts), fill_pct)
  if (bin.track.since !== since) bin.emptied = ts
  if (fill_pct <= bin.fill_pct - EMPTIED_PCT) bin.samples.length = 0
  const last = bin.samples.at(-1)
  if (last === undefined || ts - last.ts >= SAMPLE_MS) bin.samples.push({ ts, fill_pct })
  if (bin.samples.length > SAMPLES_MAX) bin.samples.shift()
  bin.fill_pct = fill_pct
  bin.ts = ts
}

/** Least-squares slope of the samples, percent per hour; null while they span less than an hour. */
export function fillRate_pct_h(bin: BinState): number | null {
  const { samples } = bin
  const first = samples.at(0)
  if (first === undefined || samples.length < 3 || bin.ts - first.ts < SPAN_MS_MIN) return null
  const hours = samples.map(({ ts }) => (ts - first.ts) / HOUR_MS)
  const mean_h = hours.reduce((sum, hour) => sum + hour, 0) / hours.length
  const mean_pct = samples.reduce((sum, { fill_pct }) => sum + fill_pct, 0) / samples.length
  const spread = hours.reduce((sum, hour) => sum + (hour - mean_h) ** 2, 0)
  if (spread === 0) return null
  return samples.reduce((sum, { fill_pct }, i) => sum + (hours[i] - mean_h) * (fill_pct - mean_pct), 0) / spread
}

/** Hours until it is full at the present rate; null when it does not fill or that cannot be said yet. */
export function timeToFull_h(bin: BinState): number | null {
  const rate_pct_h = fillRate_pct_h(bin)
  return rate_pct_h === null || rate_pct_h <= 0 ? null : Math.max(0, 100 - bin.fill_pct) / rate_pct_h
}

/** Above this a bin counts as full. */
export const BIN_FULL_PCT = 90

/** Bins above 90 %, of those heard within `fresh_ms`; null when none was heard. */
export function binsFull(state: WasteState, fresh_ms: number, now: EpochMs): number | null {
  let count: number | null = null
  for (const { fill_pct, ts } of state.bins.values()) {
    if (now - ts <= fresh_ms) count = (count ?? 0) + (fill_pct > BIN_FULL_PCT ? 1 : 0)
  }
  return count
}
