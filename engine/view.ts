/** What HTTP and `/live` may read of the state, between two steps. Nothing here changes anything. */
import { signalSlot } from './act/slot.ts'
import { type Hold, type IssuedCommand, listCommands } from './act/state.ts'
import { type EpochMs, SECOND_MS } from './base/time.ts'
import type { Doubt } from './camera/event.ts'
import { type PatrolView, viewPatrols } from './camera/patrol/view.ts'
import { precisionOf, thresholdOf } from './camera/trust.ts'
import type { CityState } from './city-state.ts'
import { isFree } from './dispatch/record.ts'
import { listCrews, listTasks } from './dispatch/state.ts'
import { PRE_POSITION } from './dispatch/tasks.ts'
import { listStorms } from './flood/acts/storm.ts'
import { scoreLately, scoreOfStorm, type VerifiedScore } from './flood/verify.ts'
import { listIncidents } from './incidents/state.ts'
import { type Kpi, type KpiId, type KpiPoint, kpiMinutes, kpis as listKpis } from './kpi/kpi.ts'
import { type ResponseTimes, responseTimes } from './kpi/response.ts'
import { type Arterial, type Bilingual, type DeviceKey, deviceKey, splitKey } from './model/city.ts'
import type { QualityCause } from './model/fact.ts'
import type { LowPointForecast } from './model/forecast.ts'
import type { Crew, Incident, Reason, Task } from './model/incident.ts'
import type { MetricValue, OperatorOrder } from './model/observation.ts'
import type { ReportRecord } from './model/report.ts'
import { ROUND } from './model/round.ts'
import type { Rule } from './model/rule.ts'
import { SEVERITIES, type Severity } from './model/severity.ts'
import type { ReachProblem, RoadState } from './model/solve.ts'
import type { FloodStage, Storm } from './model/storm.ts'
import type { Warning } from './model/warning.ts'
import { isKnownReport, listReports } from './reports/state.ts'
import { streetsNow } from './road-input.ts'
import { bindDevice } from './rules/compile.ts'
import { type Estimate, estimateLevel } from './sense/estimate.ts'
import { correctedTime, type DeviceSense, isFresh, qualityOf, type ValueQuality } from './sense/state.ts'
import { type DistrictWatermark, deviceWatermark, districtWatermarks } from './sense/watermark.ts'
import { handAt, type SignalMode, signalMode } from './signal-view.ts'
import { arterialsOf } from './traffic/area/arterial.ts'
import type { Closure } from './traffic/area/closures.ts'
import { type TimeSpace, timeSpaceOf } from './traffic/area/time-space.ts'
import { sumLanes } from './traffic/state.ts'
import { type JunctionView, type RoadView, viewJunction, viewRoads } from './traffic/view.ts'
import { isKnownWarning } from './warnings/receive.ts'
import { listWarnings, ownWarnings } from './warnings/state.ts'

export interface DeviceView {
  readonly key: DeviceKey
  /** Newest value of each metric, believed or not. */
  readonly values: Readonly<Record<string, MetricValue>>
  /** Measurement time of the newest reading; null before the first. */
  readonly ts: EpochMs | null
  readonly online: boolean
  readonly quality: ValueQuality
  /** Worst rule that is raised. */
  readonly raised: Severity | null
  /** Why a metric is not believed; `*` for the whole device. */
  readonly causes: Readonly<Record<string, QualityCause>>
  readonly battery_pct: number | null
  /** Device time less ours, s, where its clock is known to be off. */
  readonly clock_skew_s: number | null
  /** By metric: what is assumed where the device is silent or not believed. */
  readonly estimated: Readonly<Record<string, Estimate>>
}

export interface SignalView {
  readonly mode: SignalMode
  readonly phase: number
  readonly clearing: boolean
  readonly age_s: number
  readonly queued_veh: number
  readonly vehicles_veh: number
  readonly ts: EpochMs
}

function causesOf(device: DeviceSense): Record<string, QualityCause> {
  const causes: Record<string, QualityCause> = {}
  if (device.silent) causes['*'] = 'silent'
  else if (device.clock_wrong) causes['*'] = 'clock'
  for (const [metric, { cause }] of device.metrics) if (cause !== null) causes[metric] = cause
  return causes
}

/** Lanes of a junction that are not believed, as `in.<lane>`. */
function laneCauses(state: CityState, key: DeviceKey): Record<string, QualityCause> {
  const { domain, id } = splitKey(key)
  const watch = domain === 'traffic' ? state.traffic.detectors.junctions.get(id) : undefined
  const lanes = state.context.signal_network.get(id)?.lanes ?? []
  const causes: Record<string, QualityCause> = {}
  for (const [l, { fault }] of (watch?.lanes ?? []).entries()) if (fault !== null) causes[`in.${lanes[l].id}`] = fault.cause
  return causes
}

/** Rules that are raised at a device, with their severity as of now. */
export function* raisedAt(state: CityState, device: DeviceKey): Iterable<{ readonly rule: Rule; readonly severity: Severity }> {
  for (const { key, compiled } of bindDevice(state.compiled, state.context, device).rules) {
    const instance = state.rules.instances.get(key)
    // Nobody has been told of one that a suppression holds back.
    if (instance?.memory.raised !== true || instance.alarm?.told === false) continue
    yield { rule: compiled.rule, severity: instance.alarm?.severity ?? compiled.rule.severity }
  }
}

function worstRaised(state: CityState, device: DeviceSense): Severity | null {
  let worst = -1
  for (const { severity } of raisedAt(state, device.key)) worst = Math.max(worst, SEVERITIES.indexOf(severity))
  return worst < 0 ? null : SEVERITIES[worst]
}

/** Null for a device that neither the city lists nor anybody has heard. */
export function deviceView(state: CityState, key: DeviceKey): DeviceView | null {
  const device = state.sense.devices.get(key)
  if (device === undefined) {
    if (!state.context.devices.has(key)) return null
    return {
      key,
      values: {},
      ts: null,
      online: false,
      quality: 'stale',
      raised: null,
      causes: {},
      battery_pct: null,
      clock_skew_s: null,
      estimated: {},
    }
  }
  const causes = { ...causesOf(device), ...laneCauses(state, key) }
  const level = estimateLevel(state.sense, state.context, key, state.now)
  return {
    key,
    values: Object.fromEntries([...device.metrics].map(([metric, { value }]) => [metric, value])),
    ts: deviceWatermark(device),
    online: device.online,
    quality: worstQuality(device, causes, state.now),
    raised: worstRaised(state, device),
    causes,
    battery_pct: device.battery_pct,
    clock_skew_s: device.skew_ms === null ? null : Math.round(device.skew_ms / SECOND_MS),
    estimated: level === null ? {} : { level_m: level },
  }
}

/** A silent lane of a junction that speaks is told by its cause. */
function worstQuality(device: DeviceSense, causes: Readonly<Record<string, QualityCause>>, now: EpochMs): ValueQuality {
  if (Object.values(causes).some((cause) => cause !== 'silent')) return 'suspect'
  return device.silent || !device.online || !isFresh(device, now) ? 'stale' : 'good'
}

export interface ValueView {
  readonly value: MetricValue
  /** When it was measured, by our clock, and how long ago that is. */
  readonly ts: EpochMs
  readonly age_s: number
  readonly quality: ValueQuality
  readonly cause: QualityCause | null
}

/** Value, age and quality of every metric of a device; nothing for one that was never heard. */
export function valueViews(state: CityState, key: DeviceKey): Record<string, ValueView> {
  const device = state.sense.devices.get(key)
  if (device === undefined) return {}
  return Object.fromEntries(
    [...device.metrics].map(([metric, { value, ts: said, cause }]) => {
      const ts = correctedTime(device, said)
      const quality = qualityOf(state.sense, key, metric, state.now) ?? 'stale'
      return [metric, { value, ts, age_s: Math.max(0, Math.round((state.now - ts) / SECOND_MS)), quality, cause }]
    }),
  )
}

export interface QualityStretch {
  readonly from: EpochMs
  readonly to: EpochMs
  readonly cause: QualityCause | null
}

/** What the values of a metric were worth between two times, as far back as it is remembered. */
export function qualityStretches(state: CityState, key: DeviceKey, metric: string, from: EpochMs, to: EpochMs): QualityStretch[] {
  const changes = state.sense.devices.get(key)?.metrics.get(metric)?.changes ?? []
  return changes.flatMap(({ ts, cause }, i) => {
    const stretch = { from: Math.max(from, ts), to: Math.min(to, changes[i + 1]?.ts ?? to), cause }
    return stretch.from < stretch.to ? [stretch] : []
  })
}

/** By district: up to when all that speak there have told what they measured. */
export const watermarks = (state: CityState): ReadonlyMap<string, DistrictWatermark> => districtWatermarks(state.sense, state.now)

/** The city's devices, then any other that ever reported. */
export function* deviceKeys(state: CityState): Iterable<DeviceKey> {
  yield* state.context.devices.keys()
  for (const key of state.sense.devices.keys()) if (!state.context.devices.has(key)) yield key
}

/** @param key of the junction's detectors, `{district}/traffic/{id}`. Null before its first count. */
export function signalView(state: CityState, key: DeviceKey): SignalView | null {
  const junction = state.traffic.junctions.get(splitKey(key).id)
  if (junction === undefined || junction.count.device !== key) return null
  const { phase, clearing, age_s, ts } = junction.count
  const { district, id } = splitKey(key)
  return { mode: signalMode(state, district, id), phase, clearing, age_s, ts, ...sumLanes(junction.count) }
}

/** The command that a junction's signal follows now; null when none stands. */
function standingCommand(state: CityState, device: DeviceKey): IssuedCommand | null {
  const standing = state.act.slots.get(signalSlot(device))
  return standing === undefined || standing.expires <= state.now ? null : (state.act.issued.get(standing.id) ?? null)
}

export interface JunctionControl {
  readonly mode: SignalMode
  readonly hand: Pick<Hold, 'by' | 'until'> | null
  /** Why the signal does what it does: of the command that stands, else of what the brain suggests; null without either. */
  readonly reason: { readonly reason: Reason; readonly ts: EpochMs } | null
  /** Newest first. */
  readonly commands: readonly IssuedCommand[]
}

const COMMANDS_SHOWN = 6

/** @param id of the junction. Null for one that the city does not describe. */
export function junctionView(state: CityState, id: string): (JunctionView & JunctionControl) | null {
  const view = viewJunction(state.traffic, state.context, id, state.now)
  const district = state.context.junctions.get(id)?.district
  if (view === null || district === undefined) return null
  const device = deviceKey(district, 'signal', id)
  const hand = handAt(state, district, id)
  const issued = [...commands(state)].filter(({ command }) => command.device === device)
  return {
    ...view,
    mode: signalMode(state, district, id),
    hand: hand === null ? null : { by: hand.by, until: hand.until },
    reason: reasonAt(state, device, id),
    commands: issued.slice(-COMMANDS_SHOWN).reverse(),
  }
}

function reasonAt(state: CityState, device: DeviceKey, id: string): JunctionControl['reason'] {
  const command = standingCommand(state, device)?.command
  if (command !== undefined) return { reason: command.reason, ts: command.ts }
  const suggestion = state.traffic.suggestions.get(id)
  return suggestion === undefined ? null : { reason: suggestion.reason, ts: suggestion.updated }
}

/** Roads into the junction of these detectors. */
export const roadViews = (state: CityState, key: DeviceKey): RoadView[] => viewRoads(state.traffic, state.context, splitKey(key).id)

export interface ArterialView {
  readonly id: string
  readonly name: Bilingual
  readonly speed_kmh: number
  readonly weights: Arterial['weights']
  readonly junctions: readonly { readonly id: string; readonly name: Bilingual; readonly along_m: number }[]
  /** The coordinated plan, where one is in use. */
  readonly coordination: {
    readonly made: EpochMs
    readonly cycle_s: number
    readonly offsets_s: readonly number[]
    readonly progression: number
  } | null
}

export function arterials({ context, traffic }: CityState): ArterialView[] {
  const { coordination } = traffic.area
  return arterialsOf(context.city, context.signal_network).map(({ arterial: { id, name, speed_kmh, weights }, stops }) => ({
    id,
    name,
    speed_kmh,
    weights,
    junctions: stops.map(({ junction, along_m }) => ({ id: junction.id, name: junction.described.name, along_m: Math.round(along_m) })),
    coordination:
      coordination === null
        ? null
        : {
            made: coordination.made,
            cycle_s: coordination.cycle_s,
            offsets_s: stops.map(({ junction }) => coordination.plans.get(junction.id)?.offset_s ?? 0),
            progression: coordination.progression,
          },
  }))
}

/** Newest of each low point that has been forecast. */
export const forecasts = ({ flood }: CityState): Iterable<LowPointForecast> => flood.forecasts.values()
/** When the scores last changed; 0 before the first. */
export const scored = ({ flood }: CityState): EpochMs => flood.verification.ts
/** How good the forecasts of the last weeks and of this storm were; null before anything could be judged. */
export const forecastScores = ({ flood }: CityState): { readonly lately: VerifiedScore | null; readonly storm: VerifiedScore | null } => ({
  lately: scoreLately(flood.verification),
  storm: scoreOfStorm(flood.verification),
})

/** Roads that are closed now, the oldest closure first. */
export const closures = ({ traffic }: CityState): Iterable<Closure> => traffic.area.closures.values()

/** Null for an arterial that the city does not have. */
export const timeSpace = ({ context, traffic, now }: CityState, id: string, past_s: number, ahead_s: number): TimeSpace | null =>
  timeSpaceOf(traffic, context, id, past_s, ahead_s, now)

export interface FloodStageView {
  readonly point: string
  readonly stage: FloodStage
  readonly since: EpochMs
  /** Null before the first stage. */
  readonly reason: Reason | null
  /** Since when, and why, the road through it is closed; null where it is open. */
  readonly closed: { readonly since: EpochMs; readonly why: Bilingual } | null
}

/** Warning stage of every low point. */
export function* floodStages({ flood }: CityState): Iterable<FloodStageView> {
  for (const [point, { warning, reason, closure }] of flood.acts.points)
    yield { point, stage: warning.stage, since: warning.since, reason, closed: closure.closed }
}

/** Those that last first, then those that are over, newest first. */
export const storms = ({ flood, context }: CityState): Iterable<Storm> => listStorms(flood.acts, context)

export const incidents = (state: CityState): Iterable<Incident> => listIncidents(state.incidents)
/** In the order of issue. */
/** Reports of other systems, the longest unchanged first; `reportsRevision` grows with every change of any. */
export const reports = (state: CityState): Iterable<ReportRecord> => listReports(state.reports)
export const reportsRevision = (state: CityState): number => state.reports.revision

/** Whether an order of another system says anything that is not known: what is sent again and again need not be handed on. */
export function isNews({ reports: known, warnings: standing, context }: CityState, order: OperatorOrder): boolean {
  if (order.type === 'report.take') return !isKnownReport(known, context, order.report)
  return order.type !== 'warning.receive' || !isKnownWarning(standing, order.message)
}

export const warnings = (state: CityState): Iterable<Warning> => listWarnings(state.warnings)
/** Own warnings that stand, and those that ended within the last day. */
export const warningsForOthers = (state: CityState): Iterable<Warning> => ownWarnings(state.warnings)
export const tasks = (state: CityState): Iterable<Task> => listTasks(state.dispatch)
export const crews = (state: CityState): Iterable<Crew> => listCrews(state.dispatch)

/** Crews that could go now, as a solver takes them. @param skill null: whatever they can */
export function freeCrews({ dispatch, context }: CityState, skill: string | null): ReachProblem['crews'] {
  return [...dispatch.crews.values()].flatMap((record) => {
    const { id, at, skills } = record.crew
    if (!isFree(record) || (skill !== null && !skills.includes(skill))) return []
    const { speed_factor = 1, vehicle } = context.crews.get(id) ?? {}
    return [{ id, at, speed_factor, ...(vehicle === undefined ? {} : { vehicle }) }]
  })
}

/** Closures and delays on the streets now. */
export const streets = (state: CityState): RoadState => streetsNow(state).state()

/** How soon crews were on site in the last 24 hours. */
export const responses = (state: CityState): ResponseTimes[] =>
  responseTimes(tasks(state), ({ kind }) => kind !== PRE_POSITION && kind !== ROUND, state.now)
export const commands = (state: CityState): Iterable<IssuedCommand> => listCommands(state.act)
export const kpis = (state: CityState): readonly Kpi[] => listKpis(state.kpi)
/** @param as_known_at infinity for as known now */
export const kpiHistory = (state: CityState, id: KpiId, from: EpochMs, to: EpochMs, as_known_at: EpochMs): KpiPoint[] =>
  kpiMinutes(state.kpi, id, from, to, as_known_at)
/** Newest first. */
export const cameraDoubts = (state: CityState): Doubt[] => [...state.camera.doubts.values()].reverse()
/** How far a camera is believed for a type of event. */
/** Where a camera that goes round looks now; null when nobody knows, or while it turns. */
export function presetNow({ camera, now }: CityState, device: DeviceKey): string | null {
  const record = camera.patrol.cameras.get(device)
  return record?.answered && now >= record.settled ? record.preset : null
}

export const cameraPatrols = ({ camera, context, now }: CityState): PatrolView[] => viewPatrols(camera.patrol, context, now)

export const cameraTrust = (
  state: CityState,
  device: DeviceKey,
  type: string,
): { readonly precision: number; readonly threshold: number } => ({
  precision: precisionOf(state.camera.trust, device, type),
  threshold: thresholdOf(state.camera.trust, device, type),
})
/** In force, in the order of the files. */
export const rules = (state: CityState): readonly Rule[] => state.rules.rules
