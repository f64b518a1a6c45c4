/** Where crews are and whether they can work: positions, phone, shift plan, silence. */
import { hoursLeft, isAlways, withinHours } from '../base/hours.ts'
import { type EpochMs, HOUR_MS, MINUTE_MS } from '../base/time.ts'
import type { IncidentsState } from '../incidents/record.ts'
import type { Bilingual } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { Presence, Reading } from '../model/observation.ts'
import type { Outcome } from '../model/outcome.ts'
import { moveTask } from './lifecycle.ts'
import { sendRecall } from './orders.ts'
import { type CrewRecord, type DispatchState, refreshCrew, setDuty, type TaskRecord } from './record.ts'

/** A phone that reports positions and has been quiet so long is lost from sight. */
export const SILENT_MS = 10 * MINUTE_MS
/** A crew whose phone never reports positions, or that works on site, may be quiet so long past its time. */
const QUIET_MS = 30 * MINUTE_MS
/** A crew that is heard but has not arrived so long after its time is not going to. */
const NOT_ARRIVED_MS = 60 * MINUTE_MS
/** Nobody works on one site for longer. */
const ON_SITE_MS = 240 * MINUTE_MS

/** Positions move the crew without a fact of their own: the reading is in the journal already. */
export function trackPosition(state: DispatchState, obs: Reading, now: EpochMs): void {
  const record = state.crews.get(obs.device)
  if (record === undefined) return
  record.heard = now
  const { lon, lat } = obs.values
  if (obs.backfill || typeof lon !== 'number' || typeof lat !== 'number') return
  if (record.crew.seen !== null && obs.ts < record.crew.seen) return
  record.crew = { ...record.crew, at: [lon, lat], seen: obs.ts }
}

export function notePresence(state: DispatchState, obs: Presence, now: EpochMs, out: Outcome): void {
  const record = state.crews.get(obs.device)
  if (record === undefined) return
  if (obs.online) record.heard = now
  record.reachable = obs.online
  refreshCrew(state, record, obs.online ? 'phone_back' : 'phone_lost', now, out)
}

/** Lost from sight or never seen: its offer may well run out unheard. */
export const isUnheard = (record: CrewRecord, now: EpochMs): boolean => record.heard === null || now - record.heard > SILENT_MS

/** The plan decides when it changes; between its changes the shift buttons do. */
export function followShifts(state: DispatchState, context: Context, now: EpochMs, out: Outcome): void {
  const minute = Math.floor(now / MINUTE_MS)
  if (minute === state.shift_minute) return
  state.shift_minute = minute
  const hour = context.localHour(now)
  for (const [key, record] of state.crews) {
    const plan = context.crews.get(key)
    const scheduled = plan !== undefined && withinHours(plan.shift, hour)
    if (scheduled === record.scheduled) continue
    record.scheduled = scheduled
    setDuty(record, scheduled, context.dispatch.rest_h * HOUR_MS, now)
    refreshCrew(state, record, scheduled ? 'shift_start' : 'shift_end', now, out)
  }
}

/** When the planned shift of a crew that is in it ends; null of one that works outside its plan. */
export function shiftEnd(context: Context, { crew, scheduled }: CrewRecord, now: EpochMs): EpochMs | null {
  const shift = context.crews.get(crew.id)?.shift
  if (scheduled !== true || shift === undefined || isAlways(shift)) return null
  return now + Math.round(hoursLeft(shift, context.localHour(now)) * HOUR_MS)
}

/** Takes the task back from a crew that is not heard any more or does not get anywhere. */
export function watchSilence(state: DispatchState, incidents: IncidentsState, record: TaskRecord, now: EpochMs, out: Outcome): void {
  const { task } = record
  const crew = task.crew === null ? undefined : state.crews.get(task.crew)
  if (crew === undefined || task.status === 'offered') return
  const lost = task.status === 'onsite' ? lostOnSite(record, crew, now) : lostOnTheWay(record, crew, now)
  if (lost === null) return
  const refused_by = [...new Set([...task.refused_by, crew.crew.id])]
  record.refused_at = now
  sendRecall(task, crew.crew.id, lost, out)
  const note = {
    by: 'policy:silence',
    text: { zh: `${crew.crew.name.zh}${lost.zh}`, en: `${crew.crew.name.en}: ${lost.en}` },
    change: 'lost',
  }
  // The bins of a round are planned anew.
  if (record.round !== null) moveTask(state, incidents, record, 'failed', { refused_by }, note, now, out)
  else moveTask(state, incidents, record, 'waiting', { refused_by, reason: null }, note, now, out)
}

function lostOnTheWay({ task }: TaskRecord, { crew, heard }: CrewRecord, now: EpochMs): Bilingual | null {
  const last = Math.max(heard ?? 0, task.updated)
  const quiet_until = crew.seen === null ? Math.max(last, task.eta ?? 0) + QUIET_MS : last + SILENT_MS
  if (now > quiet_until) return silentFor(now - last)
  return now > Math.max(task.eta ?? 0, task.updated) + NOT_ARRIVED_MS
    ? { zh: '超时未到场，任务收回', en: 'not there an hour after its time; the task is taken back' }
    : null
}

function lostOnSite({ task }: TaskRecord, { heard }: CrewRecord, now: EpochMs): Bilingual | null {
  const last = Math.max(heard ?? 0, task.updated)
  if (now > Math.max(last, task.updated + 2000 * task.service_s) + QUIET_MS) return silentFor(now - last)
  return now > task.updated + Math.max(ON_SITE_MS, 4000 * task.service_s)
    ? { zh: '现场作业过久，任务收回', en: 'on site far longer than the work takes; the task is taken back' }
    : null
}

function silentFor(ms: number): Bilingual {
  const min = Math.floor(ms / MINUTE_MS)
  return { zh: `失联 ${min} 分钟，任务收回`, en: `silent for ${min} min; the task is taken back` }
}
