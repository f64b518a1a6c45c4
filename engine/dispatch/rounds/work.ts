/** What a round is made of, and what can be read off it. */
import type { EpochMs } from '../../base/time.ts'
import type { Bilingual, DeviceKey } from '../../model/city.ts'
import { COMMON_VOLUME_L } from '../../model/collection.ts'
import type { TaskStop } from '../../model/command.ts'
import type { Context } from '../../model/context.ts'
import type { Incident, Task } from '../../model/incident.ts'
import type { Outcome } from '../../model/outcome.ts'
import { type PlannedRound, ROUND, type RoundStop, type StopState } from '../../model/round.ts'
import { type DispatchState, nextId, type RoundWork, type TaskRecord } from '../record.ts'

export type RoundRecord = TaskRecord & { round: RoundWork }

export const isRound = (record: TaskRecord): record is RoundRecord => record.round !== null

export const nextStop = ({ stops }: RoundWork): RoundStop | null => stops.find(({ state }) => state === 'left') ?? null

export const binsIn = ({ stops }: RoundWork, state: StopState): RoundStop[] =>
  stops.filter((stop) => stop.kind === 'bin' && stop.state === state)

/** What is on the lorry: what was found, or was expected where nobody said, since the last tip. */
export function load_l({ stops }: RoundWork, { devices }: Context): number {
  let load = 0
  for (const { kind, ref, state, found_pct, expected_pct } of stops) {
    if (state !== 'emptied') continue
    if (kind === 'tip') load = 0
    else load += (Math.min(100, found_pct ?? expected_pct ?? 0) / 100) * volume_l(devices.get(ref)?.params)
  }
  return Math.round(load)
}

export const volume_l = (params: Readonly<Record<string, number>> | undefined): number => params?.volume_l ?? COMMON_VOLUME_L

/** As the crew's phone is told. */
export const stopsToDrive = ({ stops }: RoundWork): TaskStop[] =>
  stops.flatMap(({ id, kind, ref, name, at, service_s, state, way }) =>
    state === 'left' ? [{ id, kind, ref, name, at, service_s, route: way }] : [],
  )

/** Lorries that have a round which is not over. */
export function busyLorries(state: DispatchState): Set<DeviceKey> {
  return new Set([...state.open.values()].flatMap(({ round }) => (round === null ? [] : [round.lorry])))
}

/** Bins that a round which is not over has still to come to. */
export function binsToCome(state: DispatchState): Set<DeviceKey> {
  const bins = new Set<DeviceKey>()
  for (const { round } of state.open.values())
    for (const { ref, kind, state: is } of round?.stops ?? []) if (kind === 'bin' && is === 'left') bins.add(ref)
  return bins
}

/** Full bins that a round comes to need nobody else, until they have waited too long (an incident that is overdue becomes critical). */
export const isServed = ({ class: of, severity, devices }: Incident, to_come: ReadonlySet<DeviceKey>): boolean =>
  of === 'waste.overflow' && severity !== 'critical' && devices.length > 0 && devices.every((key) => to_come.has(key))

const TITLE: Bilingual = { zh: '垃圾清运', en: 'Collection round' }

/** The task of a lorry whose part of a plan is to be driven. */
export function createRound(state: DispatchState, { stops, ...plan }: PlannedRound, now: EpochMs, out: Outcome): void {
  const crew = state.crews.get(plan.lorry)?.crew
  const first = stops.at(0)
  if (crew === undefined || first === undefined || busyLorries(state).has(plan.lorry)) return
  const bins = stops.filter(({ kind }) => kind === 'bin').length
  const task: Task = {
    id: nextId(state, 'T', now),
    incident: null,
    kind: ROUND,
    title: TITLE,
    at: first.at,
    district: crew.district,
    where: { zh: `${bins} 个桶，首站${first.name.zh}`, en: `${bins} bins, first ${first.name.en}` },
    skill: 'collect',
    kit: [],
    priority: 3,
    service_s: Math.round((plan.end - now) / 1000),
    due: plan.end,
    status: 'waiting',
    created: now,
    updated: now,
    crew: null,
    eta: first.eta,
    route: first.way,
    reason: plan.reason,
    refused_by: [],
    times: { waiting: now },
  }
  const round: RoundWork = {
    lorry: plan.lorry,
    plan,
    stops,
    drive_s: plan.drive_s,
    end: plan.end,
    started: null,
    interrupted: false,
    hold_until: now,
    stale: false,
    request: null,
  }
  state.open.set(task.id, {
    task,
    offer_until: null,
    refused_at: null,
    chosen: null,
    unserved: null,
    unanswered: 0,
    turned: 0,
    stake_min: 0,
    roads: [],
    known_shut: [],
    round,
  })
  out.facts.push({ kind: 'task', ts: now, task, change: 'created' })
}

/** Everything that is left comes so much later, or earlier. */
export function shiftRound(work: RoundWork, by_ms: number): void {
  work.stops = work.stops.map((stop) => (stop.eta === null ? stop : { ...stop, eta: stop.eta + by_ms }))
  work.end += by_ms
}

/** The task leads to the next stop. */
export function aimTask(record: RoundRecord, now: EpochMs): void {
  const next = nextStop(record.round)
  if (next === null) return
  const { at, eta, way } = next
  const service_s = Math.max(0, Math.round((record.round.end - now) / 1000))
  record.task = { ...record.task, at, eta, route: way, due: record.round.end, service_s }
}

/** One stop becomes what it became; those done stand before those left, in the order in which they were. */
export function closeStop(work: RoundWork, id: string, became: Partial<RoundStop> & Pick<RoundStop, 'state'>, now: EpochMs): void {
  const closed = work.stops.map((stop) => (stop.id === id ? { ...stop, ...became, eta: null, ts: now } : stop))
  const isLeft = ({ state }: RoundStop): boolean => state === 'left'
  const done = closed.filter((stop) => !isLeft(stop)).sort((a, b) => (a.ts ?? 0) - (b.ts ?? 0))
  work.stops = [...done, ...closed.filter(isLeft)]
}
