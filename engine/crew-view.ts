/** What a crew sees on its phone: its own tasks with all it needs on site, and what was last said to it. Nothing of anybody else. */
import { listCommands } from './act/state.ts'
import { type EpochMs, HOUR_MS, MINUTE_MS } from './base/time.ts'
import type { CityState } from './city-state.ts'
import type { RoundWork, TaskRecord } from './dispatch/record.ts'
import { load_l } from './dispatch/rounds/work.ts'
import { findIncident } from './incidents/record.ts'
import type { Bilingual, DeviceKey } from './model/city.ts'
import type { WasteKind } from './model/collection.ts'
import type { Command } from './model/command.ts'
import type { Crew, Task } from './model/incident.ts'
import type { RoundStop } from './model/round.ts'
import { siteFormOf } from './model/run-cards.ts'
import type { SiteForm } from './model/site-form.ts'

type Shown = 'id' | 'incident' | 'kind' | 'title' | 'where' | 'at' | 'kit' | 'priority' | 'status' | 'created' | 'updated' | 'due' | 'eta'

export interface CrewJobView extends Pick<Task, Shown | 'service_s' | 'route'>, SiteForm {
  readonly offer_until: EpochMs | null
  readonly why: Bilingual | null
  /** Null of a job that is no round. */
  readonly round: CrewRoundView | null
  /** Other crews that are at the same incident, or on their way. */
  readonly others: readonly Bilingual[]
}

/** A round as its lorry drives it. */
export interface CrewRoundView {
  readonly waste: WasteKind
  readonly load_l: number
  readonly capacity_l: number
  /** Those done first, then those left in driving order. */
  readonly stops: readonly CrewStopView[]
}

export type CrewStopView = Pick<RoundStop, 'kind' | 'name' | 'at' | 'state' | 'eta' | 'expected_pct' | 'found_pct' | 'why'> & {
  readonly stop: string
}

export interface CrewMessageView {
  readonly id: string
  readonly ts: EpochMs
  readonly kind: 'recall' | 'conflict' | 'notice'
  readonly task: string | null
  readonly press: string | null
  readonly text: Bilingual
}

export interface CrewOwnView {
  readonly crew: Pick<Crew, 'id' | 'name' | 'status' | 'at'>
  /** Open ones, and those that ended within the last half hour; newest first. */
  readonly jobs: readonly CrewJobView[]
  /** Of the last hour, oldest first. */
  readonly messages: readonly CrewMessageView[]
}

const ENDED_SHOWN_MS = 30 * MINUTE_MS
const MESSAGE_SHOWN_MS = HOUR_MS

function roundView({ context }: CityState, round: RoundWork): CrewRoundView {
  const { plan, stops } = round
  return {
    waste: plan.waste,
    load_l: load_l(round, context),
    capacity_l: plan.capacity_l,
    stops: stops.map(({ id, kind, name, at, state, eta, expected_pct, found_pct, why }) => ({
      stop: id,
      kind,
      name,
      at,
      state,
      eta,
      expected_pct,
      found_pct,
      why,
    })),
  }
}

function jobView(state: CityState, { task, offer_until, round }: TaskRecord): CrewJobView {
  const { incidents, dispatch, context } = state

  const crews = findIncident(incidents, task.incident)?.incident.crews ?? []
  const { id, incident, kind, title, where, at, kit, priority, status, created, updated, due, eta, service_s, route, reason } = task
  return {
    id,
    incident,
    kind,
    title,
    where,
    at,
    kit,
    priority,
    status,
    created,
    updated,
    due,
    eta,
    offer_until,
    service_s,
    route,
    why: reason === null ? null : { zh: reason.text_zh, en: reason.text },
    round: round === null ? null : roundView(state, round),
    others: crews.flatMap((key) => (key === task.crew ? [] : (dispatch.crews.get(key)?.crew.name ?? []))),
    ...siteFormOf(context.dispatch.run_cards, kind),
  }
}

function messageView(command: Command): CrewMessageView | null {
  const { id, ts } = command
  switch (command.kind) {
    case 'crew.recall':
      return { id, ts, kind: 'recall', task: command.task, press: null, text: { zh: command.text_zh, en: command.text } }
    case 'task.conflict':
      return { id, ts, kind: 'conflict', task: command.task, press: command.press, text: { zh: command.text_zh, en: command.text } }
    case 'notice':
      return { id, ts, kind: 'notice', task: null, press: null, text: { zh: command.text_zh, en: command.text } }
    default:
      return null
  }
}

/** Of those crews that there are, in one pass. */
export function crewViews(state: CityState, wanted: ReadonlySet<DeviceKey>): ReadonlyMap<DeviceKey, CrewOwnView> {
  const { dispatch, act, now } = state
  const views = new Map<DeviceKey, { crew: CrewOwnView['crew']; jobs: CrewJobView[]; messages: CrewMessageView[] }>()
  for (const key of wanted) {
    const record = dispatch.crews.get(key)
    if (record === undefined) continue
    const { id, name, status, at } = record.crew
    views.set(key, { crew: { id, name, status, at }, jobs: [], messages: [] })
  }
  const add = (record: TaskRecord): void => {
    if (record.task.crew !== null) views.get(record.task.crew)?.jobs.push(jobView(state, record))
  }
  for (const record of dispatch.open.values()) add(record)
  for (const record of dispatch.ended.values()) if (now - record.task.updated < ENDED_SHOWN_MS) add(record)
  for (const { command } of listCommands(act)) {
    if (now - command.ts > MESSAGE_SHOWN_MS) continue
    const message = messageView(command)
    if (message !== null) views.get(command.device)?.messages.push(message)
  }
  for (const { jobs } of views.values()) jobs.sort((a, b) => b.updated - a.updated || (a.id < b.id ? 1 : -1))
  return views
}

/** Whether a crew has, or had, to do with a task. */
export function isTaskOf({ dispatch }: CityState, task: string, crew: DeviceKey): boolean {
  const record = dispatch.open.get(task) ?? dispatch.ended.get(task)
  return record !== undefined && (record.task.crew === crew || record.task.refused_by.includes(crew))
}

/** What was answered to a press, while it is remembered. */
export function conflictOf({ act }: CityState, crew: DeviceKey, press: string): Extract<Command, { kind: 'task.conflict' }> | null {
  for (const { command } of listCommands(act))
    if (command.kind === 'task.conflict' && command.device === crew && command.press === press) return command
  return null
}
