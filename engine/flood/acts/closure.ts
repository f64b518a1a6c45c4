/**
 * Closing the road through a low point before people drive into the water, and opening it again. What stops cars is certain soon, or
 * stands there nearly: two forecasts or two readings in a row have to say so.
 */
import type { EpochMs } from '../../base/time.ts'
import { MINUTE_MS } from '../../base/time.ts'
import type { Bilingual, LowPoint } from '../../model/city.ts'
import type { LowPointForecast } from '../../model/forecast.ts'
import { chanceDeeper } from './threat.ts'

/** Depth at which a passenger car can no longer be driven safely (Pregnolato et al. 2017). */
export const STOP_DEPTH_M = 0.3
const CLOSE = { level_m: 0.9 * STOP_DEPTH_M, chance: 0.6, within_min: 15 }
/** Open again when the water is half as deep and is not expected back, for so long. */
const OPEN = { level_m: 0.5 * STOP_DEPTH_M, chance: 0.15, within_min: 30, after_ms: 15 * MINUTE_MS }

export interface ClosureState {
  closed: { readonly since: EpochMs; readonly why: Bilingual } | null
  /** The last forecast and the last reading that were looked at, and whether they called for it. */
  forecast: { readonly issued: EpochMs; readonly calls: boolean } | null
  reading: { readonly ts: EpochMs; readonly calls: boolean } | null
  /** Since when nothing has spoken against opening. */
  clear: EpochMs | null
}

export const createClosure = (): ClosureState => ({ closed: null, forecast: null, reading: null, clear: null })

interface Depth {
  readonly level_m: number
  readonly ts: EpochMs
}

/** True when the road was closed or opened just now. A gauge that says nothing opens no road. */
export function moveClosure(
  state: ClosureState,
  point: LowPoint,
  forecast: LowPointForecast | null,
  seen: Depth | null,
  now: EpochMs,
): boolean {
  const why = whyClose(state, point, forecast, seen, now)
  if (state.closed === null) {
    if (why !== null) state.closed = { since: now, why }
    state.clear = null
    return why !== null
  }
  const calm = forecast === null || chanceDeeper(forecast, STOP_DEPTH_M, OPEN.within_min, now) < OPEN.chance
  const clear = why === null && seen !== null && seen.level_m < OPEN.level_m && calm
  state.clear = clear ? (state.clear ?? now) : null
  if (state.clear === null || now - state.clear < OPEN.after_ms) return false
  state.closed = null
  return true
}

function whyClose(
  state: ClosureState,
  point: LowPoint,
  forecast: LowPointForecast | null,
  seen: Depth | null,
  now: EpochMs,
): Bilingual | null {
  let why: Bilingual | null = null
  if (forecast !== null && forecast.issued !== state.forecast?.issued) {
    const chance = chanceDeeper(forecast, STOP_DEPTH_M, CLOSE.within_min, now)
    const calls = chance >= CLOSE.chance
    if (calls && state.forecast?.calls === true) why = expected(point, chance)
    state.forecast = { issued: forecast.issued, calls }
  }
  if (seen !== null && seen.ts !== state.reading?.ts) {
    const calls = seen.level_m >= CLOSE.level_m
    if (calls && state.reading?.calls === true) why = standing(point, seen.level_m)
    state.reading = { ts: seen.ts, calls }
  }
  return why
}

function expected(point: LowPoint, chance: number): Bilingual {
  const share = Math.round(100 * chance)
  return {
    zh: `${point.name.zh}预计 ${CLOSE.within_min} 分钟内积水超过 ${STOP_DEPTH_M} 米（概率 ${share}%）`,
    en: `${point.name.en} is expected to stand deeper than ${STOP_DEPTH_M} m within ${CLOSE.within_min} min (chance ${share} %)`,
  }
}

function standing(point: LowPoint, level_m: number): Bilingual {
  return {
    zh: `${point.name.zh}积水 ${level_m.toFixed(2)} 米，机动车禁行水深 ${STOP_DEPTH_M} 米`,
    en: `${point.name.en} stands ${level_m.toFixed(2)} m deep; cars stop at ${STOP_DEPTH_M} m`,
  }
}
