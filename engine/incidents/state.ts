/**
 * Incidents: what is wrong in the city, joined from signals of rules and domains, from the first sign to the closed file.
 * `record.ts` is what is remembered, `lifecycle.ts` which status may follow which, `correlate.ts` joins signals and lets time pass;
 * this file is what a person's order changes. Every order is answered with an `operator` fact: done, or why not. Dispatch moves an
 * incident on through `lifecycle.ts`.
 */
import type { EpochMs } from '../base/time.ts'
import type { Bilingual } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { Incident } from '../model/incident.ts'
import type { OperatorAct, OperatorOrder } from '../model/observation.ts'
import { answerOperator, type Outcome } from '../model/outcome.ts'
import { ALARMS_MAX, reportTemplate } from '../model/run-cards.ts'
import { canMove, changeIncident, endReports, isEnded, moveIncident, type Note } from './lifecycle.ts'
import { raiseSignal } from './raise.ts'
import { findIncident, type IncidentRecord, type IncidentsState } from './record.ts'

export { countUnresolved, createIncidents, findIncident, type IncidentRecord, type IncidentsState, listIncidents } from './record.ts'

/** By the key of one of its signals while that stands, else by its id. */
export function incidentOf(state: IncidentsState, signal: string, id: string | null): Incident | null {
  const known = state.by_signal.get(signal) ?? id
  return known === null ? null : (findIncident(state, known)?.incident ?? null)
}

/** Takes the order when it is to acknowledge, dismiss, close, report an incident or raise its alarm; false leaves it to others. */
export function observeIncidents(state: IncidentsState, context: Context, obs: OperatorAct, now: EpochMs, out: Outcome): boolean {
  const { act } = obs
  if (act.type === 'incident.report') {
    report(state, context, obs, act, now, out)
    answerOperator(out, obs, null, now)
    return true
  }
  if (
    act.type !== 'incident.acknowledge' &&
    act.type !== 'incident.dismiss' &&
    act.type !== 'incident.close' &&
    act.type !== 'incident.alarm'
  )
    return false
  const record = findIncident(state, act.incident)
  const why = record === null ? unknownIncident(act.incident) : obey(state, record, obs, act, now, out)
  answerOperator(out, obs, why, now)
  return true
}

export const unknownIncident = (id: string): string => `no incident ${id} in the last 24 h / 近 24 小时无事件 ${id}`

/** Why it cannot be done, or null when it is done. */
function obey(
  state: IncidentsState,
  record: IncidentRecord,
  obs: OperatorAct,
  act: Extract<OperatorOrder, { type: 'incident.acknowledge' | 'incident.dismiss' | 'incident.close' | 'incident.alarm' }>,
  now: EpochMs,
  out: Outcome,
): string | null {
  const { status } = record.incident
  if (isEnded(record)) return `already ${status} / 事件已结束`
  switch (act.type) {
    case 'incident.acknowledge':
      if (!canMove(record, 'confirmed') || status !== 'detected') return `already ${status} / 事件已确认`
      moveIncident(state, record, 'confirmed', note(obs, { zh: '人工确认', en: 'Confirmed by a person' }), now, out)
      return null
    case 'incident.alarm': {
      if (status === 'resolved') return 'already resolved / 事件已处置'
      const { alarm } = record.incident
      if (alarm >= ALARMS_MAX) return `alarm ${alarm} is the highest / 已是最高等级`
      const more = note(obs, { zh: `升为 ${alarm + 1} 级出动${said(act.note)}`, en: `Alarm ${alarm + 1}${said(act.note, ': ')}` })
      if (status === 'detected') moveIncident(state, record, 'confirmed', more, now, out)
      changeIncident(record, { alarm: alarm + 1 }, { ...more, change: 'alarm' }, now, out)
      return null
    }
    case 'incident.dismiss':
      if (!canMove(record, 'dismissed')) return `cannot be dismissed when ${status} / 当前状态不可撤销`
      endReports(state, record)
      moveIncident(state, record, 'dismissed', note(obs, { zh: `撤销：${act.reason}`, en: `Dismissed: ${act.reason}` }), now, out)
      return null
    case 'incident.close': {
      const closing = note(obs, { zh: `人工结案：${act.reason}`, en: `Closed by a person: ${act.reason}` })
      endReports(state, record)
      if (status !== 'resolved') moveIncident(state, record, 'resolved', closing, now, out)
      moveIncident(state, record, 'closed', closing, now, out)
      return null
    }
  }
}

const said = (text: string | undefined, before = '：'): string => (text === undefined ? '' : `${before}${text}`)
const note = (obs: OperatorAct, text: Note['text']): Note => ({ by: `operator:${obs.by}`, text })

const titleOf = (incidentClass: string, text: string): Bilingual =>
  text === '' ? { zh: `上报：${incidentClass}`, en: `Reported: ${incidentClass}` } : { zh: text, en: text }

/** A person has seen it: no further confirmation is needed. */
function report(
  state: IncidentsState,
  context: Context,
  obs: OperatorAct,
  act: Extract<OperatorOrder, { type: 'incident.report' }>,
  now: EpochMs,
  out: Outcome,
): void {
  const text = act.text.trim()
  const template = reportTemplate(context.dispatch.run_cards, act.class, titleOf(act.class, text))
  const record = raiseSignal(
    state,
    context,
    {
      key: `report:${obs.id}`,
      template,
      severity: act.severity,
      at: act.at,
      device: null,
      place: null,
      reason: {
        policy: 'report',
        text: `Reported by ${obs.by}${text === '' ? '' : `: ${text}`}`,
        text_zh: `${obs.by} 上报${text === '' ? '' : `：${text}`}`,
        evidence: [`report ${obs.id} at ${obs.ts}`],
      },
    },
    now,
    out,
  )
  if (record.incident.status === 'detected')
    moveIncident(state, record, 'confirmed', note(obs, { zh: '人工上报即确认', en: 'Confirmed: a person reported it' }), now, out)
}
