/** Which values of which devices are parts of the wall's figures, so that late ones can amend them. */
import { SECOND_MS } from './base/time.ts'
import type { CityState } from './city-state.ts'
import type { PartOf } from './kpi/amend.ts'
import { noteKpiLate, noteKpiLive } from './kpi/kpi.ts'
import { BIN_FRESH_MS, COUNT_FRESH_MS } from './kpi-input.ts'
import type { Context } from './model/context.ts'
import { type QualifiedReading, SILENT_INTERVALS, UNLISTED_INTERVAL_MS } from './sense/state.ts'
import { BIN_FULL_PCT } from './waste/state.ts'

function partOf(context: Context, { device, values }: QualifiedReading): { readonly of: PartOf; readonly value: number } | null {
  const { level_m, fill_pct, queued_veh } = values
  const interval_s = context.devices.get(device)?.interval_s
  const silent_ms = SILENT_INTERVALS * (interval_s === undefined ? UNLISTED_INTERVAL_MS : Math.max(1, interval_s) * SECOND_MS)
  if (typeof queued_veh === 'number') return { of: { kpi: 'queued', id: device, silent_ms, fresh_ms: COUNT_FRESH_MS }, value: queued_veh }
  if (typeof fill_pct === 'number')
    return { of: { kpi: 'bins', id: device, silent_ms, fresh_ms: BIN_FRESH_MS }, value: fill_pct > BIN_FULL_PCT ? 1 : 0 }
  const point = typeof level_m === 'number' ? context.low_point_of.get(device) : undefined
  if (point === undefined || typeof level_m !== 'number') return null
  return { of: { kpi: 'flooded', id: point.id, silent_ms, fresh_ms: silent_ms }, value: level_m >= point.threshold_m ? 1 : 0 }
}

export function noteLivePart(state: CityState, reading: QualifiedReading): void {
  const part = partOf(state.context, reading)
  if (part !== null) noteKpiLive(state.kpi, part.of, reading.ts, part.value)
}

/** Everything that came late in this step. */
export function amendFigures(state: CityState): void {
  for (const reading of state.sense.late) {
    const part = partOf(state.context, reading)
    if (part !== null) noteKpiLate(state.kpi, part.of, reading.ts, part.value, state.now)
  }
  state.sense.late.length = 0
}
