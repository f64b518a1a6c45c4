/** What rules can say beyond one device and one moment, each told as a rule file with its own tests. */
import { describe, expect, it } from 'vitest'
import { loadCalendar } from '../../../config/calendar.ts'
import { readRules } from '../../../config/rules.ts'
import { formatProblem } from '../../../engine/base/errors.ts'

const calendar = await loadCalendar(null)

/** One rule on level gauges with one test; the lines after `when` come from the test. */
function outcome(rule: readonly string[], test: readonly string[], before: readonly string[] = []): string[] {
  const text = [
    ...before,
    'rules:',
    '  - id: r',
    '    title: { en: R, zh: 规 }',
    '    scope: { domain: flood }',
    '    severity: watch',
    '    incident: { class: a.b, deadline: 1 h }',
    ...rule.map((line) => `    ${line}`),
    '    tests:',
    '      - name: it',
    ...test.map((line) => `        ${line}`),
    '',
  ].join('\n')
  const { problems, tests } = readRules('r.yaml', text, { calendar })
  if (tests.length === 0) return problems.map(formatProblem)
  return tests[0].results[0].got.map(({ at_s, is, device, severity }) => [at_s, is, device, severity].filter((x) => x !== null).join(' '))
}
const steps = (...readings: string[]): string[] => ['readings:', ...readings.map((line) => `  - { ${line} }`), 'expect: []']
const level = (...levels: readonly (readonly [min: number, level_m: number])[]): string[] =>
  steps(...levels.map(([min, level_m]) => `at: ${min} min, level_m: ${level_m}`))
const every = (from: number, to: number, of: (min: number) => number): string[] =>
  level(...Array.from({ length: to - from + 1 }, (_, i) => [from + i, of(from + i)] as const))

describe('windows', () => {
  it('the mean over ten minutes is raised later than the value itself', () => {
    const out = outcome(
      ['when: mean_over(level_m, 10 min) > 20 cm'],
      every(0, 20, (min) => (min < 5 ? 0 : 0.3)),
    )
    // Of the ten readings of minutes 2 to 11, seven are at 0.3 m.
    expect(out).toEqual(['660 raised watch'])
  })

  it('a change is unknown until its window has been seen whole, and counts from then', () => {
    const rise = (min: number): number => Math.round(min * 10) / 1000
    expect(outcome(['when: delta(level_m, 5 min) > 4 cm'], every(0, 8, rise))).toEqual(['300 raised watch'])
    expect(outcome(['when: rate_h(level_m, 5 min) > 50 cm/h'], every(0, 8, rise))).toEqual(['300 raised watch'])
    expect(outcome(['when: rate_h(level_m, 5 min) > 70 cm/h'], every(0, 8, rise))).toEqual([])
  })

  it('events are counted, and leave the count when their time has passed', () => {
    const test = [
      'events:',
      '  - { at: 0 s, type: pump.trip }',
      '  - { at: 5 min, type: pump.trip }',
      '  - { at: 6 min, type: other }',
      '  - { at: 10 min, type: pump.trip }',
      'until: 2 h',
      'expect: []',
    ]
    expect(outcome(['when: events("pump.trip", 30 min) >= 3'], test)).toEqual(['600 raised watch', '1800 cleared'])
  })
})

describe('other devices', () => {
  const devices = ['devices:', '  near: { east_m: 200 }', '  far: { east_m: 2000 }']

  it('near ones are counted, the device itself and far ones are not', () => {
    const test = [
      ...devices,
      ...steps('at: 0 s, level_m: 0', 'at: 0 s, device: far, level_m: 0.4', 'at: 1 min, device: near, level_m: 0.4'),
    ]
    expect(outcome(['when: count(level_m > 0.3, near(500 m)) >= 1'], test)).toEqual(['60 raised watch'])
  })

  it('one named device is read from afar, by every device of the rule', () => {
    const rule = ['when: at(level_m, "d0/flood/near") > 0.3 and level_m > 0.1']
    const quiet = [...devices, ...steps('at: 0 s, level_m: 0.2', 'at: 10 s, device: near, level_m: 0.4', 'at: 20 s, level_m: 0.2')]
    expect(outcome(rule, quiet)).toEqual(['10 raised near watch', '10 raised watch'])
  })

  it('any holds with one silent member, all does not', () => {
    const test = [...devices, ...steps('at: 0 s, device: near, level_m: 0.4')]
    const groups = ['groups: { low: [d0/flood/near, d0/flood/far] }']
    const file = (by: string) => outcome([`when: ${by}(level_m > 0.3, group("low"))`], test, groups)
    expect(file('any').filter((line) => line.startsWith('0 raised'))).not.toEqual([])
    expect(file('all')).toEqual([])
  })

  it('a group that is not listed and a kind that the city has not are mistakes', () => {
    expect(outcome(['when: any(level_m > 1, group("lou"))'], ['expect: []'], ['groups: { low: [d0/flood/G1] }'])).toEqual([
      'r.yaml:8:34: rule r, when: unknown group lou, expected low',
    ])
    const names = { values: [], kinds: ['level_gauge', 'pump'], devices: [], grids: [] }
    const text =
      'rules:\n  - { id: r, title: { en: R, zh: 规 }, scope: { domain: flood, kind: levl_gauge }, when: level_m > 1, severity: watch, incident: { class: a.b, deadline: 1 h } }\n'
    expect(readRules('r.yaml', text, { names }).problems.map(({ message }) => message)).toEqual([
      'rule r, scope.kind: unknown kind levl_gauge, expected level_gauge',
    ])
  })
})

describe('quality', () => {
  const stuck = steps(...Array.from({ length: 150 }, (_, i) => `at: ${i} min, rain_mm_h: 12`))
  it('a suspect value drives a rule that accepts it, and no other', () => {
    const rule = ['when: rain_mm_h > 10', 'for: 125 min']
    expect(outcome(rule, stuck)).toEqual([])
    expect(outcome([...rule, 'accepts: [suspect]'], stuck)).toEqual(['7500 raised watch'])
  })
})

describe('the calendar', () => {
  const rule = ['when: level_m > 0.1 and working_day and hour_h >= 8']
  const wet = (start: string): string[] => [`start: ${start}`, ...level([0, 0.2])]
  it.each([
    ['a Saturday that is worked for the Spring Festival', '2026-02-14 09:00', true],
    ['a Saturday', '2026-03-14 09:00', false],
    ['a Monday of the Spring Festival', '2026-02-16 09:00', false],
    ['a plain Thursday', '2026-03-12 09:00', true],
    ['a plain Thursday before eight', '2026-03-12 06:00', false],
  ])('%s', (_name, start, raised) => {
    expect(outcome(rule, wet(start))).toEqual(raised ? ['0 raised watch'] : [])
  })

  it('the hour alone raises and clears, with no message at the time', () => {
    const test = ['start: 2026-03-12 07:58', 'interval: 10 min', ...level([0, 0.2])]
    expect(outcome(['when: level_m > 0.1 and hour_h >= 8'], [...test.slice(0, -1), 'until: 5 min', 'expect: []'])).toEqual([
      '120 raised watch',
    ])
  })
})

describe('suppression', () => {
  const night = [
    'suppress:',
    '  - id: night',
    '    title: { en: Works, zh: 施工 }',
    "    times: [{ from: '22:00', until: '06:00', every_weeks: 3, starting: 2026-03-09 }]",
  ]
  const rule = ['when: level_m > 0.1']
  const held = (start: string, ...readings: (readonly [number, number])[]): string[] => [
    `start: ${start}`,
    'interval: 2 h',
    ...level(...readings).slice(0, -1),
    'until: 9 h',
    'expect: []',
  ]

  it('holds a new alarm back and tells it when the window ends', () => {
    expect(outcome(rule, held('2026-03-12 23:00', [0, 0.2]), night)).toEqual(['0 held', '25200 raised watch'])
  })
  it('delivers the end of an alarm that was told before', () => {
    expect(outcome(rule, held('2026-03-12 21:30', [0, 0.2], [60, 0]), night)).toEqual(['0 raised watch', '3600 cleared'])
  })
  it('says nothing of an alarm that came and went within', () => {
    expect(outcome(rule, held('2026-03-12 23:00', [0, 0.2], [60, 0]), night)).toEqual(['0 held', '3600 passed'])
  })
  it('holds nothing back in the weeks between', () => {
    expect(outcome(rule, held('2026-03-19 23:00', [0, 0.2]), night)).toEqual(['0 raised watch'])
  })
  it('freezes the clock of escalation', () => {
    const steps_ = [...rule, 'escalate: [{ after: 1 h, severity: critical }]']
    // Raised at 21:30, half an hour of its hour passes before ten, the rest after six.
    expect(outcome(steps_, held('2026-03-12 21:30', [0, 0.2]), night)).toEqual(['0 raised watch', '32400 escalated critical'])
  })
})

describe('severity', () => {
  const rule = [
    'when: level_m > 0.2',
    'clear: level_m < 0.05',
    'escalate: [{ after: 10 min, severity: warning }, { after: 20 min, severity: critical }]',
    'ease: [{ after: 15 min, severity: watch }]',
  ]
  const interval = 'interval: 2 h'
  it('rises while it stands, falls while its condition is over, and rises again with it', () => {
    const test = [interval, ...level([0, 0.3], [21, 0.1], [40, 0.3], [45, 0])]
    expect(outcome(rule, test)).toEqual([
      '0 raised watch',
      '600 escalated warning',
      '1200 escalated critical',
      '2160 eased watch',
      '2400 escalated critical',
      '2700 cleared',
    ])
  })
  it('steps that do not rise, or not in time, are mistakes', () => {
    const wrong = ['when: level_m > 0.2', 'escalate: [{ after: 10 min, severity: watch }, { after: 5 min, severity: critical }]']
    expect(outcome(wrong, ['expect: []'])).toEqual([
      'r.yaml:8:33: rule r, escalate[0].severity: watch is no step up from watch, expected a worse one',
      'r.yaml:8:54: rule r, escalate[1].after: 5 min is not later than the step before, expected a longer time',
    ])
  })
})

it('a rule that fails its own test is refused, with what it gave', () => {
  const text = [
    'rules:',
    '  - id: r',
    '    title: { en: R, zh: 规 }',
    '    scope: { domain: flood }',
    '    severity: watch',
    '    incident: { class: a.b, deadline: 1 h }',
    '    when: level_m > 0.3',
    '    tests: [{ name: low, readings: [{ at: 0 s, level_m: 0.31 }], expect: [{ at: 1 min, is: raised }] }]',
    '',
  ].join('\n')
  expect(readRules('r.yaml', text).problems.map(formatProblem)).toEqual([
    'r.yaml:8:66: rule r, tests[0].expect: the test "low" fails: it gave raised as watch at 0 s; expected raised at 60 s',
  ])
})
