/** A task for an incident: who is needed, where, by when. */
import type { EpochMs } from '../base/time.ts'
import type { CrewSlot, IncidentRecord } from '../incidents/record.ts'
import type { Bilingual } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { Task } from '../model/incident.ts'
import type { Outcome } from '../model/outcome.ts'
import type { Severity } from '../model/severity.ts'
import { noteCall } from './demand.ts'
import { type DispatchState, HELP, nextId, type TaskRecord } from './record.ts'

/** A mobile pump that is brought before the water comes (flood/acts/incident.ts). */
export const PRE_POSITION = 'flood.pre_position'

/** Tasks of an incident that it still tells of. */
const TASKS_TOLD = 16

export const PRIORITY: Readonly<Record<Severity, Task['priority']>> = { critical: 1, warning: 2, watch: 3 }

export function createTask(
  state: DispatchState,
  context: Context,
  record: IncidentRecord,
  slot: CrewSlot,
  now: EpochMs,
  out: Outcome,
): TaskRecord {
  const { incident } = record
  const { need } = slot
  const task: Task = {
    id: nextId(state, 'T', now),
    incident: incident.id,
    kind: need.order?.kind ?? incident.class,
    title: slot.line === HELP ? helpTitle(incident.title) : (need.order?.title ?? incident.title),
    at: incident.at,
    district: incident.district,
    where: whereOf(context, record),
    skill: need.skill,
    kit: need.kit,
    priority: PRIORITY[incident.severity],
    service_s: need.service_min * 60,
    due: incident.due,
    status: 'waiting',
    created: now,
    updated: now,
    crew: null,
    eta: null,
    route: [],
    reason: null,
    refused_by: [...record.failed_crews],
    times: { waiting: now },
  }
  const made: TaskRecord = {
    task,
    offer_until: null,
    refused_at: record.failed_crews.size > 0 ? now : null,
    chosen: null,
    unserved: null,
    unanswered: 0,
    turned: 0,
    roads: [],
    known_shut: [],
    stake_min: need.order?.stake_min ?? 0,
    round: null,
  }
  state.open.set(task.id, made)
  state.changed = true
  // A crew that comes after another was asked for is no new call.
  if (slot.made === 0 && slot.line !== HELP) noteCall(state.calls, { ts: now, at: task.at, skill: task.skill, urgent: task.priority === 1 })
  slot.task = task.id
  slot.made++
  slot.done = false
  record.verify_by = null
  record.incident = { ...incident, tasks: [...incident.tasks, task.id].slice(-TASKS_TOLD) }
  out.facts.push({ kind: 'task', ts: now, task, change: 'created' })
  return made
}

const helpTitle = ({ zh, en }: Bilingual): Bilingual => ({ zh: `增援：${zh}`, en: `Help: ${en}` })

/** The name people know: low point, street, grid, and only then coordinates. */
function whereOf(context: Context, { incident, place }: IncidentRecord): Bilingual {
  const point = place === null ? undefined : context.low_points.get(place)
  if (point !== undefined) return point.name
  if (incident.road !== null) return incident.road
  const grid = incident.grid === null ? undefined : context.grids.get(incident.grid)
  const coordinates = `${incident.at[1].toFixed(5)}, ${incident.at[0].toFixed(5)}`
  return grid?.name ?? { zh: coordinates, en: coordinates }
}
