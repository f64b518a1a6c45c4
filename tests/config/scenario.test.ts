import { describe, expect, it } from 'vitest'
import { listScenarios, loadScenario, parseExpectation, readScenario } from '../../config/scenario.ts'
import { formatProblem } from '../../engine/base/errors.ts'

const HEAD = `name: {zh: 测试, en: Test}
start: 2026-06-18T09:00:00+08:00
duration_min: 60
step_s: 10
`

function problems(text: string): string[] {
  const { scenario, problems } = readScenario('s.yaml', text)
  expect(scenario).toBeNull()
  return problems.map(formatProblem)
}

describe('a scenario file', () => {
  it('needs a name, a start, a duration and a step; the rest has defaults', () => {
    const { scenario } = readScenario('dir/s.yaml', HEAD)
    expect(scenario).toMatchObject({
      id: 's',
      start: Date.parse('2026-06-18T01:00:00Z'),
      duration_s: 3600,
      city: 'demo',
      weather: { cells: [] },
      traffic: { demand_factor: 1 },
      faults: [],
      expect: [],
    })
  })

  it.each([
    ['an unknown key', `${HEAD}wether: {}\n`, /^s\.yaml:5:1: wether/],
    ['an unknown key further in', `${HEAD}waste:\n  fill: 2\n`, /^s\.yaml:6:3: waste\.fill/],
    ['a wrong type', HEAD.replace('60', 'long'), /^s\.yaml:3:\d+: duration_min.*"long".*number/],
    ['a value out of bounds', `${HEAD}cameras: {false_share: 1.5}\n`, /^s\.yaml:5:\d+: cameras\.false_share.*1\.5.*0 to 1/],
    ['a start without zone', HEAD.replace('+08:00', ''), /^s\.yaml:2:\d+: start/],
    ['a start that is no time', HEAD.replace('2026-06-18', '2026-19-18'), /^s\.yaml:2:\d+: start.*no time/],
    ['a missing name', HEAD.replace(', en: Test', ''), /^s\.yaml:1:\d+: name.*missing en/],
    ['a step that does not divide', HEAD.replace('step_s: 10', 'step_s: 7'), /^s\.yaml:4:\d+: step_s.*divisor/],
    [
      'a fault that ends first',
      `${HEAD}faults:\n  - {fault: silent, domain: flood, from_min: 5, until_min: 5}\n`,
      /^s\.yaml:6:\d+: faults\[0\]\.until_min/,
    ],
    [
      'a gauge that is blocked',
      `${HEAD}faults:\n  - {fault: blocked, domain: flood, amount: 0.5, from_min: 1, until_min: 5}\n`,
      /^s\.yaml:6:\d+: faults\[0\].*domain drain/,
    ],
    [
      'a pump that is blocked more than wholly',
      `${HEAD}faults:\n  - {fault: blocked, domain: drain, amount: 1.5, from_min: 1, until_min: 5}\n`,
      /^s\.yaml:6:\d+: faults\[0\].*0 to 1/,
    ],
    ['a surge without a peak', `${HEAD}water: {surge: {from_min: 0, duration_min: 60}}\n`, /^s\.yaml:5:\d+: water\.surge.*missing peak_m/],
    [
      'a bias without amount',
      `${HEAD}faults:\n  - {fault: bias, domain: flood, from_min: 1, until_min: 5}\n`,
      /^s\.yaml:6:\d+: faults\[0\].*amount/,
    ],
    ['an unknown fault', `${HEAD}faults:\n  - {fault: broken, domain: flood, from_min: 1, until_min: 5}\n`, /^s\.yaml:6:\d+: faults\[0\]/],
    ['an expectation that is none', `${HEAD}expect:\n  - tasks.done = 3\n`, /^s\.yaml:6:5: expect\[0\].*metric <= number/],
    ['a key twice', `${HEAD}step_s: 5\n`, /^s\.yaml:5:1: not YAML/],
    ['broken YAML', `${HEAD}weather: {cells: [\n`, /^s\.yaml:\d+:\d+: not YAML/],
  ])('with %s is refused at its place', (_, text, expected) => {
    expect(problems(text)[0]).toMatch(expected)
  })

  it('tells all its problems at once', () => {
    expect(problems(`${HEAD}wether: {}\ncameras: {false_share: 2, events_per_h: -1}\n`)).toHaveLength(3)
  })

  it('expects metrics with a comparison and a number', () => {
    expect(parseExpectation('incidents.flood.waterlogging >= 3')).toEqual({
      metric: 'incidents.flood.waterlogging',
      comparison: '>=',
      limit: 3,
    })
    expect(parseExpectation('flood.depth_m_max<0.5')).toMatchObject({ comparison: '<', limit: 0.5 })
    expect(parseExpectation('>= 3')).toBeNull()
  })
})

describe('the shipped scenarios', () => {
  it('are the four drills, and read without problems', async () => {
    const names = await listScenarios()
    expect(names).toEqual(expect.arrayContaining(['day', 'quiet', 'silent', 'storm']))
    for (const name of names) expect((await loadScenario(name)).problems).toEqual([])
  })

  it('are named when one is asked for that is not there', async () => {
    await expect(loadScenario('tornado')).rejects.toMatchObject({
      family: 'input',
      message: expect.stringContaining('quiet, rounds, silent, storm'),
    })
  })
})
