/**
 * What is known of every device: per metric the newest value, its time and whether to trust it; per device whether it still speaks.
 * The rest of the engine reads only this and the `Sensed` that intake hands on; raw observations stop here.
 */
import type { Deadlines } from '../base/deadlines.ts'
import { createDeadlines } from '../base/deadlines.ts'
import type { EpochMs } from '../base/time.ts'
import { MINUTE_MS, SECOND_MS } from '../base/time.ts'
import type { DeviceKey } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { QualityCause } from '../model/fact.ts'
import type { LaneCount, MetricValue } from '../model/observation.ts'
import { type ClockSense, createClock, skew_ms } from './clock.ts'

export interface MetricSense {
  /** Newest value as measured, trusted or not. */
  value: MetricValue
  ts: EpochMs
  /** Since when the value has been exactly this one. */
  same_since: EpochMs
  /** Newest value that was believed, and its time: what a jump is measured against. */
  trusted: number | null
  trusted_ts: EpochMs
  /** Why the newest value is not believed; null when it is. */
  cause: QualityCause | null
  /** When that changed, and to what; the newest last. What history shows of quality. */
  readonly changes: QualityChange[]
}

export interface QualityChange {
  readonly ts: EpochMs
  readonly cause: QualityCause | null
}

export interface DeviceSense {
  readonly key: DeviceKey
  readonly interval_ms: number
  /** Measurement time of the newest live reading; null before the first. */
  ts: EpochMs | null
  seq: number | null
  /** Brain time of the last message of any kind, and of the last live reading. */
  heard: EpochMs
  read: EpochMs | null
  online: boolean
  silent: boolean
  /** The device's clock is so far behind that its readings cannot be dated. */
  clock_wrong: boolean
  readonly clock: ClockSense
  /** The clock is known to be off, and what it says is corrected by that; ms, positive when it is ahead. */
  skew_ms: number | null
  /** Its newest reading was so far ahead that it is dated by its arrival: nothing is left to correct. */
  redated: boolean
  /** Newest measurement times, to tell a repeat from a straggler. */
  readonly recent: EpochMs[]
  readonly metrics: Map<string, MetricSense>
  battery_pct: number | null
  rssi_dbm: number | null
  fw: string | null
}

export interface SenseState {
  readonly devices: Map<DeviceKey, DeviceSense>
  readonly silence: Deadlines
  /** By district. */
  readonly rain: Map<string, RainSense>
  /** Level gauges over streets and rivers. */
  readonly gauges: Map<DeviceKey, GaugeSense>
  /** What came late in this step: it amends figures and drives nothing. */
  readonly late: QualifiedReading[]
}

/** What the rain gauges of a district say of wet and dry. */
export interface RainSense {
  /** Measurement time of the newest reading. */
  heard: EpochMs
  /** Newest reading with any rain at all; null when none had any. */
  damp: EpochMs | null
  /** Since when it rains so that standing water moves, and the newest reading that said so; null before the first rain. */
  wet: { since: EpochMs; last: EpochMs } | null
}

/** What a level gauge is judged by over hours. */
export interface GaugeSense {
  /** The first of the readings that are held back, and the newest one before it; null while none is. */
  held: { readonly first: EpochMs; readonly before: EpochMs } | null
  /** Readings in a row that only fit in another unit, and how many of it make a metre. */
  unit: { readonly per_m: number; readonly count: number } | null
  /** Levels every five minutes of the last hour, oldest first, and the time of the newest. */
  readonly past_m: number[]
  sampled: EpochMs
  /** A dry street has been seen since the last rain. */
  zeroed: boolean
  /** Cumulative sums above and below the reference, m. */
  above_m: number
  below_m: number
  /** Where its zero has crept to; null while it stands where it should. */
  drift_m: number | null
  /** Flicker between readings of still water: the last change, mean size of late and of long, share of readings that repeat the one before, readings it is learned from. */
  readonly noise: { change_m: number; recent_m: number; usual_m: number; equal: number; count: number }
  /** The level at which it no longer follows the water; null while it does. */
  fouled_m: number | null
}

/** A live reading after quality: only values that are believed. The only kind of reading that decisions see. */
export interface QualifiedReading {
  readonly device: DeviceKey
  readonly ts: EpochMs
  readonly values: Readonly<Record<string, MetricValue>>
}

/** A live traffic count after order and duplicates. */
export interface QualifiedCount {
  readonly device: DeviceKey
  readonly ts: EpochMs
  readonly phase: number
  readonly target: number
  readonly clearing: boolean
  readonly age_s: number
  readonly in: Readonly<Record<string, LaneCount>>
  readonly out: Readonly<Record<string, LaneCount>>
}

export const createSense = (): SenseState => ({
  devices: new Map(),
  silence: createDeadlines(),
  rain: new Map(),
  gauges: new Map(),
  late: [],
})

/** A device that the city does not list says nothing of its interval: silent after a quarter of an hour. */
export const UNLISTED_INTERVAL_MS = 5 * MINUTE_MS

/** Intervals without a word after which a device counts as silent. */
export const SILENT_INTERVALS = 3

/** The device's memory, made at its first message whether the city lists it or not. */
export function deviceSense(state: SenseState, context: Context, key: DeviceKey, now: EpochMs): DeviceSense {
  let device = state.devices.get(key)
  if (device === undefined) {
    const listed = context.devices.get(key)
    device = {
      key,
      interval_ms: listed === undefined ? UNLISTED_INTERVAL_MS : Math.max(listed.interval_s, 1) * SECOND_MS,
      ts: null,
      seq: null,
      heard: now,
      read: null,
      online: false,
      silent: false,
      clock_wrong: false,
      clock: createClock(now),
      skew_ms: null,
      redated: false,
      recent: [],
      metrics: new Map(),
      battery_pct: null,
      rssi_dbm: null,
      fw: null,
    }
    state.devices.set(key, device)
  }
  return device
}

/** The time of a device's message by our clock. */
export const correctedTime = (device: DeviceSense, ts: EpochMs): EpochMs => (device.redated ? ts : ts - (device.skew_ms ?? 0))

/** Keeps the estimate of the device's clock. @returns whether it was found to be off, or right again */
export function followClock(device: DeviceSense, now: EpochMs): boolean {
  const before = device.skew_ms
  device.skew_ms = skew_ms(device.clock, device.interval_ms, now)
  return (before === null) !== (device.skew_ms === null)
}

/** True while the device's newest values still describe the present. */
export function isFresh(device: DeviceSense, now: EpochMs): boolean {
  return device.read !== null && !device.clock_wrong && now - device.read <= SILENT_INTERVALS * device.interval_ms
}

/** stale: the device no longer speaks, or nobody can say when it measured; its values are of the past, whatever they were worth then. */
export type ValueQuality = 'good' | 'suspect' | 'stale'

/** What a value is worth now; null for one that was never heard. What rules that need a quality ask for. */
export function qualityOf(state: SenseState, key: DeviceKey, metric: string, now: EpochMs): ValueQuality | null {
  const device = state.devices.get(key)
  const sense = device?.metrics.get(metric)
  if (device === undefined || sense === undefined) return null
  if (sense.cause !== null) return 'suspect'
  return isFresh(device, now) ? 'good' : 'stale'
}

/** The newest believed value of a metric of a device that still speaks, or null. */
export function findValue(state: SenseState, key: DeviceKey, metric: string, now: EpochMs): number | null {
  const device = state.devices.get(key)
  if (device === undefined || !isFresh(device, now)) return null
  const sense = device.metrics.get(metric)
  return sense !== undefined && sense.cause === null && typeof sense.value === 'number' ? sense.value : null
}
