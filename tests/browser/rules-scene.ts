/** A rule book in memory that checks, compares and keeps versions as the program does; what a dry run finds is made up. */
import { readRuleSet } from '../../config/rules.ts'
import { ruleSentence } from '../../engine/rules/sentence.ts'
import { editRules, type RuleEdit } from '../../gateway/rules/rule-edit.ts'
import { diffLines } from '../../gateway/rules/text-diff.ts'
import type { RuleDryRunAnswer, RuleFileText, RuleVersionAnswer } from '../../gateway/wire/rules-api.ts'

const TEXT = `rules:
  - id: wet
    title: { en: Wet, zh: 积水 }
    scope: { domain: flood, kind: level_gauge }
    when: level_m > 30 cm
    for: 60 s
    severity: warning
    incident: { class: flood.waterlogging, deadline: 1 h }
    tests:
      - { name: dry, readings: [{ at: 0 s, level_m: 0 }], expect: [] }
`

const filesOf = (body: unknown): RuleFileText[] =>
  typeof body === 'object' && body !== null && 'files' in body ? (body.files as RuleFileText[]) : []
const textOf = (body: unknown, key: string): string => (typeof body === 'object' && body !== null ? String(Reflect.get(body, key)) : '')

/** @returns what is answered at a path below `/api/v1/rules/`; null where nothing is */
export function createRulesScene(now: () => number): (path: string, body: unknown) => unknown {
  const versions: RuleVersionAnswer[] = []
  const add = (files: RuleFileText[], note: string, source: 'files' | 'publish' | 'rollback', of: number | null): RuleVersionAnswer => {
    const version = { version: versions.length + 1, at: now(), by: 'ops', note, source, of, sha: '', files }
    versions.unshift(version)
    return version
  }
  add([{ name: 'flood.yaml', text: TEXT }], '', 'files', null)
  return (path, body) => {
    const files = filesOf(body)
    if (path === 'versions' && body === null) return { versions, problems: [] }
    if (path === 'versions') return add(files, textOf(body, 'note'), 'publish', null)
    if (path === 'check') return check(files)
    if (path === 'edit') return edited(files, body)
    if (path === 'diff')
      return { files: diff(versions.find(({ version }) => String(version) === textOf(body, 'with'))?.files ?? [], files) }
    if (path === 'dry-run') return dryRun(now())
    const [, number, back] = /^versions\/(\d+)(\/rollback)?$/.exec(path) ?? []
    const found = versions.find(({ version }) => version === Number(number)) ?? null
    return found === null || back === undefined ? found : add(found.files, textOf(body, 'note'), 'rollback', found.version)
  }
}

function check(files: readonly RuleFileText[]) {
  const read = readRuleSet(files.map(({ name, text }) => ({ file: name, text })))
  return {
    problems: read.problems.map(({ place, message }) => ({ file: place?.file, line: place?.line, column: place?.column, message })),
    rules: read.rules.map((rule) => ({ id: rule.id, title: rule.title, sentence: ruleSentence(rule) })),
    tests: read.tests.flatMap(({ rule, results }) => results.map((result) => ({ rule, ...result }))),
  }
}

/** The body is what the page has sent. */
const edited = (files: readonly RuleFileText[], body: unknown) => editRules(files, Reflect.get(Object(body), 'edit') as RuleEdit)

function diff(before: readonly RuleFileText[], after: readonly RuleFileText[]) {
  const textIn = (files: readonly RuleFileText[], name: string): string => files.find((file) => file.name === name)?.text ?? ''
  return [...new Set([...before, ...after].map(({ name }) => name))].flatMap((name) => {
    const [old, now] = [textIn(before, name), textIn(after, name)]
    return old === now ? [] : [{ name, lines: diffLines(old, now) }]
  })
}

function dryRun(to: number): RuleDryRunAnswer {
  return {
    from: to - 86_400_000,
    to,
    alarms: [],
    count: 12,
    per_hour: 0.5,
    parts: Array.from({ length: 24 }, (_, i) => i % 4),
    part_h: 1,
    rules: [{ rule: 'wet', alarms: 12, devices: 3, precision: null }],
    suppressed: 0,
    precision: null,
    recall: null,
    incidents: 4,
    crew_min: 160,
  }
}
