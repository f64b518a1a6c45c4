/**
 * What the water would have done without the acts: an estimate. The inflow follows from the believed level and from what was pumped
 * (water balance of the low point); the same inflow then meets pumps that follow the level, as without forecasts, and a mobile pump that
 * was sent when the threshold was passed. While the road is dry the inflow is known only as far as pumps report their flow.
 */
import type { EpochMs } from '../../base/time.ts'
import { MINUTE_MS, SECOND_MS } from '../../base/time.ts'
import type { LowPoint } from '../../model/city.ts'

/** A mobile pump on a crew's truck (200 m³/h class). */
export const MOBILE_PUMP_M3_S = 0.056
/** From the threshold to a crew that pumps, when it is sent at the threshold: offer, drive and set-up. */
const REACTION_MS = 15 * MINUTE_MS
/** A longer gap in the readings is not bridged. */
const GAP_MS = 5 * MINUTE_MS
/** Below this the road is dry: a pump has nothing to take from it. */
export const DRY_M = 0.005

export interface Without {
  volume_m3: number
  peak_m: number
  flooded_ms: number
  /** When it would have passed the threshold; null when it would not have, or has come down since. */
  flooded: EpochMs | null
  /** The reading the balance was brought up to. */
  last: { readonly ts: EpochMs; readonly level_m: number }
}

export const startWithout = (point: LowPoint, level_m: number, ts: EpochMs): Without => ({
  volume_m3: level_m * point.storage_m2,
  peak_m: level_m,
  flooded_ms: 0,
  flooded: null,
  last: { ts, level_m },
})

export interface Pumped {
  /** What the point's own pumps report, together. */
  readonly own_m3_s: number
  /** Crews with a mobile pump on site. */
  readonly mobile: number
  /** What its own pumps would take at a level, were they only to follow it. */
  readonly reacting_m3_s: (share: number) => number
}

/** Brings the balance up to a reading. */
export function followWithout(without: Without, point: LowPoint, level_m: number, ts: EpochMs, pumped: Pumped): void {
  const { last } = without
  const passed_ms = ts - last.ts
  if (passed_ms <= 0) return
  without.last = { ts, level_m }
  if (passed_ms > GAP_MS) return
  const passed_s = passed_ms / SECOND_MS
  const mobile_m3_s = level_m > DRY_M ? pumped.mobile * MOBILE_PUMP_M3_S : 0
  const inflow_m3 = (level_m - last.level_m) * point.storage_m2 + (pumped.own_m3_s + mobile_m3_s) * passed_s
  const before_m = without.volume_m3 / point.storage_m2
  const late = without.flooded !== null && ts - without.flooded >= REACTION_MS ? MOBILE_PUMP_M3_S : 0
  const taken_m3 = (pumped.reacting_m3_s(before_m / point.threshold_m) + late) * passed_s
  without.volume_m3 = Math.max(0, without.volume_m3 + inflow_m3 - taken_m3)
  const depth_m = without.volume_m3 / point.storage_m2
  without.peak_m = Math.max(without.peak_m, depth_m)
  if (depth_m > point.threshold_m) {
    without.flooded ??= ts
    without.flooded_ms += passed_ms
  } else if (depth_m < point.threshold_m / 2) without.flooded = null
}
