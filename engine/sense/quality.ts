/**
 * Whether to believe a value. A suspect value is stored and shown, and drives no rule and no decision; the next believable one
 * takes its place at once.
 */

import type { EpochMs } from '../base/time.ts'
import { MINUTE_MS, SECOND_MS } from '../base/time.ts'
import type { CityDevice } from '../model/city.ts'
import type { QualityCause } from '../model/fact.ts'
import type { MetricValue } from '../model/observation.ts'
import { findPolicy, type MetricPolicy } from './metrics.ts'
import type { DeviceSense, MetricSense, SenseState } from './state.ts'

/** From this intensity on a level that stands still is strange. */
const WET_MM_H = 2
/** A gauge reads the rim to a centimetre. */
const FULL_M = 0.01
/** A pause in the rain that does not end it. */
const WET_PAUSE_MS = 30 * MINUTE_MS
/** A device with more metrics than this is inventing them: the rest is stored, not remembered. */
const METRICS_MAX = 256

const sameValue = (a: MetricValue, b: MetricValue): boolean =>
  a === b || (typeof a === 'object' && typeof b === 'object' && a.length === b.length && a.every((item, i) => item === b[i]))

function outOfRange({ min, max }: MetricPolicy, value: MetricValue): boolean {
  return typeof value === 'number' ? !(value >= min && value <= max) : value.some((item) => !(item >= min && item <= max))
}

/**
 * A jump is judged against the newest believed value; a second reading that agrees with the first makes the new level believable,
 * so a splash is left out and a real flood is late by one report.
 */
function jumped(policy: MetricPolicy, sense: MetricSense, value: number, ts: EpochMs, device: DeviceSense): boolean {
  if (policy.jump === undefined || sense.trusted === null) return false
  const { step, per_s } = policy.jump
  const believable = (from: number, since: EpochMs): boolean =>
    Math.abs(value - from) <= step + (per_s * Math.max(0, ts - since)) / SECOND_MS || ts - since > 3 * device.interval_ms
  if (believable(sense.trusted, sense.trusted_ts)) return false
  if (sense.cause !== 'jump' || typeof sense.value !== 'number') return true
  return !believable(sense.value, sense.ts)
}

function stuck(policy: MetricPolicy, sense: MetricSense, value: MetricValue, ts: EpochMs, wet: boolean): boolean {
  if (policy.stuck === undefined || typeof value !== 'number') return false
  const { after_ms, rest, only_wet, full = Number.POSITIVE_INFINITY } = policy.stuck
  return Math.abs(value) > rest && value < full - FULL_M && ts - sense.same_since >= after_ms && (!only_wet || wet)
}

/** True while it has been raining in the district for as long as a stuck gauge needs to show. */
function isWet(state: SenseState, district: string, ts: EpochMs, policy: MetricPolicy): boolean {
  const rain = state.wet.get(district)
  return rain !== undefined && ts - rain.last <= WET_PAUSE_MS && ts - rain.since >= (policy.stuck?.after_ms ?? 0)
}

function noteRain(state: SenseState, district: string, value: MetricValue, ts: EpochMs): void {
  if (typeof value !== 'number' || value < WET_MM_H) return
  const rain = state.wet.get(district)
  if (rain === undefined || ts - rain.last > WET_PAUSE_MS) state.wet.set(district, { since: ts, last: ts })
  else rain.last = Math.max(rain.last, ts)
}

function causeOf(
  state: SenseState,
  device: DeviceSense,
  policy: MetricPolicy,
  sense: MetricSense,
  value: MetricValue,
  ts: EpochMs,
): QualityCause | null {
  if (outOfRange(policy, value)) return 'range'
  if (typeof value === 'number' && jumped(policy, sense, value, ts, device)) return 'jump'
  const district = device.key.slice(0, device.key.indexOf('/'))
  return stuck(policy, sense, value, ts, isWet(state, district, ts, policy)) ? 'stuck' : null
}

/**
 * Folds one live value into the device's memory and says why it is not believed, null when it is. The previous cause is returned
 * beside it, so that the caller reports changes only.
 */
export function judge(
  state: SenseState,
  device: DeviceSense,
  listed: CityDevice | undefined,
  metric: string,
  value: MetricValue,
  ts: EpochMs,
): { readonly before: QualityCause | null; readonly cause: QualityCause | null } {
  const policy = findPolicy(metric, listed)
  const known = device.metrics.get(metric)
  const sense: MetricSense = known ?? { value, ts, same_since: ts, trusted: null, trusted_ts: ts, cause: null }
  if (known === undefined && device.metrics.size < METRICS_MAX) device.metrics.set(metric, sense)
  const before = sense.cause
  if (!sameValue(sense.value, value)) sense.same_since = ts
  const cause = policy === null ? null : causeOf(state, device, policy, sense, value, ts)
  sense.value = value
  sense.ts = ts
  sense.cause = cause
  if (cause === null && typeof value === 'number') {
    sense.trusted = value
    sense.trusted_ts = ts
    if (metric === 'rain_mm_h') noteRain(state, device.key.slice(0, device.key.indexOf('/')), value, ts)
  }
  return { before, cause }
}
