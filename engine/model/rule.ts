/**
 * A rule as a person wrote it, after the loader has checked it (config/rules.ts). Expressions are mathjs texts over the metrics of
 * devices, their params, and `age_s`; engine/rules compiles them.
 */

import type { IsoDate } from '../base/calendar.ts'
import type { Domain } from '../base/domain.ts'
import type { Bilingual, DeviceKey } from './city.ts'
import type { Severity } from './severity.ts'

/** Values that are not simply good and that a rule takes all the same. */
export const ACCEPTABLE = ['suspect', 'estimated'] as const
export type Acceptable = (typeof ACCEPTABLE)[number]

export interface Rule {
  readonly id: string
  readonly title: Bilingual
  /** Which devices the rule is evaluated for, one instance each. */
  readonly scope: { readonly domain: Domain; readonly kind: string | null; readonly device: string | null }
  /** Raised when this holds for `for_s` without a break. */
  readonly when: string
  readonly for_s: number
  /** Cleared when this holds for `clear_for_s`; the negation of `when` unless given (hysteresis). */
  readonly clear: string
  readonly clear_for_s: number
  readonly severity: Severity
  /** What opens when it is raised; null for a rule that only acts. */
  readonly incident: IncidentTemplate | null
  readonly actions: readonly RuleAction[]
  /** Of a rule on what cameras see: the id of the impact assessment (PIPL article 55) that allows it. */
  readonly impact_assessment?: string
  /** Qualities beside good that it judges by; none unless given. */
  readonly accepts?: readonly Acceptable[]
  /** Named lists of devices that its expressions use. */
  readonly groups?: Readonly<Record<string, readonly DeviceKey[]>>
  /** Times at which it tells nothing new; those that concern this rule. */
  readonly suppress?: readonly Suppression[]
  /** While it stands and its condition holds: the severity after so long, rising. */
  readonly escalate?: readonly SeverityStep[]
  /** While it stands and its condition holds no longer: the severity after so long, falling. */
  readonly ease?: readonly SeverityStep[]
}

export interface SeverityStep {
  readonly after_s: number
  readonly severity: Severity
}

/** Planned times at which alarms are held back. What was told before still clears, and its escalation stands still. */
export interface Suppression {
  readonly id: string
  readonly title: Bilingual
  /** All that are given must fit the device. */
  readonly where: {
    readonly district: string | null
    readonly grid: string | null
    readonly kind: string | null
    readonly devices: readonly DeviceKey[] | null
  }
  readonly times: readonly SuppressedTime[]
}

/** All that are given must hold. */
export interface SuppressedTime {
  /** Local hours; `until` not above `from` crosses midnight and belongs to the day on which it begins. */
  readonly from_h: number
  readonly until_h: number
  /** 0 is Monday; null is every day. */
  readonly weekdays: readonly number[] | null
  /** By the calendar of the city. */
  readonly days: 'all' | 'working' | 'free'
  /** Every so many weeks, counted from the week of `starting`. */
  readonly every_weeks: number
  readonly starting: IsoDate | null
  /** First and last day. */
  readonly first: IsoDate | null
  readonly last: IsoDate | null
}

export interface IncidentTemplate {
  /** `flood.waterlogging`, `waste.overflow`, … : rules of one class at one place join one incident. */
  readonly class: string
  readonly title: Bilingual
  /** Time allowed until it is resolved. */
  readonly deadline_min: number
  /** The crew that is needed; null when nobody has to go. */
  readonly crew: CrewNeed | null
}

export interface CrewNeed {
  readonly skill: string
  readonly kit: readonly string[]
  readonly service_min: number
  /** How many such crews; 1 unless given. */
  readonly crews?: number
  /** Work of another kind than the incident's class says, and what it is expected to spare: point-minutes of flooding. */
  readonly order?: { readonly kind: string; readonly title: Bilingual; readonly stake_min: number }
}

/** A command sent while the rule is raised and taken back (`clear_value`) when it clears. */
export interface RuleAction {
  readonly command: 'drain.setting' | 'notice'
  /** `self`, `pumps` (of the device's low point) or a device key. */
  readonly to: string
  readonly setting: number | null
  readonly clear_setting: number | null
  readonly text: Bilingual | null
  readonly expires_s: number
}

/** What of a device's messages can move a rule. `values`: what it says; `age`: only that it speaks, and of when; `none`: nothing at all. */
export type Concern = 'values' | 'age' | 'none'
