/** What rules would have done over a past range: alarms, how many in an hour, how right against labels, and the work they would have asked for. */
import { type EpochMs, HOUR_MS, MINUTE_MS } from '../../engine/base/time.ts'
import type { DeviceKey } from '../../engine/model/city.ts'
import type { Context } from '../../engine/model/context.ts'
import type { Rule } from '../../engine/model/rule.ts'
import type { Severity } from '../../engine/model/severity.ts'
import type { RuleFact } from '../../engine/rules/dry-run.ts'

export interface Alarm {
  readonly rule: string
  readonly device: DeviceKey
  readonly raised: EpochMs
  /** Null while it stands at the end of the range. */
  readonly cleared: EpochMs | null
  /** The worst it became. */
  readonly severity: Severity
  /** Null without labels. */
  readonly right: boolean | null
}

/** What really happened, by a person's word: where and when. */
export interface Label {
  readonly from: EpochMs
  readonly to: EpochMs
  /** Device, place or grid; null for anywhere. */
  readonly where: string | null
  /** Class of incident; null for any. */
  readonly class: string | null
}

export interface RuleCount {
  readonly rule: string
  readonly alarms: number
  readonly devices: number
  readonly precision: number | null
}

export interface DryRunReport {
  readonly from: EpochMs
  readonly to: EpochMs
  readonly alarms: readonly Alarm[]
  readonly per_hour: number
  /** Alarms raised in each of equal parts of the range, at most 168: for a curve. */
  readonly parts: readonly number[]
  readonly part_h: number
  readonly rules: readonly RuleCount[]
  readonly suppressed: number
  /** Alarms that a label fits, and labels that an alarm fits; null without labels. */
  readonly precision: number | null
  readonly recall: number | null
  /** Incidents the alarms would have made, and time on site of the crews that their rules ask for; ways are not counted. */
  readonly incidents: number
  readonly crew_min: number
}

/** An alarm so long before what it warns of is right. */
const LEAD_MS = HOUR_MS
/** As long as a resolved incident waits for its cause to come back (engine/incidents). */
const REOPEN_MS = 15 * MINUTE_MS
const PARTS_MAX = 168

/** @param facts of the whole run: what stands when the range begins was raised before it */
export function reportOf(
  facts: readonly RuleFact[],
  rules: readonly Rule[],
  context: Context,
  { from, to }: { readonly from: EpochMs; readonly to: EpochMs },
  labels: readonly Label[] | null,
): DryRunReport {
  const byId = new Map(rules.map((rule) => [rule.id, rule]))
  const alarms = alarmsOf(facts, to)
    .filter(({ raised }) => raised >= from && raised < to)
    .map((alarm): Alarm => ({ ...alarm, right: labels?.some((label) => fits(label, alarm, byId, context, to)) ?? null }))
  const hours = Math.max((to - from) / HOUR_MS, 1 / 60)
  const part_h = Math.max(1, Math.ceil(hours / PARTS_MAX))
  const parts = Array.from({ length: Math.ceil(hours / part_h) }, () => 0)
  for (const { raised } of alarms) parts[Math.min(parts.length - 1, Math.floor((raised - from) / (part_h * HOUR_MS)))]++
  const found = labels?.filter((label) => alarms.some((alarm) => fits(label, alarm, byId, context, to))).length ?? 0
  return {
    from,
    to,
    alarms,
    per_hour: alarms.length / hours,
    parts,
    part_h,
    rules: [...new Set([...byId.keys(), ...alarms.map(({ rule }) => rule)])].map((rule) => countOf(rule, alarms)),
    suppressed: facts.filter(({ kind, ts }) => kind === 'suppressed' && ts >= from && ts < to).length,
    precision: labels === null || alarms.length === 0 ? null : share(alarms),
    recall: labels === null || labels.length === 0 ? null : found / labels.length,
    ...workOf(alarms, byId, context, to),
  }
}

const share = (alarms: readonly Alarm[]): number => alarms.filter(({ right }) => right === true).length / alarms.length

function countOf(rule: string, all: readonly Alarm[]): RuleCount {
  const alarms = all.filter((alarm) => alarm.rule === rule)
  const judged = alarms.some(({ right }) => right !== null)
  return {
    rule,
    alarms: alarms.length,
    devices: new Set(alarms.map(({ device }) => device)).size,
    precision: judged ? share(alarms) : null,
  }
}

const RANK: Readonly<Record<Severity, number>> = { watch: 0, warning: 1, critical: 2 }

function alarmsOf(facts: readonly RuleFact[], to: EpochMs): Omit<Alarm, 'right'>[] {
  const standing = new Map<string, { -readonly [K in keyof Omit<Alarm, 'right'>]: Alarm[K] }>()
  const all: Omit<Alarm, 'right'>[] = []
  for (const fact of facts) {
    if (fact.kind !== 'rule' || fact.ts >= to) continue
    const key = `${fact.rule} ${fact.device}`
    const known = standing.get(key)
    if (!fact.raised) {
      if (known !== undefined) known.cleared = fact.ts
      standing.delete(key)
    } else if (known === undefined) {
      const { rule, device, ts, severity } = fact
      const alarm = { rule, device, raised: ts, cleared: null, severity }
      standing.set(key, alarm)
      all.push(alarm)
    } else if (RANK[fact.severity] > RANK[known.severity]) known.severity = fact.severity
  }
  return all
}

const placeOf = (context: Context, device: DeviceKey): string =>
  context.low_point_of.get(device)?.id ?? context.devices.get(device)?.place ?? device

function fits(label: Label, alarm: Omit<Alarm, 'right'>, rules: ReadonlyMap<string, Rule>, context: Context, end: EpochMs): boolean {
  if (alarm.raised > label.to || (alarm.cleared ?? end) < label.from - LEAD_MS) return false
  if (label.class !== null && rules.get(alarm.rule)?.incident?.class !== label.class) return false
  if (label.where === null) return true
  const { device } = alarm
  return [device, device.split('/')[2], placeOf(context, device), context.devices.get(device)?.grid].includes(label.where)
}

/** Alarms of one class at one place make one incident, and it gets the crews of the rule that asks for most. */
function workOf(
  alarms: readonly Alarm[],
  rules: ReadonlyMap<string, Rule>,
  context: Context,
  end: EpochMs,
): { readonly incidents: number; readonly crew_min: number } {
  const open = new Map<string, { until: EpochMs; crew_min: number }>()
  let incidents = 0
  let crew_min = 0
  for (const alarm of alarms) {
    const incident = rules.get(alarm.rule)?.incident
    if (incident === undefined || incident === null) continue
    const need_min = incident.crew === null ? 0 : (incident.crew.crews ?? 1) * incident.crew.service_min
    const key = `${incident.class} ${placeOf(context, alarm.device)}`
    const until = (alarm.cleared ?? end) + REOPEN_MS
    const standing = open.get(key)
    if (standing === undefined || standing.until < alarm.raised) {
      incidents++
      crew_min += need_min
      open.set(key, { until, crew_min: need_min })
      continue
    }
    crew_min += Math.max(0, need_min - standing.crew_min)
    standing.crew_min = Math.max(standing.crew_min, need_min)
    standing.until = Math.max(standing.until, until)
  }
  return { incidents, crew_min }
}
