/** What a crew reports in the middle of its work: that it needs another crew, or more time. */
import { type EpochMs, MINUTE_MS } from '../base/time.ts'
import { changeIncident } from '../incidents/lifecycle.ts'
import { findIncident, type IncidentsState } from '../incidents/record.ts'
import type { Bilingual } from '../model/city.ts'
import type { CrewEvent } from '../model/observation.ts'
import type { Outcome } from '../model/outcome.ts'
import type { CrewNeed } from '../model/rule.ts'
import { crewNote } from './orders.ts'
import { type CrewRecord, type DispatchState, HELP, SLOTS_MAX, type TaskRecord } from './record.ts'
import { isRound, shiftRound } from './rounds/work.ts'
import { openSlot } from './slots.ts'

/** Another crew for the same incident, of the skill and kit that it names, or like itself. Why not, or null when it is asked for. */
export function askForHelp(
  state: DispatchState,
  incidents: IncidentsState,
  crew: CrewRecord,
  { task }: TaskRecord,
  { need, note }: CrewEvent,
  now: EpochMs,
  out: Outcome,
): Bilingual | null {
  if (task.incident === null) return { zh: '清运任务不能请求增援', en: 'a round cannot ask for another crew' }
  const record = findIncident(incidents, task.incident)
  if (record === null) return { zh: '事件已结束', en: 'the incident has ended' }
  const { slots } = record
  if (slots.length >= SLOTS_MAX) return { zh: `已请求 ${slots.length} 个班组`, en: `${slots.length} crews are asked for already` }
  const other = need?.skill != null && need.skill !== task.skill
  const asked: CrewNeed = {
    skill: need?.skill ?? task.skill,
    kit: need?.kit ?? (other ? [] : task.kit),
    service_min: Math.ceil(task.service_s / 60),
  }
  record.slots = [...slots, openSlot(HELP, asked)]
  state.changed = true
  const kit = asked.kit.length === 0 ? '' : ` + ${asked.kit.join(', ')}`
  const text = { zh: `请求增援（${asked.skill}${kit}）`, en: `asks for another crew (${asked.skill}${kit})` }
  changeIncident(record, {}, { ...crewNote(crew, text, note), change: 'help' }, now, out)
  return null
}

/** Moves the time of arrival, or on site the time of the end. Why not, or null. */
export function tellDelay(
  state: DispatchState,
  incidents: IncidentsState,
  crew: CrewRecord,
  record: TaskRecord,
  { delay_min, note }: CrewEvent,
  now: EpochMs,
  out: Outcome,
): Bilingual | null {
  if (delay_min === undefined) return { zh: '未说明延误多久', en: 'it does not say by how many minutes' }
  const { task } = record
  const onsite = task.status === 'onsite'
  record.task = onsite
    ? { ...task, service_s: task.service_s + 60 * delay_min }
    : { ...task, eta: Math.max(task.eta ?? now, now) + delay_min * MINUTE_MS }
  if (isRound(record)) shiftRound(record.round, delay_min * MINUTE_MS)
  state.changed = true
  out.facts.push({ kind: 'task', ts: now, task: record.task, change: 'delayed' })
  const text = onsite
    ? { zh: `还需 ${delay_min} 分钟`, en: `needs ${delay_min} min more` }
    : { zh: `晚到 ${delay_min} 分钟`, en: `will be ${delay_min} min later` }
  const incident = findIncident(incidents, task.incident)
  if (incident !== null) changeIncident(incident, {}, { ...crewNote(crew, text, note), change: 'delayed' }, now, out)
  return null
}
