/** The plain numbers behind the wall's figures, gathered from what every part knows. */
import type { EpochMs } from './base/time.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from './base/time.ts'
import type { CityState } from './city-state.ts'
import { pointsFlooded } from './flood/state.ts'
import { floodsWarned } from './flood/verify.ts'
import { countUnresolved } from './incidents/state.ts'
import type { KpiInput } from './kpi/kpi.ts'
import { meanDelay_s, queued_veh } from './traffic/state.ts'
import { binsFull } from './waste/state.ts'

/** A junction that was not heard for a minute is left out, not taken for empty. */
export const COUNT_FRESH_MS = MINUTE_MS
/** Bins report every ten minutes to every few hours. */
export const BIN_FRESH_MS = 6 * HOUR_MS

/** Devices of the city heard in the last minute, or within their own interval where that is longer, as a share; null without devices. */
function reportingShare(state: CityState, now: EpochMs): number | null {
  const { devices } = state.context
  if (devices.size === 0) return null
  let reporting = 0
  for (const [key, { interval_s }] of devices) {
    const heard = state.sense.devices.get(key)?.heard
    if (heard !== undefined && now - heard <= Math.max(MINUTE_MS, interval_s * SECOND_MS)) reporting++
  }
  return reporting / devices.size
}

export function kpiInput(state: CityState, dispatch_s: readonly number[]): KpiInput {
  const { now } = state
  return {
    delay_s_veh: meanDelay_s(state.traffic, state.context, COUNT_FRESH_MS, now),
    queued_veh: queued_veh(state.traffic, COUNT_FRESH_MS, now),
    floods_warned: floodsWarned(state.flood.verification),
    points_flooded: pointsFlooded(state.flood, state.context, now),
    bins_full: binsFull(state.waste, BIN_FRESH_MS, now),
    incidents_open: countUnresolved(state.incidents),
    dispatch_s,
    reporting_share: reportingShare(state, now),
  }
}
