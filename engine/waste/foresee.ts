/**
 * Fill forecasts in the running city: every bin that has told something is forecast again after an hour, or after it was emptied. Some bins at a time go to the solver; a step
 * never waits for it, and an answer that fails or does not come is asked for again.
 */
import { type EpochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../base/time.ts'
import type { DeviceKey } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { Solution } from '../model/observation.ts'
import type { Outcome } from '../model/outcome.ts'
import { clockAt, oddDaysOf } from './clock.ts'
import type { WasteState } from './state.ts'
import { listUnsensed } from './unsensed.ts'
import { keepFill } from './verify.ts'

const AGAIN_MS = HOUR_MS
/** An answer that has not come by then is not waited for. */
const ANSWER_MS = 30 * SECOND_MS
const AFTER_FAILURE_MS = MINUTE_MS
/** Of one request: some tenths of a second of the solver. */
const BINS_MAX = 200
/** What a silent bin was forecast is not told for ever. */
const FORGOTTEN_MS = 7 * 24 * HOUR_MS

/** Bins whose forecast is old, that have told something since it was made and are believed; of one without a sensor time alone tells. */
function* dueBins({ bins, unsensed, forecasts }: WasteState, now: EpochMs): Generator<DeviceKey> {
  for (const [key, bin] of bins) {
    if (bin.blocked !== null) continue
    const forecast = forecasts.get(key)
    if (forecast === undefined || bin.emptied > forecast.issued || (now - forecast.issued >= AGAIN_MS && bin.ts > forecast.issued))
      yield key
  }
  for (const [key, { ts, blocked }] of unsensed) {
    const forecast = forecasts.get(key)
    if (blocked === null && (forecast === undefined || ts > forecast.issued || now - forecast.issued >= AGAIN_MS)) yield key
  }
}

export function askForFills(state: WasteState, context: Context, now: EpochMs, out: Outcome): void {
  const { ask } = state
  if (ask.request !== null && now - ask.request.asked >= ANSWER_MS) ask.request = null
  if (ask.request !== null || now < ask.due) return
  listUnsensed(state.unsensed, context, state.bins, now)
  const keys: DeviceKey[] = []
  for (const key of dueBins(state, now)) {
    keys.push(key)
    if (keys.length === BINS_MAX) break
  }
  ask.due = now + MINUTE_MS
  if (keys.length === 0) return
  const bins = keys.flatMap((bin) => {
    const unsensed = state.bins.has(bin) ? undefined : state.unsensed.get(bin)
    const track = unsensed?.track ?? state.bins.get(bin)?.track
    if (track === undefined) return []
    const kind = context.devices.get(bin)?.kind ?? null
    // A copy: the bin goes on while the solver reads.
    const copy = { ...track, slots: [...track.slots], tops: [...track.tops], emptyings: [...track.emptyings] }
    return [{ bin, kind, track: copy, ...(unsensed !== undefined && { unsensed: { known: unsensed.known } }) }]
  })
  const id = `W-${now}`
  ask.request = { id, asked: now }
  const clock = { issued: now, at: clockAt(context, now), ...oddDaysOf(context) }
  out.requests.push({ id, problem: { type: 'fill', ...clock, prices: pricesOf(context), bins } })
}

const pricesOf = ({ waste: { overflow_s, emptying_s, visit_s, next_h } }: Context) => ({ overflow_s, emptying_s, visit_s, next_h })

/** Takes the solver's answer in, when it is the one that is waited for. */
export function takeFills(state: WasteState, obs: Solution, now: EpochMs): void {
  const { ask, bins, unsensed, forecasts } = state
  if (ask.request?.id !== obs.request) return
  ask.request = null
  if (obs.answer.type !== 'fill') {
    ask.due = now + AFTER_FAILURE_MS
    return
  }
  ask.due = obs.answer.forecasts.length === BINS_MAX ? now : ask.due
  for (const forecast of obs.answer.forecasts) {
    const sensed = bins.get(forecast.bin)
    const bin = sensed ?? unsensed.get(forecast.bin)
    if (bin?.blocked !== null) continue
    forecasts.set(forecast.bin, forecast)
    if (sensed !== undefined) keepFill(state.verification, forecast, sensed.fill_pct)
  }
  for (const [key, { issued }] of forecasts) if (now - issued > FORGOTTEN_MS) forecasts.delete(key)
}
