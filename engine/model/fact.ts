/** What became true, as one closed union. Facts feed history, journal, wall and score; with commands they are the outcome of a run. */
import type { EpochMs } from '../base/time.ts'
import type { Bilingual, DeviceKey } from './city.ts'
import type { CommandKind, CommandStatus } from './command.ts'
import type { ForecastNote } from './forecast.ts'
import type { Crew, Incident, Reason, Task } from './incident.ts'
import type { MetricValue } from './observation.ts'
import type { RoundStop } from './round.ts'
import type { Severity } from './severity.ts'
import type { FloodStage, Storm } from './storm.ts'
import type { Warning } from './warning.ts'

/** good: use it. suspect: stored and shown, drives no rule. late: older than what is known, amends history only. */
export type Quality = 'good' | 'suspect' | 'late'

/**
 * spike: a lone jump, held back until the next reading. jump: it stays, and nothing explains it. unit: fits only as centimetres or millimetres. drift: has crept
 * away from what dry weather or its twins say. fouling: no longer follows the water. tilt: a bin
 * that lies on its side has no level. skew: its clock is off by so much all the time, and is corrected.
 */
export type QualityCause =
  | 'range'
  | 'unit'
  | 'stuck'
  | 'spike'
  | 'jump'
  | 'drift'
  | 'fouling'
  | 'tilt'
  | 'overcount'
  | 'silent'
  | 'clock'
  | 'skew'
  | 'recovered'

export type Fact =
  /** A reading was taken in. `values` are as measured. */
  | {
      readonly kind: 'measured'
      readonly device: DeviceKey
      readonly ts: EpochMs
      readonly values: Readonly<Record<string, MetricValue>>
      readonly quality: Quality
    }
  /** A reading was left out: seen before. */
  | { readonly kind: 'dropped'; readonly device: DeviceKey; readonly ts: EpochMs; readonly cause: 'duplicate' }
  /** The trust in one metric changed; `metric` is `*` for the whole device, `in.<lane>` for one lane of a junction. */
  | {
      readonly kind: 'quality'
      readonly device: DeviceKey
      readonly metric: string
      readonly ts: EpochMs
      readonly quality: Quality
      readonly cause: QualityCause
      /** What speaks against it, where more was looked at than the value itself. */
      readonly evidence?: readonly string[]
    }
  | {
      readonly kind: 'presence'
      readonly device: DeviceKey
      readonly ts: EpochMs
      readonly online: boolean
      readonly cause: 'said' | 'silent' | 'heard'
    }
  | {
      readonly kind: 'rule'
      readonly rule: string
      readonly device: DeviceKey
      readonly ts: EpochMs
      readonly raised: boolean
      readonly severity: Severity
      /** Only where it was raised before and became worse or milder. */
      readonly change?: 'escalated' | 'eased'
      readonly reason: Reason
    }
  /** A raised rule is not told for now, or cleared before it was; `by` is the suppression. */
  | {
      readonly kind: 'suppressed'
      readonly rule: string
      readonly device: DeviceKey
      readonly ts: EpochMs
      readonly by: string | null
      readonly change: 'held' | 'passed'
    }
  | { readonly kind: 'incident'; readonly ts: EpochMs; readonly incident: Incident; readonly change: string }
  | { readonly kind: 'task'; readonly ts: EpochMs; readonly task: Task; readonly change: string }
  /**
   * Rounds of the bin lorries. `round` is null of what a planning came to: `planned`, or it `waits`. A round itself `begins`, has a `stop` done or given up, is `reordered` or
   * `interrupted`, and is `done`, `withdrawn` or `failed` (its crew did not take it, or was lost).
   */
  | {
      readonly kind: 'round'
      readonly ts: EpochMs
      readonly change: 'planned' | 'waits' | 'begins' | 'stop' | 'reordered' | 'interrupted' | 'done' | 'withdrawn' | 'failed'
      readonly round: string | null
      readonly by: string
      readonly text: Bilingual
      readonly reason?: Reason
      readonly stop?: Pick<RoundStop, 'id' | 'kind' | 'ref' | 'state' | 'found_pct' | 'why'>
    }
  | { readonly kind: 'crew'; readonly ts: EpochMs; readonly crew: Crew; readonly change: string }
  | {
      readonly kind: 'command'
      readonly ts: EpochMs
      readonly id: string
      readonly device: DeviceKey
      readonly command: CommandKind
      readonly status: CommandStatus
      readonly why: string | null
    }
  /** Signals on the way of a crew with an urgent task are cleared for it, or no longer. */
  | {
      readonly kind: 'corridor'
      readonly ts: EpochMs
      readonly task: string
      readonly crew: DeviceKey
      readonly change: 'begins' | 'ends'
      /** Signals on its way, in order. */
      readonly junctions: readonly string[]
      readonly text: Bilingual
    }
  /** A road is closed to traffic or open again; `shut` are the junctions that release nobody into it. */
  | {
      readonly kind: 'closure'
      readonly ts: EpochMs
      readonly road: string
      readonly change: 'closes' | 'opens'
      readonly by: string
      readonly shut: readonly string[]
      readonly diversion: readonly string[]
      readonly text: Bilingual
    }
  /** The warning stage of a low point has moved. */
  | {
      readonly kind: 'flood_stage'
      readonly ts: EpochMs
      readonly point: string
      readonly stage: FloodStage
      readonly before: FloodStage
      readonly reason: Reason
    }
  /** A storm has begun, has reached another low point, or is over: then this is its report. */
  | { readonly kind: 'storm'; readonly ts: EpochMs; readonly storm: Storm; readonly change: 'begins' | 'grows' | 'ends' }
  /** A district holds more vehicles than it can move; its border lets fewer in. */
  | {
      readonly kind: 'metering'
      readonly ts: EpochMs
      readonly district: string
      readonly change: 'begins' | 'ends'
      readonly vehicles_veh: number
      readonly critical_veh: number | null
      readonly text: Bilingual
    }
  /** The low points were forecast; those that are and stay dry are only counted. */
  | {
      readonly kind: 'forecast'
      readonly ts: EpochMs
      readonly issued: EpochMs
      readonly points: readonly ForecastNote[]
      readonly dry: number
    }
  /** What was forecast of a low point's water has been held against what came, once it was over. */
  | {
      readonly kind: 'verified'
      readonly ts: EpochMs
      readonly point: string
      /** Each with the minutes by which it was warned of; 0 for not at all. */
      readonly floods: readonly { readonly onset: EpochMs; readonly end: EpochMs; readonly peak_m: number; readonly warned_min: number }[]
      /** Runs of warnings, and those that no flood followed. */
      readonly warning_runs: number
      readonly false_runs: number
    }
  /** A person has taken, given back or outlived hand control of a device. */
  | {
      readonly kind: 'hand'
      readonly ts: EpochMs
      readonly device: DeviceKey
      readonly by: string
      readonly since: EpochMs
      readonly until: EpochMs
      readonly change: 'taken' | 'released' | 'ended'
    }
  /** A camera that can turn looks where events wait for a verdict; `by` is a policy or a person. */
  | {
      readonly kind: 'look'
      readonly ts: EpochMs
      readonly device: DeviceKey
      readonly preset: string
      readonly by: string
      /** Keys of the events. */
      readonly events: readonly string[]
    }
  /** A warning of bad weather or water was issued or taken in, changed, or is over. */
  | {
      readonly kind: 'warning'
      readonly ts: EpochMs
      readonly warning: Warning
      readonly change: 'issued' | 'updated' | 'cancelled' | 'expired'
    }
  | {
      readonly kind: 'operator'
      readonly ts: EpochMs
      readonly id: string
      readonly by: string
      readonly act: string
      /** What it was about, where no other fact says so. */
      readonly about?: string
      readonly done: boolean
      readonly why: string | null
    }
  | {
      readonly kind: 'rules'
      readonly ts: EpochMs
      readonly count: number
      readonly rejected: readonly { readonly rule: string; readonly why: string }[]
    }
  /** Part of the engine threw; its proposals of this step are lost, everybody else's stand. */
  | { readonly kind: 'fault'; readonly ts: EpochMs; readonly part: string; readonly message: string }
