/** Buttons on crew phones. Presses may come late, twice or out of turn: a repeat is harmless, an impossible one is answered. */
import { type EpochMs, HOUR_MS } from '../base/time.ts'
import type { IncidentsState } from '../incidents/record.ts'
import type { Bilingual } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { TaskStatus } from '../model/incident.ts'
import type { CrewEvent, CrewPress } from '../model/observation.ts'
import type { Outcome } from '../model/outcome.ts'
import { correct } from './correction.ts'
import { askForHelp, tellDelay } from './field-reports.ts'
import { moveTask } from './lifecycle.ts'
import { crewNote, nameOf, sendConflict } from './orders.ts'
import { type CrewRecord, type DispatchState, refreshCrew, setDuty, type TaskRecord } from './record.ts'
import { pressStop, type StopPress } from './rounds/press.ts'

type TaskPress = Exclude<CrewPress, StopPress | 'shift.start' | 'shift.end' | 'task.corrected' | 'task.help' | 'task.delay'>

/** Press ids remembered per crew. */
const PRESSES_MAX = 64

const PRESSES: Readonly<Record<TaskPress, { readonly from: readonly TaskStatus[]; readonly to: TaskStatus; readonly text: Bilingual }>> = {
  'task.accepted': { from: ['offered'], to: 'accepted', text: { zh: '已接单', en: 'accepts' } },
  'task.refused': { from: ['offered'], to: 'waiting', text: { zh: '拒绝', en: 'refuses' } },
  'task.enroute': { from: ['accepted'], to: 'enroute', text: { zh: '已出发', en: 'is on the way' } },
  // A crew that stands next to it never drives.
  'task.onsite': { from: ['accepted', 'enroute'], to: 'onsite', text: { zh: '已到场', en: 'is on site' } },
  'task.done': { from: ['onsite'], to: 'done', text: { zh: '已完成', en: 'has done it' } },
  'task.failed': { from: ['accepted', 'enroute', 'onsite'], to: 'failed', text: { zh: '无法完成', en: 'cannot do it' } },
}

/** In these a crew may ask for help or be late. */
const UNDER_WAY: readonly TaskStatus[] = ['accepted', 'enroute', 'onsite']

export function press(state: DispatchState, context: Context, incidents: IncidentsState, obs: CrewEvent, now: EpochMs, out: Outcome): void {
  const crew = state.crews.get(obs.device)
  if (crew === undefined) {
    sendConflict(obs, { zh: '该班组不在名录中', en: 'this crew is not on the list of the city' }, out)
    return
  }
  if (crew.presses.includes(obs.id)) return
  crew.presses.push(obs.id)
  if (crew.presses.length > PRESSES_MAX) crew.presses.shift()
  switch (obs.type) {
    case 'shift.start':
      setDuty(crew, true, context.dispatch.rest_h * HOUR_MS, now)
      refreshCrew(state, crew, 'shift_start', now, out)
      return
    case 'shift.end':
      endShift(state, incidents, crew, now, out)
      return
    case 'task.corrected': {
      const why = correct(state, incidents, crew, obs, now, out)
      if (why !== null) sendConflict(obs, why, out)
      return
    }
    case 'task.help':
    case 'task.delay':
      reportFrom(state, incidents, crew, obs, now, out)
      return
    case 'stop.emptied':
    case 'stop.failed':
    case 'stop.tipped': {
      const why = pressStop(state, context, incidents, crew, { ...obs, type: obs.type }, now, out)
      if (why !== null) sendConflict(obs, why, out)
      return
    }
    default:
      pressTask(state, incidents, crew, obs, obs.type, now, out)
  }
}

/** Whoever has accepted finishes first; an offer goes to somebody else. */
function endShift(state: DispatchState, incidents: IncidentsState, crew: CrewRecord, now: EpochMs, out: Outcome): void {
  setDuty(crew, false, 0, now)
  const task = crew.crew.task === null ? undefined : state.open.get(crew.crew.task)
  if (task?.task.status === 'offered') refuse(state, incidents, crew, task, { zh: '下班', en: 'ends its shift' }, now, out)
  refreshCrew(state, crew, 'shift_end', now, out)
}

function pressTask(
  state: DispatchState,
  incidents: IncidentsState,
  crew: CrewRecord,
  obs: CrewEvent,
  type: TaskPress,
  now: EpochMs,
  out: Outcome,
): void {
  const { from, to, text } = PRESSES[type]
  const record = obs.task === null ? undefined : state.open.get(obs.task)
  const why = whyImpossible(state, crew, obs, record, from, to)
  if (why !== null) {
    sendConflict(obs, why, out)
    return
  }
  if (record === undefined || record.task.status === to) return
  record.unanswered = 0
  if (type === 'task.refused') refuse(state, incidents, crew, record, text, now, out, obs.note)
  else {
    const patch = to === 'enroute' || to === 'accepted' ? { eta: now + remaining_ms(record, now) } : {}
    moveTask(state, incidents, record, to, patch, crewNote(crew, text, obs.note), now, out)
  }
}

/** What is said in the middle of the work and leaves the status as it is. */
function reportFrom(state: DispatchState, incidents: IncidentsState, crew: CrewRecord, obs: CrewEvent, now: EpochMs, out: Outcome): void {
  const record = obs.task === null ? undefined : state.open.get(obs.task)
  const why =
    whyImpossible(state, crew, obs, record, UNDER_WAY, null) ??
    (record === undefined
      ? null
      : obs.type === 'task.help'
        ? askForHelp(state, incidents, crew, record, obs, now, out)
        : tellDelay(state, incidents, crew, record, obs, now, out))
  if (why !== null) sendConflict(obs, why, out)
}

/** The travel time that was estimated when the crew was chosen starts when it says that it goes. */
function remaining_ms({ task }: TaskRecord, now: EpochMs): number {
  return Math.max(0, (task.eta ?? now) - task.updated)
}

export function refuse(
  state: DispatchState,
  incidents: IncidentsState,
  crew: CrewRecord,
  record: TaskRecord,
  text: Bilingual,
  now: EpochMs,
  out: Outcome,
  remark: string | null = null,
): void {
  record.refused_at = now
  record.chosen = null
  const refused_by = [...new Set([...record.task.refused_by, crew.crew.id])]
  const note = { ...crewNote(crew, text, remark), change: 'refused' }
  moveTask(state, incidents, record, 'waiting', { refused_by, reason: null }, note, now, out)
}

/** Why the button cannot have its effect now; null when it can, or had it already. */
function whyImpossible(
  state: DispatchState,
  crew: CrewRecord,
  obs: CrewEvent,
  record: TaskRecord | undefined,
  from: readonly TaskStatus[],
  to: TaskStatus | null,
): Bilingual | null {
  if (obs.task === null) return { zh: '未说明是哪个任务', en: 'it does not say which task' }
  if (record === undefined) return endedText(state.ended.get(obs.task))
  const { task } = record
  if (to === 'onsite' && record.round !== null) return { zh: '清运任务请逐站上报', en: 'a round is reported stop by stop' }
  if (task.crew === null) return { zh: '任务已收回，等待重新派单', en: 'the task was withdrawn and waits for a crew' }
  if (task.crew !== crew.crew.id) {
    const name = nameOf(state, task.crew)
    return { zh: `任务已派给${name.zh}`, en: `the task is with ${name.en}` }
  }
  if (from.includes(task.status) || task.status === to) return null
  return { zh: `任务当前为“${task.status}”，不能执行此操作`, en: `the task is ${task.status}; ${obs.type} cannot follow` }
}

function endedText(record: TaskRecord | undefined): Bilingual {
  return record === undefined
    ? { zh: '没有这个任务', en: 'there is no such task' }
    : { zh: `任务已结束（${record.task.status}）`, en: `the task has ended (${record.task.status})` }
}
