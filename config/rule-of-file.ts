/** From a rule file that was checked to the values that the engine knows, every default filled in. */
import { dayNumber } from '../engine/base/calendar.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../engine/base/time.ts'
import type { Rule, RuleAction, SeverityStep, SuppressedTime, Suppression } from '../engine/model/rule.ts'
import { compileExpression } from '../engine/rules/expression.ts'
import type { RuleTest } from '../engine/rules/trial.ts'
import { duration_s } from './durations.ts'
import { type RuleFile, type SuppressionFile, type TestFile, WEEKDAYS } from './rules-schema.ts'

function actionOf(action: NonNullable<RuleFile['actions']>[number]): RuleAction {
  return {
    command: action.command,
    to: action.to,
    setting: action.setting ?? null,
    clear_setting: action.clear_setting ?? null,
    text: action.text ?? null,
    expires_s: duration_s(action.expires, 600),
  }
}

function incidentOf(file: RuleFile): Rule['incident'] {
  const { incident } = file
  if (incident === undefined) return null
  const { crew } = incident
  return {
    class: incident.class,
    title: incident.title ?? file.title,
    deadline_min: duration_s(incident.deadline, 3600) / 60,
    crew:
      crew === undefined
        ? null
        : {
            skill: crew.skill,
            kit: crew.kit ?? [],
            service_min: duration_s(crew.service, 900) / 60,
            ...(crew.crews === undefined ? {} : { crews: crew.crews }),
          },
  }
}

type Groups = Readonly<Record<string, readonly string[]>>

/** Groups that the expressions name, so that a rule stands for itself. */
function groupsOf(file: RuleFile, groups: Groups): Groups | null {
  const used = [file.when, file.clear].flatMap((text) => {
    const result = text === undefined ? null : compileExpression(text)
    return result === null || 'error' in result ? [] : result.uses.flatMap(({ as, name }) => (as === 'group' ? [name] : []))
  })
  return used.length === 0 ? null : Object.fromEntries([...new Set(used)].map((name) => [name, groups[name] ?? []]))
}

const stepsOf = (steps: NonNullable<RuleFile['escalate']>): SeverityStep[] =>
  steps.map(({ after, severity }) => ({ after_s: duration_s(after, 0), severity }))

export function ruleOf(file: RuleFile, groups: Groups): Rule {
  const named = groupsOf(file, groups)
  return {
    id: file.id,
    title: file.title,
    scope: { domain: file.scope.domain, kind: file.scope.kind ?? null, device: file.scope.device ?? null },
    when: file.when,
    for_s: duration_s(file.for, 0),
    clear: file.clear ?? `not (${file.when})`,
    clear_for_s: duration_s(file.clear_for, 0),
    severity: file.severity,
    incident: incidentOf(file),
    actions: (file.actions ?? []).map(actionOf),
    ...(file.impact_assessment === undefined ? {} : { impact_assessment: file.impact_assessment }),
    ...(file.accepts === undefined ? {} : { accepts: file.accepts }),
    ...(named === null ? {} : { groups: named }),
    ...(file.escalate === undefined ? {} : { escalate: stepsOf(file.escalate) }),
    ...(file.ease === undefined ? {} : { ease: stepsOf(file.ease) }),
  }
}

const hourOf = (clock: string | undefined, otherwise: number): number => {
  if (clock === undefined) return otherwise
  const [hour, minute] = clock.split(':').map(Number)
  return hour + minute / 60
}

function timeOf(time: SuppressionFile['times'][number]): SuppressedTime {
  return {
    from_h: hourOf(time.from, 0),
    until_h: hourOf(time.until, 24),
    weekdays: time.weekdays?.map((day) => WEEKDAYS.indexOf(day)) ?? null,
    days: time.days ?? 'all',
    every_weeks: time.every_weeks ?? 1,
    starting: time.starting ?? null,
    first: time.first ?? null,
    last: time.last ?? null,
  }
}

/** A suppression and the rules it is about. */
export interface ReadSuppression {
  readonly suppression: Suppression
  readonly concerns: (rule: Rule) => boolean
}

export function suppressionOf({ id, title, where = {}, times }: SuppressionFile): ReadSuppression {
  return {
    suppression: {
      id,
      title,
      where: { district: where.district ?? null, grid: where.grid ?? null, kind: where.kind ?? null, devices: where.devices ?? null },
      times: times.map(timeOf),
    },
    concerns: (rule) =>
      (where.rules?.includes(rule.id) ?? true) &&
      (where.class === undefined || where.class === rule.incident?.class) &&
      (where.domain === undefined || where.domain === rule.scope.domain),
  }
}

/** Each rule with the suppressions that concern it. */
export function withSuppressions(rules: readonly Rule[], read: readonly ReadSuppression[]): Rule[] {
  return rules.map((rule) => {
    const suppress = read.filter(({ concerns }) => concerns(rule)).map(({ suppression }) => suppression)
    return suppress.length === 0 ? rule : { ...rule, suppress }
  })
}

/** Tests run in Beijing's time. */
const OFFSET_MS = 8 * HOUR_MS
/** A Thursday that is a working day, for tests that do not care. */
const SOME_DAY = '2026-03-12 08:00'

function startOf(text: string): number {
  const [date, clock] = text.split(' ')
  const [hour, minute] = clock.split(':').map(Number)
  return dayNumber(date) * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS - OFFSET_MS
}

export function testOf(file: TestFile): RuleTest {
  const readings = (file.readings ?? []).map(({ at, device, ...values }) => ({
    at_s: duration_s(at, 0),
    device: device ?? null,
    values: values as Readonly<Record<string, number | number[]>>,
  }))
  const events = (file.events ?? []).map(({ at, device, type }) => ({ at_s: duration_s(at, 0), device: device ?? null, type }))
  const expected = file.expect.map(({ at, is, device, severity }) => ({
    at_s: duration_s(at, 0),
    is: is as RuleTest['expect'][number]['is'],
    device: device ?? null,
    severity: severity ?? null,
  }))
  const devices = Object.entries(file.devices ?? {}).map(([id, device]) => {
    const { kind = null, params = {}, east_m = 0, grid = null, place = null } = device
    return [id, { kind, params, east_m, grid, place }] as const
  })
  return {
    name: file.name,
    start: startOf(file.start ?? SOME_DAY),
    interval_s: duration_s(file.interval, 60),
    params: file.params ?? {},
    devices: Object.fromEntries(devices),
    readings,
    events,
    until_s: duration_s(file.until, Math.max(0, ...[...readings, ...events, ...expected].map(({ at_s }) => at_s))),
    expect: expected,
  }
}
