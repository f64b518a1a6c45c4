/**
 * Hand-over at the end of a shift: a crew that still has long to work on site when its shift ends is relieved. Another crew is asked for
 * at once; when it is there, the first goes home.
 */
import { type EpochMs, MINUTE_MS, SECOND_MS } from '../base/time.ts'
import { changeIncident, isEnded } from '../incidents/lifecycle.ts'
import { findIncident, type IncidentRecord, type IncidentsState } from '../incidents/record.ts'
import type { Bilingual } from '../model/city.ts'
import type { Outcome } from '../model/outcome.ts'
import { moveTask } from './lifecycle.ts'
import { crewNote, sendRecall } from './orders.ts'
import { type DispatchState, HELP, type TaskRecord } from './record.ts'
import { openSlot } from './slots.ts'
import { PRE_POSITION } from './tasks.ts'

/** Less than that is finished by whoever has begun it. */
const LEFT_MS = 20 * MINUTE_MS

export function handOver(state: DispatchState, incidents: IncidentsState, now: EpochMs, out: Outcome): void {
  for (const record of [...state.open.values()]) {
    const incident = findIncident(incidents, record.task.incident)
    if (record.task.status !== 'onsite' || incident === null || isEnded(incident)) continue
    const relief = incident.slots.find(({ relieves }) => relieves === record.task.id)
    if (relief === undefined) askForRelief(state, incident, record, now, out)
    else if (relief.task !== null && state.open.get(relief.task)?.task.status === 'onsite') {
      // The relief stands where the first stood: its slot is taken over, and the first leaves none behind.
      const slot = incident.slots.find(({ task }) => task === record.task.id)
      incident.slots = incident.slots.filter((one) => one !== relief)
      if (slot !== undefined) slot.task = relief.task
      if (record.task.crew !== null) sendRecall(record.task, record.task.crew, RELIEVED, out)
      moveTask(state, incidents, record, 'recalled', {}, { by: 'policy:hand_over', text: RELIEVED }, now, out)
    }
  }
}

function askForRelief(state: DispatchState, incident: IncidentRecord, { task }: TaskRecord, now: EpochMs, out: Outcome): void {
  const crew = task.crew === null ? undefined : state.crews.get(task.crew)
  if (crew === undefined || crew.on_duty) return
  const end = task.kind === PRE_POSITION ? Number.POSITIVE_INFINITY : task.updated + task.service_s * SECOND_MS
  if (end - now <= LEFT_MS) return
  const service_min = Math.ceil(Math.min(task.service_s * SECOND_MS, end - now) / MINUTE_MS)
  const order = task.kind === incident.incident.class ? {} : { order: { kind: task.kind, title: task.title, stake_min: 0 } }
  incident.slots.push({ ...openSlot(HELP, { skill: task.skill, kit: task.kit, service_min, ...order }), relieves: task.id })
  changeIncident(incident, {}, { ...crewNote(crew, SHIFT_ENDED, null), change: 'relief' }, now, out)
}

const SHIFT_ENDED: Bilingual = { zh: '已到下班时间，请求接班', en: 'has come to the end of its shift and is to be relieved' }
const RELIEVED: Bilingual = { zh: '接班班组已到，请交接后返回', en: 'Your relief is here: hand over and go home' }
