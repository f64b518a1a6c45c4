/** What the schema of rule files cannot say: durations, names, steps that must rise, and whether a rule passes its own tests. */
import type { Calendar } from '../engine/base/calendar.ts'
import { dayNumber } from '../engine/base/calendar.ts'
import type { Rule } from '../engine/model/rule.ts'
import { SEVERITIES } from '../engine/model/severity.ts'
import { compileExpression, type NameUse } from '../engine/rules/expression.ts'
import { type AnyTree, inputsOf } from '../engine/rules/tree.ts'
import { changeText, runTest, type TestResult } from '../engine/rules/trial.ts'
import type { JsonPath } from './check-json.ts'
import { nearest } from './check-names.ts'
import { parseDuration_s } from './durations.ts'
import { testOf } from './rule-of-file.ts'
import type { RuleFile, SuppressionFile } from './rules-schema.ts'

export type Say = (path: JsonPath, message: string, index?: number) => void

/** What a city offers to rules: an empty list of a kind says that nothing is known of it. */
export interface RuleNames {
  /** Metrics and constants besides those of the contract. */
  readonly values: readonly string[]
  readonly kinds: readonly string[]
  readonly devices: readonly string[]
  readonly grids: readonly string[]
}

export const NO_NAMES: RuleNames = { values: [], kinds: [], devices: [], grids: [] }

function checkDurations(file: RuleFile, say: Say): void {
  const tests = (file.tests ?? []).flatMap((test, t) => {
    const of = (list: 'readings' | 'events' | 'expect'): (readonly [JsonPath, string])[] =>
      (test[list] ?? []).map(({ at }, i) => [['tests', t, list, i, 'at'], at] as const)
    return [
      [['tests', t, 'interval'], test.interval] as const,
      [['tests', t, 'until'], test.until] as const,
      ...of('readings'),
      ...of('events'),
      ...of('expect'),
    ]
  })
  const durations: readonly (readonly [JsonPath, string | undefined])[] = [
    [['for'], file.for],
    [['clear_for'], file.clear_for],
    [['incident', 'deadline'], file.incident?.deadline],
    [['incident', 'crew', 'service'], file.incident?.crew?.service],
    ...(file.actions ?? []).map(({ expires }, i) => [['actions', i, 'expires'], expires] as const),
    ...(file.escalate ?? []).map(({ after }, i) => [['escalate', i, 'after'], after] as const),
    ...(file.ease ?? []).map(({ after }, i) => [['ease', i, 'after'], after] as const),
    ...tests,
  ]
  for (const [path, text] of durations) {
    if (text !== undefined && parseDuration_s(text) === null)
      say(path, `"${text}" is no duration, expected a number with s, min or h: 30 s`)
  }
}

/** Steps go one way, each later than the one before. */
function checkSteps(file: RuleFile, say: Say): void {
  const rank = (severity: RuleFile['severity']): number => SEVERITIES.indexOf(severity)
  const worst = Math.max(rank(file.severity), ...(file.escalate ?? []).map(({ severity }) => rank(severity)))
  for (const [list, way, from] of [
    ['escalate', 1, rank(file.severity)],
    ['ease', -1, worst],
  ] as const) {
    let last = from
    let last_s = 0
    file[list]?.forEach(({ after, severity }, i) => {
      const after_s = parseDuration_s(after) ?? Number.POSITIVE_INFINITY
      if ((rank(severity) - last) * way <= 0)
        say(
          [list, i, 'severity'],
          `${severity} is no step ${way > 0 ? 'up from' : 'down from'} ${SEVERITIES[last]}, expected ${way > 0 ? 'a worse' : 'a milder'} one`,
        )
      if (after_s <= last_s) say([list, i, 'after'], `${after} is not later than the step before, expected a longer time`)
      last = rank(severity)
      last_s = after_s
    })
  }
}

function checkActions(file: RuleFile, say: Say): void {
  if (file.incident === undefined && (file.actions ?? []).length === 0)
    say(['id'], 'the rule does nothing, expected an incident or actions')
  file.actions?.forEach((action, i) => {
    const wants = action.command === 'notice' ? 'text' : 'setting'
    if (action[wants] === undefined) say(['actions', i], `${action.command} needs ${wants}`)
    if (action.command === 'notice' && (action.setting ?? action.clear_setting) !== undefined)
      say(['actions', i], 'a notice takes no setting')
    if (action.command !== 'notice' && action.text !== undefined) say(['actions', i, 'text'], `${action.command} takes no text`)
    if (!['self', 'pumps'].includes(action.to) && action.to.split('/').length !== 3)
      say(['actions', i, 'to'], `"${action.to}" is no device, expected self, pumps or {district}/{domain}/{device}`)
  })
}

/** What is wrong with a name; null where it is known, or where nothing is known of its kind. */
function unknownName({ name, as }: Pick<NameUse, 'name' | 'as'>, names: RuleNames, groups: readonly string[]): string | null {
  const known = { value: names.values, kind: names.kinds, device: names.devices, grid: names.grids, group: groups }[as]
  if (known.includes(name) || (known.length === 0 && as !== 'group')) return null
  if (as === 'value') return `unknown name ${name}, expected ${nearest(name, known)} or a name listed under metrics`
  const near = nearest(name, known)
  return `unknown ${as} ${name}, expected ${near ?? 'one that is listed under groups'}`
}

/** Whether an expression sees more of a device than that it lives. */
const looksAt = (tree: AnyTree): boolean => inputsOf(tree).some(({ from }) => !['age', 'interval', 'clock', 'device', 'set'].includes(from))

/** Whether it sees more of a camera than that, as the rule's own device or as another one. */
function looksAtCameras(tree: AnyTree, domain: string): boolean {
  if (domain === 'camera' && looksAt(tree)) return true
  return inputsOf(tree).some((input) => {
    if (input.from === 'device') return looksAtCameras(input.tree, input.device.split('/')[1])
    // Around a camera may be more cameras; a kind or a group says which.
    if (input.from !== 'set') return false
    return looksAtCameras(input.tree, input.set.of === 'kind' ? (input.set.kind === 'camera' ? 'camera' : '') : domain)
  })
}

function checkExpressions(file: RuleFile, names: RuleNames, groups: readonly string[], say: Say): void {
  // What cameras see is personal data: a rule on it has to name the impact assessment that allows it (PIPL article 55).
  let assessed = file.impact_assessment !== undefined
  for (const where of ['when', 'clear'] as const) {
    const text = file[where]
    if (text === undefined) continue
    const result = compileExpression(text)
    if ('error' in result) {
      say([where], result.error.message, result.error.column - 1)
      continue
    }
    for (const use of result.uses) {
      const wrong = unknownName(use, names, groups)
      if (wrong !== null) say([where], wrong, use.column - 1)
    }
    if (assessed || !looksAtCameras({ kind: 'truth', tree: result.expression.tree }, file.scope.domain)) continue
    say([where], 'judges by what cameras see, expected impact_assessment: the id of the assessment that allows it')
    assessed = true
  }
}

function checkScope({ scope: { domain, kind, device } }: RuleFile, names: RuleNames, say: Say): void {
  if (kind !== undefined && names.kinds.length > 0 && !names.kinds.includes(kind))
    say(['scope', 'kind'], `unknown kind ${kind}, expected ${nearest(kind, names.kinds)}`)
  if (device === undefined || names.devices.length === 0) return
  const own = names.devices.filter((key) => key.split('/')[1] === domain)
  const fits = own.some((key) => key === device || key.split('/')[2] === device)
  const near = nearest(device, device.includes('/') ? own : own.map((key) => key.split('/')[2]))
  if (!fits) say(['scope', 'device'], `unknown device ${device}, expected ${near ?? `a device of the domain ${domain}`}`)
}

export function checkMeaning(file: RuleFile, names: RuleNames, groups: readonly string[], say: Say): void {
  checkDurations(file, say)
  checkSteps(file, say)
  checkActions(file, say)
  checkScope(file, names, say)
  checkExpressions(file, names, groups, say)
}

/** Runs the tests of a rule that has no other mistake. */
export function checkTests(file: RuleFile, rule: Rule, calendar: Calendar, say: Say): TestResult[] {
  return (file.tests ?? []).map((test, i) => {
    const result = runTest(rule, testOf(test), { calendar })
    if (result.passed) return result
    const list = (changes: TestResult['got']): string => (changes.length === 0 ? 'nothing' : changes.map(changeText).join(', '))
    say(['tests', i, 'expect'], `the test "${test.name}" fails: it gave ${list(result.got)}; expected ${list(result.expected)}`)
    return result
  })
}

export function checkSuppression({ where = {}, times }: SuppressionFile, names: RuleNames, say: Say): void {
  where.devices?.forEach((device, i) => {
    const wrong = unknownName({ name: device, as: 'device' }, names, [])
    if (wrong !== null) say(['where', 'devices', i], wrong)
  })
  for (const as of ['grid', 'kind'] as const) {
    const name = where[as]
    const wrong = name === undefined ? null : unknownName({ name, as }, names, [])
    if (wrong !== null) say(['where', as], wrong)
  }
  times.forEach((time, i) => {
    for (const key of ['starting', 'first', 'last'] as const) {
      const date = time[key]
      if (date !== undefined && Number.isNaN(dayNumber(date))) say(['times', i, key], `${date} is no date, expected 2026-01-31`)
    }
    if ((time.every_weeks ?? 1) > 1 && time.starting === undefined)
      say(['times', i, 'every_weeks'], 'needs starting, a day of the first such week')
  })
}
