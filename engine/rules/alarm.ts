/**
 * What follows once a rule is raised, on a clock of its own: told or held back, worse the longer it lasts, milder once its condition no longer
 * holds. The clock stands still while the alarm is held back. Pure, like hysteresis.ts.
 */
import type { EpochMs } from '../base/time.ts'
import { MINUTE_MS, SECOND_MS } from '../base/time.ts'
import type { Rule, SeverityStep } from '../model/rule.ts'
import type { Severity } from '../model/severity.ts'
import type { Condition } from './hysteresis.ts'

export interface Alarm {
  readonly severity: Severity
  /** Somebody has heard of it. */
  readonly told: boolean
  /** The suppression that holds it back; null while none does. */
  readonly held: string | null
  /** When it was looked at last, and whether its condition held no longer then. */
  readonly seen: EpochMs
  readonly calm: boolean
  /** How long it has stood with its condition, and how long without. */
  readonly stood_ms: number
  readonly calm_ms: number
}

export interface AlarmAdvance {
  readonly alarm: Alarm
  readonly tell: boolean
  /** The severity changed after it was told. */
  readonly moved: 'escalated' | 'eased' | null
  readonly due: EpochMs | null
}

export const needsAlarm = ({ suppress = [], escalate = [], ease = [] }: Rule): boolean =>
  suppress.length + escalate.length + ease.length > 0

/** @param told of a rule that was raised before it had steps or suppressions. */
export const newAlarm = ({ severity }: Rule, told: boolean, now: EpochMs): Alarm => ({
  severity,
  told,
  held: null,
  seen: now,
  calm: false,
  stood_ms: 0,
  calm_ms: 0,
})

/** The last step whose time has come. */
const stepAt = (steps: readonly SeverityStep[], ms: number): SeverityStep | null =>
  steps.findLast(({ after_s }) => ms >= after_s * SECOND_MS) ?? null

function nextDue(steps: readonly SeverityStep[], ms: number, now: EpochMs): EpochMs | null {
  const next = steps.find(({ after_s }) => after_s * SECOND_MS > ms)
  return next === undefined ? null : now + next.after_s * SECOND_MS - ms
}

/** Windows begin and end on whole minutes. */
export const nextMinute = (now: EpochMs): EpochMs => (Math.floor(now / MINUTE_MS) + 1) * MINUTE_MS

/**
 * @param holds whether the condition that raised it still holds.
 * @param held id of the suppression in force, or null.
 */
export function advanceAlarm(rule: Rule, alarm: Alarm, holds: Condition, held: string | null, now: EpochMs): AlarmAdvance {
  const { suppress = [], escalate = [], ease = [] } = rule
  const watch = suppress.length === 0 ? null : nextMinute(now)
  // What has passed since the last look belongs to how it stood then.
  const ran_ms = alarm.told && alarm.held === null ? now - alarm.seen : 0
  const calm = holds === false
  const stood_ms = alarm.stood_ms + (alarm.calm ? 0 : ran_ms)
  const calm_ms = calm ? alarm.calm_ms + (alarm.calm ? ran_ms : 0) : 0
  const seen = { seen: now, calm, stood_ms, calm_ms }
  if (held !== null) return { alarm: { ...alarm, ...seen, held }, tell: false, moved: null, due: watch }
  const severity = (calm ? stepAt(ease, calm_ms) : null)?.severity ?? stepAt(escalate, stood_ms)?.severity ?? rule.severity
  const due = calm ? nextDue(ease, calm_ms, now) : nextDue(escalate, stood_ms, now)
  const moved = severity === alarm.severity ? null : worse(severity, alarm.severity) ? 'escalated' : 'eased'
  return {
    alarm: { ...seen, severity, told: true, held: null },
    tell: !alarm.told,
    moved: alarm.told ? moved : null,
    due: due === null ? watch : watch === null ? due : Math.min(due, watch),
  }
}

const ORDER: Readonly<Record<Severity, number>> = { watch: 0, warning: 1, critical: 2 }
const worse = (a: Severity, b: Severity): boolean => ORDER[a] > ORDER[b]
