/**
 * Slow faults of level gauges. Drift: a cumulative sum (Page 1954, Continuous inspection schemes, Biometrika 41) of the level in dry weather, when a street that has
 * been seen dry should read zero, or of the difference to the middle of its twins. Fouling: after the rain the level no longer falls and the flicker that every clean
 * gauge shows is gone, or its neighbours are dry; in rain, its twin rises without it. Water that moves is never marked: it leaves the wrong zero, or the level at
 * which a gauge fouled, by more than five centimetres.
 */
import type { EpochMs } from '../base/time.ts'
import { HOUR_MS, MINUTE_MS } from '../base/time.ts'
import type { CityDevice, DeviceKey } from '../model/city.ts'
import type { GaugePlace } from '../model/gauges.ts'
import { districtOf, isDry, isWet } from './rain.ts'
import type { DeviceSense, GaugeSense, MetricSense, SenseState } from './state.ts'

const SAMPLE_MS = 5 * MINUTE_MS
/** One hour. */
const PAST_MAX = 12
/** A puddle, a wet crossing, the wave of a wheel. */
const ALLOWANCE_M = 0.03
/** Drift is told at this sum: 8 cm off for half an hour, 4 cm for two and a half. It is taken back when the sum has run out. */
const DRIFT_SUM_M = 0.3
/** Water that comes without rain, from a burst main, rises faster than any sensor creeps. */
const CREEP_M = 0.03
/** So far from the wrong zero, or from where it fouled, it is water. */
const MOVED_M = 0.05
/** Flicker is learned from so many readings of still water, and is gone at a quarter of what it was. */
const NOISE_READINGS = 64
const NOISE_GONE = 0.25
/** A gauge that repeats itself oftener, or flickers by less, rounds its flicker away. */
const EQUAL_MAX = 0.6
const NOISE_M_MIN = 0.000_5
const STILL_M = 0.02
const RECENT_WEIGHT = 1 / 32
const USUAL_WEIGHT = 1 / 512
/** Flat over an hour. */
const FLAT_M = 0.01
/** A twin's rise that a clean gauge would have seen at least a quarter of. */
const TWIN_RISE_M = 0.15
const SHARE = 0.25

export function gaugeSense(state: SenseState, key: DeviceKey): GaugeSense {
  let gauge = state.gauges.get(key)
  if (gauge === undefined) {
    gauge = {
      held: null,
      unit: null,
      past_m: [],
      sampled: 0,
      zeroed: false,
      above_m: 0,
      below_m: 0,
      drift_m: null,
      noise: { change_m: 0, recent_m: 0, usual_m: 0, equal: 0, count: 0 },
      fouled_m: null,
    }
    state.gauges.set(key, gauge)
  }
  return gauge
}

/** Takes a level that is no jump. @returns why not to believe it. */
export function slowFault(
  state: SenseState,
  device: DeviceSense,
  listed: CityDevice | undefined,
  place: GaugePlace,
  sense: MetricSense,
  value: number,
  ts: EpochMs,
): 'drift' | 'fouling' | null {
  const gauge = gaugeSense(state, device.key)
  if (typeof sense.value === 'number' && sense.ts < ts) noteNoise(gauge, value, value - sense.value)
  if (ts - gauge.sampled >= SAMPLE_MS) sample(state, gauge, device.key, listed, place, value, ts)
  if (gauge.fouled_m !== null && Math.abs(value - gauge.fouled_m) > MOVED_M) gauge.fouled_m = null
  if (gauge.fouled_m !== null) return 'fouling'
  return gauge.drift_m !== null && value <= Math.max(gauge.drift_m, 0) + MOVED_M ? 'drift' : null
}

/** Changes that go on in one direction are water; what goes to and fro is flicker. A level at zero is cut off there and has none. */
function noteNoise({ noise }: GaugeSense, value: number, change_m: number): void {
  const before_m = noise.change_m
  noise.change_m = change_m
  if (value <= STILL_M || Math.abs(change_m) > STILL_M || change_m * before_m > 0) return
  const size_m = Math.abs(change_m - before_m) / 2
  noise.recent_m += (size_m - noise.recent_m) * RECENT_WEIGHT
  // What is usual is not learned from a gauge that is going still.
  if (noise.count >= NOISE_READINGS && noise.recent_m < noise.usual_m / 2) return
  noise.count++
  // Plain means at first, so that the start counts no more than what follows.
  const weight = Math.max(USUAL_WEIGHT, 1 / noise.count)
  noise.usual_m += (size_m - noise.usual_m) * weight
  noise.equal += ((change_m === 0 ? 1 : 0) - noise.equal) * weight
}

const isStill = ({ noise: { recent_m, usual_m, equal, count } }: GaugeSense): boolean =>
  count >= NOISE_READINGS && equal <= EQUAL_MAX && usual_m >= NOISE_M_MIN && recent_m < usual_m * NOISE_GONE

function sample(
  state: SenseState,
  gauge: GaugeSense,
  key: DeviceKey,
  listed: CityDevice | undefined,
  place: GaugePlace,
  value: number,
  ts: EpochMs,
): void {
  // After a longer silence the old levels say nothing of how it moves.
  if (ts - gauge.sampled > 3 * SAMPLE_MS) gauge.past_m.length = 0
  const change_m = gauge.past_m.length === 0 ? 0 : value - gauge.past_m[gauge.past_m.length - 1]
  watchDrift(state, gauge, key, place, value, change_m, ts)
  gauge.past_m.push(value)
  if (gauge.past_m.length > PAST_MAX) gauge.past_m.shift()
  gauge.sampled = ts
  if (gauge.fouled_m === null && hasFouled(state, gauge, key, listed, place, value, ts)) gauge.fouled_m = value
}

function watchDrift(
  state: SenseState,
  gauge: GaugeSense,
  key: DeviceKey,
  place: GaugePlace,
  value: number,
  change_m: number,
  ts: EpochMs,
): void {
  const reference_m = referenceOf(state, gauge, key, place, value, ts)
  const sudden = Math.abs(change_m) > CREEP_M
  if (gauge.drift_m === null && (reference_m === null || sudden)) {
    gauge.above_m = gauge.below_m = 0
    if (sudden) gauge.zeroed = false
  }
  if (reference_m === null || (gauge.drift_m === null && sudden)) return
  const off_m = value - reference_m
  const add = (sum_m: number, by_m: number): number => Math.min(2 * DRIFT_SUM_M, Math.max(0, sum_m + by_m - ALLOWANCE_M))
  gauge.above_m = add(gauge.above_m, off_m)
  gauge.below_m = add(gauge.below_m, -off_m)
  const sum_m = Math.max(gauge.above_m, gauge.below_m)
  // A sudden rise above the wrong zero is water and moves no zero.
  if (sum_m === 0) gauge.drift_m = null
  else if (gauge.drift_m === null ? sum_m >= DRIFT_SUM_M : !sudden) gauge.drift_m = value
}

/** What the gauge should read: the middle of two or more twins, or zero in dry weather once the street was seen dry; null when nobody can say. */
function referenceOf(
  state: SenseState,
  gauge: GaugeSense,
  key: DeviceKey,
  { dry_is_zero, twins }: GaugePlace,
  value: number,
  ts: EpochMs,
): number | null {
  const levels = believedLevels(state, twins, ts).sort((a, b) => a - b)
  if (levels.length >= 2) return (levels[(levels.length - 1) >> 1] + levels[levels.length >> 1]) / 2
  const dry = dry_is_zero && isDry(state.rain.get(districtOf(key)), ts)
  gauge.zeroed = dry && (gauge.zeroed || Math.abs(value) <= ALLOWANCE_M || gauge.drift_m !== null)
  return gauge.zeroed ? 0 : null
}

function believedLevels(state: SenseState, keys: readonly DeviceKey[], ts: EpochMs): number[] {
  return keys.flatMap((key) => {
    const sense = state.devices.get(key)?.metrics.get('level_m')
    return sense !== undefined && sense.cause === null && typeof sense.value === 'number' && ts - sense.ts <= SAMPLE_MS ? [sense.value] : []
  })
}

function hasFouled(
  state: SenseState,
  gauge: GaugeSense,
  key: DeviceKey,
  listed: CityDevice | undefined,
  { twins, near }: GaugePlace,
  value: number,
  ts: EpochMs,
): boolean {
  const { past_m } = gauge
  const rain = state.rain.get(districtOf(key))
  if (past_m.length < PAST_MAX) return false
  const change_m = value - past_m[0]
  if (isWet(rain, ts, 0)) {
    const left = twins.some((twin) => {
      const [level_m] = believedLevels(state, [twin], ts)
      const rise_m = level_m === undefined ? 0 : level_m - (state.gauges.get(twin)?.past_m[0] ?? level_m)
      return rise_m >= TWIN_RISE_M && change_m < rise_m * SHARE && value < level_m
    })
    if (left) return true
  }
  if (value <= MOVED_M || Math.abs(change_m) > FLAT_M || !isDry(rain, ts, HOUR_MS)) return false
  if (isStill(gauge)) return true
  // Without flicker to go by, standing water over the threshold is not explained away: a pump may have failed.
  const drained = believedLevels(state, [...twins, ...near], ts).filter((level_m) => level_m <= MOVED_M)
  return drained.length >= 2 && value < (listed?.params.threshold_m ?? 0) && isDry(rain, ts)
}
