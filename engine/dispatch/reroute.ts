/**
 * A road is closed while crews are under way: those whose way still leads over it get another one, and nobody else does. The solver finds it; until it has answered the old
 * way stands. A crew for which there is no other way is told so, and so is the desk.
 */
import { length_m, placeOn } from '../base/geo.ts'
import { type EpochMs, MINUTE_MS, SECOND_MS } from '../base/time.ts'
import type { Bilingual } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { Task } from '../model/incident.ts'
import type { Solution } from '../model/observation.ts'
import type { Outcome } from '../model/outcome.ts'
import type { DrivenRoute, RoadState, RouteProblem } from '../model/solve.ts'
import { sendNotice } from './orders.ts'
import { type DispatchState, nextId, type TaskRecord } from './record.ts'

/** What dispatch knows of the streets. */
export interface Streets {
  /** Ids of the roads that are closed now, sorted. */
  readonly shut: readonly string[]
  /** Closures and delays; asked for when a problem is posed. */
  state(): RoadState
}

/** An answer that has not come by then is asked for again. */
const ANSWER_MS = 30 * SECOND_MS
/** Positions are old and streets are wide: whoever is so little past a road may still be on it. */
const PAST_M = 50
const UNDER_WAY: ReadonlySet<Task['status']> = new Set(['offered', 'accepted', 'enroute'])

/** Asks for new ways where a closure has cut one off; one problem at a time. */
export function rerouteCrews(state: DispatchState, context: Context, streets: Streets, now: EpochMs, out: Outcome): void {
  const { reroute } = state
  if (reroute !== null && now - reroute.asked < ANSWER_MS) return
  state.reroute = null
  if (streets.shut.length === 0) return
  const shut = new Set(streets.shut)
  const cut = [...state.open.values()].filter((record) => isCutOff(state, context, record, shut))
  if (cut.length === 0) return
  const id = nextId(state, 'R', now)
  state.reroute = { id, asked: now, tasks: cut.map(({ task }) => task.id) }
  for (const record of cut) record.known_shut = streets.shut
  out.requests.push({
    id,
    problem: { type: 'route', roads: streets.state(), trips: cut.flatMap((record) => tripOf(state, context, record)) },
  })
}

/** Its way leads over a road that has been closed since the way was found, and that still lies ahead. */
function isCutOff(state: DispatchState, context: Context, { task, roads, known_shut }: TaskRecord, shut: ReadonlySet<string>): boolean {
  if (!UNDER_WAY.has(task.status) || task.crew === null || task.route.length < 2) return false
  const news = roads.filter((road) => shut.has(road) && !known_shut.includes(road))
  if (news.length === 0) return false
  const at = state.crews.get(task.crew)?.crew.at
  const driven_m = task.status === 'enroute' && at !== undefined ? placeOn(task.route, at, 0).along_m : 0
  // Backwards from the place: what lies off the street there makes a road end later than it does, never earlier.
  let end_m = length_m(task.route)
  for (const road of [...roads].reverse()) {
    if (end_m + PAST_M <= driven_m) return false
    if (news.includes(road)) return true
    end_m -= context.road_lengths_m.get(road) ?? 0
  }
  return false
}

function tripOf(state: DispatchState, context: Context, { task }: TaskRecord): RouteProblem['trips'] {
  const crew = task.crew === null ? undefined : state.crews.get(task.crew)
  if (crew === undefined) return []
  const plan = context.crews.get(crew.crew.id)
  return [
    {
      task: task.id,
      from: crew.crew.at,
      to: task.at,
      speed_factor: plan?.speed_factor ?? 1,
      ...(plan?.vehicle === undefined ? {} : { vehicle: plan.vehicle }),
    },
  ]
}

/** Gives the crews their new ways. @returns false when the answer is not to a question of this kind */
export function takeRoutes(state: DispatchState, context: Context, obs: Solution, now: EpochMs, out: Outcome): boolean {
  if (state.reroute?.id !== obs.request) return false
  const { tasks } = state.reroute
  state.reroute = null
  if (obs.answer.type !== 'route') {
    // Asked again with the next step.
    for (const id of tasks) {
      const record = state.open.get(id)
      if (record !== undefined) record.known_shut = []
    }
    return true
  }
  for (const { task, way } of obs.answer.routes) {
    const record = state.open.get(task)
    if (record === undefined || !UNDER_WAY.has(record.task.status)) continue
    if (way === null) tell(record, NO_WAY, 'no_way', now, out)
    else if (way.roads.join() !== record.roads.join()) takeWay(context, record, way, now, out)
  }
  return true
}

const NO_WAY: Bilingual = {
  zh: '前方道路已封闭，暂无绕行路线，请联系指挥中心',
  en: 'A road ahead has been closed and there is no way around: call the desk',
}

function takeWay(context: Context, record: TaskRecord, way: DrivenRoute, now: EpochMs, out: Outcome): void {
  const closed = record.roads.find((road) => record.known_shut.includes(road))
  const name = closed === undefined ? null : (context.city.roads.find(({ id }) => id === closed)?.name ?? null)
  record.roads = way.roads
  record.task = { ...record.task, route: way.route, eta: now + Math.round(way.travel_s * SECOND_MS) }
  const min = Math.max(1, Math.round((way.travel_s * SECOND_MS) / MINUTE_MS))
  const text = {
    zh: `${name?.zh ?? '前方道路'}已封闭，已改路线，约 ${min} 分钟到达`,
    en: `${name?.en ?? 'A road ahead'} has been closed: new way, there in about ${min} min`,
  }
  tell(record, text, 'rerouted', now, out)
}

function tell(record: TaskRecord, text: Bilingual, change: 'rerouted' | 'no_way', now: EpochMs, out: Outcome): void {
  record.task = { ...record.task, updated: now }
  out.facts.push({ kind: 'task', ts: now, task: record.task, change })
  if (record.task.crew !== null) sendNotice(record.task, record.task.crew, text, out)
}
