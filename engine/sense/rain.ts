/** Wet and dry as the rain gauges of a district say it: what a level gauge can be held against. */
import type { EpochMs } from '../base/time.ts'
import { HOUR_MS, MINUTE_MS } from '../base/time.ts'
import type { DeviceKey } from '../model/city.ts'
import type { RainSense, SenseState } from './state.ts'

/** From this intensity on a level that stands still is strange. */
const WET_MM_H = 2
/** Less is dew on the funnel. */
const DAMP_MM_H = 0.1
/** A pause in the rain that does not end it; also how long a rain gauge's word holds. */
const PAUSE_MS = 30 * MINUTE_MS
/** Streets have drained some hours after the last drop. */
const DRAINED_MS = 3 * HOUR_MS

export const districtOf = (key: DeviceKey): string => key.slice(0, key.indexOf('/'))

export function noteRain(state: SenseState, district: string, rain_mm_h: number, ts: EpochMs): void {
  let rain = state.rain.get(district)
  if (rain === undefined) {
    rain = { heard: ts, damp: null, wet: null }
    state.rain.set(district, rain)
  }
  rain.heard = Math.max(rain.heard, ts)
  if (rain_mm_h >= DAMP_MM_H) rain.damp = Math.max(rain.damp ?? ts, ts)
  if (rain_mm_h < WET_MM_H) return
  if (rain.wet === null || ts - rain.wet.last > PAUSE_MS) rain.wet = { since: ts, last: ts }
  else rain.wet.last = Math.max(rain.wet.last, ts)
}

/** It rains, and has for `for_ms`. */
export function isWet(rain: RainSense | undefined, ts: EpochMs, for_ms: number): boolean {
  return rain !== undefined && rain.wet !== null && ts - rain.wet.last <= PAUSE_MS && ts - rain.wet.since >= for_ms
}

/** A rain gauge speaks, and has for `after_ms` seen not a drop. False where nobody measures rain. */
export function isDry(rain: RainSense | undefined, ts: EpochMs, after_ms = DRAINED_MS): boolean {
  return rain !== undefined && ts - rain.heard <= PAUSE_MS && (rain.damp === null || ts - rain.damp > after_ms)
}
