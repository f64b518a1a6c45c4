/**
 * Dispatch: the right crew to every confirmed incident that needs one. `record.ts` is what is remembered, `lifecycle.ts` which status
 * may follow which, `press.ts` the phones' buttons, `crews.ts` positions and shifts, `assign.ts` the problem for the solver and its
 * answer, `orders.ts` what is sent; this file sorts what comes in.
 */
import type { EpochMs } from '../base/time.ts'
import { changeIncident, isEnded, moveIncident } from '../incidents/lifecycle.ts'
import { findIncident, type IncidentRecord, type IncidentsState } from '../incidents/record.ts'
import { unknownIncident } from '../incidents/state.ts'
import { deviceKey } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { CrewEvent, OperatorAct, OperatorOrder, Presence, Reading, Solution } from '../model/observation.ts'
import { answerOperator, type Outcome } from '../model/outcome.ts'
import { takeAnswer } from './assign.ts'
import { notePresence, trackPosition } from './crews.ts'
import { moveTask } from './lifecycle.ts'
import { nameOf, sendRecall } from './orders.ts'
import { press } from './press.ts'
import { type CrewRecord, type DispatchState, isFree, type TaskRecord } from './record.ts'
import { takeRoutes } from './reroute.ts'
import { createTask } from './tasks.ts'

export { type CrewRecord, createDispatch, type DispatchState, listCrews, listTasks, type TaskRecord } from './record.ts'

export type DispatchObservation = CrewEvent | Reading | Presence | Solution | OperatorAct

/** Folds what concerns crews and tasks; everything else (a reading of a gauge, another operator order) is left alone. */
export function observeDispatch(
  state: DispatchState,
  context: Context,
  obs: DispatchObservation,
  incidents: IncidentsState,
  now: EpochMs,
  out: Outcome,
): void {
  switch (obs.kind) {
    case 'crew': {
      const crew = state.crews.get(obs.device)
      if (crew !== undefined) crew.heard = now
      press(state, incidents, obs, now, out)
      return
    }
    case 'reading':
      trackPosition(state, obs, now)
      return
    case 'presence':
      notePresence(state, obs, now, out)
      return
    case 'solution':
      if (!takeRoutes(state, context, obs, now, out)) takeAnswer(state, incidents, obs, now, out)
      return
    case 'operator':
      if (obs.act.type === 'incident.dispatch') {
        answerOperator(out, obs, orderDispatch(state, context, incidents, obs, obs.act, now, out), now)
      }
  }
}

/** A person sends somebody, or a named crew. Why it cannot be done, or null when it is done. */
function orderDispatch(
  state: DispatchState,
  context: Context,
  incidents: IncidentsState,
  obs: OperatorAct,
  act: Extract<OperatorOrder, { type: 'incident.dispatch' }>,
  now: EpochMs,
  out: Outcome,
): string | null {
  const incident = findIncident(incidents, act.incident)
  if (incident === null) return unknownIncident(act.incident)
  if (isEnded(incident) || incident.incident.status === 'resolved') return `already ${incident.incident.status} / 事件已结束`
  const crew = act.crew === null ? null : findCrew(state, incident, act.crew)
  if (crew === undefined) return `no crew ${act.crew} / 无班组 ${act.crew}`
  const standing = findOpenTask(state, incident)
  if (standing !== null && standing.task.crew !== null && standing.task.status !== 'offered') {
    const name = nameOf(state, standing.task.crew)
    return `${name.en} is ${standing.task.status} already / ${name.zh}已在处置`
  }
  if (crew !== null && crew.crew.id !== standing?.task.crew && !isFree(crew))
    return `${crew.crew.name.en} is not free (${crew.crew.status}) / ${crew.crew.name.zh}不空闲`

  const note = { by: `operator:${obs.by}`, text: { zh: '人工派单', en: 'Dispatched by a person' } }
  if (incident.incident.status === 'detected') moveIncident(incidents, incident, 'confirmed', note, now, out)
  const record = standing ?? orderTask(state, context, incidents, incident, note, now, out)
  if (crew !== null && record.task.crew !== crew.crew.id) {
    withdraw(state, incidents, record, note, now, out)
    record.chosen = { crew: crew.crew.id, by: obs.by }
    record.task = { ...record.task, refused_by: record.task.refused_by.filter((id) => id !== crew.crew.id) }
    state.changed = true
  }
  return null
}

/** By device key, or by the id within the incident's district. */
function findCrew(state: DispatchState, { incident }: IncidentRecord, name: string): CrewRecord | undefined {
  return state.crews.get(name) ?? state.crews.get(deviceKey(incident.district, 'crew', name))
}

function findOpenTask(state: DispatchState, { incident }: IncidentRecord): TaskRecord | null {
  return incident.task === null ? null : (state.open.get(incident.task) ?? null)
}

/** A person's order starts the count of attempts afresh. */
function orderTask(
  state: DispatchState,
  context: Context,
  incidents: IncidentsState,
  incident: IncidentRecord,
  note: { by: string; text: { zh: string; en: string } },
  now: EpochMs,
  out: Outcome,
): TaskRecord {
  incident.tasks_made = 0
  incident.verify_by = null
  incident.need ??= { skill: 'patrol', kit: [], service_min: 20 }
  if (incident.incident.status === 'on_site') moveIncident(incidents, incident, 'confirmed', note, now, out)
  else changeIncident(incident, {}, { ...note, change: 'dispatch_ordered' }, now, out)
  return createTask(state, context, incident, incident.need, now, out)
}

/** Takes a standing offer back from the crew that has not answered yet. */
function withdraw(
  state: DispatchState,
  incidents: IncidentsState,
  record: TaskRecord,
  note: { by: string; text: { zh: string; en: string } },
  now: EpochMs,
  out: Outcome,
): void {
  if (record.task.crew === null) return
  sendRecall(record.task, record.task.crew, { zh: '改派其他班组', en: 'Another crew goes' }, out)
  moveTask(state, incidents, record, 'waiting', { reason: null }, { ...note, change: 'withdrawn' }, now, out)
}
