/** Joins the step's signals into incidents and lets time pass over them. */
import { DAY_MS, type EpochMs, MINUTE_MS } from '../base/time.ts'
import type { Context } from '../model/context.ts'
import type { Outcome } from '../model/outcome.ts'
import type { Proposal } from '../model/proposal.ts'
import { CAUSE_PASSED, changeIncident, endReports, isEnded, moveIncident, type Note, settleIncident } from './lifecycle.ts'
import { oneWorse, raiseSignal } from './raise.ts'
import { findIncident, hasOpenTask, type IncidentRecord, type IncidentsState } from './record.ts'

export type Signal = Extract<Proposal, { kind: 'signal' }>

/** A watch that stands so long needs somebody, even if only one device says so. */
export const STANDING_MS = 5 * MINUTE_MS
/** A resolved incident waits so long for its cause to come back before it is closed. */
export const REOPEN_MS = 15 * MINUTE_MS
/** Closed and dismissed incidents can be read so long; then they are in the journal only. */
export const ENDED_KEPT_MS = DAY_MS

/** Signals may be repeated every step or given at changes only: a repeated one changes nothing. */
export function correlate(state: IncidentsState, context: Context, signals: readonly Signal[], now: EpochMs, out: Outcome): void {
  for (const signal of signals) {
    if (signal.active) raiseSignal(state, context, signal, now, out)
    else passSignal(state, signal.key, now, out)
  }
  for (const record of state.open.values()) reviewIncident(state, record, now, out)
  for (const [id, record] of state.ended) {
    if (record.ended === null || now - record.ended < ENDED_KEPT_MS) break
    // A dismissed cause that still stands must not come back as a new incident.
    if (record.sources.size === 0) state.ended.delete(id)
  }
}

function passSignal(state: IncidentsState, key: string, now: EpochMs, out: Outcome): void {
  const id = state.by_signal.get(key)
  const record = id === undefined ? null : findIncident(state, id)
  state.by_signal.delete(key)
  if (record === null || !record.sources.delete(key)) return
  // A sensor that clears speaks for the reports that were joined with it.
  if (![...record.sources.values()].some(({ device }) => device !== null)) endReports(state, record)
  if (record.sources.size > 0) return
  // With nobody on the way the cause's end is the incident's end: one change, one fact.
  if (hasOpenTask(record) || isEnded(record)) changeIncident(record, { active: false }, { ...CAUSE_PASSED, change: 'passed' }, now, out)
  else settleIncident(state, record, CAUSE_PASSED, now, out)
}

/** What time alone changes. */
function reviewIncident(state: IncidentsState, record: IncidentRecord, now: EpochMs, out: Outcome): void {
  const { status } = record.incident
  if (status === 'resolved') {
    if (now - record.incident.updated >= REOPEN_MS) moveIncident(state, record, 'closed', CLOSED, now, out)
    return
  }
  if (status === 'detected') {
    const note = whyConfirmed(record, now)
    if (note !== null) moveIncident(state, record, 'confirmed', note, now, out)
  }
  if (now >= record.incident.due && !record.overdue && !record.foreseen) {
    record.overdue = true
    changeIncident(record, { severity: oneWorse(record.incident.severity) }, OVERDUE, now, out)
  }
}

/** What a rule measured as warning or worse needs no second opinion; a watch waits for a second device, for time, or for a person. */
function whyConfirmed(record: IncidentRecord, now: EpochMs): Note | null {
  const { incident } = record
  if (incident.severity !== 'watch') return CONFIRMED_BY_SEVERITY
  if (incident.devices.length > 1) return CONFIRMED_BY_AGREEMENT
  return now - record.evidence >= STANDING_MS ? CONFIRMED_BY_STANDING : null
}

const CONFIRMED_BY_SEVERITY: Note = {
  by: 'policy:confirm.severity',
  text: { zh: '达到预警级别，自动确认', en: 'Confirmed: warning level or above' },
}
const CONFIRMED_BY_AGREEMENT: Note = {
  by: 'policy:confirm.agreement',
  text: { zh: '两台设备一致，自动确认', en: 'Confirmed: a second device agrees' },
}
const CONFIRMED_BY_STANDING: Note = {
  by: 'policy:confirm.standing',
  text: { zh: '持续 5 分钟未消除，自动确认', en: 'Confirmed: it has stood for 5 minutes' },
}
const CLOSED: Note = {
  by: 'policy:close',
  text: { zh: '15 分钟内未复发，自动结案', en: 'Closed: it did not come back within 15 minutes' },
}
const OVERDUE: Note = {
  by: 'policy:deadline',
  change: 'overdue',
  text: { zh: '超过处置时限，升级', en: 'Past its deadline: raised one level' },
}
