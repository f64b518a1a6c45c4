/** The assignment problem: when it is posed, what is in it, and what becomes of its answer. */
import { type EpochMs, MINUTE_MS, SECOND_MS } from '../base/time.ts'
import type { IncidentsState } from '../incidents/record.ts'
import type { DeviceKey } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { Task } from '../model/incident.ts'
import type { Solution } from '../model/observation.ts'
import type { Outcome } from '../model/outcome.ts'
import type { AssignAnswer, AssignProblem, Unserved } from '../model/solve.ts'
import { isUnheard, shiftEnd } from './crews.ts'
import { expectCalls } from './demand.ts'
import { barredFrom } from './eligible.ts'
import { moveTask } from './lifecycle.ts'
import { assignReason, OFFER_MS, sendRecall, sendTask, turnText, unservedReason } from './orders.ts'
import { type CrewRecord, type DispatchState, isFree, nextId, type TaskRecord, TURNS_MAX } from './record.ts'
import type { Streets } from './reroute.ts'
import { holdRound } from './rounds/review.ts'
import { isRound } from './rounds/work.ts'
import { PRE_POSITION } from './tasks.ts'

/** An answer that has not come by then is not waited for. */
const ANSWER_MS = 30 * SECOND_MS
const AFTER_FAILURE_MS = 5 * SECOND_MS
/** Tasks that nobody could take are looked at again so often: crews have moved. */
const AGAIN_MS = MINUTE_MS
/** Crews on site that should be done by then take part as soon free (look-ahead assignment). */
const SOON_FREE_MS = 15 * MINUTE_MS
/** An unheard phone will probably let its offer run out: its crew counts as so much farther away. */
const UNHEARD_S = 600
const TASKS_PER_PROBLEM = 200
/** About 0.1 m. */
const DEGREE_DIGITS = 1e6

/** Poses the problem when tasks wait and crews are free; one problem at a time. */
export function askForCrews(state: DispatchState, context: Context, streets: Streets, now: EpochMs, out: Outcome): void {
  if (state.request !== null && now - state.request.asked < ANSWER_MS) return
  if (state.request !== null) {
    state.request = null
    state.changed = true
  }
  if (!state.changed && now < state.ask_at) return
  const waiting = [...state.open.values()].filter(({ task, round }) => task.status === 'waiting' && round === null)
  const crews = [...state.crews.values()]
  if (waiting.length === 0 || !crews.some((crew) => isFree(crew) || mayTurnAny(heldTask(state, context, crew), waiting))) return
  for (const record of waiting) forgetLostChoice(state, record)
  const id = nextId(state, 'A', now)
  state.request = { id, asked: now, shut: streets.shut }
  state.changed = false
  out.requests.push({ id, problem: { ...problemOf(state, context, waiting, crews, now), roads: streets.state() } })
}

/** The crew that a person chose is not free any more: the task is everybody's again. */
function forgetLostChoice(state: DispatchState, record: TaskRecord): void {
  const crew = record.chosen === null ? undefined : state.crews.get(record.chosen.crew)
  if (crew === undefined || !isFree(crew)) record.chosen = null
}

function problemOf(
  state: DispatchState,
  context: Context,
  waiting: readonly TaskRecord[],
  crews: readonly CrewRecord[],
  now: EpochMs,
): AssignProblem {
  const first = [...waiting].sort((a, b) => a.task.priority - b.task.priority || a.task.created - b.task.created)
  return {
    type: 'assign',
    now,
    tasks: first
      .slice(0, TASKS_PER_PROBLEM)
      .map((record) => problemTask(record, crews, barredFrom(state, context, record.task, crews, now))),
    crews: crews.flatMap((record) => {
      const held = heldTask(state, context, record)
      const holds = mayTurnAny(held, waiting) ? (held?.task.priority ?? null) : null
      const free = holds === null ? freeAt(state, record, now) : now
      const { id, at, skills, kit } = record.crew
      const { speed_factor = 1, vehicle } = context.crews.get(id) ?? {}
      const until = shiftEnd(context, record, now)
      const doubt_s = isUnheard(record, now) ? UNHEARD_S : 0
      if (free === null) return []
      const known = {
        ...(vehicle !== undefined && { vehicle }),
        ...(until !== null && { until }),
        ...(holds !== null && { holds, yields_to: yieldsTo(held) }),
      }
      return [{ id, at, skills, kit, speed_factor, free, doubt_s, ...known }]
    }),
    calls: expectCalls(state.calls, now),
    cover_s: 60 * context.dispatch.cover_min,
  }
}

/** Of a crew that has not yet arrived at a lesser task, from which it may be turned; null of any other. Nobody is turned whom a person sent. */
function heldTask(state: DispatchState, context: Context, { crew }: CrewRecord): TaskRecord | null {
  const record = crew.task === null ? undefined : state.open.get(crew.task)
  if (!context.dispatch.turn || record === undefined || record.task.reason?.policy === 'operator') return null
  // The crew of a round comes back to it, and a life counts for more than any round.
  if (record.round === null && record.turned >= TURNS_MAX) return null
  const { status, priority } = record.task
  return priority !== 1 && (status === 'offered' || status === 'accepted' || status === 'enroute') ? record : null
}

/** The least priority that turns a crew from its task: a bin that overflows elsewhere does not wait for the end of a round, but many of them would never let it end. */
const yieldsTo = (held: TaskRecord | null): 1 | 2 => (held?.round == null || held.turned >= TURNS_MAX ? 1 : 2)

const mayTurnAny = (held: TaskRecord | null, waiting: readonly TaskRecord[]): boolean =>
  held !== null && waiting.some(({ task }) => mayTurn(held, task))

const mayTurn = (held: TaskRecord, { priority }: Task): boolean => priority <= yieldsTo(held) && priority < held.task.priority

/** A person's choice stands above skill and kit: then everybody else is out. */
function problemTask(
  { task, chosen, stake_min }: TaskRecord,
  crews: readonly CrewRecord[],
  barred: readonly DeviceKey[],
): AssignProblem['tasks'][number] {
  const { id, at, skill, kit, priority, created, due, refused_by } = task
  // Whoever waits for water hands over when the shift ends: the work has no length of its own.
  const service_s = task.kind === PRE_POSITION ? 0 : task.service_s
  const only = chosen === null ? undefined : crews.find(({ crew }) => crew.id === chosen.crew)?.crew
  if (only === undefined)
    return { id, at, skill, kit, priority, created, due, refused_by: [...refused_by, ...barred], stake_min, service_s }
  const others = crews.filter(({ crew }) => crew.id !== only.id).map(({ crew }) => crew.id)
  return {
    id,
    at,
    skill: only.skills[0] ?? skill,
    kit: [],
    priority,
    created,
    due,
    refused_by: others,
    stake_min,
    service_s,
    ordered: true,
  }
}

/** When the crew can go; null when it does not take part. A crew that is past its time on site cannot be counted on. */
function freeAt(state: DispatchState, record: CrewRecord, now: EpochMs): EpochMs | null {
  if (isFree(record)) return now
  const task = record.crew.task === null ? undefined : state.open.get(record.crew.task)?.task
  if (task?.status !== 'onsite' || !record.on_duty) return null
  const done = task.updated + 1000 * task.service_s
  return done > now && done <= now + SOON_FREE_MS ? done : null
}

/** Offers what the answer says, pair by pair; a pair whose task or crew has changed meanwhile is left for the next problem. */
export function takeAnswer(
  state: DispatchState,
  context: Context,
  incidents: IncidentsState,
  obs: Solution,
  now: EpochMs,
  out: Outcome,
): void {
  if (state.request?.id !== obs.request) return
  const { shut } = state.request
  state.request = null
  if (obs.answer.type !== 'assign') {
    state.ask_at = now + AFTER_FAILURE_MS
    state.changed = false
    return
  }
  state.ask_at = now + AGAIN_MS
  for (const assignment of obs.answer.assignments) {
    if (!turnCrew(state, context, incidents, assignment, now, out)) offerTask(state, context, incidents, assignment, shut, now, out)
  }
  for (const { task, why } of obs.answer.unserved) sayUnserved(state, task, why, now, out)
}

/** Takes a crew off the lesser task it is on its way to; the next problem gives it the urgent one. False where it holds none. */
function turnCrew(
  state: DispatchState,
  context: Context,
  incidents: IncidentsState,
  { task, crew, travel_s, runner_up }: AssignAnswer['assignments'][number],
  now: EpochMs,
  out: Outcome,
): boolean {
  const record = state.crews.get(crew)
  const held = record === undefined ? null : heldTask(state, context, record)
  const urgent = state.open.get(task)
  if (record === undefined || held === null || urgent === undefined) return false
  if (urgent.task.status !== 'waiting' || !mayTurn(held, urgent.task)) return false
  const text = turnText(urgent.task, travel_s, runner_up)
  held.turned++
  if (isRound(held)) holdRound(held, now)
  sendRecall(held.task, crew, text, out)
  const note = { by: 'policy:turn', text, change: 'turned' }
  moveTask(state, incidents, held, 'waiting', held.round === null ? { reason: null } : {}, note, now, out)
  return true
}

function offerTask(
  state: DispatchState,
  context: Context,
  incidents: IncidentsState,
  assignment: AssignAnswer['assignments'][number],
  shut: readonly string[],
  now: EpochMs,
  out: Outcome,
): void {
  const record = state.open.get(assignment.task)
  const crew = state.crews.get(assignment.crew)
  if (record?.task.status !== 'waiting' || crew === undefined || record.task.refused_by.includes(assignment.crew)) return
  if (record.chosen !== null && record.chosen.crew !== assignment.crew) return
  if (!isFree(crew)) return
  const eta = now + Math.round(assignment.travel_s * 1000)
  const route = assignment.route.map(([lon, lat]) => [round(lon), round(lat)] as const)
  const reason = assignReason(state, record.task, assignment, record.chosen?.by ?? null)
  record.offer_until = now + OFFER_MS
  record.roads = assignment.roads
  record.known_shut = shut
  record.unserved = null
  const note = {
    by: record.chosen === null ? 'policy:assign' : `operator:${record.chosen.by}`,
    text: { zh: reason.text_zh, en: reason.text },
  }
  moveTask(state, incidents, record, 'offered', { crew: assignment.crew, eta, route, reason }, note, now, out)
  sendTask(context, record.task, assignment.crew, eta, reason, now, out)
}

const round = (degrees: number): number => Math.round(degrees * DEGREE_DIGITS) / DEGREE_DIGITS

/** The solver sees free crews only; that nobody on duty could ever go is another matter than that all who could are busy. */
function sayUnserved(state: DispatchState, id: string, why: Unserved, now: EpochMs, out: Outcome): void {
  const record = state.open.get(id)
  if (record?.task.status !== 'waiting') return
  const lasting = why === 'unreachable' || why === 'kept' ? why : whyNobody(state, record)
  if (record.unserved === lasting) return
  record.unserved = lasting
  record.task = { ...record.task, reason: unservedReason(record.task, lasting), updated: now }
  out.facts.push({ kind: 'task', ts: now, task: record.task, change: `unserved_${lasting}` })
}

function whyNobody(state: DispatchState, { task }: TaskRecord): Unserved {
  const skilled = [...state.crews.values()].filter(({ crew, on_duty }) => on_duty && crew.skills.includes(task.skill))
  if (skilled.length === 0) return 'no_skill'
  return skilled.some(({ crew }) => task.kit.every((item) => crew.kit.includes(item))) ? 'none_free' : 'no_kit'
}
