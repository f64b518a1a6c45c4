/**
 * Rules as people write them: YAML files, checked whole, all problems at once with file, line and column (docs/rules.md). Expressions
 * are compiled here once to find their mistakes, and every rule runs its own tests; the engine compiles them again for itself.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Calendar, PLAIN_CALENDAR } from '../engine/base/calendar.ts'
import { type Problem, UrbanError } from '../engine/base/errors.ts'
import type { City } from '../engine/model/city.ts'
import { deviceKey } from '../engine/model/city.ts'
import type { Rule } from '../engine/model/rule.ts'
import { KNOWN_NAMES } from '../engine/rules/names.ts'
import type { TestResult } from '../engine/rules/trial.ts'
import type { JsonPath } from './check-json.ts'
import { createChecker, pathText } from './check-schema.ts'
import { readYaml, type YamlSource } from './check-yaml.ts'
import { DEVICE_KINDS } from './city-devices.ts'
import { PROJECT_ROOT } from './project-root.ts'
import { type ReadSuppression, ruleOf, suppressionOf, withSuppressions } from './rule-of-file.ts'
import { checkMeaning, checkSuppression, checkTests, NO_NAMES, type RuleNames, type Say } from './rules-meaning.ts'
import { type RuleFile, RulesFile } from './rules-schema.ts'

/** The rules that ship with the program. */
export const SHIPPED_RULES = join(PROJECT_ROOT, 'config/rules')

const check = createChecker(RulesFile)
const isRulesFile = (value: unknown): value is RulesFile => check(value).length === 0

/** What rules of this city may name. */
export function ruleNames(city: City): RuleNames {
  return {
    values: city.devices.flatMap((device) => [...device.metrics, ...Object.keys(device.params)]),
    // Rules that ship with the program speak of kinds that a small city may lack.
    kinds: [...new Set([...Object.keys(DEVICE_KINDS), ...city.devices.map(({ kind }) => kind)])],
    devices: city.devices.map(({ district, domain, id }) => deviceKey(district, domain, id)),
    grids: city.grids.map(({ code }) => code),
  }
}

export interface RuleSurroundings {
  readonly names?: RuleNames
  readonly calendar?: Calendar
}

/** The outcome of a rule's own tests. */
export interface TestedRule {
  readonly rule: string
  readonly results: readonly TestResult[]
}

export interface ReadRules {
  /** Those without problems. */
  readonly rules: readonly Rule[]
  readonly problems: readonly Problem[]
  readonly tests: readonly TestedRule[]
}

interface ReadFile extends ReadRules {
  readonly suppressions: readonly ReadSuppression[]
}

/** The text of one rule file, checked. Its suppressions hold for its own rules. */
export function readRules(file: string, text: string, around: RuleSurroundings = {}): ReadRules {
  return readRuleSet([{ file, text }], around)
}

function readFileText(file: string, text: string, { names = NO_NAMES, calendar = PLAIN_CALENDAR }: RuleSurroundings): ReadFile {
  const nothing = { rules: [], tests: [], suppressions: [] }
  const { source, problems: syntax } = readYaml(file, text)
  if (source === null) return { ...nothing, problems: syntax }
  const { value } = source
  const shape = check(value).map(({ path, message }) => ({
    place: source.placeOf(path),
    code: 'rules.schema',
    message: `${pathText(path)}: ${message}`,
  }))
  if (shape.length > 0 || !isRulesFile(value)) return { ...nothing, problems: shape }
  const known = { ...names, values: [...new Set([...KNOWN_NAMES, ...(value.metrics ?? []), ...names.values])] }
  const groups = value.groups ?? {}
  const problems: Problem[] = []
  const rules: Rule[] = []
  const tests: TestedRule[] = []
  value.rules.forEach((one, i) => {
    const { say, found } = teller(source, ['rules', i], `rule ${one.id}`)
    checkMeaning(one, known, Object.keys(groups), say)
    if (found.length === 0) {
      const rule = ruleOf(one, groups)
      rules.push(rule)
      if (one.tests !== undefined) tests.push({ rule: one.id, results: testsOf(one, rule, value, calendar, say) })
    }
    problems.push(...found)
  })
  const suppressions = (value.suppress ?? []).map((one, i) => {
    const { say, found } = teller(source, ['suppress', i], `suppression ${one.id}`)
    checkSuppression(one, known, say)
    problems.push(...found)
    return suppressionOf(one)
  })
  return { rules, problems, tests, suppressions }
}

/** A rule is tested with the suppressions of its own file. */
function testsOf(file: RuleFile, rule: Rule, { suppress = [] }: RulesFile, calendar: Calendar, say: Say): TestResult[] {
  const [whole] = withSuppressions([rule], suppress.map(suppressionOf))
  return checkTests(file, whole, calendar, say)
}

function teller(source: YamlSource, at: JsonPath, name: string): { readonly say: Say; readonly found: Problem[] } {
  const found: Problem[] = []
  const say: Say = (path, message, index) => {
    const whole = [...at, ...path]
    const place = index === undefined ? source.placeOf(whole) : source.placeInText(whole, index)
    found.push({ place, code: 'rules.meaning', message: `${name}, ${pathText(path)}: ${message}` })
  }
  return { say, found }
}

export interface RuleSource {
  readonly file: string
  readonly text: string
}

/** A whole set of files: suppressions hold for the rules of all of them, and no id is given twice. */
export function readRuleSet(files: readonly RuleSource[], around: RuleSurroundings = {}): ReadRules {
  const rules: Rule[] = []
  const problems: Problem[] = []
  const tests: TestedRule[] = []
  const suppressions: ReadSuppression[] = []
  const first = new Map<string, string>()
  const names = files.map(({ file }) => file)
  for (const file of new Set(names.filter((name, i) => names.indexOf(name) < i)))
    problems.push({ place: { file }, code: 'rules.file_repeated', message: 'there are two files of this name, expected one' })
  for (const { file, text } of files) {
    const read = readFileText(file, text, around)
    problems.push(...read.problems)
    tests.push(...read.tests)
    suppressions.push(...read.suppressions)
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
  return { rules: withSuppressions(rules, suppressions), problems, tests }
}

/**
 * All rule files (`*.yaml`, `*.yml`) of a directory, in the order of their names.
 * Throws UrbanError `rules_unreadable` (input) when the directory cannot be read.
 */
export async function loadRules(directory: string, around: RuleSurroundings = {}): Promise<ReadRules> {
  return readRuleSet(await readRuleFiles(directory), around)
}

export async function readRuleFiles(directory: string): Promise<RuleSource[]> {
  try {
    const names = (await readdir(directory)).filter((name) => /\.ya?ml$/.test(name)).sort()
    return await Promise.all(
      names.map(async (name) => ({ file: join(directory, name), text: await readFile(join(directory, name), 'utf8') })),
    )
  } catch (cause) {
    throw new UrbanError('input', 'rules_unreadable', `cannot read the rules in ${directory}`, { place: { file: directory }, cause })
  }
}
