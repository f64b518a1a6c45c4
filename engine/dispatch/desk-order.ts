/** A person at a desk sends a crew: the nearest suitable one, a named one instead of the engine's choice, or one more. */
import type { EpochMs } from '../base/time.ts'
import { changeIncident, isEnded, moveIncident, type Note } from '../incidents/lifecycle.ts'
import { findIncident, type IncidentRecord, type IncidentsState } from '../incidents/record.ts'
import { unknownIncident } from '../incidents/state.ts'
import { type Bilingual, deviceKey } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { OperatorAct, OperatorOrder } from '../model/observation.ts'
import type { Outcome } from '../model/outcome.ts'
import { moveTask } from './lifecycle.ts'
import { nameOf, sendRecall } from './orders.ts'
import { type CrewRecord, type DispatchState, HELP, isFree, SLOTS_MAX, type TaskRecord } from './record.ts'
import { FIRST, openSlot } from './slots.ts'
import { createTask } from './tasks.ts'

type DispatchOrder = Extract<OperatorOrder, { type: 'incident.dispatch' }>

/** Why it cannot be done, or null when it is done. */
export function orderDispatch(
  state: DispatchState,
  context: Context,
  incidents: IncidentsState,
  obs: OperatorAct,
  act: DispatchOrder,
  now: EpochMs,
  out: Outcome,
): string | null {
  const incident = findIncident(incidents, act.incident)
  if (incident === null) return unknownIncident(act.incident)
  if (isEnded(incident) || incident.incident.status === 'resolved') return `already ${incident.incident.status} / 事件已结束`
  const crew = act.crew === null ? null : findCrew(state, incident, act.crew)
  if (crew === undefined) return `no crew ${act.crew} / 无班组 ${act.crew}`
  const standing = findStanding(state, incident, act.more === true)
  if (typeof standing === 'string') return standing
  if (crew !== null && crew.crew.id !== standing?.task.crew && !isFree(crew))
    return `${crew.crew.name.en} is not free (${crew.crew.status}) / ${crew.crew.name.zh}不空闲`

  const note = { by: `operator:${obs.by}`, text: orderText(act) }
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

function orderText({ note, more }: DispatchOrder): Bilingual {
  const [zh, en] = more === true ? ['人工增派', 'One more sent by a person'] : ['人工派单', 'Dispatched by a person']
  return note === undefined ? { zh, en } : { zh: `${zh}：${note}`, en: `${en}: ${note}` }
}

/** By device key, or by the id within the incident's district. */
function findCrew(state: DispatchState, { incident }: IncidentRecord, name: string): CrewRecord | undefined {
  return state.crews.get(name) ?? state.crews.get(deviceKey(incident.district, 'crew', name))
}

/** The task for which somebody else can still be sent; null when a new one has to be made, or why there is none. */
function findStanding(state: DispatchState, { slots }: IncidentRecord, more: boolean): TaskRecord | string | null {
  const open = slots.flatMap(({ task }) => (task === null ? [] : (state.open.get(task) ?? [])))
  if (open.length === 0) return null
  if (more) return slots.length < SLOTS_MAX ? null : `${slots.length} crews are asked for already / 已请求 ${slots.length} 个班组`
  const found = open.find(({ task }) => task.status === 'waiting') ?? open.find(({ task }) => task.status === 'offered')
  if (found !== undefined) return found
  const [{ task }] = open
  const name = nameOf(state, task.crew ?? '')
  return `${name.en} is ${task.status} already / ${name.zh}已在处置`
}

/** Beside crews that are at it, one more; otherwise a person's order starts the count of attempts afresh. */
function orderTask(
  state: DispatchState,
  context: Context,
  incidents: IncidentsState,
  incident: IncidentRecord,
  note: Note,
  now: EpochMs,
  out: Outcome,
): TaskRecord {
  incident.need ??= { skill: 'patrol', kit: [], service_min: 20 }
  const more = incident.slots.some(({ task }) => task !== null)
  const slot = openSlot(more ? HELP : FIRST, incident.need)
  incident.slots = more ? [...incident.slots, slot] : [slot]
  incident.verify_by = null
  incident.person_told = false
  if (!more && incident.incident.status === 'on_site') moveIncident(incidents, incident, 'confirmed', note, now, out)
  else changeIncident(incident, {}, { ...note, change: 'dispatch_ordered' }, now, out)
  return createTask(state, context, incident, slot, now, out)
}

/** Takes a standing offer back from the crew that has not answered yet. */
function withdraw(state: DispatchState, incidents: IncidentsState, record: TaskRecord, note: Note, now: EpochMs, out: Outcome): void {
  if (record.task.crew === null) return
  sendRecall(record.task, record.task.crew, { zh: '改派其他班组', en: 'Another crew goes' }, out)
  moveTask(state, incidents, record, 'waiting', { reason: null }, { ...note, change: 'withdrawn' }, now, out)
}
