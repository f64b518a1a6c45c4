/**
 * No sequence of counts, orders, failures, restarts and clock jumps makes the engine ask for what a signal must not do; and whatever it
 * asks for, an independent cabinet shows no conflicting green, no short one and no missing clearance.
 */
import { deserialize, serialize } from 'node:v8'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createState, restoreState, saveState, step } from '../../../engine/brain.ts'
import type { CityState } from '../../../engine/city-state.ts'
import { deviceKey, splitKey } from '../../../engine/model/city.ts'
import type { Command } from '../../../engine/model/command.ts'
import { createContext } from '../../../engine/model/context.ts'
import type { Observation, TrafficCount } from '../../../engine/model/observation.ts'
import { SIGNAL_CONTROLLERS, type SignalSettings } from '../../../engine/model/signals.ts'
import { createSignalPlant, type SignalPlant } from '../../../simulators/traffic/signal-plant.ts'
import { CONFLICTING, strictCity } from '../../fixtures/strict-junction.ts'
import { count, T0 } from '../../support/brain.ts'
import { watchSignals } from '../../support/signal-watch.ts'

const city = strictCity()
const [junction] = city.junctions
const DETECTOR = deviceKey(junction.district, 'traffic', junction.id)
const CONTROLLER = deviceKey(junction.district, 'signal', junction.id)
const LANES = { in: junction.entering.map(({ id }) => id), out: junction.leaving.map(({ id }) => id) }
const lawful = junction.phases.map(({ index }) => index).filter((index) => index !== CONFLICTING)
const served = new Set(junction.phases.flatMap(({ movements }) => movements))

const settings = fc.record({ controller: fc.constantFrom(...SIGNAL_CONTROLLERS), decision_s: fc.constantFrom(1, 5, 15) })
const queues = fc.dictionary(fc.constantFrom(...LANES.in, ...LANES.out), fc.integer({ min: 0, max: 60 }), { maxKeys: 6 })
const anyPhase = fc.oneof(fc.constantFrom(...lawful, CONFLICTING), fc.integer({ min: -1, max: 12 }))
const green_s = fc.constantFrom(-1, 5, 7, 9, 10, 12, 14, 20, 60, 61, Number.NaN)
/** What a person may ask of the junction, lawful or not. */
const order = fc.oneof(
  anyPhase.map((phase) => ({ command: 'signal.phase' as const, fields: { phase, hold_s: 30 } })),
  anyPhase.map((phase) => ({ command: 'signal.preempt' as const, fields: { phase, until: T0 + 3_600_000 } })),
  fc
    .record({ splits: fc.array(fc.record({ phase: anyPhase, green_s }), { maxLength: 5 }), offset_s: fc.integer({ min: -3, max: 90 }) })
    .map((plan) => ({
      command: 'signal.plan' as const,
      fields: { ...plan, cycle_s: plan.splits.reduce((sum, one) => sum + one.green_s + 5, 0) },
    })),
  fc.constant({
    command: 'signal.plan' as const,
    // Four greens, 3 s of clearance to the second phase and 5 s to the others.
    fields: { cycle_s: 78, offset_s: 9, splits: lawful.map((phase) => ({ phase, green_s: 15 })) },
  }),
)
type Heard = Pick<TrafficCount, 'ts' | 'phase' | 'clearing' | 'age_s'>
type Order = typeof order extends fc.Arbitrary<infer T> ? T : never

const told = (id: string, at_s: number, { command, fields }: Order): Observation => ({
  kind: 'operator',
  ts: T0 + at_s * 1000,
  id,
  by: 'desk',
  act: { type: 'command', device: CONTROLLER, command, fields, hold_s: 30 },
})

const fresh = (signals: SignalSettings): CityState => createState(createContext(city, 'test', 1, { signals }))
const restarted = (state: CityState, signals: SignalSettings): CityState =>
  restoreState(createContext(city, 'test', 1, { signals }), deserialize(serialize(saveState(state))))

/** What may be asked of the junction, said again without the engine's own words for it. */
function expectLawful(command: Command, heard: Heard | null, now: number): void {
  if (splitKey(command.device).domain !== 'signal') return
  expect(command.expires).toBeGreaterThan(now)
  if (command.kind === 'signal.plan') {
    const { splits, cycle_s, offset_s } = command
    const phases = splits.map(({ phase }) => junction.phases.find(({ index }) => index === phase))
    expect(new Set(phases.flatMap((phase) => phase?.movements ?? []))).toEqual(served)
    for (const [i, { phase, green_s: planned_s }] of splits.entries()) {
      expect(lawful).toContain(phase)
      expect(planned_s).toBeGreaterThanOrEqual(Math.max(phases[i]?.green_s_min ?? 0, phases[i]?.walk_s ?? 0))
    }
    expect(splits.reduce((sum, one) => sum + one.green_s, 0)).toBeLessThan(cycle_s)
    expect(offset_s >= 0 && offset_s < cycle_s).toBe(true)
    return
  }
  if (command.kind !== 'signal.phase' && command.kind !== 'signal.preempt') return
  expect(lawful).toContain(command.phase)
  if (command.reason.policy === 'operator' || heard === null || heard.clearing) return
  const shown = junction.phases.find(({ index }) => index === heard.phase)
  if (shown === undefined) return
  const age_s = heard.age_s + Math.max(0, now - heard.ts) / 1000
  if (age_s < Math.max(shown.green_s_min, shown.walk_s ?? 0)) expect(command.phase).toBe(heard.phase)
}

describe('the engine', () => {
  const saying = fc.record({
    pause_s: fc.oneof(fc.constant(1), fc.integer({ min: 0, max: 400 }), fc.constant(90_000)),
    late_s: fc.integer({ min: -5, max: 40 }),
    queues,
    phase: anyPhase,
    target: fc.constantFrom(...lawful),
    clearing: fc.boolean(),
    age_s: fc.integer({ min: 0, max: 400 }),
    silent: fc.subarray(LANES.in),
    times: fc.constantFrom(1, 1, 1, 2, 0),
    order: fc.option(order, { freq: 6 }),
    restart: fc.option(settings, { freq: 12 }),
  })

  it('asks for lawful phases and plans only, whatever it is told and however often it starts again', () => {
    const asked = new Map<string, number>()
    fc.assert(
      fc.property(settings, fc.array(saying, { minLength: 5, maxLength: 40 }), (signals, history) => {
        let state = fresh(signals)
        let second = 0
        let heard: Heard | null = null
        for (const [i, said] of history.entries()) {
          second += said.pause_s
          const { phase, target, clearing, age_s } = said
          if (said.restart !== null) state = restarted(state, said.restart)
          const full = count(DETECTOR, second - said.late_s, LANES, said.queues, { phase, target, clearing, age_s })
          const message: TrafficCount = {
            ...full,
            in: Object.fromEntries(Object.entries(full.in).filter(([id]) => !said.silent.includes(id))),
          }
          const now = T0 + second * 1000
          const counts = Array.from({ length: said.times }, () => message)
          const outcome = step(state, [...counts, ...(said.order === null ? [] : [told(`o${i}`, second, said.order)])], now)
          state = outcome.state
          expect(outcome.facts.filter(({ kind }) => kind === 'fault')).toEqual([])
          heard = state.traffic.junctions.get(junction.id)?.count ?? heard
          for (const command of outcome.commands) {
            expectLawful(command, heard, now)
            asked.set(command.kind, (asked.get(command.kind) ?? 0) + 1)
          }
        }
      }),
      { numRuns: 200 },
    )
    expect([...asked.keys()]).toEqual(expect.arrayContaining(['signal.phase', 'signal.plan', 'signal.preempt']))
  })
})

describe('engine and cabinet together', () => {
  const second = fc.record({
    queues,
    lost: fc.constantFrom(false, false, false, true),
    delay_s: fc.constantFrom(0, 0, 0, 1, 3, 40),
    again: fc.constantFrom(false, false, false, true),
    jump_s: fc.constantFrom(0, 0, 0, 0, 0, 0, 30, 600),
    stray: fc.option(anyPhase, { freq: 12 }),
    order: fc.option(order, { freq: 15 }),
    restart: fc.option(settings, { freq: 40 }),
  })

  /** A device obeys no command that has expired. Of plans and preempts it knows the phase that they would have now. */
  function obey(plant: SignalPlant, command: Command, now: number): void {
    if (splitKey(command.device).id !== junction.id || command.expires <= now) return
    if (command.kind === 'signal.phase') plant.request(junction.id, command.phase, command.hold_s)
    else if (command.kind === 'signal.preempt') plant.request(junction.id, command.phase, 30)
    else if (command.kind === 'signal.plan')
      plant.request(junction.id, command.splits[Math.floor(now / 1000) % command.splits.length].phase, 30)
  }

  it('show no unlawful lamp while messages and commands are lost, late, repeated and stray, and the clock jumps', () => {
    let changes = 0
    fc.assert(
      fc.property(settings, fc.array(second, { minLength: 60, maxLength: 150 }), (signals, seconds) => {
        let state = fresh(signals)
        const plant = createSignalPlant(city.junctions, { forever: false })
        const watch = watchSignals(junction)
        const due: { readonly at: number; readonly command: Command }[] = []
        let now_s = 0
        let target = plant.head(junction.id).target
        for (const [s, one] of seconds.entries()) {
          now_s += 1 + one.jump_s
          const now = T0 + now_s * 1000
          plant.tick()
          if (one.restart !== null) state = restarted(state, one.restart)
          const { phase, target: next, clearing, age_s } = plant.head(junction.id)
          const message = count(DETECTOR, now_s, LANES, one.queues, { phase, target: next, clearing, age_s })
          const heard = one.lost ? [] : one.again ? [message, message] : [message]
          const outcome = step(state, [...heard, ...(one.order === null ? [] : [told(`o${s}`, now_s, one.order)])], now)
          state = outcome.state
          for (const command of outcome.commands) {
            due.push({ at: s + one.delay_s, command })
            if (one.again) due.push({ at: s + one.delay_s + 2, command })
          }
          for (const { at, command } of due) if (at === s) obey(plant, command, now)
          if (one.stray !== null) plant.request(junction.id, one.stray, 20)
          if (plant.head(junction.id).target !== target) changes++
          target = plant.head(junction.id).target
          watch(plant.green(junction.id))
        }
      }),
      { numRuns: 60 },
    )
    expect(changes).toBeGreaterThan(0)
  })
})
