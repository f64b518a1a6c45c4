/** How one signal opens, joins, escalates or reopens an incident. */
import { base32 } from '../base/base32.ts'
import { distance_m, type LonLat } from '../base/geo.ts'
import { type EpochMs, MINUTE_MS } from '../base/time.ts'
import { type DeviceKey, splitKey } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { Incident, Reason } from '../model/incident.ts'
import type { Outcome } from '../model/outcome.ts'
import type { IncidentTemplate } from '../model/rule.ts'
import { SEVERITIES, type Severity } from '../model/severity.ts'
import { changeIncident, isEnded, moveIncident } from './lifecycle.ts'
import { districtAt, findGrid, nearestRoad } from './place.ts'
import type { IncidentRecord, IncidentSource, IncidentsState } from './record.ts'

/** Signals of one class join when they are about the same place or device, or this near and this soon after another. */
export const JOIN_M = 150
export const JOIN_MS = 10 * MINUTE_MS
/** So many devices that agree make an incident one level worse than the worst of them says. */
export const AGREEING_DEVICES = 3
const DEVICES_MAX = 64
/** A place that was told more exactly. */
const MOVED_M = 10

/** A signal of a rule or domain, or (`device` null) the report of a person. */
export interface RaisedSignal {
  readonly key: string
  readonly template: IncidentTemplate
  readonly severity: Severity
  readonly at: LonLat
  readonly device: DeviceKey | null
  readonly place: string | null
  readonly reason: Reason
  readonly foreseen?: EpochMs
  /** By when its own system wants it done. */
  readonly due?: EpochMs
  /** The rule has a step down for it: the incident becomes milder with it. */
  readonly eases?: boolean
}

/** The incident that the signal stands in now. Nothing changes when it stood there already with the same severity. */
export function raiseSignal(state: IncidentsState, context: Context, signal: RaisedSignal, now: EpochMs, out: Outcome): IncidentRecord {
  const standing = findStanding(state, signal.key)
  if (standing !== null) {
    const before = standing.sources.get(signal.key)
    if (!isEnded(standing)) {
      followForeseen(standing, signal, now, out)
      followReport(standing, context, signal, now, out)
    }
    standing.sources.set(signal.key, sourceOf(signal))
    if (before?.severity === signal.severity) return standing
    standing.need ??= signal.template.crew
    if (isEnded(standing)) return standing
    if (signal.eases === true) ease(standing, signal, now, out)
    else escalate(standing, signal, now, out)
    return standing
  }
  const record = findMatch(state, context, signal, now) ?? null
  if (record === null) return openIncident(state, context, signal, now, out)
  takeSource(state, record, signal, now)
  followForeseen(record, signal, now, out)
  followReport(record, context, signal, now, out)
  if (record.incident.status === 'resolved') reopen(state, record, signal, now, out)
  else join(record, signal, now, out)
  return record
}

function findStanding(state: IncidentsState, key: string): IncidentRecord | null {
  const id = state.by_signal.get(key)
  return id === undefined ? null : (state.open.get(id) ?? state.ended.get(id) ?? null)
}

const sourceOf = ({ device, severity, template: { crew } }: RaisedSignal): IncidentSource => ({
  device,
  severity,
  crews: crew === null ? 0 : (crew.crews ?? 1),
})

function takeSource(state: IncidentsState, record: IncidentRecord, signal: RaisedSignal, now: EpochMs): void {
  record.sources.set(signal.key, sourceOf(signal))
  record.evidence = now
  record.need ??= signal.template.crew
  state.by_signal.set(signal.key, record.incident.id)
}

/** The same place or device first, else the nearest fresh one; the oldest among equals. */
function findMatch(state: IncidentsState, context: Context, signal: RaisedSignal, now: EpochMs): IncidentRecord | undefined {
  const district = districtOf(context, signal)
  const alike = [...state.open.values()].filter(
    ({ incident }) => incident.class === signal.template.class && incident.district === district,
  )
  const same = alike.find(
    ({ place, incident }) =>
      (place !== null && place === signal.place) || (signal.device !== null && incident.devices.includes(signal.device)),
  )
  if (same !== undefined) return same
  const near = alike
    .filter((record) => now - record.evidence <= JOIN_MS)
    .map((record) => ({ record, far_m: distance_m(record.incident.at, signal.at) }))
    .filter(({ far_m }) => far_m <= JOIN_M)
  return near.sort((a, b) => a.far_m - b.far_m)[0]?.record
}

const districtOf = (context: Context, signal: RaisedSignal): string =>
  signal.device === null ? districtAt(context.city, signal.at) : splitKey(signal.device).district

function openIncident(state: IncidentsState, context: Context, signal: RaisedSignal, now: EpochMs, out: Outcome): IncidentRecord {
  const device = signal.device === null ? undefined : context.devices.get(signal.device)
  const incident: Incident = {
    id: nextId(state, now),
    class: signal.template.class,
    title: signal.template.title,
    severity: signal.severity,
    status: 'detected',
    alarm: 1,
    at: signal.at,
    district: districtOf(context, signal),
    grid: device?.grid ?? findGrid(context.city, signal.at)?.code ?? null,
    road: nearestRoad(context.city, signal.at),
    opened: now,
    updated: now,
    due: dueOf(signal, now),
    devices: signal.device === null ? [] : [signal.device],
    signals: 1,
    active: true,
    tasks: [],
    crews: [],
    reason: signal.reason,
    timeline: [],
  }
  const record: IncidentRecord = {
    incident,
    place: signal.place,
    need: signal.template.crew,
    deadline_min: signal.template.deadline_min,
    sources: new Map(),
    evidence: now,
    slots: [],
    person_told: false,
    failed_crews: new Set(),
    verify_by: null,
    overdue: false,
    foreseen: signal.foreseen !== undefined,
    ended: null,
  }
  state.open.set(incident.id, record)
  takeSource(state, record, signal, now)
  changeIncident(record, {}, { ...noteOf(signal), change: 'opened' }, now, out)
  return record
}

const dueOf = ({ foreseen, due, template }: RaisedSignal, now: EpochMs): EpochMs =>
  foreseen ?? due ?? now + template.deadline_min * MINUTE_MS

/** A forecast moves its own due time; the first that has seen the trouble itself begins the time for its work. */
function followForeseen(record: IncidentRecord, signal: RaisedSignal, now: EpochMs, out: Outcome): void {
  if (!record.foreseen || record.incident.due === signal.foreseen) return
  const came = signal.foreseen === undefined
  record.foreseen = !came
  const patch = { due: dueOf(signal, now), ...(came ? { title: signal.template.title } : {}) }
  changeIncident(record, patch, { ...noteOf(signal), change: came ? 'came' : 'due' }, now, out)
}

/** A report moves what it alone speaks for, its place and its deadline; beside others it can only make the deadline earlier. */
function followReport(record: IncidentRecord, context: Context, signal: RaisedSignal, now: EpochMs, out: Outcome): void {
  const { incident } = record
  if (signal.device !== null || record.foreseen) return
  const alone = record.sources.size === 1 && record.sources.has(signal.key)
  const due = signal.due === undefined || (!alone && signal.due >= incident.due) ? incident.due : signal.due
  const moved = alone && distance_m(incident.at, signal.at) > MOVED_M
  if (due === incident.due && !moved) return
  if (due > now) record.overdue = false
  const place = { at: signal.at, grid: findGrid(context.city, signal.at)?.code ?? null, road: nearestRoad(context.city, signal.at) }
  changeIncident(record, { due, ...(moved && place) }, { ...noteOf(signal), change: moved ? 'moved' : 'due' }, now, out)
}

/** `I-<time in base 32>-<n>`: sorts by time, can be read out over the radio. */
function nextId(state: IncidentsState, now: EpochMs): string {
  const { named } = state
  named.count = named.ts === now ? named.count + 1 : 1
  named.ts = now
  return `I-${base32(now)}-${named.count}`
}

function join(record: IncidentRecord, signal: RaisedSignal, now: EpochMs, out: Outcome): void {
  const { incident } = record
  const severity = worse(incident.severity, severityOf(record))
  const escalated = severity !== incident.severity
  changeIncident(
    record,
    {
      ...evidencePatch(incident, signal),
      signals: incident.signals + 1,
      active: true,
      severity,
      ...(escalated ? { reason: signal.reason } : {}),
    },
    { ...noteOf(signal), change: escalated ? 'escalated' : 'joined' },
    now,
    out,
  )
}

function escalate(record: IncidentRecord, signal: RaisedSignal, now: EpochMs, out: Outcome): void {
  const severity = worse(record.incident.severity, severityOf(record))
  if (severity === record.incident.severity) return
  record.evidence = now
  changeIncident(record, { severity, reason: signal.reason }, { ...noteOf(signal), change: 'escalated' }, now, out)
}

/** A signal says by itself that it became milder; a deadline that was missed stays missed. */
function ease(record: IncidentRecord, signal: RaisedSignal, now: EpochMs, out: Outcome): void {
  const severity = record.overdue ? oneWorse(severityOf(record)) : severityOf(record)
  if (severity === record.incident.severity) return
  changeIncident(record, { severity, reason: signal.reason }, { ...noteOf(signal), change: 'eased' }, now, out)
}

/** As severe as its signals now say: what was before it was resolved is in the timeline. */
function reopen(state: IncidentsState, record: IncidentRecord, signal: RaisedSignal, now: EpochMs, out: Outcome): void {
  const { incident } = record
  record.slots = []
  record.person_told = false
  record.failed_crews.clear()
  record.overdue = false
  record.foreseen = signal.foreseen !== undefined
  record.incident = {
    ...incident,
    ...evidencePatch(incident, signal),
    signals: incident.signals + 1,
    active: true,
    severity: severityOf(record),
    reason: signal.reason,
    due: signal.foreseen ?? signal.due ?? now + record.deadline_min * MINUTE_MS,
    alarm: 1,
    tasks: [],
    crews: [],
  }
  moveIncident(state, record, 'detected', { ...noteOf(signal), change: 'reopened' }, now, out)
}

function evidencePatch(incident: Incident, { device }: RaisedSignal): { devices: readonly DeviceKey[] } {
  const known = device === null || incident.devices.includes(device) || incident.devices.length >= DEVICES_MAX
  return { devices: known ? incident.devices : [...incident.devices, device] }
}

/** The worst standing signal; one level more when enough devices agree. */
function severityOf(record: IncidentRecord): Severity {
  const sources = [...record.sources.values()]
  const worst = sources.reduce<Severity>((most, source) => worse(most, source.severity), SEVERITIES[0])
  return new Set(sources.flatMap(({ device }) => device ?? [])).size >= AGREEING_DEVICES ? oneWorse(worst) : worst
}

const worse = (a: Severity, b: Severity): Severity => (SEVERITIES.indexOf(a) >= SEVERITIES.indexOf(b) ? a : b)
export const oneWorse = (severity: Severity): Severity => SEVERITIES[Math.min(SEVERITIES.indexOf(severity) + 1, SEVERITIES.length - 1)]

function noteOf({ reason, device }: RaisedSignal): { by: string; text: { zh: string; en: string } } {
  const by = reason.rule === undefined ? `policy:${reason.policy ?? (device === null ? 'report' : 'signal')}` : `rule:${reason.rule}`
  return { by, text: { zh: reason.text_zh, en: reason.text } }
}
