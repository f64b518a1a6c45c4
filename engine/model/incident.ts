/** Incidents, tasks and crews as they stand: what the wall shows, what the API returns, what facts carry. */
import type { LonLat } from '../base/geo.ts'
import type { EpochMs } from '../base/time.ts'
import type { Bilingual, DeviceKey } from './city.ts'
import type { Severity } from './severity.ts'

/**
 * detected → confirmed → dispatched → accepted → on_site → resolved → closed, and dismissed from anywhere before resolved.
 * A resolved incident whose cause comes back goes to detected again.
 */
export const INCIDENT_STATUSES = ['detected', 'confirmed', 'dispatched', 'accepted', 'on_site', 'resolved', 'closed', 'dismissed'] as const
export type IncidentStatus = (typeof INCIDENT_STATUSES)[number]

export interface TimelineEntry {
  readonly ts: EpochMs
  readonly status: IncidentStatus
  /** `rule:<id>`, `crew:<id>`, `operator:<name>`, `policy:<id>`. */
  readonly by: string
  readonly text: Bilingual
}

/** Why something was decided, in one sentence, with what it rests on. */
export interface Reason {
  readonly rule?: string
  readonly policy?: string
  /** English. */
  readonly text: string
  readonly text_zh: string
  /** `d0/flood/G1 level_m=0.42 at 1767225600000`. */
  readonly evidence: readonly string[]
}

export interface Incident {
  readonly id: string
  readonly class: string
  readonly title: Bilingual
  readonly severity: Severity
  readonly status: IncidentStatus
  /** Of its run card: 1 at first, more send more. */
  readonly alarm: number
  readonly at: LonLat
  readonly district: string
  readonly grid: string | null
  /** Nearest named road. */
  readonly road: Bilingual | null
  readonly opened: EpochMs
  readonly updated: EpochMs
  readonly due: EpochMs
  /** Devices whose signals were joined into it. */
  readonly devices: readonly DeviceKey[]
  /** How many signals were joined into it. */
  readonly signals: number
  /** True while its cause stands. */
  readonly active: boolean
  /** Tasks for it since it was opened or reopened, oldest first; the newest where there were many. */
  readonly tasks: readonly string[]
  /** Crews that have one of them now. */
  readonly crews: readonly DeviceKey[]
  readonly reason: Reason
  readonly timeline: readonly TimelineEntry[]
}

/** waiting → offered → accepted → enroute → onsite → done; refused and expired offers go back to waiting. */
export const TASK_STATUSES = ['waiting', 'offered', 'accepted', 'enroute', 'onsite', 'done', 'failed', 'recalled'] as const
export type TaskStatus = (typeof TASK_STATUSES)[number]

export interface Task {
  readonly id: string
  /** Null of a round, which serves none. */
  readonly incident: string | null
  /** `flood.pump_out`, `waste.collect`, … : the class of the incident it serves. */
  readonly kind: string
  readonly title: Bilingual
  readonly at: LonLat
  readonly district: string
  readonly where: Bilingual
  readonly skill: string
  readonly kit: readonly string[]
  /** 1 highest. */
  readonly priority: 1 | 2 | 3
  readonly service_s: number
  readonly due: EpochMs
  readonly status: TaskStatus
  readonly created: EpochMs
  readonly updated: EpochMs
  readonly crew: string | null
  readonly eta: EpochMs | null
  readonly route: readonly LonLat[]
  readonly reason: Reason | null
  /** Crews that refused it or let the offer run out. */
  readonly refused_by: readonly string[]
  /** When it last came into each status; of its crew only: who gave it back left no times. */
  readonly times: Readonly<Partial<Record<TaskStatus, EpochMs>>>
}

export type CrewStatus = 'off' | 'idle' | 'offered' | 'accepted' | 'enroute' | 'onsite'

export interface Crew {
  /** Device key `{district}/crew/{id}`. */
  readonly id: DeviceKey
  readonly name: Bilingual
  readonly district: string
  readonly status: CrewStatus
  readonly at: LonLat
  /** Time of the last position; null before the first. */
  readonly seen: EpochMs | null
  readonly task: string | null
  readonly skills: readonly string[]
  readonly kit: readonly string[]
}
