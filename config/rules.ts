/**
 * Rules as people write them: YAML files, checked whole, all problems at once with file, line and column (docs/rules.md). Expressions
 * are compiled here once to find their mistakes; the engine compiles them again for itself.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Static, Type } from 'typebox'
import { DOMAINS } from '../engine/base/domain.ts'
import { type Problem, UrbanError } from '../engine/base/errors.ts'
import type { Rule, RuleAction } from '../engine/model/rule.ts'
import { SEVERITIES } from '../engine/model/severity.ts'
import { compileExpression } from '../engine/rules/expression.ts'
import { KNOWN_NAMES } from '../engine/rules/names.ts'
import { nearest } from './check-names.ts'
import { createChecker, pathText } from './check-schema.ts'
import { readYaml, type YamlSource } from './check-yaml.ts'
import { PROJECT_ROOT } from './project-root.ts'

const closed = { additionalProperties: false } as const
const Text = Type.Object({ en: Type.String({ minLength: 1 }), zh: Type.String({ minLength: 1 }) }, closed)
const Duration = (description: string) => Type.String({ description: `${description}: 30 s, 5 min, 2 h` })
const Id = Type.String({ pattern: '^[A-Za-z0-9_.:-]{1,64}$' })

const ActionFile = Type.Object(
  {
    command: Type.Union([Type.Literal('drain.setting'), Type.Literal('notice')], { description: 'What is sent while the rule is raised' }),
    to: Type.String({ minLength: 1, description: 'self, pumps (of the device’s low point), or {district}/{domain}/{device}' }),
    setting: Type.Optional(Type.Number({ minimum: 0, maximum: 1, description: 'Pump speed or gate opening while raised' })),
    clear_setting: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1, description: 'Sent once when it clears; without it nothing is sent' }),
    ),
    text: Type.Optional(Text),
    expires: Type.Optional(Duration('How long one command lasts; it is renewed while the rule is raised; 10 min unless given')),
  },
  closed,
)

const RuleFile = Type.Object(
  {
    id: Id,
    title: Text,
    scope: Type.Object(
      {
        domain: Type.Union(DOMAINS.map((domain) => Type.Literal(domain))),
        kind: Type.Optional(Type.String({ description: 'Kind of device as the city lists it: level_gauge, pump, bin' })),
        device: Type.Optional(Type.String({ description: 'One device only: its id or {district}/{domain}/{device}' })),
      },
      closed,
    ),
    when: Type.String({ minLength: 1, description: 'Condition over metrics, constants and age_s of one device' }),
    for: Type.Optional(Duration('How long it must hold without a break; at once unless given')),
    clear: Type.Optional(Type.String({ minLength: 1, description: 'Condition that clears it; the contrary of when unless given' })),
    clear_for: Type.Optional(Duration('How long clear must hold; at once unless given')),
    severity: Type.Union(SEVERITIES.map((severity) => Type.Literal(severity))),
    incident: Type.Optional(
      Type.Object(
        {
          class: Type.String({ pattern: '^[a-z0-9_]+(\\.[a-z0-9_]+)+$', description: 'Rules of one class at one place join one incident' }),
          title: Type.Optional(Text),
          deadline: Duration('Time allowed until it is resolved'),
          crew: Type.Optional(
            Type.Object(
              { skill: Type.String({ minLength: 1 }), kit: Type.Optional(Type.Array(Type.String())), service: Duration('Time on site') },
              closed,
            ),
          ),
        },
        closed,
      ),
    ),
    actions: Type.Optional(Type.Array(ActionFile)),
  },
  closed,
)
type RuleFile = Static<typeof RuleFile>

const RulesFile = Type.Object(
  {
    metrics: Type.Optional(
      Type.Array(Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_]{0,63}$' }), {
        description: 'Own metrics and constants that the rules of this file use',
      }),
    ),
    rules: Type.Array(RuleFile),
  },
  closed,
)
type RulesFile = Static<typeof RulesFile>

/** The rules that ship with the program. */
export const SHIPPED_RULES = join(PROJECT_ROOT, 'config/rules')

const check = createChecker(RulesFile)
const isRulesFile = (value: unknown): value is RulesFile => check(value).length === 0

const UNIT_S: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3600 }

/** Seconds of `30 s`, `5 min`, `2 h`; null when it is none. */
function parseDuration_s(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?) ?(s|min|h)$/.exec(text.trim())
  return match === null ? null : Number(match[1]) * UNIT_S[match[2]]
}

const duration_s = (text: string | undefined, otherwise: number): number =>
  text === undefined ? otherwise : (parseDuration_s(text) ?? otherwise)

function actionOf(action: Static<typeof ActionFile>): RuleAction {
  return {
    command: action.command,
    to: action.to,
    setting: action.setting ?? null,
    clear_setting: action.clear_setting ?? null,
    text: action.text ?? null,
    expires_s: duration_s(action.expires, 600),
  }
}

function ruleOf(file: RuleFile): Rule {
  const { incident } = file
  const crew = incident?.crew
  return {
    id: file.id,
    title: file.title,
    scope: { domain: file.scope.domain, kind: file.scope.kind ?? null, device: file.scope.device ?? null },
    when: file.when,
    for_s: duration_s(file.for, 0),
    clear: file.clear ?? `not (${file.when})`,
    clear_for_s: duration_s(file.clear_for, 0),
    severity: file.severity,
    incident:
      incident === undefined
        ? null
        : {
            class: incident.class,
            title: incident.title ?? file.title,
            deadline_min: duration_s(incident.deadline, 3600) / 60,
            crew: crew === undefined ? null : { skill: crew.skill, kit: crew.kit ?? [], service_min: duration_s(crew.service, 900) / 60 },
          },
    actions: (file.actions ?? []).map(actionOf),
  }
}

type Say = (path: readonly (string | number)[], message: string, index?: number) => void

function checkDurations(file: RuleFile, say: Say): void {
  const durations: readonly (readonly [readonly (string | number)[], string | undefined])[] = [
    [['for'], file.for],
    [['clear_for'], file.clear_for],
    [['incident', 'deadline'], file.incident?.deadline],
    [['incident', 'crew', 'service'], file.incident?.crew?.service],
    ...(file.actions ?? []).map(({ expires }, i) => [['actions', i, 'expires'], expires] as const),
  ]
  for (const [path, text] of durations) {
    if (text !== undefined && parseDuration_s(text) === null)
      say(path, `"${text}" is no duration, expected a number with s, min or h: 30 s`)
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

function checkExpressions(file: RuleFile, known: readonly string[], say: Say): void {
  for (const where of ['when', 'clear'] as const) {
    const text = file[where]
    if (text === undefined) continue
    const result = compileExpression(text)
    if ('error' in result) {
      say([where], result.error.message, result.error.column - 1)
      continue
    }
    for (const { name, as, column } of result.uses) {
      if (as === 'value' && !known.includes(name))
        say([where], `unknown name ${name}, expected ${nearest(name, known)} or a name listed under metrics`, column - 1)
    }
  }
}

export interface ReadRules {
  /** Those without problems. */
  readonly rules: readonly Rule[]
  readonly problems: readonly Problem[]
}

/**
 * The text of one rule file, checked.
 *
 * @param names metrics and constants known besides those of the contract, such as the params of a city's devices.
 */
export function readRules(file: string, text: string, names: readonly string[] = []): ReadRules {
  const { source, problems: syntax } = readYaml(file, text)
  if (source === null) return { rules: [], problems: syntax }
  const { value } = source
  const shape = check(value).map(({ path, message }) => ({
    place: source.placeOf(path),
    code: 'rules.schema',
    message: `${pathText(path)}: ${message}`,
  }))
  if (shape.length > 0 || !isRulesFile(value)) return { rules: [], problems: shape }
  const known = [...new Set([...KNOWN_NAMES, ...(value.metrics ?? []), ...names])]
  const problems: Problem[] = []
  const rules: Rule[] = []
  value.rules.forEach((rule, i) => {
    const found = meaning(rule, i, known, source)
    if (found.length === 0) rules.push(ruleOf(rule))
    problems.push(...found)
  })
  return { rules, problems }
}

/** What a schema cannot say of one rule. */
function meaning(rule: RuleFile, i: number, known: readonly string[], source: YamlSource): Problem[] {
  const problems: Problem[] = []
  const say: Say = (path, message, index) => {
    const whole = ['rules', i, ...path]
    const place = index === undefined ? source.placeOf(whole) : source.placeInText(whole, index)
    problems.push({ place, code: 'rules.meaning', message: `rule ${rule.id}, ${pathText(path)}: ${message}` })
  }
  checkDurations(rule, say)
  checkActions(rule, say)
  checkExpressions(rule, known, say)
  return problems
}

/**
 * All rule files (`*.yaml`, `*.yml`) of a directory, in the order of their names.
 * Throws UrbanError `rules_unreadable` (input) when the directory cannot be read.
 */
export async function loadRules(directory: string, names: readonly string[] = []): Promise<{ rules: Rule[]; problems: Problem[] }> {
  const files = await ruleFiles(directory)
  const rules: Rule[] = []
  const problems: Problem[] = []
  const first = new Map<string, string>()
  for (const file of files) {
    const read = readRules(file, await readFile(file, 'utf8'), names)
    problems.push(...read.problems)
    for (const rule of read.rules) {
      const other = first.get(rule.id)
      if (other === undefined) rules.push(rule)
      else
        problems.push({
          place: { file },
          code: 'rules.repeated',
          message: `rule id ${rule.id} is already used in ${other}, expected another id`,
        })
      first.set(rule.id, other ?? file)
    }
  }
  return { rules, problems }
}

async function ruleFiles(directory: string): Promise<string[]> {
  try {
    const names = await readdir(directory)
    return names
      .filter((name) => /\.ya?ml$/.test(name))
      .sort()
      .map((name) => join(directory, name))
  } catch (cause) {
    throw new UrbanError('input', 'rules_unreadable', `cannot read the rules in ${directory}`, { place: { file: directory }, cause })
  }
}
