/**
 * Jumps. Everywhere a lone one is held back until the next reading agrees. Over a street two readings of one gauge are not enough for a rise that no rain makes: a
 * car under an ultrasonic gauge, a cable, a changed datum repeat themselves for hours. There other gauges have to agree.
 */
import type { EpochMs } from '../base/time.ts'
import { MINUTE_MS, SECOND_MS } from '../base/time.ts'
import type { DeviceKey } from '../model/city.ts'
import type { GaugePlace } from '../model/gauges.ts'
import { gaugeSense } from './gauge.ts'
import type { MetricPolicy } from './metrics.ts'
import { districtOf, isDry } from './rain.ts'
import { type DeviceSense, type MetricSense, type SenseState, SILENT_INTERVALS } from './state.ts'

type Jump = NonNullable<MetricPolicy['jump']>

/** What a second reading may confirm unaided where it may have rained: less than a parked car, more than a few lost reports in a cloudburst. */
const ALONE_M = 1
/** Another gauge speaks of the same water for so long. */
const RECENT_MS = 10 * MINUTE_MS
/** Two gauges in one water agree within this, or a third of the level. */
const TWIN_M = 0.2
const TWIN_SHARE = 1 / 3
/** A neighbour agrees when it has risen by this share of the jump. */
const NEAR_SHARE = 0.5

const isHeld = ({ cause }: MetricSense): boolean => cause === 'spike' || cause === 'jump'

const within = ({ step, per_s }: Jump, from: number, to: number, span_ms: number): boolean =>
  Math.abs(to - from) <= step + (per_s * Math.max(0, span_ms)) / SECOND_MS

/** A second reading that agrees with the first makes the new level believable; so does silence, in which anything may have happened. */
export function plainJump(jump: Jump, sense: MetricSense, value: number, ts: EpochMs, device: DeviceSense): 'spike' | null {
  if (sense.trusted === null) return null
  const span_ms = ts - sense.trusted_ts
  if (within(jump, sense.trusted, value, span_ms) || span_ms > SILENT_INTERVALS * device.interval_ms) return null
  return isHeld(sense) && typeof sense.value === 'number' && within(jump, sense.value, value, ts - sense.ts) ? null : 'spike'
}

/** As `plainJump` for falls. A rise beyond what rain can have made since the last reading stays held back until other gauges agree. */
export function streetJump(
  state: SenseState,
  jump: Jump,
  sense: MetricSense,
  place: GaugePlace,
  value: number,
  ts: EpochMs,
  device: DeviceSense,
): 'spike' | 'jump' | null {
  const gauge = gaugeSense(state, device.key)
  const verdict = (): 'spike' | 'jump' | null => {
    // A river rises in dry weather, too: by the tide, by rain elsewhere.
    const dry = place.dry_is_zero && isDry(state.rain.get(districtOf(device.key)), ts)
    // The first word of a gauge over a street is held against the weather.
    const from_m = sense.trusted ?? (dry ? 0 : null)
    if (from_m === null) return null
    if (value <= from_m) return plainJump(jump, sense, value, ts, device)
    // Only silence counts as time in which water may have risen unseen, and in dry weather not even that.
    const held = gauge.held ?? { first: ts, before: sense.ts }
    const silent_ms = dry ? Math.min(held.first - held.before, device.interval_ms) : held.first - held.before
    if (within(jump, from_m, value, silent_ms) || isSeenElsewhere(state, place, value, value - from_m, ts)) return null
    if (!isHeld(sense) || typeof sense.value !== 'number' || !within(jump, sense.value, value, ts - sense.ts)) return 'spike'
    return !dry && within({ ...jump, step: jump.step + ALONE_M }, from_m, value, silent_ms) ? null : 'jump'
  }
  const cause = verdict()
  if (cause === null) gauge.held = null
  else gauge.held ??= { first: ts, before: sense.ts }
  return cause
}

/** A twin stands as high, or a neighbour has risen with it, believed or held back itself: two gauges do not jump together by chance. */
function isSeenElsewhere(state: SenseState, { twins, near }: GaugePlace, value: number, rise_m: number, ts: EpochMs): boolean {
  const levelOf = (key: DeviceKey): MetricSense | null => {
    const sense = state.devices.get(key)?.metrics.get('level_m')
    const usable = sense !== undefined && Math.abs(ts - sense.ts) <= RECENT_MS && (sense.cause === null || isHeld(sense))
    return usable ? sense : null
  }
  const asHigh = (key: DeviceKey): boolean => {
    const level = levelOf(key)?.value
    return typeof level === 'number' && Math.abs(level - value) <= Math.max(TWIN_M, value * TWIN_SHARE)
  }
  const risen = (key: DeviceKey): boolean => {
    const sense = levelOf(key)
    if (sense === null || typeof sense.value !== 'number') return false
    const past = state.gauges.get(key)?.past_m ?? []
    const low_m = Math.min(sense.trusted ?? sense.value, ...past)
    return sense.value - low_m >= NEAR_SHARE * rise_m
  }
  return twins.some(asHigh) || near.some(risen)
}
