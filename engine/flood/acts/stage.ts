/**
 * Warning stages with hysteresis. Up to `prepare` at once, for it costs little; up to `act` when two forecasts in a row agree, and to
 * `flooded` when two readings in a row do; down only after what called for the stage has been gone for a while. So neither one forecast
 * nor one reading moves a crew, and a nowcast that flickers does not turn it back.
 */
import type { EpochMs } from '../../base/time.ts'
import { MINUTE_MS } from '../../base/time.ts'
import type { LowPointForecast } from '../../model/forecast.ts'
import { type FloodStage, isAtLeast } from '../../model/storm.ts'
import { chanceWithin } from './threat.ts'

/**
 * Chance of passing the threshold within so many minutes: up at `from`, kept above `until`. An act pays when its cost is below the chance
 * times the loss that it spares (Murphy 1977): a crew's hour beside a dry road counts a third of the flood that it was sent for, and
 * less while more crews are free than a reserve.
 */
const CHANCE: Readonly<Record<'watch' | 'prepare' | 'act', { within_min: number; from: number; until: number }>> = {
  watch: { within_min: 120, from: 0.1, until: 0.05 },
  prepare: { within_min: 120, from: 0.2, until: 0.1 },
  act: { within_min: 90, from: 0.33, until: 0.05 },
}
const ACT_WITH_SPARE = 0.1
/** Level as share of the threshold: flooded at `from`, until it is below `until`. */
const FLOODED = { from: 1, until: 0.7 }
/** A stage is left after so long without cause. */
export const DOWN_MS = 20 * MINUTE_MS

/** A level that is believed, and when it was measured. */
export interface Seen {
  readonly share: number
  readonly ts: EpochMs
}

export interface StageState {
  stage: FloodStage
  since: EpochMs
  /** Newest forecast that was looked at, and whether it called for `act`. */
  forecast: { readonly issued: EpochMs; readonly acts: boolean } | null
  /** Newest reading that was looked at, and whether it stood above the threshold. */
  reading: { readonly ts: EpochMs; readonly above: boolean } | null
  /** The last two forecasts, or readings, agreed. */
  agreed: { act: boolean; flooded: boolean }
  /** Since when less has been called for, and the most of it. */
  below: { since: EpochMs; most: FloodStage } | null
}

export const createStage = (): StageState => ({
  stage: 'none',
  since: 0,
  forecast: null,
  reading: null,
  agreed: { act: false, flooded: false },
  below: null,
})

/** What is called for now, given what stands: a standing stage needs less to be kept than to be reached. */
function wanted(state: StageState, forecast: LowPointForecast | null, seen: Seen | null, now: EpochMs): FloodStage {
  const keeps = (stage: FloodStage): boolean => isAtLeast(state.stage, stage)
  if (seen !== null && (keeps('flooded') ? seen.share >= FLOODED.until : state.agreed.flooded)) return 'flooded'
  if (forecast === null) return 'none'
  const calls = (stage: keyof typeof CHANCE): boolean => {
    const { within_min, from, until } = CHANCE[stage]
    return chanceWithin(forecast, within_min, now) >= (keeps(stage) ? until : from)
  }
  if (keeps('act') ? calls('act') : state.agreed.act) return 'act'
  if (calls('prepare')) return 'prepare'
  return calls('watch') ? 'watch' : 'none'
}

/** Notes what is new and moves the stage; true when it has moved. @param spare a crew is free that nobody else may need */
export function moveStage(state: StageState, forecast: LowPointForecast | null, seen: Seen | null, spare: boolean, now: EpochMs): boolean {
  noteForecast(state, forecast, spare, now)
  noteReading(state, seen)
  const called = wanted(state, forecast, seen, now)
  if (isAtLeast(called, state.stage)) {
    state.below = null
    return called !== state.stage && enter(state, called, now)
  }
  const most = state.below !== null && isAtLeast(state.below.most, called) ? state.below.most : called
  state.below = { since: state.below?.since ?? now, most }
  return now - state.below.since >= DOWN_MS && enter(state, most, now)
}

function enter(state: StageState, stage: FloodStage, now: EpochMs): true {
  state.stage = stage
  state.since = now
  state.below = null
  return true
}

function noteForecast(state: StageState, forecast: LowPointForecast | null, spare: boolean, now: EpochMs): void {
  if (forecast === null || forecast.issued === state.forecast?.issued) return
  const acts = chanceWithin(forecast, CHANCE.act.within_min, now) >= (spare ? ACT_WITH_SPARE : CHANCE.act.from)
  state.agreed.act = acts && state.forecast?.acts === true
  state.forecast = { issued: forecast.issued, acts }
}

function noteReading(state: StageState, seen: Seen | null): void {
  if (seen === null) {
    state.reading = null
    state.agreed.flooded = false
  } else if (seen.ts !== state.reading?.ts) {
    const above = seen.share >= FLOODED.from
    state.agreed.flooded = above && state.reading?.above === true
    state.reading = { ts: seen.ts, above }
  }
}
