/** What is remembered of each incident beside what the world sees of it. */
import type { EpochMs } from '../base/time.ts'
import type { DeviceKey } from '../model/city.ts'
import type { Incident } from '../model/incident.ts'
import type { CrewNeed } from '../model/rule.ts'
import type { Severity } from '../model/severity.ts'

/** A signal that stands; it leaves the record once it has passed. */
export interface IncidentSource {
  /** null: a person reported it. */
  readonly device: DeviceKey | null
  readonly severity: Severity
  /** Crews of the first need that it asks for; 0 where it asks for nobody. */
  readonly crews: number
}

/** One crew that an incident asks for; kept by dispatch. */
export interface CrewSlot {
  /** Line of the run card that asks for it, or whoever asked beyond that. */
  readonly line: string
  readonly need: CrewNeed
  /** Its task while one is open. */
  task: string | null
  /** Tasks made for it since the incident was opened, reopened or dispatched by a person. */
  made: number
  /** Its crew has done the work, which the sensors have not yet said to be in vain. */
  done: boolean
  /** The task whose crew goes when this one is there. */
  readonly relieves?: string
}

export interface IncidentRecord {
  /** Replaced, never changed in place: facts carry it. */
  incident: Incident
  readonly place: string | null
  /** The first crew that one of its signals asked for. */
  need: CrewNeed | null
  readonly deadline_min: number
  /** Standing signals by key. */
  readonly sources: Map<string, IncidentSource>
  /** Newest signal that was raised. */
  evidence: EpochMs
  /** The crews it asks for, by dispatch. */
  slots: CrewSlot[]
  /** A person has been told that nobody could do it. */
  person_told: boolean
  /** Crews that failed at it: asked last for its next task. */
  readonly failed_crews: Set<DeviceKey>
  /** After the work is done: when the sensors should have confirmed it. */
  verify_by: EpochMs | null
  overdue: boolean
  /** Nothing but forecasts speak of it yet: its due time is theirs, and passing it is no delay. */
  foreseen: boolean
  /** When it was closed or dismissed. */
  ended: EpochMs | null
}

export interface IncidentsState {
  /** Everything not yet closed or dismissed, by id. */
  readonly open: Map<string, IncidentRecord>
  /** Closed and dismissed ones of the last 24 h, oldest first. */
  readonly ended: Map<string, IncidentRecord>
  /** Incident of each standing signal; also of those an operator has dismissed, so that they do not come back while they stand. */
  readonly by_signal: Map<string, string>
  /** Last time used for an id and how many ids it gave. */
  readonly named: { ts: EpochMs; count: number }
}

export function createIncidents(): IncidentsState {
  return { open: new Map(), ended: new Map(), by_signal: new Map(), named: { ts: 0, count: 0 } }
}

/** Open incidents first, then those of the last 24 h. */
export function* listIncidents(state: IncidentsState): Iterable<Incident> {
  for (const record of state.open.values()) yield record.incident
  for (const record of state.ended.values()) yield record.incident
}

/** Incidents that still need something: neither resolved nor ended. */
export function countUnresolved(state: IncidentsState): number {
  let count = 0
  for (const { incident } of state.open.values()) if (incident.status !== 'resolved') count++
  return count
}

/** A crew is asked for, under way or at work. */
export const hasOpenTask = ({ slots }: IncidentRecord): boolean => slots.some(({ task }) => task !== null)

/** An open incident, or one that ended in the last 24 h. */
export function findIncident(state: IncidentsState, id: string | null): IncidentRecord | null {
  if (id === null) return null
  return state.open.get(id) ?? state.ended.get(id) ?? null
}
