/**
 * What `/live` sends (contract section 7): a snapshot of every table, then deltas with the newest row per key. Rows are small and flat,
 * made for drawing; details come over HTTP. JSON text frames.
 */
import type { LonLat } from '../../engine/base/geo.ts'
import type { RoundDocument } from './bins.ts'

export type Text = { readonly zh: string; readonly en: string }
export type StateName = 'normal' | 'watch' | 'warning' | 'critical' | 'offline'

export interface DeviceRow {
  /** Newest metrics; arrays are left out. */
  readonly v: Readonly<Record<string, number>>
  readonly ts: number | null
  readonly online: boolean
  readonly quality: 'good' | 'suspect' | 'stale'
  /** Its clock is off by so much, positive when it is ahead; left out while it is right. */
  readonly clock_skew_s?: number
  /** Why a metric is not believed, `*` for the whole device; left out where everything is. */
  readonly causes?: Readonly<Record<string, string>>
  /** Worst raised rule, or offline. */
  readonly state: StateName
}

export interface SignalRow {
  /** By whom: the brain, people whom it only advises, one person by hand, or the cabinet's local plan. */
  readonly mode: 'auto' | 'suggest' | 'hand' | 'local'
  readonly phase: number
  readonly clearing: boolean
  readonly age_s: number
  readonly queued_veh: number
  readonly vehicles_veh: number
  readonly ts: number
}

/** One road into a junction, by `{road}>{junction}`. Rounded, so that rows change seldom. */
export interface RoadRow {
  /** Estimated speed, % of free speed in steps of 5; null while no lane is heard. */
  readonly speed_pct: number | null
  /** Longest queue from the stop line. */
  readonly queue_m: number
}

export interface CrewRow {
  readonly name: Text
  readonly status: 'off' | 'idle' | 'offered' | 'accepted' | 'enroute' | 'onsite'
  readonly at: LonLat
  readonly seen: number | null
  readonly task: string | null
}

export interface TaskRow {
  readonly title: Text
  readonly kind: string
  readonly status: string
  /** Null of a round of a bin lorry. */
  readonly incident: string | null
  readonly crew: string | null
  readonly priority: number
  readonly at: LonLat
  readonly eta: number | null
  readonly due: number
  readonly route: readonly LonLat[]
}

/** A round of a bin lorry; the same as over HTTP. */
export type RoundRow = RoundDocument

export interface IncidentRow {
  readonly class: string
  readonly title: Text
  readonly severity: 'watch' | 'warning' | 'critical'
  readonly status: string
  readonly active: boolean
  readonly at: LonLat
  readonly district: string
  readonly grid: string | null
  readonly road: Text | null
  readonly opened: number
  readonly updated: number
  readonly due: number
  readonly signals: number
  readonly alarm: number
  readonly crews: readonly string[]
  readonly tasks: readonly string[]
  readonly why: Text
  readonly evidence: readonly string[]
  readonly timeline: readonly { readonly ts: number; readonly status: string; readonly by: string; readonly text: Text }[]
}

export interface KpiRow {
  readonly name: Text
  readonly unit: string
  /** null: not enough data yet; shown as a dash, never as 0. */
  readonly value: number | null
  /** The value of the same hour a week ago, when history has it. */
  readonly reference: number | null
  readonly formula: Text
  /** A second figure in words, as the median time to dispatch; null when there is none. */
  readonly detail: Text | null
  readonly ts: number
  /** One value a minute, oldest first, at most 60. */
  readonly trend: readonly (number | null)[]
  /** Late values have moved the minutes of this time, at `at`; left out where none have. */
  readonly amended?: { readonly from: number; readonly to: number; readonly at: number }
}

/** `/live` carries so many of the newest commands of each kind; a longer log is read over HTTP. */
export const COMMANDS_OF_KIND_MAX = 300

/** One row of the automation log: what the brain did and why. */
export interface CommandRow {
  readonly device: string
  readonly kind: string
  readonly status: string
  readonly ts: number
  readonly expires: number
  readonly why: Text
  readonly auto: boolean
}

/** A warning of bad weather or water: our own, or an alert of another service. */
export interface WarningRow {
  readonly origin: 'own' | 'outside'
  readonly hazard: 'rain' | 'flood' | 'other'
  readonly level: 'blue' | 'yellow' | 'orange' | 'red'
  readonly sender: Text
  readonly headline: Text
  readonly description: Text
  readonly districts: readonly string[]
  readonly issued: number
  readonly expires: number
  /** Its message says no end: why this one. */
  readonly assumed?: Text
}

/** Leads of a ForecastRow. */
export const FORECAST_LEADS_MIN = [15, 30, 45, 60, 75, 90, 105, 120] as const

/** Newest forecast of a low point, by its id. Series have one value for each of FORECAST_LEADS_MIN. */
export interface ForecastRow {
  readonly issued: number
  /** A trained model with nowcast or with gauges alone, or what the city tells of the point before any training. */
  readonly basis: 'nowcast' | 'gauges' | 'physical'
  /** When it was issued; null: no gauge is believed. */
  readonly level_m: number | null
  /** To the centimetre; one in ten is below `low_m`, one in ten above `high_m`. */
  readonly depth_m: readonly number[]
  readonly low_m: readonly number[]
  readonly high_m: readonly number[]
  /** Chance of standing above the threshold, in hundredths. */
  readonly p: readonly number[]
  /** When passing the threshold is first as likely as not; null: within two hours it is not. */
  readonly crossing: number | null
}

/** Warning stage of a low point that has been warned of, by its id. */
export interface FloodStageRow {
  readonly stage: 'none' | 'watch' | 'prepare' | 'act' | 'flooded'
  readonly since: number
  readonly why: Text
  /** Since when, and why, the road through it is closed to cars; null where it is open. */
  readonly closed: { readonly since: number; readonly why: Text } | null
}

/** How good the forecasts were, by `lately` (15 to 30 days) and `storm` (this one, or the last). */
export interface ForecastScoreRow {
  /** Since when hours and floods are counted. */
  readonly since: number
  readonly floods: number
  /** Share of the floods that were warned of at least half an hour before; null without any. */
  readonly warned_30_min: number | null
  readonly median_lead_min: number | null
  readonly warning_runs: number
  /** Runs of warnings that no flood followed. */
  readonly false_runs: number
  /** At 15, 30, 60 and 120 minutes. `nse` is null until water has stood somewhere; `csi_onset` until a flood was warned of or came. */
  readonly leads: readonly {
    readonly lead_min: number
    readonly hours: number
    readonly nse: number | null
    readonly csi_onset: number | null
    readonly brier: number | null
    /** Reliability diagram in tenths of the chance: how many, what was said on average, how often it came. */
    readonly bins: readonly { readonly n: number; readonly said: number; readonly came: number }[]
  }[]
}

export interface Tables {
  readonly devices: DeviceRow
  readonly signals: SignalRow
  readonly roads: RoadRow
  readonly crews: CrewRow
  readonly tasks: TaskRow
  /** By the id of the task that it is. */
  readonly rounds: RoundRow
  readonly incidents: IncidentRow
  readonly kpis: KpiRow
  readonly commands: CommandRow
  readonly warnings: WarningRow
  readonly forecasts: ForecastRow
  readonly forecast_scores: ForecastScoreRow
  readonly flood_stages: FloodStageRow
}
export type TableName = keyof Tables
export const TABLES: readonly TableName[] = [
  'devices',
  'signals',
  'roads',
  'crews',
  'tasks',
  'rounds',
  'incidents',
  'kpis',
  'commands',
  'warnings',
  'forecasts',
  'forecast_scores',
  'flood_stages',
]

/** One value for every table. */
export function perTable<V>(make: (table: TableName) => V): Record<TableName, V> {
  // TABLES names every table; the compiler cannot see that in `fromEntries`.
  return Object.fromEntries(TABLES.map((table) => [table, make(table)])) as Record<TableName, V>
}

export type Mode = 'live' | 'drill' | 'replay'

export interface SnapshotFrame {
  readonly type: 'snapshot'
  readonly seq: number
  /** The brain's clock, epoch ms. */
  readonly now: number
  readonly world: string
  readonly mode: Mode
  readonly city: string
  readonly tables: { readonly [T in TableName]: Readonly<Record<string, Tables[T]>> }
}

export interface DeltaFrame {
  readonly type: 'delta'
  readonly seq: number
  readonly now: number
  /** Newest row per key; null removes it. Tables without change are left out. */
  readonly tables: { readonly [T in TableName]?: Readonly<Record<string, Tables[T] | null>> }
  /** How many older values of the same keys this client did not get since its last frame. */
  readonly missed?: number
}

export type LiveFrame = SnapshotFrame | DeltaFrame

/** Close code of a phone's socket when it is no longer signed in (RFC 6455, 7.4.2: 4000 to 4999 are the application's). */
export const SIGNED_OUT = 4401
