import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadRules, readRuleSet, readRules, SHIPPED_RULES } from '../../config/rules.ts'
import { NO_NAMES } from '../../config/rules-meaning.ts'
import { formatProblem } from '../../engine/base/errors.ts'
import { compileRules } from '../../engine/rules/compile.ts'

/** One rule around the lines that a test is about; they start on line 6. */
const file = (...lines: string[]): string =>
  [
    'rules:',
    '  - id: wet',
    '    title: { en: Wet, zh: 湿 }',
    '    scope: { domain: flood }',
    '    severity: watch',
    ...lines.map((line) => `    ${line}`),
    '',
  ].join('\n')
const incident = 'incident: { class: flood.waterlogging, deadline: 2 h }'
const problems = (...lines: string[]): string[] => readRules('wet.yaml', file(...lines)).problems.map(formatProblem)

describe('a rule file', () => {
  it('becomes rules with every default filled in', () => {
    const { rules, problems: none } = readRules('wet.yaml', file('when: level_m > 0.3', 'for: 90 s', incident))
    expect(none).toEqual([])
    expect(rules).toEqual([
      {
        id: 'wet',
        title: { en: 'Wet', zh: '湿' },
        scope: { domain: 'flood', kind: null, device: null },
        when: 'level_m > 0.3',
        for_s: 90,
        clear: 'not (level_m > 0.3)',
        clear_for_s: 0,
        severity: 'watch',
        incident: { class: 'flood.waterlogging', title: { en: 'Wet', zh: '湿' }, deadline_min: 120, crew: null },
        actions: [],
      },
    ])
  })

  it('reads actions and crews', () => {
    const { rules } = readRules(
      'wet.yaml',
      file(
        'when: level_m > 0.3',
        'incident: { class: a.b, deadline: 30 min, crew: { skill: pump, service: 1.5 h } }',
        'actions: [{ command: drain.setting, to: pumps, setting: 1, expires: 2 min }]',
      ),
    )
    expect(rules[0].incident?.crew).toEqual({ skill: 'pump', kit: [], service_min: 90 })
    expect(rules[0].actions).toEqual([
      { command: 'drain.setting', to: 'pumps', setting: 1, clear_setting: null, text: null, expires_s: 120 },
    ])
  })
})

describe('mistakes are told with file, line, column and what was expected', () => {
  it.each([
    [
      'a misspelt metric',
      ['when: level_m > 1 and levl_m < 3', incident],
      'wet.yaml:6:27: rule wet, when: unknown name levl_m, expected level_m or a name listed under metrics',
    ],
    ['a mistake in a quoted text', ['when: "level_m >"', incident], 'wet.yaml:6:21: rule wet, when: unexpected end of expression'],
    [
      'a mistake in a folded text',
      ['when: >-', '  level_m > 1', '  and rain_mm_h > > 2', incident],
      'wet.yaml:8:23: rule wet, when: value expected',
    ],
    [
      'a mistake in clear',
      ['when: level_m > 1', 'clear: level_m = 0', incident],
      'wet.yaml:7:12: rule wet, clear: assignment is not allowed in a rule; expected comparisons of numbers',
    ],
    [
      'an unknown key',
      ['when: level_m > 1', 'wen: level_m > 2', incident],
      'wet.yaml:7:5: rules[0].wen: "level_m > 2", expected no such member; near is when',
    ],
    ['a missing key', [incident], 'wet.yaml:2:5: rules[0]: is missing when'],
    [
      'a wrong duration',
      ['when: level_m > 1', 'for: 3 days', incident],
      'wet.yaml:7:5: rule wet, for: "3 days" is no duration, expected a number with s, min or h: 30 s',
    ],
    ['a rule without effect', ['when: level_m > 1'], 'wet.yaml:2:5: rule wet, id: the rule does nothing, expected an incident or actions'],
    [
      'an action without setting',
      ['when: level_m > 1', 'actions: [{ command: drain.setting, to: self }]'],
      'wet.yaml:7:15: rule wet, actions[0]: drain.setting needs setting',
    ],
    [
      'an action to nobody',
      ['when: level_m > 1', 'actions: [{ command: drain.setting, to: P1, setting: 1 }]'],
      'wet.yaml:7:41: rule wet, actions[0].to: "P1" is no device, expected self, pumps or {district}/{domain}/{device}',
    ],
    ['broken YAML', ['when: [level_m'], 'wet.yaml:7:1: not YAML'],
  ] as const)('%s', (_name, lines, expected) => {
    const found = problems(...lines)
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(expected)
  })

  it('a word outside a list of many', () => {
    const text = file('when: level_m > 1', incident).replace('domain: flood', 'domain: flod')
    expect(readRules('wet.yaml', text).problems.map(formatProblem)).toEqual([
      'wet.yaml:4:14: rules[0].scope.domain: "flod", expected "traffic" or "signal" or "flood" or "drain" or "waste" or "camera" or "weather" or "crew"',
    ])
  })

  it('a rule on what cameras see that names no impact assessment', () => {
    const camera = (...lines: string[]): string[] =>
      readRules('eye.yaml', file(...lines, incident).replace('domain: flood', 'domain: camera')).problems.map(formatProblem)
    const wanted =
      'eye.yaml:6:5: rule wet, when: judges by what cameras see, expected impact_assessment: the id of the assessment that allows it'
    expect(camera('when: events("fire.smoke", 10 min) > 2')).toEqual([wanted])
    expect(camera('when: age_s > 600 and events("fire.smoke", 10 min) > 2', 'impact_assessment: DPIA-2026-014')).toEqual([])
    // That a camera lives says nothing about anybody.
    expect(camera('when: age_s > 600')).toEqual([])
    expect(problems('when: at(vehicles_veh, "d1/camera/C1") > 3', incident)).toHaveLength(1)
    expect(problems('when: count(vehicles_veh > 3, kind("camera")) > 1', incident)).toHaveLength(1)
    expect(problems('when: count(age_s > 600, kind("camera")) > 1', incident)).toEqual([])
  })

  it('all of them at once, and the good rules beside them', () => {
    const two = `${file('when: level_m >', 'for: soon', incident)}${file('when: level_m > 1', incident).replace('rules:\n', '').replace('id: wet', 'id: good')}`
    const read = readRules('two.yaml', two)
    expect(read.problems).toHaveLength(2)
    expect(read.rules.map(({ id }) => id)).toEqual(['good'])
  })
})

it('knows names that a file declares and names that the caller knows', () => {
  const text = file('when: turbidity_ntu > 4', incident)
  expect(readRules('own.yaml', text).problems).toHaveLength(1)
  expect(readRules('own.yaml', `metrics: [turbidity_ntu]\n${text}`).problems).toEqual([])
  expect(readRules('own.yaml', text, { names: { ...NO_NAMES, values: ['turbidity_ntu'] } }).problems).toEqual([])
})

describe('a directory', () => {
  it('of the rules that ship with the program is without problems, and the engine takes all of them', async () => {
    const { rules, problems: found } = await loadRules(SHIPPED_RULES)
    expect(found.map(formatProblem)).toEqual([])
    expect(rules.map(({ id }) => id)).toEqual(expect.arrayContaining(['flood-critical', 'waste-fire', 'silent-flood']))
    expect(compileRules(rules).rejected).toEqual([])
  })

  it('of the rules that ship with the program has a test for each rule in which it is raised', async () => {
    const { rules, tests } = await loadRules(SHIPPED_RULES)
    const raising = tests.filter(({ results }) => results.some(({ expected }) => expected.some(({ is }) => is === 'raised')))
    expect(raising.map(({ rule }) => rule).sort()).toEqual(rules.map(({ id }) => id).sort())
  })

  it('may have a name once only', () => {
    const text = file('when: level_m > 1', incident)
    expect(
      readRuleSet([
        { file: 'a.yaml', text },
        { file: 'a.yaml', text: text.replace('id: wet', 'id: other') },
      ]).problems,
    ).toMatchObject([{ code: 'rules.file_repeated' }])
  })

  it('may use an id once only', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'rules-'))
    await writeFile(join(directory, 'a.yaml'), file('when: level_m > 1', incident))
    await writeFile(join(directory, 'b.yaml'), file('when: level_m > 2', incident))
    const { rules, problems: found } = await loadRules(directory)
    expect(rules.map(({ when }) => when)).toEqual(['level_m > 1'])
    expect(found.map(({ code }) => code)).toEqual(['rules.repeated'])
  })

  it('that is not there is bad input', async () => {
    await expect(loadRules('/nowhere/rules')).rejects.toMatchObject({ family: 'input', code: 'rules_unreadable' })
  })
})
