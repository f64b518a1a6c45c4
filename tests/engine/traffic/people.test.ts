/** What people keep: hand control with a name, junctions that the engine only proposes for, and a shadow that is never obeyed. */
import { describe, expect, it } from 'vitest'
import type { OperatorOrder } from '../../../engine/model/observation.ts'
import {
  DEFAULT_BANDS,
  DEFAULT_POLICY,
  SIGNAL_CONTROLLERS,
  type SignalControllerName,
  type SignalPolicy,
} from '../../../engine/model/signals.ts'
import { signalStates } from '../../../engine/signal-view.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { count, createBrain, factsOf, T0 } from '../../support/brain.ts'

const city = smallCity()
const [junction, other] = city.junctions
const LANES = { in: junction.entering.map(({ id }) => id), out: junction.leaving.map(({ id }) => id) }
const CONTROLLER = `d0/signal/${junction.id}`

interface Given {
  readonly policy?: Partial<SignalPolicy>
  readonly controller?: SignalControllerName
  readonly share?: number
}

function brainWith({ policy = {}, controller = 'max_pressure', share }: Given = {}) {
  const area = {
    id: 'a',
    name: null,
    district: 'd0',
    junctions: [],
    controller: null,
    decision_s: null,
    programme: [],
    human: share === undefined ? null : { share, junctions: [junction.id] },
  }
  const given = { ...city, signals: { areas: [area], plans: [], bands: DEFAULT_BANDS } }
  const brain = createBrain([], given, { signals: { controller, decision_s: 1 }, signal_policy: { ...DEFAULT_POLICY, ...policy } })
  let orders = 0
  return {
    get state() {
      return brain.state
    },
    at(s: number, acts: readonly OperatorOrder[] = [], queue = 3) {
      const told = count(`d0/traffic/${junction.id}`, s, LANES, { [LANES.in[1]]: queue, [LANES.in[3]]: 9 })
      const given_orders = acts.map((act) => ({ kind: 'operator' as const, ts: T0 + s * 1000, id: `o${orders++}`, by: 'lin', act }))
      return brain.at(s, ...given_orders, told)
    },
    view: () => signalStates(brain.state)[0],
  }
}

const hold = (phase: number, hold_s: number, command = 'signal.phase'): OperatorOrder => ({
  type: 'command',
  device: CONTROLLER,
  command,
  fields: command === 'signal.phase' ? { phase, hold_s } : { phase, until: T0 + 1e6 },
  hold_s,
})

describe('hand control', () => {
  it('is visible with its name and never overruled', () => {
    const brain = brainWith()
    const taken = brain.at(1, [hold(1, 120)])
    expect(factsOf(taken.facts, 'hand')[0]).toMatchObject({ by: 'lin', change: 'taken', until: T0 + 121_000 })
    expect(brain.view()).toMatchObject({ mode: 'hand', hand: { by: 'lin', since: T0 + 1000, until: T0 + 121_000 } })
    for (let s = 2; s < 121; s++) for (const command of brain.at(s).commands) expect(command.reason.policy).toBe('operator')
    const ended = brain.at(121)
    expect(factsOf(ended.facts, 'hand')[0]).toMatchObject({ change: 'ended' })
    expect(ended.commands[0].reason.policy).toBe('traffic.max_pressure')
    expect(brain.view()).toMatchObject({ mode: 'auto', hand: null })
  })

  it('can be given back early', () => {
    const brain = brainWith()
    brain.at(1, [hold(1, 120)])
    const { facts, commands } = brain.at(10, [{ type: 'command.release', device: CONTROLLER }])
    expect(factsOf(facts, 'hand')[0]).toMatchObject({ change: 'released' })
    expect(commands[0].reason.policy).toBe('traffic.max_pressure')
    expect(factsOf(brain.at(11, [{ type: 'command.release', device: CONTROLLER }]).facts, 'operator')[0]).toMatchObject({ done: false })
  })

  it('stands again after what was of higher rank', () => {
    const brain = brainWith()
    brain.at(1, [hold(1, 600)])
    // Another person's corridor, which ends first.
    brain.at(2, [hold(2, 30, 'signal.preempt')])
    expect(brain.view().hand?.until).toBe(T0 + 32_000)
    brain.at(40)
    expect(brain.view().mode).toBe('auto')
  })
})

describe('junctions left to people', () => {
  it('get proposals and no commands, and an approved one is that person’s command', () => {
    const brain = brainWith({ share: 0.5 })
    for (let s = 1; s < 10; s++) expect(brain.at(s).commands).toEqual([])
    const { suggestion, mode } = brain.view()
    expect(mode).toBe('suggest')
    expect(suggestion?.reason.text).toContain('gets green')
    expect(signalStates(brain.state)[1].mode).toBe('local')
    const approve = (id: string): OperatorOrder => ({ type: 'signal.approve', junction: junction.id, suggestion: id, hold_s: 60 })
    expect(factsOf(brain.at(10, [approve('old')]).facts, 'operator')[0]).toMatchObject({ done: false })
    const { commands } = brain.at(11, [approve(suggestion?.id ?? '')])
    expect(commands).toHaveLength(1)
    expect(commands[0]).toMatchObject({
      kind: 'signal.phase',
      phase: suggestion?.phase,
      reason: { policy: 'operator', text: 'Given by lin' },
    })
    expect(brain.view()).toMatchObject({ mode: 'hand', hand: { by: 'lin' } })
  })

  it('are at least the share of the area', () => {
    const human = (share: number) => brainWith({ share }).state.context.signal_areas.human
    expect([...human(0.01)]).toEqual([junction.id])
    expect([...human(0.6)]).toEqual([junction.id, other.id])
    expect(brainWith({ policy: { human_share: 0.5 } }).state.context.signal_areas.human.size).toBe(1)
  })
})

describe('the shadow', () => {
  it.each(SIGNAL_CONTROLLERS)('%s beside the planner changes no command', (shadow) => {
    const run = (policy: Partial<SignalPolicy>, controller: SignalControllerName) => {
      const brain = brainWith({ policy, controller })
      return Array.from({ length: 90 }, (_, s) => brain.at(s + 1, [], (s * 7) % 12).commands)
    }
    expect(run({ shadow }, 'planner')).toEqual(run({}, 'planner'))
    expect(run({ shadow: 'planner' }, shadow)).toEqual(run({}, shadow))
  })

  it('says how often it agrees and what it would have done', () => {
    const brain = brainWith({ policy: { shadow: 'planner' }, controller: 'fixed' })
    for (let s = 1; s < 60; s++) brain.at(s, [], 0)
    const { shadow } = brain.view()
    expect(shadow?.asked).toBe(59)
    expect(shadow?.agreed).toBeLessThan(59)
    expect(shadow?.last).toMatchObject({ acting: 'fixed', reason: { policy: 'traffic.planner' } })
    expect(shadow?.last?.saving_veh_s).toBeGreaterThan(0)
    expect(shadow).not.toHaveProperty('plan')
  })
})
