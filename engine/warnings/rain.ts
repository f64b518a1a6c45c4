/** Rain over hours, fallen and expected, and the rainstorm warning signal that it reaches. */
import type { EpochMs } from '../base/time.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../base/time.ts'
import type { MetricValue } from '../model/observation.ts'
import { RAIN_LEVELS, type RainLevel } from '../model/rain-levels.ts'

export interface Nowcast {
  readonly issued: EpochMs
  readonly step_s: number
  readonly mm_h: readonly number[]
}

/** What one rain gauge or weather station says. */
export interface RainRecord {
  /** Depth by five minutes over twelve hours, a ring: that of bin `n` lies at `n % length`. */
  readonly bins_mm: number[]
  /** Number of the newest bin since 1970. */
  bin: number
  ts: EpochMs | null
  /** Newest running total. */
  total_mm: number | null
  nowcast: Nowcast | null
}

const BIN_MS = 5 * MINUTE_MS
const BINS = 12 * (HOUR_MS / BIN_MS)
/** A reading speaks for the time since the one before, but not for longer. */
const SPAN_MS_MAX = 15 * MINUTE_MS
/** A running total bridges lost readings up to here. */
const TOTAL_MS_MAX = HOUR_MS
/** As the range of intensities (sense/metrics.ts). */
const MM_H_MAX = 500
const NOWCAST_MS_MAX = 30 * MINUTE_MS
const NOWCAST_STEPS_MAX = 288
/** Rain that may go on: some within the last half hour, or a millimetre expected. */
const RECENT_BINS = 6
const RECENT_MM = 0.1
const AHEAD_MM = 1

export const createRainRecord = (now: EpochMs): RainRecord => ({
  bins_mm: new Array<number>(BINS).fill(0),
  bin: Math.floor(now / BIN_MS),
  ts: null,
  total_mm: null,
  nowcast: null,
})

function advance(record: RainRecord, now: EpochMs): void {
  const bin = Math.floor(now / BIN_MS)
  for (let n = Math.max(record.bin + 1, bin - BINS + 1); n <= bin; n++) record.bins_mm[n % BINS] = 0
  record.bin = Math.max(record.bin, bin)
}

/** Depth since the reading before. A total goes back to zero at midnight or with a new battery. */
function fallen_mm(record: RainRecord, values: Readonly<Record<string, MetricValue>>, span_ms: number): number {
  const { rain_mm, rain_mm_h } = values
  if (typeof rain_mm === 'number') {
    const before_mm = record.total_mm
    record.total_mm = rain_mm
    const depth_mm = before_mm === null ? null : rain_mm >= before_mm ? rain_mm - before_mm : rain_mm
    if (depth_mm !== null && span_ms <= TOTAL_MS_MAX && depth_mm <= (MM_H_MAX * Math.max(span_ms, MINUTE_MS)) / HOUR_MS) return depth_mm
  }
  return typeof rain_mm_h === 'number' ? (rain_mm_h * Math.min(span_ms, SPAN_MS_MAX)) / HOUR_MS : 0
}

/** Takes believed values of one reading, newest last. */
export function takeRain(record: RainRecord, values: Readonly<Record<string, MetricValue>>, ts: EpochMs): void {
  if (record.ts !== null && ts < record.ts) return
  advance(record, ts)
  const depth_mm = record.ts === null ? 0 : fallen_mm(record, values, ts - record.ts)
  if (record.ts === null && typeof values.rain_mm === 'number') record.total_mm = values.rain_mm
  record.bins_mm[record.bin % BINS] += depth_mm
  record.ts = ts
  const { rain_forecast_mm_h: mm_h, forecast_step_s: step_s } = values
  // Without its step nobody knows which time it speaks of.
  if (typeof mm_h === 'object' && typeof step_s === 'number' && step_s >= 1) {
    record.nowcast = { issued: ts, step_s, mm_h: mm_h.slice(0, NOWCAST_STEPS_MAX) }
  }
}

/** Expected rain from now on in five-minute depths; empty without a nowcast of the last half hour. */
export function aheadOf(nowcast: Nowcast | null, now: EpochMs): number[] {
  if (nowcast === null || now - nowcast.issued > NOWCAST_MS_MAX) return []
  const { issued, step_s, mm_h } = nowcast
  const until = issued + mm_h.length * step_s * SECOND_MS
  const depths: number[] = []
  for (let from = now; from + BIN_MS <= until; from += BIN_MS) {
    const step = Math.floor((from + BIN_MS / 2 - issued) / (step_s * SECOND_MS))
    depths.push(((mm_h[Math.max(0, step)] ?? 0) * BIN_MS) / HOUR_MS)
  }
  return depths
}

export interface RainSums {
  /** The most in any window of so many hours that holds the present, and how much of it has fallen. */
  readonly by_hours: ReadonlyMap<number, { readonly mm: number; readonly fallen_mm: number }>
  readonly goes_on: boolean
}

/** @param ahead_mm depths as `aheadOf` gives them */
export function rainSums(record: RainRecord, ahead_mm: readonly number[], now: EpochMs): RainSums {
  advance(record, now)
  // Depth of the newest `n` bins, at place `n`.
  const past = [0]
  for (let n = 0; n < BINS; n++) past.push(past[n] + record.bins_mm[(record.bin - n) % BINS])
  const next = [0]
  for (const mm of ahead_mm) next.push(next[next.length - 1] + mm)
  const by_hours = new Map<number, { mm: number; fallen_mm: number }>()
  for (const { hours } of RAIN_LEVELS) {
    const bins = Math.min(BINS, hours * (HOUR_MS / BIN_MS))
    let best = { mm: past[bins], fallen_mm: past[bins] }
    for (let n = 1; n < next.length && n <= bins; n++) {
      const mm = past[bins - n] + next[n]
      if (mm > best.mm) best = { mm, fallen_mm: past[bins - n] }
    }
    by_hours.set(hours, best)
  }
  return { by_hours, goes_on: past[RECENT_BINS] >= RECENT_MM || next[next.length - 1] >= AHEAD_MM }
}

/** The highest signal of which a `share` is reached, null when none is. */
export function reached({ by_hours, goes_on }: RainSums, share: number): RainLevel | null {
  if (!goes_on) return null
  return RAIN_LEVELS.find(({ mm, hours }) => (by_hours.get(hours)?.mm ?? 0) >= mm * share) ?? null
}
