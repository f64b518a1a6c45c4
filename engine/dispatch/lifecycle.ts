/**
 * Which status of a task may follow which, and the only function that changes one. A task, its crew and its incident move together:
 * a crew has a task exactly while that task is offered, accepted, under way or on site.
 */
import { invariant } from '../base/errors.ts'
import { type EpochMs, MINUTE_MS } from '../base/time.ts'
import {
  changeIncident,
  endReports,
  canMove as incidentCanMove,
  isEnded,
  moveIncident,
  type Note,
  settleIncident,
} from '../incidents/lifecycle.ts'
import { type CrewSlot, findIncident, hasOpenTask, type IncidentRecord, type IncidentsState } from '../incidents/record.ts'
import type { DeviceKey } from '../model/city.ts'
import type { CrewStatus, IncidentStatus, Task, TaskStatus } from '../model/incident.ts'
import type { Outcome } from '../model/outcome.ts'
import { type DispatchState, isFree, setCrew, type TaskRecord } from './record.ts'
import { followTask } from './rounds/tell.ts'

export const TASK_TRANSITIONS: Readonly<Record<TaskStatus, readonly TaskStatus[]>> = {
  waiting: ['offered', 'failed', 'recalled'],
  offered: ['accepted', 'waiting', 'recalled'],
  accepted: ['enroute', 'onsite', 'waiting', 'failed', 'recalled'],
  // A round is done at its last stop, wherever that is.
  enroute: ['onsite', 'done', 'waiting', 'failed', 'recalled'],
  // Recalled from the site only when a person closed the incident; waiting again when the crew fell silent there.
  onsite: ['done', 'failed', 'waiting', 'recalled'],
  done: [],
  failed: [],
  recalled: [],
}

/** The sensors have so long to confirm that the work has helped. */
export const VERIFY_MS = 15 * MINUTE_MS

/** Where an incident stands whose furthest task stands there; later entries are further. */
const INCIDENT_FOLLOWS = new Map<TaskStatus, IncidentStatus>([
  ['waiting', 'confirmed'],
  ['offered', 'dispatched'],
  ['accepted', 'accepted'],
  ['enroute', 'accepted'],
  ['onsite', 'on_site'],
])
const FURTHER = [...INCIDENT_FOLLOWS.keys()]
/** Changes of a task that its incident says nothing of. */
const UNTOLD: readonly TaskStatus[] = ['enroute', 'recalled']

const CREW_FOLLOWS: Partial<Readonly<Record<TaskStatus, CrewStatus>>> = {
  offered: 'offered',
  accepted: 'accepted',
  enroute: 'enroute',
  onsite: 'onsite',
}

export const isTaskOpen = (task: Task): boolean => TASK_TRANSITIONS[task.status].length > 0

/** The transition must be in the table. `patch` names the crew when it is offered. */
export function moveTask(
  state: DispatchState,
  incidents: IncidentsState,
  record: TaskRecord,
  to: TaskStatus,
  patch: Partial<Pick<Task, 'crew' | 'eta' | 'route' | 'reason' | 'refused_by'>>,
  note: Note,
  now: EpochMs,
  out: Outcome,
): void {
  const { task: before } = record
  invariant(TASK_TRANSITIONS[before.status].includes(to), `${before.id} cannot go from ${before.status} to ${to}`)
  const holding = CREW_FOLLOWS[to] !== undefined
  const crew = holding ? (patch.crew ?? before.crew) : to === 'waiting' ? null : before.crew
  const left: Partial<Task> = holding ? {} : { eta: null, route: [] }
  const times = { ...(to === 'waiting' ? {} : before.times), [to]: now }
  record.task = { ...before, ...left, ...patch, crew, status: to, updated: now, times }
  record.offer_until = to === 'offered' ? record.offer_until : null
  if (!isTaskOpen(record.task)) {
    state.open.delete(before.id)
    state.ended.set(before.id, record)
  }
  state.changed ||= !holding
  out.facts.push({ kind: 'task', ts: now, task: record.task, change: note.change ?? to })
  moveCrew(state, holding ? crew : before.crew, record.task, now, out)
  followTask(record, before.status, note, now, out)
  const incident = findIncident(incidents, before.incident)
  if (incident !== null) moveIncidentAlong(state, incidents, incident, record.task, note, now, out)
}

function moveCrew(state: DispatchState, key: DeviceKey | null, task: Task, now: EpochMs, out: Outcome): void {
  const record = key === null ? undefined : state.crews.get(key)
  if (record === undefined) return
  const status = CREW_FOLLOWS[task.status]
  if (status !== undefined) {
    invariant(record.crew.task === null || record.crew.task === task.id, `${record.crew.id} has ${record.crew.task} and gets ${task.id}`)
    setCrew(record, { status, task: task.id }, status, now, out)
  } else if (record.crew.task === task.id) {
    record.crew = { ...record.crew, task: null }
    setCrew(record, { status: isFree(record) ? 'idle' : 'off' }, 'released', now, out)
  }
}

/** The incident stands where the furthest of its crews stands, and is resolved when the last is done. */
function moveIncidentAlong(
  dispatch: DispatchState,
  state: IncidentsState,
  record: IncidentRecord,
  task: Task,
  note: Note,
  now: EpochMs,
  out: Outcome,
): void {
  const slot = record.slots.find((one) => one.task === task.id)
  if (slot !== undefined && !isTaskOpen(task)) endSlot(slot, task)
  if (task.status === 'failed' && task.crew !== null) record.failed_crews.add(task.crew)
  const open = openTasks(dispatch, record)
  record.incident = { ...record.incident, crews: open.flatMap(({ crew }) => crew ?? []) }
  if (isEnded(record)) return
  const worked = record.slots.some(({ done }) => done)
  if (worked && !hasOpenTask(record)) finishWork(state, record, note, now, out)
  else if (task.status === 'recalled') settleIncident(state, record, note, now, out)
  else if (!UNTOLD.includes(task.status)) {
    const furthest = Math.max(worked ? FURTHER.indexOf('onsite') : 0, ...open.map(({ status }) => FURTHER.indexOf(status)))
    const to = INCIDENT_FOLLOWS.get(FURTHER[furthest])
    const change = `task_${task.status}`
    if (to === undefined || !incidentCanMove(record, to)) changeIncident(record, {}, { ...note, change }, now, out)
    // A second way to a status is not told as the first: who counts dispatches counts each once.
    else moveIncident(state, record, to, { by: note.by, text: note.text, ...(isFallBack(record, to) ? { change } : {}) }, now, out)
  }
}

const STAGES: readonly IncidentStatus[] = ['dispatched', 'accepted', 'on_site']
const isFallBack = ({ incident }: IncidentRecord, to: IncidentStatus): boolean =>
  STAGES.includes(to) && STAGES.indexOf(to) < STAGES.indexOf(incident.status)

function endSlot(slot: CrewSlot, task: Task): void {
  slot.task = null
  slot.done ||= task.status === 'done'
}

/** Open tasks of an incident, in the order in which its crews were asked for. */
export const openTasks = (state: DispatchState, { slots }: IncidentRecord): Task[] =>
  slots.flatMap(({ task }) => (task === null ? [] : (state.open.get(task)?.task ?? [])))

/** Resolved when the cause has passed too; otherwise the sensors get time to see the effect. */
function finishWork(state: IncidentsState, record: IncidentRecord, note: Note, now: EpochMs, out: Outcome): void {
  endReports(state, record)
  if (!record.incident.active) {
    settleIncident(state, record, note, now, out)
    return
  }
  record.verify_by = now + VERIFY_MS
  changeIncident(record, {}, { ...note, change: 'work_done' }, now, out)
}
