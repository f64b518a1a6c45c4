/** A level for a gauge that is silent or not believed. It is worked out when somebody asks, says how and from how old a reading, is never stored and never judged by a rule. */
import type { EpochMs } from '../base/time.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../base/time.ts'
import type { DeviceKey } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import { districtOf, isDry } from './rain.ts'
import { findValue, isFresh, type SenseState } from './state.ts'

/**
 * twin: another gauge in the same water. offset: its own reading less its drift. recession: its last believed level, falling as in dry weather. last: its last
 * believed level while it may be raining.
 */
export type EstimateMethod = 'twin' | 'offset' | 'recession' | 'last'

export interface Estimate {
  readonly value: number
  readonly method: EstimateMethod
  /** Age of the reading that it rests on. */
  readonly age_s: number
}

/** Without rain the water at a low point falls to a third in an hour: an assumption, pumps and gullies differ. After some hours nobody can say. */
const RECESSION_MS = HOUR_MS
const RECESSION_MAX_MS = 6 * HOUR_MS
/** In rain an old level says nothing after half an hour. */
const LAST_MAX_MS = 30 * MINUTE_MS
/** No rain for so long: the water falls. */
const FALLING_MS = 10 * MINUTE_MS

/** Null where the gauge is believed, or where nothing can be said. */
export function estimateLevel(state: SenseState, context: Context, key: DeviceKey, now: EpochMs): Estimate | null {
  const place = context.gauges.get(key)
  const device = state.devices.get(key)
  const sense = device?.metrics.get('level_m')
  if (place === undefined || device === undefined || sense === undefined) return null
  const speaks = isFresh(device, now)
  if (speaks && sense.cause === null) return null
  const made = (value: number, method: EstimateMethod, ts: EpochMs): Estimate => ({
    value: Math.round(value * 1_000) / 1_000,
    method,
    age_s: Math.round((now - ts) / SECOND_MS),
  })
  const drift_m = state.gauges.get(key)?.drift_m ?? null
  if (speaks && sense.cause === 'drift' && drift_m !== null && typeof sense.value === 'number')
    return made(Math.max(0, sense.value - drift_m), 'offset', sense.ts)
  for (const twin of place.twins) {
    const level_m = findValue(state, twin, 'level_m', now)
    if (level_m !== null) return made(level_m, 'twin', state.devices.get(twin)?.ts ?? now)
  }
  const { trusted, trusted_ts } = sense
  const age_ms = now - trusted_ts
  if (trusted === null) return null
  const falls = place.dry_is_zero && isDry(state.rain.get(districtOf(key)), now, FALLING_MS)
  if (falls) return age_ms > RECESSION_MAX_MS ? null : made(trusted * Math.exp(-age_ms / RECESSION_MS), 'recession', trusted_ts)
  return age_ms > LAST_MAX_MS ? null : made(trusted, 'last', trusted_ts)
}
