/**
 * Reports from outside: each is one signal by its own system's id, however often it is sent. `observeReport` takes what other systems say, `followReports` notes what became of it
 * here, for whoever asks or is told.
 */
import { OUTSIDE_M, offCity_m } from '../base/datum.ts'
import type { LonLat } from '../base/geo.ts'
import { DAY_MS, type EpochMs } from '../base/time.ts'
import type { City } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { Incident } from '../model/incident.ts'
import type { OperatorAct } from '../model/observation.ts'
import { answerOperator, type Outcome } from '../model/outcome.ts'
import { isOver, type OutsideReport, type ReportRecord, type ReportStage, reportKey } from '../model/report.ts'
import type { IncidentTemplate } from '../model/rule.ts'
import { reportTemplate } from '../model/run-cards.ts'

export interface ReportsState {
  /** By source and id, the longest unchanged first. */
  readonly records: Map<string, ReportRecord>
  /** Grows with every change of any record. */
  revision: number
}

export const createReports = (): ReportsState => ({ records: new Map(), revision: 0 })

/** Longest first: those that are over go, then nothing new is taken. */
const RECORDS_MAX = 10_000
const KEPT_MS = 30 * DAY_MS
const TEXT_MAX = 500

const signalKey = (key: string): string => `report:${key}`

/** The mean of a grid's corners: near enough to send somebody there. */
function middleOf({ grids }: City, code: string | null): LonLat | null {
  const outline = grids.find((grid) => grid.code === code)?.outline ?? []
  if (outline.length === 0) return null
  const sum = outline.reduce(([x, y], [lon, lat]) => [x + lon, y + lat], [0, 0])
  return [sum[0] / outline.length, sum[1] / outline.length]
}

/** @returns false when the order is not for us */
export function observeReport(state: ReportsState, context: Context, order: OperatorAct, now: EpochMs, out: Outcome): boolean {
  if (order.act.type !== 'report.take') return false
  answerOperator(out, order, take(state, context, order.act.report, now, out), now)
  return true
}

/** As it is kept; null where nobody could say where it is. */
function placed(state: ReportsState, context: Context, said: OutsideReport): OutsideReport | null {
  const at = said.at ?? middleOf(context.city, said.grid) ?? state.records.get(reportKey(said))?.report.at ?? null
  return at === null ? null : { ...said, at, text: said.text.slice(0, TEXT_MAX) }
}

/** It would change nothing: for whoever asks before it hands on what is sent again and again. */
export function isKnownReport(state: ReportsState, context: Context, said: OutsideReport): boolean {
  const before = state.records.get(reportKey(said))
  if (before === undefined) return said.state === 'closed'
  const report = placed(state, context, said)
  return report !== null && same(before.report, report)
}

/** Why it is not taken (English / Chinese); null when it is. */
function take(state: ReportsState, context: Context, said: OutsideReport, now: EpochMs, out: Outcome): string | null {
  if (isKnownReport(state, context, said)) return null
  const key = reportKey(said)
  const before = state.records.get(key)
  const report = placed(state, context, said)
  if (report?.at == null) return 'neither position nor a grid of the city / 缺少位置，且网格不在本市'
  if (offCity_m(report.at, context.city.bounds) > OUTSIDE_M) return 'its position is not in the city / 位置不在本市'
  if (before === undefined && !makeRoom(state)) return `more than ${RECORDS_MAX} reports are open / 未结上报超过 ${RECORDS_MAX} 件`
  if (before === undefined) put(state, { report, received: now, incident: null, stage: 'detected', since: now, due: report.due })
  else put(state, { ...before, report })
  if (report.state === 'closed') withdraw(state, key, report, now, out)
  else if (before === undefined || !isOver(before.stage) || comesBack(before.report, report)) raise(state, context, key, report, now, out)
  return null
}

const same = (a: OutsideReport, b: OutsideReport): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Over here and still open there is no news; closed or open there and then not is. */
const comesBack = (before: OutsideReport, after: OutsideReport): boolean =>
  before.state !== after.state && (before.state === 'closed' || after.state === 'returned')

function put(state: ReportsState, record: ReportRecord): void {
  const key = reportKey(record.report)
  state.records.delete(key)
  state.records.set(key, record)
  state.revision++
}

function makeRoom({ records }: ReportsState): boolean {
  if (records.size < RECORDS_MAX) return true
  for (const [key, { stage }] of records) {
    if (!isOver(stage)) continue
    records.delete(key)
    return true
  }
  return false
}

function reasonOf({ source, id, text }: OutsideReport, now: EpochMs) {
  return {
    policy: 'report',
    text: `Reported through ${source}${text === '' ? '' : `: ${text}`}`,
    text_zh: `${source} 转来${text === '' ? '' : `：${text}`}`,
    evidence: [`report ${source}/${id} at ${now}`],
  }
}

function raise(state: ReportsState, context: Context, key: string, report: OutsideReport, now: EpochMs, out: Outcome): void {
  const record = state.records.get(key)
  if (record !== undefined && isOver(record.stage)) put(state, { ...record, incident: null, stage: 'detected', since: now })
  propose(out, key, report, true, reportTemplate(context.dispatch.run_cards, report.class, report.title), now)
}

function withdraw(state: ReportsState, key: string, report: OutsideReport, now: EpochMs, out: Outcome): void {
  const record = state.records.get(key)
  if (record === undefined || isOver(record.stage)) return
  put(state, { ...record, stage: 'withdrawn', since: now })
  propose(out, key, report, false, { class: report.class, title: report.title, deadline_min: 1, crew: null }, now)
}

function propose(out: Outcome, key: string, report: OutsideReport, active: boolean, template: IncidentTemplate, now: EpochMs): void {
  const { at, severity, due } = report
  if (at === null) return
  const reason = reasonOf(report, now)
  const proposal = { kind: 'signal', key: signalKey(key), active, template, severity, at, device: null, place: null, reason } as const
  out.proposals.push({ ...proposal, ...(due === null ? {} : { due }) })
}

/**
 * Notes where the incidents of the reports stand, after all that this step changed of them.
 * @param incidentOf by the key of a signal, or by its own id
 */
export function followReports(
  state: ReportsState,
  incidentOf: (signal: string, id: string | null) => Incident | null,
  now: EpochMs,
  out: Outcome,
): void {
  if (state.records.size === 0) return
  for (const [key, { since, stage }] of state.records) {
    if (now - since <= KEPT_MS || !isOver(stage)) break
    state.records.delete(key)
  }
  if (!out.facts.some(({ kind }) => kind === 'incident')) return
  for (const [key, record] of [...state.records]) {
    if (isOver(record.stage)) continue
    const incident = incidentOf(signalKey(key), record.incident)
    if (incident === null) continue
    const { id, status, due } = incident
    const stage: ReportStage = status
    if (record.incident === id && record.stage === stage && record.due === due) continue
    put(state, { ...record, incident: id, due, stage, since: record.stage === stage ? record.since : now })
  }
}

/** The longest unchanged first. */
export const listReports = ({ records }: ReportsState): Iterable<ReportRecord> => records.values()
