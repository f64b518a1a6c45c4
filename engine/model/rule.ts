/**
 * A rule as a person wrote it, after the loader has checked it (config/rules.ts). Expressions are mathjs texts over the metrics of
 * one device, its params, and `age_s`; engine/rules compiles them.
 */
import type { Domain } from '../base/domain.ts'
import type { Bilingual } from './city.ts'
import type { Severity } from './severity.ts'

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
