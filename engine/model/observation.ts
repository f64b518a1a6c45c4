/**
 * Everything that can reach the engine, as one closed union: what devices say, what crews press, what operators order, what
 * solvers answer. Timers need no member: `now` comes with every step. Observations are plain data, logged as they came.
 */
import type { EpochMs } from '../base/time.ts'
import type { DeviceKey } from './city.ts'
import type { ExperimentPlan } from './experiment.ts'
import type { OutsideReport } from './report.ts'
import type { StopFailure } from './round.ts'
import type { Rule } from './rule.ts'
import type { Severity } from './severity.ts'
import type { SolverAnswer } from './solve.ts'
import type { WarningMessage } from './warning.ts'

export type MetricValue = number | readonly number[]

/** Measured values of one device at one time. */
export interface Reading {
  readonly kind: 'reading'
  readonly device: DeviceKey
  readonly ts: EpochMs
  readonly seq: number | null
  /** Its own time lay so far in the future that `ts` is when it came, s. */
  readonly ahead_s?: number
  readonly values: Readonly<Record<string, MetricValue>>
  /** Came inside a store-and-forward batch: amends history, raises nothing. */
  readonly backfill: boolean
}

/** `[vehicles, queued, approaching]` per entering lane, `[vehicles, queued]` per leaving lane; a missing `approaching` is null. */
export interface TrafficCount {
  readonly kind: 'traffic'
  readonly device: DeviceKey
  readonly ts: EpochMs
  readonly seq: number | null
  readonly ahead_s?: number
  readonly phase: number
  readonly target: number
  readonly clearing: boolean
  readonly age_s: number
  readonly in: Readonly<Record<string, LaneCount>>
  readonly out: Readonly<Record<string, LaneCount>>
  readonly backfill: boolean
}

export interface LaneCount {
  readonly vehicles: number
  readonly queued: number
  readonly approaching: number | null
}

export interface DeviceEvent {
  readonly kind: 'event'
  readonly device: DeviceKey
  readonly ts: EpochMs
  readonly id: string
  /** `waste.overflow`, `road.flooded`, … (contract section 3). */
  readonly type: string
  readonly score: number
  readonly stage: 'new' | 'update' | 'end'
  readonly at: readonly [number, number] | null
  /** A pseudonym; the plain value never comes this far. */
  readonly subject: string | null
  readonly media: string | null
  /** Where in the picture, left, top, right and bottom from 0 to 1; left out where it was not said. */
  readonly box?: readonly number[]
}

export interface Presence {
  readonly kind: 'presence'
  readonly device: DeviceKey
  readonly ts: EpochMs | null
  readonly online: boolean
  readonly battery_pct: number | null
  readonly rssi_dbm: number | null
  readonly fw: string | null
}

export interface Acknowledgement {
  readonly kind: 'ack'
  readonly device: DeviceKey
  readonly ts: EpochMs
  readonly command: string
  readonly status: 'accepted' | 'done' | 'rejected' | 'expired'
  readonly reason: string | null
}

export const CREW_PRESSES = [
  'task.accepted',
  'task.refused',
  'task.enroute',
  'task.onsite',
  'task.done',
  'task.failed',
  'task.corrected',
  'task.help',
  'task.delay',
  'stop.emptied',
  'stop.failed',
  'stop.tipped',
  'shift.start',
  'shift.end',
] as const
export type CrewPress = (typeof CREW_PRESSES)[number]

/** A button on a crew phone; `id` makes repeats harmless. */
export interface CrewEvent {
  readonly kind: 'crew'
  readonly device: DeviceKey
  readonly ts: EpochMs
  readonly id: string
  readonly type: CrewPress
  readonly task: string | null
  readonly note: string | null
  readonly photo: string | null
  /** `task.help`: whom else it needs; without it another crew like the one its task asked for. */
  readonly need?: { readonly skill: string | null; readonly kit: readonly string[] | null }
  /** `task.delay`: how much later it arrives, or on site how much longer it works. */
  readonly delay_min?: number
  /** `stop.*`: which stop of the round, how full the bin was found, why it could not be emptied. */
  readonly stop?: { readonly id: string; readonly found_pct?: number; readonly why?: StopFailure }
}

/** A person at a desk; `by` is the token's name. */
export interface OperatorAct {
  readonly kind: 'operator'
  readonly ts: EpochMs
  readonly id: string
  readonly by: string
  readonly act: OperatorOrder
}

/** What people decide about messages of devices that nobody knew. */
export type MappingAct = 'mapping.accept' | 'mapping.withdraw' | 'mapping.ignore' | 'mapping.heed' | 'dialects.reload'
/** What was done about rules; they themselves come as an observation of their own. */
export type RuleAct = 'rules.publish' | 'rules.rollback'
export type PhoneAct = 'phone.invite' | 'phone.sign_in' | 'phone.sign_out' | 'photo.take_in' | 'photo.read' | 'still.take_in' | 'still.read'

export type OperatorOrder =
  | { readonly type: 'incident.acknowledge'; readonly incident: string }
  | { readonly type: 'incident.dismiss'; readonly incident: string; readonly reason: string }
  | { readonly type: 'incident.close'; readonly incident: string; readonly reason: string }
  /** Somebody, or a named crew, instead of whom the engine chose; `more` sends one beside those who are there. */
  | {
      readonly type: 'incident.dispatch'
      readonly incident: string
      readonly crew: string | null
      readonly more?: boolean
      readonly note?: string
    }
  /** The next alarm of its run card. */
  | { readonly type: 'incident.alarm'; readonly incident: string; readonly note?: string }
  | {
      readonly type: 'incident.report'
      readonly class: string
      readonly severity: Severity
      readonly at: readonly [number, number]
      readonly text: string
    }
  /** A round of the bin lorries is planned now. */
  | { readonly type: 'round.plan'; readonly note?: string }
  /** Takes a round back; its crew is free. */
  | { readonly type: 'round.withdraw'; readonly round: string; readonly reason: string }
  | { readonly type: 'road.close'; readonly road: string; readonly reason: string }
  | { readonly type: 'road.open'; readonly road: string; readonly reason: string }
  /** What another system handed in, or says of it now: the same source and id is the same report. */
  | { readonly type: 'report.take'; readonly report: OutsideReport }
  /** An alert of another service, as CAP has it. */
  | { readonly type: 'warning.receive'; readonly message: WarningMessage }
  /** Manual override: `fields` are those of the command kind (contract section 4). */
  | {
      readonly type: 'command'
      readonly device: DeviceKey
      readonly command: string
      readonly fields: Readonly<Record<string, unknown>>
      readonly hold_s: number
    }
  /** Ends hand control of a device before its time. */
  | { readonly type: 'command.release'; readonly device: DeviceKey }
  /** The engine's proposal at a junction that is left to people becomes that person's command for `hold_s`. */
  | { readonly type: 'signal.approve'; readonly junction: string; readonly suggestion: string; readonly hold_s: number }
  /** Changes nothing here: what was done about crews' phones, pictures, mappings and rules is told for the audit trail. */
  | { readonly type: PhoneAct | MappingAct | RuleAct; readonly about: string }
  /** One tap on what a camera saw; `event` is `<device> <id>`. A label is a volunteer's: two that agree are a verdict. */
  | { readonly type: 'camera.judge' | 'camera.label'; readonly event: string; readonly verdict: boolean }
  | ({ readonly type: 'experiment.start' } & ExperimentPlan)
  | { readonly type: 'experiment.stop'; readonly experiment: string }

export interface Solution {
  readonly kind: 'solution'
  readonly ts: EpochMs
  readonly request: string
  readonly answer: SolverAnswer
}

/** A new rule set took the old one's place. */
export interface RulesChanged {
  readonly kind: 'rules'
  readonly ts: EpochMs
  readonly rules: readonly Rule[]
}

export type Observation =
  | Reading
  | TrafficCount
  | DeviceEvent
  | Presence
  | Acknowledgement
  | CrewEvent
  | OperatorAct
  | Solution
  | RulesChanged
