/** Rows of the live tables, from the engine's view. */
import type { IssuedCommand } from '../../engine/act/state.ts'
import type { CityState } from '../../engine/city-state.ts'
import type { VerifiedScore } from '../../engine/flood/verify.ts'
import type { Kpi } from '../../engine/kpi/kpi.ts'
import { splitKey } from '../../engine/model/city.ts'
import type { ForecastLead, LowPointForecast } from '../../engine/model/forecast.ts'
import type { Crew, Incident, Reason, Task } from '../../engine/model/incident.ts'
import type { Warning } from '../../engine/model/warning.ts'
import { deviceView, type FloodStageView, roadViews, signalView } from '../../engine/view.ts'
import {
  type CommandRow,
  type CrewRow,
  type DeviceRow,
  type FloodStageRow,
  FORECAST_LEADS_MIN,
  type ForecastRow,
  type ForecastScoreRow,
  type IncidentRow,
  type KpiRow,
  type RoadRow,
  type SignalRow,
  type TaskRow,
  type Text,
  type WarningRow,
} from '../wire/frames.ts'

const whyOf = (reason: Reason): Text => ({ zh: reason.text_zh, en: reason.text })

export function deviceRow(state: CityState, key: string): DeviceRow | null {
  const view = deviceView(state, key)
  if (view === null) return null
  const v: Record<string, number> = {}
  for (const [metric, value] of Object.entries(view.values)) if (typeof value === 'number') v[metric] = value
  const { ts, online, quality, raised, causes, clock_skew_s } = view
  return {
    v,
    ts,
    online,
    quality,
    ...(quality === 'suspect' && { causes }),
    ...(clock_skew_s !== null && { clock_skew_s }),
    state: online ? (raised ?? 'normal') : 'offline',
  }
}

export function signalRow(state: CityState, key: string): SignalRow | null {
  const view = signalView(state, key)
  if (view === null) return null
  const { mode, phase, clearing, age_s, queued_veh, vehicles_veh, ts } = view
  return { mode, phase, clearing, age_s, queued_veh, vehicles_veh, ts }
}

const SPEED_STEP_PCT = 5

/** Rows of the roads into a junction. @param key of its detectors */
export function roadRows(state: CityState, key: string): [string, RoadRow][] {
  return roadViews(state, key).map(({ road, speed_ratio, queue_m }) => [
    `${road}>${splitKey(key).id}`,
    {
      speed_pct: speed_ratio === null ? null : Math.round((speed_ratio * 100) / SPEED_STEP_PCT) * SPEED_STEP_PCT,
      queue_m: Math.round(queue_m),
    },
  ])
}

export function crewRow({ name, status, at, seen, task }: Crew): CrewRow {
  return { name, status, at, seen, task }
}

export function taskRow({ title, kind, status, incident, crew, priority, at, eta, due, route }: Task): TaskRow {
  return { title, kind, status, incident, crew, priority, at, eta, due, route }
}

export function incidentRow(incident: Incident): IncidentRow {
  const { title, severity, status, active, at, district, grid, road, opened, updated, due, signals, crews, tasks, reason, timeline } =
    incident
  return {
    class: incident.class,
    title,
    severity,
    status,
    active,
    at,
    district,
    grid,
    road,
    opened,
    updated,
    due,
    signals,
    alarm: incident.alarm,
    crews,
    tasks,
    why: whyOf(reason),
    evidence: reason.evidence,
    timeline,
  }
}

export function kpiRow({ name, unit, value, reference, formula, detail, ts, trend, amended }: Kpi): KpiRow {
  return { name, unit, value, reference, formula, detail, ts, trend, ...(amended !== null && { amended }) }
}

export function warningRow({ origin, issued, districts, message }: Warning): WarningRow {
  const { hazard, level, sender_name, headline, description, expires, assumed } = message
  const row = { origin, hazard, level, sender: sender_name, headline, description, districts, issued, expires }
  return assumed === undefined ? row : { ...row, assumed }
}

export function commandRow({ command, status, auto }: IssuedCommand): CommandRow {
  return {
    device: command.device,
    kind: command.kind,
    status,
    ts: command.ts,
    expires: command.expires,
    why: whyOf(command.reason),
    auto,
  }
}

const SHOWN: ReadonlySet<number> = new Set(FORECAST_LEADS_MIN)
const hundredths = (value: number): number => Math.round(value * 100) / 100

export function forecastRow({ issued, basis, level_m, leads, crossing }: LowPointForecast): ForecastRow {
  const shown = leads.filter(({ lead_min }) => SHOWN.has(lead_min))
  const series = (read: (lead: ForecastLead) => number): number[] => shown.map((lead) => hundredths(read(lead)))
  return {
    issued,
    basis,
    level_m: level_m === null ? null : hundredths(level_m),
    depth_m: series(({ depth_m }) => depth_m),
    low_m: series(({ low_m }) => low_m),
    high_m: series(({ high_m }) => high_m),
    p: series(({ p_exceed }) => p_exceed),
    crossing,
  }
}

const thousandths = (value: number): number => Math.round(value * 1000) / 1000

export function forecastScoreRow({ since, leads, episodes }: VerifiedScore): ForecastScoreRow {
  return {
    since,
    floods: episodes.n,
    warned_30_min: episodes.ge30 === null ? null : thousandths(episodes.ge30),
    median_lead_min: episodes.median_lead_min,
    warning_runs: episodes.warning_runs,
    false_runs: episodes.false_runs,
    leads: leads.map(({ lead_min, n, nse, brier, onset, reliability }) => ({
      lead_min,
      hours: n,
      nse: nse === null ? null : thousandths(nse),
      csi_onset: onset.hits + onset.misses + onset.false_alarms === 0 ? null : thousandths(onset.csi),
      brier: n === 0 ? null : thousandths(brier),
      bins: reliability.map((bin) => ({ n: bin.n, said: thousandths(bin.said), came: thousandths(bin.came) })),
    })),
  }
}

/** Null for a point that has never been warned of. */
export function floodStageRow({ stage, since, reason, closed }: FloodStageView): FloodStageRow | null {
  return reason === null ? null : { stage, since, why: whyOf(reason), closed }
}
