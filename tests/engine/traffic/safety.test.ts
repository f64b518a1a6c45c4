/**
 * No sequence of counts, orders, failures and clock jumps makes the engine ask for what a signal must not do; and whatever it asks for,
 * an independent cabinet shows no conflicting green, no short one and no missing clearance.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createState, step } from '../../../engine/brain.ts'
import type { City } from '../../../engine/model/city.ts'
import { deviceKey, splitKey } from '../../../engine/model/city.ts'
import type { Command } from '../../../engine/model/command.ts'
import { createContext } from '../../../engine/model/context.ts'
import type { Observation, TrafficCount } from '../../../engine/model/observation.ts'
import { SIGNAL_CONTROLLERS } from '../../../engine/model/signals.ts'
import { createSignalPlant, type SignalPlant } from '../../../simulators/traffic/signal-plant.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { count, T0 } from '../../support/brain.ts'
import { watchSignals } from '../../support/signal-watch.ts'

const city: City = smallCity()
const [junction] = city.junctions
const DETECTOR = deviceKey(junction.district, 'traffic', junction.id)
const CONTROLLER = deviceKey(junction.district, 'signal', junction.id)
const LANES = { in: junction.entering.map(({ id }) => id), out: junction.leaving.map(({ id }) => id) }
const phases = junction.phases.map(({ index }) => index)

const settings = fc.record({ controller: fc.constantFrom(...SIGNAL_CONTROLLERS), decision_s: fc.constantFrom(1, 5, 15) })
const queues = fc.dictionary(fc.constantFrom(...LANES.in, ...LANES.out), fc.integer({ min: 0, max: 60 }), { maxKeys: 6 })

/** The command asks for a phase that exists, and never for another one before the minimum green that was last heard of is over. */
function expectLawful(command: Command, heard: TrafficCount | null, now: number): void {
  if (command.kind !== 'signal.phase') return
  expect(phases).toContain(command.phase)
  expect(command.expires).toBeGreaterThan(now)
  if (command.reason.policy === 'operator' || heard === null || heard.clearing) return
  // A clock that runs ahead of ours does not make a green shorter than it was when the message was written.
  const age_s = heard.age_s + Math.max(0, now - heard.ts) / 1000
  if (age_s < junction.green_s_min) expect(command.phase).toBe(heard.phase)
}

const order = (id: string, seconds: number, phase: number, hold_s: number): Observation => ({
  kind: 'operator',
  ts: T0 + seconds * 1000,
  id,
  by: 'desk',
  act: { type: 'command', device: CONTROLLER, command: 'signal.phase', fields: { phase, hold_s }, hold_s },
})

describe('the engine', () => {
  const saying = fc.record({
    pause_s: fc.oneof(fc.constant(1), fc.integer({ min: 0, max: 400 })),
    late_s: fc.integer({ min: -5, max: 40 }),
    queues,
    phase: fc.oneof(fc.constantFrom(...phases), fc.integer({ min: -1, max: 12 })),
    target: fc.constantFrom(...phases),
    clearing: fc.boolean(),
    age_s: fc.integer({ min: 0, max: 400 }),
    silent: fc.subarray(LANES.in),
    order: fc.option(fc.integer({ min: -1, max: 12 }), { freq: 8 }),
  })

  it('asks for lawful phases only, whatever it is told', () => {
    let asked = 0
    fc.assert(
      fc.property(settings, fc.array(saying, { minLength: 5, maxLength: 40 }), (signals, history) => {
        let state = createState(createContext(city, 'test', 1, { signals }))
        let second = 0
        let heard: TrafficCount | null = null
        for (const [i, said] of history.entries()) {
          second += said.pause_s
          const { phase, target, clearing, age_s } = said
          const told = count(DETECTOR, second - said.late_s, LANES, said.queues, { phase, target, clearing, age_s })
          const lanes = { ...told.in }
          for (const lane of said.silent) delete lanes[lane]
          const message: TrafficCount = { ...told, in: lanes }
          const now = T0 + second * 1000
          const outcome = step(state, [message, ...(said.order === null ? [] : [order(`o${i}`, second, said.order, 30)])], now)
          state = outcome.state
          expect(outcome.facts.filter(({ kind }) => kind === 'fault')).toEqual([])
          heard = state.traffic.junctions.get(junction.id)?.count === message ? message : heard
          for (const command of outcome.commands) expectLawful(command, heard, now)
          asked += outcome.commands.length
        }
      }),
      { numRuns: 200 },
    )
    expect(asked).toBeGreaterThan(0)
  })
})

describe('engine and cabinet together', () => {
  const second = fc.record({
    queues,
    lost: fc.constantFrom(false, false, false, true),
    delay_s: fc.constantFrom(0, 0, 0, 1, 3),
    jump_s: fc.constantFrom(0, 0, 0, 0, 0, 0, 30, 600),
    stray: fc.option(fc.integer({ min: -1, max: 12 }), { freq: 12 }),
  })
  const obey = (plant: SignalPlant, command: Command): void => {
    if (command.kind === 'signal.phase' && splitKey(command.device).id === junction.id)
      plant.request(junction.id, command.phase, command.hold_s)
  }

  it('show no unlawful lamp while messages and commands are lost, late and stray, and the clock jumps', () => {
    fc.assert(
      fc.property(settings, fc.array(second, { minLength: 60, maxLength: 150 }), (signals, seconds) => {
        let state = createState(createContext(city, 'test', 1, { signals }))
        const plant = createSignalPlant(city.junctions, { forever: false })
        const watch = watchSignals(junction)
        const due: { readonly at: number; readonly command: Command }[] = []
        let now_s = 0
        for (const [s, { queues: told, lost, delay_s, jump_s, stray }] of seconds.entries()) {
          now_s += 1 + jump_s
          plant.tick()
          const { phase, target, clearing, age_s } = plant.head(junction.id)
          const heard = lost ? [] : [count(DETECTOR, now_s, LANES, told, { phase, target, clearing, age_s })]
          const outcome = step(state, heard, T0 + now_s * 1000)
          state = outcome.state
          for (const command of outcome.commands) due.push({ at: s + delay_s, command })
          for (const { at, command } of due) if (at === s) obey(plant, command)
          if (stray !== null) plant.request(junction.id, stray, 20)
          watch(plant.green(junction.id))
        }
      }),
      { numRuns: 60 },
    )
  })
})
