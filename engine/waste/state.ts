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
import { createRounds, type RoundsState } from './rounds/state.ts'
import type { UnsensedBins } from './unsensed.ts'
import { createFillVerification, type FillVerification, followFill } from './verify.ts'

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
  /** Since when it has read the same within noise. */
  still: { readonly since: EpochMs; readonly fill_pct: number }
  /** Somebody came to empty it, and its level has not said so yet. */
  visit: { readonly why: 'collected' | 'round'; readonly ts: EpochMs; readonly level_pct: number; readings: number } | null
  /** Its level stands where it cannot be; null while it is believed. */
  blocked: Blockage | null
}

/** collected: a crew said that it was done. round: bins around it were emptied. still: its own habit brings more. crew: a crew could not empty it. */
export interface Blockage {
  readonly why: 'collected' | 'round' | 'still' | 'crew'
  readonly since: EpochMs
  readonly level_pct: number
  /** What the habit says has come in since then; only of one that stands still. */
  readonly expected_pct?: number
}

export interface WasteState {
  readonly bins: Map<DeviceKey, BinState>
  /** Bins heard since the last decision. */
  readonly touched: Set<DeviceKey>
  /** Emptyings of the last hours, oldest first. */
  readonly emptyings: { readonly device: DeviceKey; readonly ts: EpochMs }[]
  /** Newest of each bin. */
  readonly forecasts: Map<DeviceKey, FillForecast>
  readonly ask: FillAsk
  readonly verification: FillVerification
  /** Bins without a sensor. */
  readonly unsensed: UnsensedBins
  /** When and how rounds of the lorries are planned. */
  readonly rounds: RoundsState
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
  emptyings: [],
  forecasts: new Map(),
  ask: { request: null, due: 0 },
  verification: createFillVerification(),
  unsensed: new Map(),
  rounds: createRounds(),
  sorting: createSorting(),
  duty: new Map(),
})

/** A fall by this much is an emptying; less is waste that settles. */
export const EMPTIED_PCT = 15
const SAMPLE_MS = 10 * MINUTE_MS
/** Half a day of ten-minute samples: one morning's or evening's filling, not last week's. */
const SAMPLES_MAX = 72
/** A slope over less than this is noise. */
const SPAN_MS_MIN = HOUR_MS
/** A reading that differs by less repeats the one before. */
const STILL_PCT = 2
/** A round's worth of emptyings. */
const EMPTYINGS_MS = 3 * HOUR_MS
const EMPTYINGS_MAX = 500

export function observeWaste(state: WasteState, context: Context, { device, ts, values }: QualifiedReading): void {
  const { fill_pct } = values
  if (typeof fill_pct !== 'number') return
  state.touched.add(device)
  const bin = state.bins.get(device)
  if (bin === undefined) {
    const track = createTrack(clockAt(context, ts), fill_pct)
    const still = { since: ts, fill_pct }
    state.bins.set(device, { fill_pct, ts, samples: [{ ts, fill_pct }], due: false, track, emptied: 0, still, visit: null, blocked: null })
    return
  }
  // What a blocked bin reads is no filling: its habit does not learn from it.
  if (bin.blocked === null) {
    const { since, doubt } = bin.track
    const seen = observeFill(bin.track, clockAt(context, ts), fill_pct)
    const emptied = bin.track.since !== since
    if (emptied) noteEmptying(state, bin, device, ts)
    const before = { ts: bin.ts, fill_pct: bin.fill_pct, doubtful: doubt !== null }
    followFill(state.verification, device, { seen, ts, fill_pct, before, emptied })
  }
  if (Math.abs(fill_pct - bin.still.fill_pct) >= STILL_PCT) bin.still = { since: ts, fill_pct }
  if (fill_pct <= bin.fill_pct - EMPTIED_PCT) bin.samples.length = 0
  const last = bin.samples.at(-1)
  if (last === undefined || ts - last.ts >= SAMPLE_MS) bin.samples.push({ ts, fill_pct })
  if (bin.samples.length > SAMPLES_MAX) bin.samples.shift()
  bin.fill_pct = fill_pct
  bin.ts = ts
}

function noteEmptying({ emptyings }: WasteState, bin: BinState, device: DeviceKey, ts: EpochMs): void {
  bin.emptied = ts
  emptyings.push({ device, ts })
  while (emptyings.length > EMPTYINGS_MAX || ts - emptyings[0].ts > EMPTYINGS_MS) emptyings.shift()
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
