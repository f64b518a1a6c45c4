/**
 * Forecasts of the low points in the running city: every five minutes the last hours go to the solver, and its answer becomes the forecasts that everybody reads. A
 * step never waits for it; an answer that fails or does not come is asked for again.
 */
import { type EpochMs, MINUTE_MS, SECOND_MS } from '../base/time.ts'
import { type Context, placeOfDevice } from '../model/context.ts'
import type { ForecastLead, ForecastNote, LowPointForecast } from '../model/forecast.ts'
import type { Solution } from '../model/observation.ts'
import type { Outcome } from '../model/outcome.ts'
import type { ForecastCurve, ForecastProblem } from '../model/solve.ts'
import { LEADS_MIN, STEP_MIN } from './forecast/storm.ts'
import { highest } from './observed.ts'
import { closeSteps, type FloodSeries, type Series } from './series.ts'
import type { FloodState } from './state.ts'
import { keepForecast, verifyStep } from './verify.ts'

/** An answer that has not come by then is not waited for. */
const ANSWER_MS = 30 * SECOND_MS
const AFTER_FAILURE_MS = 5 * SECOND_MS
/** Less water than this at every lead, and a smaller chance of a flood, is a dry point. */
const DRY_M = 0.01
const DRY_P = 0.01

/** Ends the steps that are over, and asks for the forecasts of the newest. */
export function askForForecasts(state: FloodState, context: Context, now: EpochMs, out: Outcome): void {
  const { ask, series } = state
  if (context.city.low_points.length === 0) return
  const present = {
    level_m: (point: string) => highest(state.points.get(point)?.levels_m ?? new Map(), now)?.value ?? null,
    settings: state.settings,
    rivers_m: state.rivers_m,
  }
  if (closeSteps(series, context, present, now)) {
    verifyStep(state.verification, context, series.levels_m, series.ts, now, out)
    ask.request = null
    ask.due = now
  }
  if (ask.request !== null && now - ask.request.asked >= ANSWER_MS) {
    ask.request = null
    ask.due = now
  }
  if (ask.due === null || now < ask.due) return
  const id = `F-${series.ts}-${now}`
  ask.request = { id, asked: now, issued: series.ts }
  ask.due = null
  out.requests.push({ id, problem: problemOf(series, context) })
}

/** A copy: the series go on while the solver reads. */
function problemOf(series: FloodSeries, context: Context): ForecastProblem {
  const whole = (list: Readonly<Series> = []): Series => [...new Array<null>(series.steps - list.length).fill(null), ...list]
  return {
    type: 'forecast',
    issued: series.ts,
    points: context.city.low_points.map(({ id }) => ({
      id,
      levels_m: whole(series.levels_m.get(id)),
      pumped_m3_s: whole(series.pumped_m3_s.get(id)),
    })),
    gauges: [...series.rain_mm].map(([device, rain_mm]) => ({ at: placeOfDevice(context, device), rain_mm: whole(rain_mm) })),
    stations: [...series.nowcast_mm].map(([device, windows]) => ({ at: placeOfDevice(context, device), nowcast_mm: windows.map(whole) })),
    river_m: whole(series.river_m),
  }
}

/** Takes the solver's answer in, when it is the one that is waited for. */
export function takeForecasts(state: FloodState, context: Context, obs: Solution, now: EpochMs, out: Outcome): void {
  const { ask, series } = state
  if (ask.request?.id !== obs.request) return
  const { issued } = ask.request
  ask.request = null
  if (obs.answer.type !== 'forecast') {
    ask.due = now + AFTER_FAILURE_MS
    return
  }
  const notes: ForecastNote[] = []
  let dry = 0
  state.forecasts.clear()
  for (const curve of obs.answer.curves) {
    const level_m = series.levels_m.get(curve.point)?.at(-1)
    if (level_m === undefined) continue
    const forecast = forecastOf(curve, issued, level_m)
    state.forecasts.set(curve.point, forecast)
    keepForecast(state.verification, context, forecast)
    if (isDry(forecast)) dry++
    else notes.push(noteOf(forecast))
  }
  if (notes.length > 0) out.facts.push({ kind: 'forecast', ts: now, issued, points: notes, dry })
}

/** A crossing is as likely as not. */
const CROSSING_P = 0.5

function forecastOf(
  { point, basis, depth_m, low_m, high_m, p_exceed }: ForecastCurve,
  issued: EpochMs,
  level_m: number | null,
): LowPointForecast {
  const leads = depth_m.map(
    (depth, i): ForecastLead => ({
      lead_min: (i + 1) * STEP_MIN,
      depth_m: depth,
      low_m: low_m[i],
      high_m: high_m[i],
      p_exceed: p_exceed[i],
    }),
  )
  const crossing = leads.find((lead) => lead.p_exceed >= CROSSING_P)
  return { point, issued, basis, level_m, leads, crossing: crossing === undefined ? null : issued + crossing.lead_min * MINUTE_MS }
}

const isDry = ({ level_m, leads }: LowPointForecast): boolean =>
  (level_m ?? 0) < DRY_M && leads.every((lead) => lead.depth_m < DRY_M && lead.p_exceed < DRY_P)

const SCORED: ReadonlySet<number> = new Set(LEADS_MIN)

const noteOf = ({ point, basis, level_m, leads, crossing }: LowPointForecast): ForecastNote => ({
  point,
  basis,
  level_m,
  leads: leads.filter(({ lead_min }) => SCORED.has(lead_min)),
  crossing,
})
