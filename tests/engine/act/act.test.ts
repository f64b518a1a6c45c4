import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { act, type CommandProposal, FINISHED_KEPT } from '../../../engine/act/decide.ts'
import { COMMAND_TRANSITIONS, createAct, listCommands, observeAct } from '../../../engine/act/state.ts'
import type { Command, CommandBody, CommandStatus } from '../../../engine/model/command.ts'
import { createContext } from '../../../engine/model/context.ts'
import type { Fact } from '../../../engine/model/fact.ts'
import type { Acknowledgement, TrafficCount } from '../../../engine/model/observation.ts'
import { emptyOutcome } from '../../../engine/model/outcome.ts'
import { smallCity } from '../../fixtures/small-city.ts'

const START = 1_767_225_600_000
const PUMP = 'd0/drain/P1'
const SIGNAL = 'd0/signal/J11'
const live = createContext(smallCity(), 'test', 1)
const lockstep = createContext(smallCity(), 'test', 1, { lockstep: true })

let state = createAct()
let context = live
let now = START
let step = 0
let out = emptyOutcome()
beforeEach(() => {
  state = createAct()
  context = live
  now = START
  step = 0
})

const reason = { rule: 'r', text: 'because', text_zh: '因为', evidence: [] }
const proposal = (device: string, body: CommandBody, expires_s = 600): CommandProposal => ({
  kind: 'command',
  slot: `${device} ${body.kind}`,
  device,
  body,
  expires_s,
  reason,
})
const pump = (setting: number, expires_s = 600): CommandProposal => proposal(PUMP, { kind: 'drain.setting', setting }, expires_s)
const phase = (index: number, expires_s = 60): CommandProposal =>
  proposal(SIGNAL, { kind: 'signal.phase', phase: index, hold_s: 10 }, expires_s)

/** Lets time pass and acts; the commands to publish. */
function turn(after_s: number, ...proposals: CommandProposal[]): Command[] {
  now += after_s * 1000
  out = emptyOutcome()
  return act(state, context, proposals, now, step++, out)
}

const statuses = (): string[] => out.facts.flatMap((fact) => (fact.kind === 'command' ? fact.status : []))

function ack(command: Command, status: Acknowledgement['status'], device = command.device): string[] {
  out = emptyOutcome()
  observeAct(state, { kind: 'ack', device, ts: now, command: command.id, status, reason: null }, now, out)
  return statuses()
}

function reading(device: string, values: Record<string, number>): string[] {
  out = emptyOutcome()
  observeAct(state, { kind: 'reading', device, ts: now, seq: null, values, backfill: false }, now, out)
  return statuses()
}

function count(index: number): string[] {
  out = emptyOutcome()
  const obs: TrafficCount = {
    kind: 'traffic',
    device: 'd0/traffic/J11',
    ts: now,
    seq: null,
    phase: index,
    target: index,
    clearing: false,
    age_s: 0,
    in: {},
    out: {},
    backfill: false,
  }
  observeAct(state, obs, now, out)
  return statuses()
}

function order(device: string, command: string, fields: Record<string, unknown>, hold_s = 300): string[] {
  observeAct(
    state,
    { kind: 'operator', ts: now, id: 'o', by: 'li', act: { type: 'command', device, command, fields, hold_s } },
    now,
    emptyOutcome(),
  )
  const commands = turn(0)
  const answers = out.facts.flatMap((fact: Fact) => (fact.kind === 'operator' ? [fact.done ? 'done' : (fact.why ?? '')] : []))
  return [...answers, ...commands.map(({ kind }) => kind)]
}

describe('commands', () => {
  it('01 get a name, an end and a reason', () => {
    const [command] = turn(0, pump(0.8))
    expect(command).toMatchObject({ device: PUMP, kind: 'drain.setting', setting: 0.8, ts: START, expires: START + 600_000, reason })
    expect(command.id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/)
    expect([...listCommands(state)]).toEqual([{ command, status: 'issued', auto: true, tries: 1, updated: START }])
    expect(out.facts).toEqual([
      { kind: 'command', ts: START, id: command.id, device: PUMP, command: 'drain.setting', status: 'issued', why: 'because' },
    ])
  })

  it('02 are named the same in the same run and differently in another world', () => {
    const [first] = turn(0, pump(1))
    beforeAgain()
    const [again] = turn(0, pump(1))
    beforeAgain()
    context = createContext(smallCity(), 'other', 1)
    const [other] = turn(0, pump(1))
    expect(again.id).toBe(first.id)
    expect(other.id).not.toBe(first.id)
  })

  const beforeAgain = (): void => {
    state = createAct()
    now = START
    step = 0
  }

  it('03 are not repeated while they stand, are renewed near their end, and replaced when they change', () => {
    const [first] = turn(0, pump(0.8))
    ack(first, 'done')
    for (let s = 1; s < 450; s++) expect(turn(1, pump(0.8))).toEqual([])
    expect(turn(1, pump(0.8))).toHaveLength(1)
    expect(turn(1, pump(1))).toMatchObject([{ setting: 1 }])
    expect(turn(1, pump(1))).toEqual([])
  })

  it('04 are renewed before they would end between two long steps', () => {
    turn(0, pump(0.8, 700))
    expect(turn(300, pump(0.8, 700))).toEqual([])
    expect(turn(300, pump(0.8, 700))).toHaveLength(1)
  })

  it('05 are at most one for a slot in a step, the last proposal', () => {
    expect(turn(0, phase(0), phase(1), phase(2))).toMatchObject([{ phase: 2 }])
  })

  it('06 yield to an emergency corridor', () => {
    const preempt = proposal(SIGNAL, { kind: 'signal.preempt', phase: 3, until: START + 60_000 }, 60)
    expect(turn(0, preempt, phase(0))).toMatchObject([{ kind: 'signal.preempt' }])
    expect(turn(5, phase(1))).toEqual([])
    expect(turn(55, phase(1))).toMatchObject([{ kind: 'signal.phase', phase: 1 }])
  })
})

describe('the guard', () => {
  it.each<[string, CommandProposal, string]>([
    ['an unknown device', proposal('d0/drain/P9', { kind: 'drain.setting', setting: 1 }), 'd0/drain/P9 is not in the city'],
    [
      'the wrong kind of device',
      proposal('d0/flood/G1', { kind: 'drain.setting', setting: 1 }),
      'drain.setting does not go to a flood device',
    ],
    ['a setting above 1', pump(1.01), 'setting 1.01 is outside 0…1'],
    ['a setting that is no number', pump(Number.NaN), 'setting NaN is outside 0…1'],
    ['a phase that the junction has not', phase(4), 'J11 has no phase 4'],
    [
      'a junction of another district',
      proposal('d1/signal/J11', { kind: 'signal.phase', phase: 0, hold_s: 5 }),
      'd1/signal/J11 is not in the city',
    ],
    ['a command that has expired', pump(1, 0), 'it would have expired at once (expires_s 0)'],
    [
      'a recall to a pump',
      proposal(PUMP, { kind: 'crew.recall', task: 'T', text: '', text_zh: '' }),
      'crew.recall does not go to a drain device',
    ],
    [
      'a plan with too short a green',
      proposal(SIGNAL, { kind: 'signal.plan', cycle_s: 60, offset_s: 0, splits: [{ phase: 0, green_s: 9 }] }),
      'green of 9 s for phase 0 is outside 10…60 s',
    ],
    [
      'a plan that does not fit its cycle',
      proposal(SIGNAL, { kind: 'signal.plan', cycle_s: 40, offset_s: 0, splits: [0, 1, 2].map((p) => ({ phase: p, green_s: 10 })) }),
      'greens and inter-greens take 45 s of a cycle of 40 s',
    ],
  ])('stops %s, and says so once', (_, forbidden, why) => {
    expect(turn(0, forbidden)).toEqual([])
    expect(out.facts).toMatchObject([{ kind: 'command', status: 'rejected', why: expect.stringMatching(/^guard: /) }])
    expect(out.facts).toMatchObject([{ why: expect.stringContaining(why) }])
    expect(turn(1, forbidden)).toEqual([])
    expect(out.facts).toEqual([])
  })

  it('lets a plan through that is in order', () => {
    const plan: CommandBody = {
      kind: 'signal.plan',
      cycle_s: 60,
      offset_s: 20,
      splits: [0, 1, 2, 3].map((p) => ({ phase: p, green_s: 10 })),
    }
    expect(turn(0, proposal(SIGNAL, plan))).toHaveLength(1)
  })
})

describe('answers', () => {
  it('01 are accepted, then done; repeats and strangers change nothing', () => {
    const [command] = turn(0, pump(1))
    expect(ack(command, 'accepted', 'd0/drain/P2')).toEqual([])
    expect(ack(command, 'accepted')).toEqual(['accepted'])
    expect(ack(command, 'accepted')).toEqual([])
    expect(ack(command, 'done')).toEqual(['done'])
    expect(ack(command, 'rejected')).toEqual([])
    turn(600)
    expect(statuses()).toEqual([])
  })

  it('02 that do not come are asked for after 10 s and 30 s, then given up', () => {
    const [command] = turn(0, pump(1))
    expect(turn(9)).toEqual([])
    expect(turn(1)).toEqual([command])
    expect(statuses()).toEqual(['retried'])
    expect(turn(10)).toEqual([])
    expect(turn(10)).toEqual([command])
    expect(turn(29)).toEqual([])
    expect(turn(1)).toEqual([])
    expect(out.facts).toMatchObject([{ status: 'given_up', why: 'no acknowledgement after 3 tries' }])
    expect(ack(command, 'done')).toEqual(['done'])
  })

  it('03 that do not come before the end let it expire', () => {
    turn(0, phase(1, 20))
    turn(10)
    turn(10)
    expect(statuses()).toEqual(['expired'])
    expect({ live: state.live.size, slots: state.slots.size, waiting: state.waiting.size }).toEqual({ live: 0, slots: 0, waiting: 0 })
  })

  it('04 are no longer asked for when the command was replaced', () => {
    const [old] = turn(0, phase(1))
    const [newer] = turn(5, phase(2))
    expect(turn(10)).toEqual([newer])
    expect(turn(60)).toEqual([])
    expect([...listCommands(state)].find(({ command }) => command.id === old.id)?.status).toBe('issued')
  })

  it('05 may be what a device does: a pump at its setting, a junction in its phase, a crew that presses', () => {
    turn(0, pump(0.8), phase(2))
    now += 1000
    expect(reading(PUMP, { setting: 0.5 })).toEqual([])
    expect(reading(PUMP, { setting: 0.79 })).toEqual(['done'])
    expect(count(1)).toEqual([])
    expect(count(2)).toEqual(['done'])
  })

  it('06 seen before the command confirm nothing', () => {
    turn(0, pump(0.8))
    expect(reading(PUMP, { setting: 0.8 })).toEqual([])
  })

  it('07 are not needed in lockstep: no retry, no failure, the next reading confirms', () => {
    context = lockstep
    turn(0, pump(1, 900), proposal('d0/drain/P2', { kind: 'drain.setting', setting: 1 }, 900))
    for (const _ of [1, 2]) {
      expect(turn(300)).toEqual([])
      expect(statuses()).toEqual([])
    }
    expect(reading(PUMP, { setting: 1 })).toEqual(['done'])
    expect(turn(300)).toEqual([])
    expect(statuses()).toEqual([])
  })
})

describe('a person’s command', () => {
  it('01 goes out and keeps its slot from automatic ones until it ends', () => {
    expect(order(PUMP, 'drain.setting', { setting: 0 }, 300)).toEqual(['done', 'drain.setting'])
    expect([...listCommands(state)][0]).toMatchObject({ auto: false, command: { reason: { text: 'Given by li' } } })
    expect(turn(100, pump(1))).toEqual([])
    expect(turn(199, pump(1))).toEqual([])
    expect(turn(1, pump(1))).toMatchObject([{ setting: 1 }])
  })

  it('02 replaces what stands, an emergency corridor too', () => {
    turn(0, proposal(SIGNAL, { kind: 'signal.preempt', phase: 3, until: START + 60_000 }, 60))
    expect(order(SIGNAL, 'signal.phase', { phase: 0, hold_s: 20 })).toEqual(['done', 'signal.phase'])
  })

  it.each<[string, string, Record<string, unknown>, number, RegExp]>([
    ['drain.setting', PUMP, { setting: '1' }, 60, /^setting must be a number/],
    ['drain.setting', PUMP, { setting: 2 }, 60, /outside 0…1/],
    ['drain.setting', PUMP, { setting: 1 }, 100_000, /above a day/],
    ['drain.setting', 'd0/drain/P9', { setting: 1 }, 60, /not in the city/],
    ['signal.plan', SIGNAL, { cycle_s: 60, offset_s: 0, splits: 'x' }, 60, /^splits must be/],
    ['crew.task', 'd0/crew/crew-1', {}, 60, /incident\.dispatch/],
    ['launch', PUMP, {}, 60, /^no command launch/],
  ])('03 %s to %s is answered with what is wrong', (command, device, fields, hold_s, why) => {
    expect(order(device, command, fields, hold_s)).toEqual([expect.stringMatching(why)])
    expect(turn(1, pump(1))).toHaveLength(1)
  })
})

it('remembers a bounded number of commands', () => {
  for (let i = 0; i < FINISHED_KEPT + 500; i++) turn(10, pump(i % 2, 5))
  expect(state.issued.size).toBeLessThanOrEqual(FINISHED_KEPT + 2)
  expect({ live: state.live.size, due: state.due.wanted.size, waiting: state.waiting.size }).toEqual({ live: 1, due: 1, waiting: 1 })
})

it('no sequence of proposals, answers and orders breaks a slot or the table of statuses', () => {
  const move = fc.oneof(
    fc.record({ wait_s: fc.constantFrom(0, 1, 7, 30, 400) }),
    fc.record({ pump: fc.constantFrom(0, 0.5, 1, 7), expires_s: fc.constantFrom(5, 60, 600) }),
    fc.record({ phase: fc.integer({ min: 0, max: 4 }), expires_s: fc.constantFrom(5, 60) }),
    fc.record({ ack: fc.constantFrom<Acknowledgement['status']>('accepted', 'done', 'rejected', 'expired'), which: fc.nat(5) }),
    fc.record({ manual: fc.constantFrom(0, 1, 3) }),
  )
  fc.assert(
    fc.property(fc.array(move, { maxLength: 60, size: 'max' }), (moves) => {
      state = createAct()
      out = emptyOutcome()
      now = START
      step = 0
      const last = new Map<string, CommandStatus>()
      const check = (commands: readonly Command[]): void => {
        const slots = commands.map(({ device }) => device)
        expect(new Set(slots).size).toBe(slots.length)
        for (const command of commands) expect(command.expires).toBeGreaterThan(now)
        for (const fact of out.facts) {
          if (fact.kind !== 'command') continue
          const before = last.get(fact.id)
          if (before === undefined) expect(['issued', 'rejected']).toContain(fact.status)
          else expect(COMMAND_TRANSITIONS[before]).toContain(fact.status)
          last.set(fact.id, fact.status)
        }
      }
      for (const one of moves) {
        if ('wait_s' in one) check(turn(one.wait_s))
        else if ('pump' in one) check(turn(1, pump(one.pump, one.expires_s), phase(0)))
        else if ('phase' in one) check(turn(1, phase(one.phase, one.expires_s)))
        else if ('manual' in one) {
          observeAct(
            state,
            {
              kind: 'operator',
              ts: now,
              id: 'o',
              by: 'li',
              act: { type: 'command', device: PUMP, command: 'drain.setting', fields: { setting: one.manual }, hold_s: 60 },
            },
            now,
            out,
          )
          check(turn(0, pump(0.25)))
        } else {
          const known = [...listCommands(state)].at(-1 - one.which)
          if (known === undefined) continue
          ack(known.command, one.ack)
          check([])
        }
      }
      turn(1000)
      check([])
      expect({ live: state.live.size, slots: state.slots.size, waiting: state.waiting.size }).toEqual({ live: 0, slots: 0, waiting: 0 })
      expect({ due: state.due.wanted.size, holds: state.holds.size, manual: state.manual.length }).toEqual({ due: 0, holds: 0, manual: 0 })
    }),
  )
})
