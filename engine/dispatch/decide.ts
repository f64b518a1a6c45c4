/** What dispatch does of its own accord in every step: calls back, takes back, makes tasks, asks for crews. */
import { DAY_MS, type EpochMs, MINUTE_MS } from '../base/time.ts'
import { changeIncident, isEnded, moveIncident, type Note } from '../incidents/lifecycle.ts'
import { findIncident, type IncidentRecord, type IncidentsState } from '../incidents/record.ts'
import type { Bilingual } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { Outcome } from '../model/outcome.ts'
import { askForCrews } from './assign.ts'
import { followShifts, watchSilence } from './crews.ts'
import { moveTask } from './lifecycle.ts'
import { sendRecall } from './orders.ts'
import { refuse } from './press.ts'
import type { DispatchState, TaskRecord } from './record.ts'
import { rerouteCrews, type Streets } from './reroute.ts'
import { createTask, PRE_POSITION, PRIORITY } from './tasks.ts'

/** After so many tasks for one incident a person has to decide. */
export const TASKS_PER_INCIDENT = 3
/** Crews that refused are asked again after so long. */
const REFUSALS_FORGOTTEN_MS = 15 * MINUTE_MS
/** A task that found no crew in a whole day has failed. */
const WAITING_MS = DAY_MS
/** Ended tasks can be read so long; then they are in the journal only. */
const ENDED_KEPT_MS = DAY_MS

export function decideDispatch(
  state: DispatchState,
  context: Context,
  incidents: IncidentsState,
  streets: Streets,
  now: EpochMs,
  out: Outcome,
): void {
  followShifts(state, context, now, out)
  for (const record of [...state.open.values()]) reviewTask(state, incidents, record, now, out)
  for (const record of incidents.open.values()) makeTask(state, context, incidents, record, now, out)
  for (const [id, record] of state.ended) {
    if (now - record.task.updated < ENDED_KEPT_MS) break
    state.ended.delete(id)
  }
  askForCrews(state, context, streets, now, out)
  rerouteCrews(state, context, streets, now, out)
}

function reviewTask(state: DispatchState, incidents: IncidentsState, record: TaskRecord, now: EpochMs, out: Outcome): void {
  const incident = findIncident(incidents, record.task.incident)
  if (incident === null || isEnded(incident)) recall(state, incidents, record, INCIDENT_ENDED, now, out)
  // Whoever is on site finishes: the place may need cleaning, a look, a photo. A pump that waits for water has nothing to finish.
  else if (!incident.incident.active && (record.task.status !== 'onsite' || record.task.kind === PRE_POSITION))
    recall(state, incidents, record, CAUSE_GONE, now, out)
  else if (record.task.status === 'waiting') reviewWaiting(state, incidents, record, now, out)
  else if (record.offer_until !== null && now >= record.offer_until) letOfferRunOut(state, incidents, record, now, out)
  else watchSilence(state, incidents, record, now, out)
  if (incident !== null && state.open.has(record.task.id)) followIncident(record, incident, now, out)
}

function recall(state: DispatchState, incidents: IncidentsState, record: TaskRecord, why: Bilingual, now: EpochMs, out: Outcome): void {
  if (record.task.crew !== null) sendRecall(record.task, record.task.crew, why, out)
  moveTask(state, incidents, record, 'recalled', {}, { by: 'policy:recall', text: why }, now, out)
}

function reviewWaiting(state: DispatchState, incidents: IncidentsState, record: TaskRecord, now: EpochMs, out: Outcome): void {
  if (now - record.task.created >= WAITING_MS) {
    moveTask(state, incidents, record, 'failed', {}, NOBODY_FOUND, now, out)
  } else if (record.refused_at !== null && now - record.refused_at >= REFUSALS_FORGOTTEN_MS) {
    record.refused_at = null
    record.task = { ...record.task, refused_by: [], updated: now }
    state.changed = true
    out.facts.push({ kind: 'task', ts: now, task: record.task, change: 'refusals_forgotten' })
  }
}

function letOfferRunOut(state: DispatchState, incidents: IncidentsState, record: TaskRecord, now: EpochMs, out: Outcome): void {
  const crew = record.task.crew === null ? undefined : state.crews.get(record.task.crew)
  if (crew !== undefined) refuse(state, incidents, crew, record, { zh: '超时未接单', en: 'let the offer run out' }, now, out)
}

/** Severity and, until somebody goes to what is foreseen, the time by which to be there. */
function followIncident(record: TaskRecord, { incident, foreseen }: IncidentRecord, now: EpochMs, out: Outcome): void {
  const priority = PRIORITY[incident.severity]
  const due = foreseen && record.task.status === 'waiting' ? incident.due : record.task.due
  const change = priority !== record.task.priority ? 'priority' : due !== record.task.due ? 'due' : null
  if (change === null) return
  record.task = { ...record.task, priority, due }
  out.facts.push({ kind: 'task', ts: now, task: record.task, change })
}

/** A confirmed incident that needs a crew and has none under way gets a task; work that did not help is done again. */
function makeTask(
  state: DispatchState,
  context: Context,
  incidents: IncidentsState,
  record: IncidentRecord,
  now: EpochMs,
  out: Outcome,
): void {
  if (record.task_open || !record.incident.active || record.need === null) return
  if (record.verify_by !== null && now >= record.verify_by) {
    record.verify_by = null
    moveIncident(incidents, record, 'confirmed', NOT_SOLVED, now, out)
  }
  if (record.incident.status !== 'confirmed') return
  if (record.tasks_made < TASKS_PER_INCIDENT) createTask(state, context, record, record.need, now, out)
  else if (record.tasks_made === TASKS_PER_INCIDENT) {
    record.tasks_made++
    changeIncident(record, {}, NEEDS_PERSON, now, out)
  }
}

const INCIDENT_ENDED: Bilingual = { zh: '事件已结束，无需前往', en: 'The incident has ended: no need to go' }
const CAUSE_GONE: Bilingual = { zh: '起因已消除，无需前往', en: 'The cause has passed: no need to go' }
const NOBODY_FOUND: Note = {
  by: 'policy:assign',
  text: { zh: '24 小时内无可用班组', en: 'No crew could be found in 24 hours' },
}
const NOT_SOLVED: Note = {
  by: 'policy:verify',
  change: 'not_solved',
  text: { zh: '作业 15 分钟后监测仍异常', en: 'Sensors still report it 15 minutes after the work' },
}
const NEEDS_PERSON: Note = {
  by: 'policy:attempts',
  change: 'needs_person',
  text: { zh: '已派单三次未解决，请人工处置', en: 'Three tasks have not solved it: a person has to decide' },
}
