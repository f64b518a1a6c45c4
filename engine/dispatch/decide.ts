/** What dispatch does of its own accord in every step: calls back, takes back, makes tasks, asks for crews. */
import { DAY_MS, type EpochMs, MINUTE_MS } from '../base/time.ts'
import { changeIncident, isEnded, moveIncident, type Note } from '../incidents/lifecycle.ts'
import { oneWorse } from '../incidents/raise.ts'
import { findIncident, hasOpenTask, type IncidentRecord, type IncidentsState } from '../incidents/record.ts'
import type { Bilingual, DeviceKey } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { IncidentStatus, Task } from '../model/incident.ts'
import type { Outcome } from '../model/outcome.ts'
import { askForCrews } from './assign.ts'
import { followShifts, watchSilence } from './crews.ts'
import { handOver } from './hand-over.ts'
import { moveTask, openTasks } from './lifecycle.ts'
import { sendRecall } from './orders.ts'
import { refuse } from './press.ts'
import { type DispatchState, HELP, type TaskRecord } from './record.ts'
import { rerouteCrews } from './reroute.ts'
import { reorderRounds } from './rounds/reorder.ts'
import { followRounds, type RoundGround, reviewRound, startRounds } from './rounds/review.ts'
import { binsToCome, isRound, isServed } from './rounds/work.ts'
import { beginRound, fitSlots } from './slots.ts'
import { relocate } from './standby.ts'
import { createTask, PRE_POSITION, PRIORITY } from './tasks.ts'

/** After so many tasks for one of its crews an incident is left to a person. */
const TASKS_PER_SLOT = 3
/** Crews that refused are asked again after so long. */
const REFUSALS_FORGOTTEN_MS = 15 * MINUTE_MS
/** After so many offers in a row that nobody answered it counts for more, and a person takes the telephone. */
const OFFERS_UNANSWERED = 3
/** A task that found no crew in a whole day has failed. */
const WAITING_MS = DAY_MS
/** Ended tasks can be read so long; then they are in the journal only. */
const ENDED_KEPT_MS = DAY_MS

export function decideDispatch(
  state: DispatchState,
  context: Context,
  incidents: IncidentsState,
  ground: RoundGround,
  now: EpochMs,
  out: Outcome,
): void {
  followShifts(state, context, now, out)
  startRounds(state, out.proposals, now, out)
  followRounds(state, ground, now, out)
  const to_come = binsToCome(state)
  for (const record of [...state.open.values()]) {
    if (isRound(record)) reviewRound(state, context, incidents, record, now, out)
    else reviewTask(state, incidents, to_come, record, now, out)
  }
  handOver(state, incidents, now, out)
  for (const record of incidents.open.values()) staff(state, context, incidents, to_come, record, now, out)
  for (const [id, record] of state.ended) {
    if (now - record.task.updated < ENDED_KEPT_MS) break
    state.ended.delete(id)
  }
  const { streets } = ground
  askForCrews(state, context, streets, now, out)
  relocate(state, context, now, out)
  rerouteCrews(state, context, streets, now, out)
  reorderRounds(state, ground, now, out)
}

function reviewTask(
  state: DispatchState,
  incidents: IncidentsState,
  to_come: ReadonlySet<DeviceKey>,
  record: TaskRecord,
  now: EpochMs,
  out: Outcome,
): void {
  const incident = findIncident(incidents, record.task.incident)
  const { status } = record.task
  if (incident === null || isEnded(incident)) recall(state, incidents, record, INCIDENT_ENDED, now, out)
  // Whoever is on site finishes: the place may need cleaning, a look, a photo. A pump that waits for water has nothing to finish.
  else if (!incident.incident.active && (status !== 'onsite' || record.task.kind === PRE_POSITION) && !helps(state, incident, record))
    recall(state, incidents, record, CAUSE_GONE, now, out)
  else if (status !== 'onsite' && isSpare(state, incident, record)) recall(state, incidents, record, WORK_DONE, now, out)
  else if (status === 'waiting' && isServed(incident.incident, to_come)) recall(state, incidents, record, ON_ROUND, now, out)
  else if (status === 'waiting') reviewWaiting(state, incidents, record, now, out)
  else if (record.offer_until !== null && now >= record.offer_until) letOfferRunOut(state, incidents, record, now, out)
  else watchSilence(state, incidents, record, now, out)
  if (incident !== null && state.open.has(record.task.id)) followIncident(record, incident, now, out)
}

/** Others have done the work while nobody was on the way for it, or whom it was to relieve has left. */
function isSpare(state: DispatchState, incident: IncidentRecord, record: TaskRecord): boolean {
  const relieves = incident.slots.find(({ task }) => task === record.task.id)?.relieves
  if (relieves !== undefined) return !state.open.has(relieves)
  return record.task.status === 'waiting' && incident.slots.some(({ done }) => done) && !helps(state, incident, record)
}

/** Somebody asked for it who is still there: neither sensors nor those who are done speak for them. */
const helps = (state: DispatchState, incident: IncidentRecord, { task }: TaskRecord): boolean =>
  incident.slots.some((slot) => slot.line === HELP && slot.task === task.id) &&
  openTasks(state, incident).some((other) => other.id !== task.id && isUnderWay(other))

const isUnderWay = ({ status }: Task): boolean => status === 'accepted' || status === 'enroute' || status === 'onsite'

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
  if (crew === undefined) return
  refuse(state, incidents, crew, record, { zh: '超时未接单', en: 'let the offer run out' }, now, out)
  record.unanswered++
  const incident = findIncident(incidents, record.task.incident)
  if (incident === null || record.unanswered !== OFFERS_UNANSWERED) return
  changeIncident(incident, { severity: oneWorse(incident.incident.severity) }, nobodyAnswers(record.unanswered), now, out)
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

/** Incidents in these statuses are given the crews that they ask for. */
const STAFFED: readonly IncidentStatus[] = ['confirmed', 'dispatched', 'accepted', 'on_site']

/** Every crew that an incident asks for and does not have gets a task; work that did not help is done again. */
function staff(
  state: DispatchState,
  context: Context,
  incidents: IncidentsState,
  to_come: ReadonlySet<DeviceKey>,
  record: IncidentRecord,
  now: EpochMs,
  out: Outcome,
): void {
  const { active } = record.incident
  if (record.need === null || isServed(record.incident, to_come)) return
  if (record.verify_by !== null) {
    if (!active || now < record.verify_by) return
    beginRound(record)
    moveIncident(incidents, record, 'confirmed', NOT_SOLVED, now, out)
  }
  if (!STAFFED.includes(record.incident.status)) return
  const worked = record.slots.some(({ done }) => done)
  if (active) for (const task of fitSlots(record, record.need, context, state)) recall(state, incidents, task, FEWER, now, out)
  const attended = openTasks(state, record).some(isUnderWay)
  for (const slot of record.slots) {
    const wanted = slot.line === HELP ? attended : active && !worked
    if (wanted && slot.task === null && slot.made < TASKS_PER_SLOT) createTask(state, context, record, slot, now, out)
  }
  if (!active || worked || hasOpenTask(record) || record.person_told) return
  record.person_told = true
  changeIncident(record, {}, NEEDS_PERSON, now, out)
}

const INCIDENT_ENDED: Bilingual = { zh: '事件已结束，无需前往', en: 'The incident has ended: no need to go' }
const WORK_DONE: Bilingual = { zh: '其他班组已完成，无需前往', en: 'Others have done it: no need to go' }
const ON_ROUND: Bilingual = { zh: '清运车辆途经该处，无需专程前往', en: 'A round comes by: nobody has to go on purpose' }
const CAUSE_GONE: Bilingual = { zh: '起因已消除，无需前往', en: 'The cause has passed: no need to go' }
const FEWER: Bilingual = { zh: '所需班组减少，无需前往', en: 'Fewer crews are needed: no need to go' }
const NOBODY_FOUND: Note = {
  by: 'policy:assign',
  text: { zh: '24 小时内无可用班组', en: 'No crew could be found in 24 hours' },
}
const nobodyAnswers = (offers: number): Note => ({
  by: 'policy:attempts',
  change: 'nobody_answers',
  text: { zh: `连续 ${offers} 次派单无人应答，请人工联系`, en: `${offers} offers in a row unanswered: somebody has to call` },
})
const NOT_SOLVED: Note = {
  by: 'policy:verify',
  change: 'not_solved',
  text: { zh: '作业 15 分钟后监测仍异常', en: 'Sensors still report it 15 minutes after the work' },
}
const NEEDS_PERSON: Note = {
  by: 'policy:attempts',
  change: 'needs_person',
  text: { zh: '已多次派单未解决，请人工处置', en: 'Several tasks have not solved it: a person has to decide' },
}
