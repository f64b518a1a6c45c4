/** Mappings as people write them: a file in, what is in force and every mistake with its place out. */
import { describe, expect, it } from 'vitest'
import { formatProblem } from '../../../engine/base/errors.ts'
import { checkMappings } from '../../../gateway/mappings/load.ts'
import { suggest } from '../../../gateway/mappings/suggest.ts'
import { envelopeOf, tryMapping } from '../../../gateway/mappings/try.ts'
import { context, RECEIVED } from '../dialects/fixtures.ts'

const check = (text: string) => checkMappings('mappings.yaml', text, context())
const problemsOf = async (text: string) => (await check(text)).problems.map(formatProblem)

const GOOD = `
mappings:
  - id: acme-level
    topic: acme/+/up
    entity: 'flood:{topic.2}'
    time: { path: ts, form: s }
    metrics:
      - { path: d.level, metric: level_m, unit: mm }
      - { path: "sensors[name=Temp].value", metric: temperature_c, unit: K }
      - { path: "d['battery v']", metric: battery_v }
    tests:
      - topic: acme/A1/up
        payload: { ts: 1784356215, d: { level: 310, 'battery v': 3600 mV }, sensors: [{ name: Temp, value: 298.85 }] }
        expect:
          - { kind: measurement, entity: 'flood:A1', ts: 1784356215000, metrics: { level_m: 0.31, temperature_c: 25.7, battery_v: 3.6 } }
  - id: beta-lists
    topic: beta/#
    jsonata: |
      items.{"entity": "bin:" & id, "ts": at, "metrics": {"fill_pct": share * 100}}
    tests:
      - topic: beta/x/y
        payload: { items: [{ id: b1, at: '2026-07-18T14:30:15+08:00', share: 0.8 }, { id: b2, at: 1784356215000, share: 0.5 }] }
        expect:
          - { entity: 'bin:b1', ts: 1784356215000, metrics: { fill_pct: 80 } }
          - { entity: 'bin:b2', metrics: { fill_pct: 50 } }
ignored:
  - { topic: acme/+/debug, note: chatter }
`

describe('a file of mappings', () => {
  it('is in force when its tests pass', async () => {
    const loaded = await check(GOOD)
    expect(loaded.problems).toEqual([])
    expect(loaded.mappings.map(({ id }) => id)).toEqual(['acme-level', 'beta-lists'])
    expect(loaded.ignored).toHaveLength(1)
    const [table] = loaded.mappings
    const said = await table.decode(envelopeOf('acme/B7/up', { d: { level: '12 cm' } }, RECEIVED), context())
    expect(said).toMatchObject({
      ok: true,
      forms: [{ entity: 'flood:B7', ts: RECEIVED, clock: 'arrival', metrics: { level_m: 0.12 } }],
      drift: [{ field: 'time', what: 'time' }],
    })
  })

  it('may be empty', async () => {
    expect(await check('')).toMatchObject({ readable: true, problems: [] })
  })

  it('asks the most specific filter first', async () => {
    const one = (id: string, topic: string) =>
      `  - { id: ${id}, topic: '${topic}', entity: 'a:{i}', metrics: [{ path: x, metric: level_m }], tests: [{ topic: a/1/up, payload: { i: 1, x: 2 }, expect: [{ metrics: { level_m: 2 } }] }] }\n`
    const { mappings, problems } = await check(`mappings:\n${one('c', 'a/#')}${one('b', 'a/+/up')}${one('a', 'a/1/up')}`)
    expect(problems).toEqual([])
    expect(mappings.map(({ id }) => id)).toEqual(['a', 'b', 'c'])
  })
})

describe('a mapping is refused with its place', () => {
  const mapping = (members: string, test = 'payload: { x: 1 }\n        expect: [{ metrics: { level_m: 1 } }]') =>
    `mappings:\n  - id: a\n    topic: a/+\n${members}\n    tests:\n      - topic: a/1\n        ${test}\n`
  const table = (row: string) => `    entity: 'a:{topic.2}'\n    metrics:\n      - ${row}`

  it.each([
    ['not YAML', 'mappings: [', /not YAML/],
    ['a member nobody knows', mapping(`${table('{ path: x, metric: level_m }')}\n    colour: red`), /^mappings\.yaml:7:.*colour/],
    ['no tests', "mappings:\n  - { id: a, topic: a/+, entity: 'a:b', metrics: [{ path: x, metric: m }] }", /^mappings\.yaml:2:.*tests/],
    ['a filter for everybody', mapping(table('{ path: x, metric: level_m }')).replace('a/+', "'+/a'"), /:3:.*first level/],
    ['neither table nor expression', mapping("    entity: 'a:b'"), /:2:.*either metrics/],
    ['no entity', mapping('    metrics: [{ path: x, metric: level_m }]'), /:2:.*entity/],
    ['no path', mapping(table("{ path: 'x[', metric: level_m }")), /:6:.*path/],
    ['an unknown unit', mapping(table('{ path: x, metric: level_m, unit: ell }')), /:6:.*no unit/],
    ['a unit of something else', mapping(table('{ path: x, metric: level_m, unit: V }')), /:6:.*does not measure what level_m is/],
    ['a wrong expression', mapping('    jsonata: x + '), /:4:.*no expression/],
    ['an expression with a clock', mapping('    jsonata: \'{"t": $now()}\''), /:4:\d+:.*\$now is not available/],
    [
      'a test that fails',
      mapping(table('{ path: x, metric: level_m }'), 'payload: { x: 2 }\n        expect: [{ metrics: { level_m: 1 } }]'),
      /:8:.*level_m is 2, expected 1/,
    ],
    [
      'a test of another topic',
      mapping(table('{ path: x, metric: level_m }')).replace('topic: a/1', 'topic: b/1'),
      /:8:.*none that the mapping takes/,
    ],
    ['a test whose message is refused', mapping(table('{ path: y, metric: level_m }')), /:8:.*refused: metrics/],
  ])('%s', async (_name, text, expected) => {
    const problems = await problemsOf(text)
    expect(problems.join('\n')).toMatch(expected)
  })

  it('by itself: the others stay in force', async () => {
    const bad =
      "  - { id: bad, topic: b/1, entity: 'a:b', metrics: [{ path: x, metric: m }], tests: [{ topic: b/1, payload: {}, expect: [{}] }] }\n"
    const loaded = await check(GOOD.replace('ignored:', `${bad}ignored:`))
    expect(loaded.problems).toHaveLength(1)
    expect(loaded.mappings.map(({ id }) => id)).toEqual(['acme-level', 'beta-lists'])
  })

  it('when its name stands twice', async () => {
    expect((await problemsOf(GOOD.replace('beta-lists', 'acme-level'))).join()).toMatch(/stands twice/)
  })
})

describe('a message under a mapping', () => {
  const mapping = { id: 'a', topic: 'a/+', entity: 'a:{topic.2}', metrics: [{ path: 'x', metric: 'level_m', unit: 'cm' }] }
  const tried = (payload: unknown, over: object = {}) => tryMapping({ ...mapping, ...over }, 'a/1', payload, RECEIVED, context())

  it.each([
    ['broken', '{"x":', /not valid JSON/],
    ['binary', 'x\u0000y', /binary/],
    ['nested too deep', `${'['.repeat(40)}${']'.repeat(40)}`, /nested deeper/],
    ['without a value', { y: 1 }, /none of the paths/],
    ['of the wrong kind', { x: { y: 1 } }, /none of the paths/],
    ['too long', { x: 1, y: 'z'.repeat(70_000) }, /at most/],
  ])('that is %s is refused', async (_name, payload, why) => {
    const { forms, faults } = await tried(payload)
    expect(forms).toEqual([])
    expect(faults.join()).toMatch(why)
  })

  it('may be a bare number or word', async () => {
    expect((await tried('31', { metrics: [{ path: '', metric: 'level_m', unit: 'cm' }] })).forms).toMatchObject([
      { metrics: { level_m: 0.31 } },
    ])
    expect((await tried('31 cm', { metrics: [{ path: '', metric: 'level_m' }] })).forms).toMatchObject([{ metrics: { level_m: 0.31 } }])
  })

  it('has nothing that objects inherit', async () => {
    expect((await tried({ x: 1 }, { entity: 'a:{constructor.name}' })).forms).toEqual([])
    expect((await tried({ y: 1 }, { metrics: [{ path: '__proto__', metric: 'level_m' }] })).forms).toEqual([])
  })

  it('is measured as the suggestion says', async () => {
    const message = { sn: 'A-1', data: { water_level_mm: 310, temp: 25.7 }, ts: RECEIVED / 1000 }
    const made = suggest('acme/gw/A-0017/up', message, RECEIVED)
    expect(made).not.toBeNull()
    if (made === null) return
    const { forms, faults } = await tryMapping(made.mapping, 'acme/gw/A-0017/up', message, RECEIVED, context())
    expect(faults).toEqual([])
    expect(forms).toMatchObject([{ entity: 'acme:A-0017', ts: RECEIVED, clock: 'device', metrics: { level_m: 0.31, temperature_c: 25.7 } }])
  })
})
