/** What is remembered of crews and tasks beside what the world sees of them. */
import { base32 } from '../base/base32.ts'
import type { EpochMs } from '../base/time.ts'
import type { DeviceKey } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { Crew, Task } from '../model/incident.ts'
import type { Outcome } from '../model/outcome.ts'
import type { PlannedRound, RoundStop } from '../model/round.ts'
import type { Unserved } from '../model/solve.ts'
import type { Call } from './demand.ts'

export interface CrewRecord {
  /** Replaced, never changed in place: facts carry it. */
  crew: Crew
  /** What the shift plan says; null before the first look at the clock. */
  scheduled: boolean | null
  /** The plan, or the last shift button since the plan last changed. */
  on_duty: boolean
  /** The stretch of duty that lasts, or the last one; a break that is too short to rest does not end it. Null before the first. */
  duty: { readonly since: EpochMs; readonly until: EpochMs | null } | null
  /** When it was last asked to wait elsewhere. */
  moved: EpochMs | null
  /** False after the phone said goodbye (last will). */
  reachable: boolean
  /** When anything last came from the phone. */
  heard: EpochMs | null
  /** Newest press ids, so that a repeated press is harmless. */
  readonly presses: string[]
}

export interface TaskRecord {
  /** Replaced, never changed in place: facts carry it. */
  task: Task
  /** When the standing offer ends. */
  offer_until: EpochMs | null
  /** When a crew last refused it or let the offer run out. */
  refused_at: EpochMs | null
  /** The crew that a person chose, and who that was. */
  chosen: { readonly crew: DeviceKey; readonly by: string } | null
  unserved: Unserved | null
  /** Offers in a row that nobody answered. */
  unanswered: number
  /** How often its crew was turned to something urgent. */
  turned: number
  /** What it is expected to spare, minutes. */
  readonly stake_min: number
  /** Ids of the roads on its crew's way, in order. */
  roads: readonly string[]
  /** Roads that were known to be closed when its way was found. */
  known_shut: readonly string[]
  /** Only of rounds. */
  round: RoundWork | null
}

/** A task whose crews were turned so often keeps the next one. */
export const TURNS_MAX = 2

/** A round of a bin lorry, beside the task that it is. */
export interface RoundWork {
  /** The crew that it was planned for, and nobody else's. */
  readonly lorry: DeviceKey
  readonly plan: Omit<PlannedRound, 'stops'>
  /** Those done first, then those left in driving order. Replaced, never changed in place. */
  stops: readonly RoundStop[]
  drive_s: number
  end: EpochMs
  started: EpochMs | null
  /** Its crew was turned to something urgent. */
  interrupted: boolean
  /** It is not offered before. */
  hold_until: EpochMs
  /** The order of its stops no longer fits: it is asked for anew. */
  stale: boolean
  request: { readonly id: string; readonly asked: EpochMs } | null
}

/** Line of a crew slot that a crew on site, or a person, asked for beyond the run card. */
export const HELP = 'help'
/** Slots beyond these are not opened for the asking. */
export const SLOTS_MAX = 12

export interface DispatchState {
  readonly crews: Map<DeviceKey, CrewRecord>
  /** Tasks that are not done, failed or recalled, by id. */
  readonly open: Map<string, TaskRecord>
  /** Those that are, for 24 h, oldest first. */
  readonly ended: Map<string, TaskRecord>
  /** Calls of the last hours, oldest first. */
  readonly calls: Call[]
  /** The one assignment problem that is being solved, and the roads that were closed when it was posed. */
  request: { readonly id: string; readonly asked: EpochMs; readonly shut: readonly string[] } | null
  /** The question for other ways that is being solved. */
  reroute: { readonly id: string; readonly asked: EpochMs; readonly tasks: readonly string[] } | null
  /** Tasks or crews changed since the last problem was posed. */
  changed: boolean
  /** When to pose the problem again although nothing changed. */
  ask_at: EpochMs
  /** When to look again whether idle crews stand well. */
  standby_at: EpochMs
  /** Minute of the last look at the shift plan. */
  shift_minute: number
  /** Closed roads when rounds were last looked at, and when that was. */
  rounds: { shut: readonly string[]; looked: EpochMs }
  /** Last time used for an id and how many ids it gave. */
  readonly named: { ts: EpochMs; count: number }
}

export function createDispatch(context: Context): DispatchState {
  const depots = new Map(context.city.depots.map((depot) => [depot.id, depot.at]))
  const crews = new Map<DeviceKey, CrewRecord>()
  for (const [key, { name, district, depot, skills, kit }] of context.crews) {
    const at = depots.get(depot) ?? context.devices.get(key)?.at ?? middle(context)
    const crew: Crew = { id: key, name, district, status: 'off', at, seen: null, task: null, skills, kit }
    crews.set(key, { crew, scheduled: null, on_duty: false, duty: null, moved: null, reachable: true, heard: null, presses: [] })
  }
  return {
    crews,
    open: new Map(),
    ended: new Map(),
    calls: [],
    request: null,
    reroute: null,
    changed: false,
    ask_at: 0,
    standby_at: 0,
    shift_minute: -1,
    rounds: { shut: [], looked: 0 },
    named: { ts: 0, count: 0 },
  }
}

function middle({ city }: Context): Crew['at'] {
  return [(city.bounds[0] + city.bounds[2]) / 2, (city.bounds[1] + city.bounds[3]) / 2]
}

/** `<prefix>-<time in base 32>-<n>`: sorts by time, can be read out over the radio. */
export function nextId(state: DispatchState, prefix: 'T' | 'A' | 'R', now: EpochMs): string {
  const { named } = state
  named.count = named.ts === now ? named.count + 1 : 1
  named.ts = now
  return `${prefix}-${base32(now)}-${named.count}`
}

/** Open tasks first, then those of the last 24 h. */
export function* listTasks(state: DispatchState): Iterable<Task> {
  for (const record of state.open.values()) yield record.task
  for (const record of state.ended.values()) yield record.task
}

export function* listCrews(state: DispatchState): Iterable<Crew> {
  for (const record of state.crews.values()) yield record.crew
}

/** On duty, reachable and without a task. */
export const isFree = (record: CrewRecord): boolean => record.on_duty && record.reachable && record.crew.task === null

/** Begins or ends duty. @param rest_ms a shorter break does not end a stretch of duty */
export function setDuty(record: CrewRecord, on_duty: boolean, rest_ms: number, now: EpochMs): void {
  if (on_duty === record.on_duty) return
  record.on_duty = on_duty
  const { duty } = record
  if (!on_duty) record.duty = duty === null ? null : { ...duty, until: now }
  else if (duty === null || duty.until === null || now - duty.until >= rest_ms) record.duty = { since: now, until: null }
  else record.duty = { since: duty.since, until: null }
}

/** Brings the status of a crew without a task in line with shift and phone; one fact when it changes. */
export function refreshCrew(state: DispatchState, record: CrewRecord, change: string, now: EpochMs, out: Outcome): void {
  if (record.crew.task !== null) return
  const status = isFree(record) ? 'idle' : 'off'
  if (status === record.crew.status) return
  state.changed ||= status === 'idle'
  setCrew(record, { status }, change, now, out)
}

export function setCrew(record: CrewRecord, patch: Partial<Crew>, change: string, now: EpochMs, out: Outcome): void {
  record.crew = { ...record.crew, ...patch }
  out.facts.push({ kind: 'crew', ts: now, crew: record.crew, change })
}
