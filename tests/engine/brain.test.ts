import { deserialize, serialize } from 'node:v8'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadRules, SHIPPED_RULES } from '../../config/rules.ts'
import { canonical } from '../../engine/base/canonical.ts'
import { createState, restoreState, saveState, step } from '../../engine/brain.ts'
import { createContext } from '../../engine/model/context.ts'
import type { Observation } from '../../engine/model/observation.ts'
import { commands, deviceKeys, deviceView, kpis, rules as rulesInForce } from '../../engine/view.ts'
import { smallCity } from '../fixtures/small-city.ts'
import { count, createBrain, event, factsOf, reading, rule, T0 } from '../support/brain.ts'

const city = smallCity()
const { rules } = await loadRules(SHIPPED_RULES)
const [junction] = city.junctions
const LANES = { in: junction.entering.map(({ id }) => id), out: junction.leaving.map(({ id }) => id) }

/** One thing a small city may say in the `second` after T0. */
const saying = fc.oneof(
  fc.record({ key: fc.constantFrom('d0/flood/G1', 'd0/flood/G2'), level_m: fc.double({ min: 0, max: 0.6, noNaN: true }) }).map(
    ({ key, level_m }) =>
      (s: number) =>
        reading(key, s, { level_m }),
  ),
  fc.double({ min: 0, max: 60, noNaN: true }).map((rain_mm_h) => (s: number) => reading('d0/flood/R1', s, { rain_mm_h })),
  fc
    .record({
      key: fc.constantFrom('d0/waste/B1', 'd0/waste/B2'),
      fill_pct: fc.integer({ min: 0, max: 100 }),
      temperature_c: fc.integer({ min: 5, max: 90 }),
    })
    .map(
      ({ key, ...values }) =>
        (s: number) =>
          reading(key, s, values),
    ),
  fc.record({ setting: fc.constantFrom(0, 0.5, 1), late: fc.integer({ min: 0, max: 90 }) }).map(
    ({ setting, late }) =>
      (s: number) =>
        reading('d0/drain/P1', s - late, { setting }),
  ),
  fc.record({ lane: fc.constantFrom(...LANES.in), queue: fc.integer({ min: 0, max: 20 }), phase: fc.constantFrom(0, 1, 2, 3) }).map(
    ({ lane, queue, phase }) =>
      (s: number) =>
        count('d0/traffic/J11', s, LANES, { [lane]: queue }, { phase }),
  ),
  fc
    .record({
      id: fc.constantFrom('e1', 'e2'),
      score: fc.double({ min: 0, max: 1, noNaN: true }),
      stage: fc.constantFrom('new', 'update', 'end'),
    })
    .map((more) => (s: number) => event('d0/camera/C1', s, more)),
  fc.record({ online: fc.boolean() }).map(
    ({ online }) =>
      (s: number): Observation => ({
        kind: 'presence',
        device: 'd0/camera/C2',
        ts: T0 + s * 1000,
        online,
        battery_pct: 50,
        rssi_dbm: null,
        fw: null,
      }),
  ),
  fc.record({ type: fc.constantFrom('shift.start', 'task.accepted', 'task.onsite', 'task.done'), id: fc.integer() }).map(
    ({ type, id }) =>
      (s: number): Observation => ({
        kind: 'crew',
        device: 'd0/crew/crew-1',
        ts: T0 + s * 1000,
        id: `press-${id}`,
        type,
        task: null,
        note: null,
        photo: null,
      }),
  ),
)
const history = fc.array(fc.record({ pause_s: fc.integer({ min: 1, max: 240 }), says: fc.array(saying, { maxLength: 6 }) }), {
  minLength: 4,
  maxLength: 25,
})

type History = readonly { readonly pause_s: number; readonly says: readonly ((second: number) => Observation)[] }[]

/** Everything that came out, as text; saved, serialised and restored before step `restart_at`. */
function play(steps: History, restart_at: number | null): string[] {
  const context = createContext(city, 'test', 1)
  let state = step(createState(context), [{ kind: 'rules', ts: T0, rules }], T0).state
  let second = 0
  return steps.map(({ pause_s, says }, i) => {
    if (i === restart_at) state = restoreState(createContext(city, 'test', 1), deserialize(serialize(saveState(state))))
    second += pause_s
    const outcome = step(
      state,
      says.map((say) => say(second)),
      T0 + second * 1000,
    )
    state = outcome.state
    return canonical([outcome.facts, outcome.commands, outcome.requests])
  })
}

describe('the same input', () => {
  it('gives the same facts, commands and requests, byte for byte, also over a restart in the middle', () => {
    fc.assert(
      fc.property(history, fc.nat(20), (steps, at) => {
        const expected = play(steps, null)
        expect(play(steps, null)).toEqual(expected)
        expect(play(steps, at % steps.length)).toEqual(expected)
      }),
      { numRuns: 60 },
    )
  })

  it('moved by one unit in one reading gives another outcome', () => {
    const outcome = (level_m: number) => canonical(createBrain(rules).at(1, reading('d0/flood/G1', 1, { level_m })).facts)
    expect(outcome(0.01)).not.toBe(outcome(0.02))
    const lanes = (queued: number) =>
      canonical(createBrain(rules).at(1, count('d0/traffic/J11', 1, LANES, { [LANES.in[0]]: queued })).facts)
    expect(lanes(3)).not.toBe(lanes(4))
  })
})

describe('a part that throws', () => {
  it('loses its own proposals of the step, is named, and harms nobody else', () => {
    const brain = createBrain([rule()])
    const { events, touched } = brain.state.camera
    // What no observation can do: a hole in the memory of one domain.
    Reflect.apply(Map.prototype.set, events, ['hole', null])
    touched.add('d0/camera/C1 e1').add('hole')
    const { facts, commands: issued } = brain.at(1, event('d0/camera/C1', 1), reading('d0/flood/G1', 1, { level_m: 0.4 }))
    expect(factsOf(facts, 'fault').map(({ part }) => part)).toEqual(['camera'])
    expect(factsOf(facts, 'incident')).toEqual([])
    expect(factsOf(facts, 'rule')).toMatchObject([{ rule: 'wet', raised: true }])
    expect(issued.map(({ device }) => device)).toEqual(['d0/drain/P1'])
  })
})

describe('a saved state', () => {
  it('of another version is refused', () => {
    const saved = saveState(createBrain().state)
    expect(() => restoreState(createContext(city, 'test', 1), { ...saved, version: 0 })).toThrow(
      expect.objectContaining({ code: 'state_version' }),
    )
  })

  it('goes on with the raised rules of before', () => {
    const brain = createBrain([rule()])
    brain.at(1, reading('d0/flood/G1', 1, { level_m: 0.4 }))
    brain.state = restoreState(createContext(city, 'test', 1), deserialize(serialize(saveState(brain.state))))
    expect(deviceView(brain.state, 'd0/flood/G1')?.raised).toBe('warning')
    expect(rulesInForce(brain.state).map(({ id }) => id)).toEqual(['wet'])
    expect(factsOf(brain.at(60, reading('d0/flood/G1', 60, { level_m: 0.1 })).facts, 'rule')).toMatchObject([{ raised: false }])
  })
})

it('shows every device of the city and any other that spoke', () => {
  const brain = createBrain()
  brain.at(1, reading('d9/waste/stranger', 1, { fill_pct: 3 }))
  const keys = [...deviceKeys(brain.state)]
  expect(keys).toHaveLength(city.devices.length + 1)
  expect(keys.at(-1)).toBe('d9/waste/stranger')
  expect(deviceView(brain.state, 'd0/flood/G1')).toEqual({
    key: 'd0/flood/G1',
    values: {},
    ts: null,
    online: false,
    quality: 'stale',
    raised: null,
    causes: {},
    battery_pct: null,
    estimated: {},
    clock_skew_s: null,
  })
})

it('gives every command an id of its run, an end and a reason in two languages', () => {
  const brain = createBrain(rules)
  const outcome = brain.at(1, reading('d0/flood/G1', 1, { level_m: 0.12 }))
  expect(outcome.commands.length).toBeGreaterThan(0)
  for (const command of outcome.commands) {
    expect(command.id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/)
    expect(command.expires).toBeGreaterThan(command.ts)
    expect(command.reason.text_zh).not.toBe('')
  }
  expect([...commands(brain.state)].map(({ command }) => command.id)).toEqual(outcome.commands.map(({ id }) => id))
})

it('brings the figures up to date once a second', () => {
  const brain = createBrain()
  brain.at(1, reading('d0/waste/B1', 1, { fill_pct: 95 }))
  brain.at(1.5, reading('d0/waste/B2', 1.5, { fill_pct: 95 }))
  expect(brain.state.kpi_at).toBe(T0 + 1000)
  brain.at(2)
  expect(brain.state.kpi_at).toBe(T0 + 2000)
  expect(kpis(brain.state).map(({ value }) => value)).toContain(2)
})
