/**
 * Whether to believe a value. A suspect value is stored and shown, and drives no rule and no decision; the next believable one
 * takes its place at once.
 */

import type { EpochMs } from '../base/time.ts'
import type { CityDevice, DeviceKey } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { QualityCause } from '../model/fact.ts'
import type { MetricValue } from '../model/observation.ts'
import { gaugeSense, slowFault } from './gauge.ts'
import { plainJump, streetJump } from './jump.ts'
import { findPolicy, type MetricPolicy } from './metrics.ts'
import { districtOf, isWet, noteRain } from './rain.ts'
import type { DeviceSense, MetricSense, QualityChange, SenseState } from './state.ts'

/** A gauge reads the rim to a centimetre. */
const FULL_M = 0.01
/** A device with more metrics than this is inventing them: the rest is stored, not remembered. */
const METRICS_MAX = 256

const sameValue = (a: MetricValue, b: MetricValue): boolean =>
  a === b || (typeof a === 'object' && typeof b === 'object' && a.length === b.length && a.every((item, i) => item === b[i]))

function outOfRange({ min, max }: MetricPolicy, value: MetricValue): boolean {
  return typeof value === 'number' ? !(value >= min && value <= max) : value.some((item) => !(item >= min && item <= max))
}

function stuck(policy: MetricPolicy, sense: MetricSense, value: MetricValue, ts: EpochMs, wet: boolean): boolean {
  if (policy.stuck === undefined || typeof value !== 'number') return false
  const { after_ms, rest, only_wet, full = Number.POSITIVE_INFINITY } = policy.stuck
  return Math.abs(value) > rest && value < full - FULL_M && ts - sense.same_since >= after_ms && (!only_wet || wet)
}

/** A single wild reading is a broken one; so many in a row that fit as centimetres or millimetres are a unit. */
const UNIT_READINGS = 3
const PER_M = [100, 1_000] as const

/** A level above the range, in the unit in which it comes nearest to what is known. */
function unitOf(state: SenseState, key: DeviceKey, { max }: MetricPolicy, { trusted }: MetricSense, value: number): 'range' | 'unit' {
  const gauge = gaugeSense(state, key)
  const far_m = (per_m: number): number => Math.abs(value / per_m - (trusted ?? 0))
  const [per_m] = PER_M.filter((factor) => value > max && value / factor <= max).sort((a, b) => far_m(a) - far_m(b))
  gauge.unit = per_m === undefined ? null : { per_m, count: gauge.unit?.per_m === per_m ? gauge.unit.count + 1 : 1 }
  return gauge.unit !== null && gauge.unit.count >= UNIT_READINGS ? 'unit' : 'range'
}

interface Asked {
  readonly state: SenseState
  readonly context: Context
  readonly device: DeviceSense
  readonly listed: CityDevice | undefined
  readonly metric: string
  readonly policy: MetricPolicy
  readonly sense: MetricSense
  readonly ts: EpochMs
}

/** Beyond this a bin lies on its side, or its lid stands open. */
const TILTED_DEG = 45

/** By what it believes of its own angle or switch. */
function isTilted({ metrics }: DeviceSense): boolean {
  const said = (metric: string): number => {
    const sense = metrics.get(metric)
    return sense !== undefined && sense.cause === null && typeof sense.value === 'number' ? Math.abs(sense.value) : 0
  }
  return said('tilt_deg') > TILTED_DEG || said('tilt') > 0
}

/** In the order in which they are judged: a level after the tilt that it is judged by. */
export function metricsInOrder(values: Readonly<Record<string, MetricValue>>): string[] {
  const metrics = Object.keys(values)
  const at = metrics.indexOf('fill_pct')
  if (at >= 0) metrics.push(...metrics.splice(at, 1))
  return metrics
}

function causeOf(asked: Asked, value: MetricValue): QualityCause | null {
  const { state, context, device, listed, metric, policy, sense, ts } = asked
  const place = metric === 'level_m' ? context.gauges.get(device.key) : undefined
  if (outOfRange(policy, value))
    return place === undefined || typeof value !== 'number' ? 'range' : unitOf(state, device.key, policy, sense, value)
  if (metric === 'fill_pct' && isTilted(device)) return 'tilt'
  if (typeof value === 'number' && policy.jump !== undefined) {
    const jump =
      place === undefined
        ? plainJump(policy.jump, sense, value, ts, device)
        : streetJump(state, policy.jump, sense, place, value, ts, device)
    if (jump !== null) return jump
  }
  const wet = policy.stuck?.only_wet !== true || isWet(state.rain.get(districtOf(device.key)), ts, policy.stuck.after_ms)
  if (stuck(policy, sense, value, ts, wet)) return 'stuck'
  return place === undefined || typeof value !== 'number' ? null : slowFault(state, device, listed, place, sense, value, ts)
}

/** What speaks against the value, for people; nothing where the value says it all. */
function evidenceOf({ state, device, metric, policy, sense }: Asked, cause: QualityCause | null, value: MetricValue): readonly string[] {
  const gauge = state.gauges.get(device.key)
  const before = sense.trusted === null ? 'nothing before' : `${metric}=${sense.trusted} at ${sense.trusted_ts}`
  switch (cause) {
    case 'range':
      return [`${metric} is outside ${policy.min} to ${policy.max}`]
    case 'unit':
      return [`${metric}=${value} fits as ${gauge?.unit?.per_m === 100 ? 'centimetres' : 'millimetres'}: the gauge reports in another unit`]
    case 'spike':
    case 'jump':
      return [`${metric}=${value} after ${before}`, 'no other gauge has risen with it']
    case 'tilt':
      return ['the bin lies on its side or its lid stands open']
    case 'drift':
      return [`the dry zero, or the middle of its twins, is ${gauge?.drift_m?.toFixed(2)} m off`]
    case 'fouling':
      return [`stands at ${gauge?.fouled_m?.toFixed(2)} m and no longer follows the water`]
    default:
      return []
  }
}

/** How many changes of quality are remembered of a metric. */
const CHANGES_MAX = 32

function noteChange({ changes }: MetricSense, change: QualityChange): void {
  changes.push(change)
  if (changes.length > CHANGES_MAX) changes.shift()
}

export interface Judgement {
  readonly before: QualityCause | null
  readonly cause: QualityCause | null
  /** Only where the cause is new. */
  readonly evidence: readonly string[]
}

/**
 * Folds one live value into the device's memory and says why it is not believed, null when it is. The previous cause is returned
 * beside it, so that the caller reports changes only.
 */
export function judge(
  state: SenseState,
  context: Context,
  device: DeviceSense,
  listed: CityDevice | undefined,
  metric: string,
  value: MetricValue,
  ts: EpochMs,
): Judgement {
  const policy = findPolicy(metric, listed)
  const known = device.metrics.get(metric)
  const sense: MetricSense = known ?? { value, ts, same_since: ts, trusted: null, trusted_ts: ts, cause: null, changes: [] }
  if (known === undefined && device.metrics.size < METRICS_MAX) device.metrics.set(metric, sense)
  const before = sense.cause
  if (!sameValue(sense.value, value)) sense.same_since = ts
  const asked: Asked | null = policy === null ? null : { state, context, device, listed, metric, policy, sense, ts }
  const cause = asked === null ? null : causeOf(asked, value)
  const evidence = asked === null || cause === before ? [] : evidenceOf(asked, cause, value)
  sense.value = value
  sense.ts = ts
  sense.cause = cause
  if (cause !== before || sense.changes.length === 0) noteChange(sense, { ts, cause })
  if (cause === null && typeof value === 'number') {
    sense.trusted = value
    sense.trusted_ts = ts
    if (metric === 'rain_mm_h') noteRain(state, districtOf(device.key), value, ts)
  }
  return { before, cause, evidence }
}
