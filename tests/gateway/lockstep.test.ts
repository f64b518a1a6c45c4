import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Observation } from '../../engine/model/observation.ts'
import type { SolverAnswer } from '../../engine/model/solve.ts'
import { createJournal } from '../../gateway/journal.ts'
import { createLockstep, placeClock } from '../../gateway/lockstep.ts'
import { againBatch, inputsOf, lockstepBatch } from '../../gateway/lockstep-batch.ts'
import type { Taken } from '../../gateway/parts.ts'
import type { LockstepRun, StepMark, Stepped, Stepper } from '../../gateway/stepper.ts'
import { openLog } from '../../gateway/store/log.ts'
import { silent } from '../support/brokers.ts'

const NOW = 1_767_225_600_000
const limits = { reading_age_h_max: 1, reading_ahead_s_max: 120 }

function reading(topic: string, ts: number, seq: number | null, position: number, value = 1): Taken {
  const observation: Observation = { kind: 'reading', device: topic, ts, seq, values: { level_m: value }, backfill: false }
  return { world: null, topic, payload: JSON.stringify({ ts, seq, value }), received: 0, observations: [observation], position }
}

const batch = (pending: Taken[], through = 100) =>
  lockstepBatch(pending, through, { now: NOW, answers: [], outstanding: new Map(), limits })

const run = (more: Partial<LockstepRun> = {}): LockstepRun => ({
  world: 'drill-1',
  first_now: NOW,
  now: NOW + 5000,
  step: 5,
  steps: 6,
  ended: false,
  inputs: new Set(),
  commands: [],
  ...more,
})

describe('what goes into a lockstep step', () => {
  it('is sorted by ts, topic, seq and payload, however it arrived', () => {
    const messages = [
      reading('b', NOW - 1, 1, 1),
      reading('a', NOW, 2, 2),
      reading('a', NOW, 1, 3, 7),
      reading('a', NOW, 1, 4, 3),
      reading('c', NOW - 2, null, 5),
    ]
    const orders = [messages, [...messages].reverse(), [messages[2], messages[4], messages[0], messages[3], messages[1]]]
    const [first, ...others] = orders.map((order) => JSON.stringify(batch([...order]).observations))
    for (const other of others) expect(other).toBe(first)
    expect(batch([...messages]).observations.map((one) => 'device' in one && one.device)).toEqual(['c', 'b', 'a', 'a', 'a'])
    expect(batch([...messages]).observations.map((one) => one.kind === 'reading' && one.values.level_m)).toEqual([1, 1, 3, 7, 1])
  })

  it("judges times against the clock's now", () => {
    const { observations, refused } = batch([
      reading('a', NOW - 3_700_000, 1, 1),
      reading('b', NOW + 121_000, 1, 2),
      reading('c', NOW, 1, 3),
    ])
    expect(observations).toHaveLength(1)
    expect(refused.map(({ reason }) => reason.includes('too old'))).toEqual([true, false])
  })

  it('leaves what came after the clock message for the next step', () => {
    const pending = [reading('a', NOW, 1, 1), reading('b', NOW, 1, 50)]
    expect(batch(pending, 10).observations).toHaveLength(1)
    expect(pending.map(({ topic }) => topic)).toEqual(['b'])
  })

  it('takes a step that was sent again only once', () => {
    const inputs = inputsOf(batch([reading('a', NOW, 1, 1)]).messages)
    const pending = [reading('a', NOW, 1, 7), reading('b', NOW, 1, 8)]
    againBatch(pending, 10, inputs)
    expect(pending.map(({ topic }) => topic)).toEqual(['b'])
  })
})

describe('what a clock message is', () => {
  const clock = (step: number, now: number, world = 'drill-1') => ({ world, step, now })
  it.each([
    ['the first names the world', clock(0, NOW), null, null, 'first'],
    ['a first step need not be 0', clock(17, NOW), null, null, 'first'],
    ['another world than --world is ignored', clock(0, NOW), null, 'live', 'other world'],
    ['another world than the run is ignored', clock(6, NOW + 6000, 'drill-2'), run(), null, 'other world'],
    ['the next step', clock(6, NOW + 6000), run(), null, 'next'],
    ['a step that was sent again', clock(5, NOW + 5000), run(), null, 'again'],
    ['a step of the past fits nowhere', clock(3, NOW + 3000), run(), null, 'misplaced'],
    ['time does not go back', clock(6, NOW), run(), null, 'misplaced'],
    ['step 0 starts afresh', clock(0, NOW), run(), null, 'first'],
    ['after an end only step 0 starts', clock(6, NOW + 6000), run({ ended: true }), null, 'misplaced'],
    ['after an end step 0 starts afresh', clock(0, NOW), run({ ended: true }), null, 'first'],
    ['after an end another world may begin', clock(0, NOW, 'drill-2'), run({ ended: true }), null, 'first'],
    ['but not another than --world', clock(0, NOW, 'drill-2'), run({ ended: true }), 'drill-1', 'other world'],
    ['the end', { world: 'drill-1', end: true }, run(), null, 'end'],
    ['the end again', { world: 'drill-1', end: true }, run({ ended: true }), null, 'end'],
    ['an end of nothing', { world: 'drill-1', end: true }, null, null, 'misplaced'],
  ] as const)('%s', (_what, message, current, world, expected) => {
    expect(placeClock(message, current, world)).toBe(expected)
  })
})

describe('a solver in lockstep', () => {
  /** An engine that asks three things in its first step and notes what it is told. */
  function asking(told: { request: string; answer: SolverAnswer }[]): Stepper {
    const requests = ['r2', 'r1', 'r3'].map((id) => ({ id, problem: { type: 'assign' as const, now: NOW, tasks: [], crews: [] } }))
    const memory = { n: 0, through: 0, world: 'drill-1', outstanding: new Map(), run: null as LockstepRun | null }
    return {
      state: { now: NOW },
      memory,
      play(mark: StepMark, pending: Taken[]): Stepped {
        memory.n = mark.n
        memory.run = run({ now: mark.now, step: mark.lockstep?.step ?? 0 })
        for (const one of pending.splice(0).flatMap((taken) => taken.observations)) if (one.kind === 'solution') told.push(one)
        const asks = mark.lockstep?.as === 'first'
        return { mark, observations: 0, facts: [], commands: [], requests: asks ? requests : [], refused: [] }
      },
    } as unknown as Stepper
  }

  it('that hangs holds the ack up for less than five seconds, however many problems it was given', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'lockstep-'))
    const log = openLog({ directory: join(directory, 'log'), sync_ms: 5, strict: false, segment_bytes: 1 << 20, log: silent })
    const journal = createJournal({ directory: join(directory, 'journal'), days: 400, now: Date.now, warn: () => {} })
    await log.start()
    await journal.start()
    const told: { request: string; answer: SolverAnswer }[] = []
    const acks: string[] = []
    const answered: SolverAnswer = { type: 'assign', assignments: [], unserved: [] }
    const lockstep = createLockstep({
      stepper: asking(told),
      log,
      journal,
      // One of the three comes back; the others never do.
      solver: { solve: ({ id }) => (id === 'r3' ? Promise.resolve(answered) : new Promise(() => {})), stop: async () => {} },
      world: null,
      now: Date.now,
      onStepped: async () => {},
      publishAck: async (payload) => void acks.push(payload),
      refuse: () => {},
      onEnd: async () => {},
      logger: silent,
    })
    await lockstep.start()
    lockstep.clock({ world: 'drill-1', step: 0, now: NOW })
    await lockstep.settled()
    expect(acks).toHaveLength(1)
    const before = performance.now()
    lockstep.clock({ world: 'drill-1', step: 1, now: NOW + 1000 })
    await lockstep.settled()
    expect(performance.now() - before).toBeLessThan(5_000)
    expect(acks.at(-1)).toBe('{"world":"drill-1","step":1}')
    const failed = { type: 'failed', why: 'no answer in time' }
    expect(told.map(({ request, answer }) => [request, answer])).toEqual([
      ['r1', failed],
      ['r2', failed],
      ['r3', answered],
    ])
    // The step after it waits for nobody.
    const then = performance.now()
    lockstep.clock({ world: 'drill-1', step: 2, now: NOW + 2000 })
    await lockstep.settled()
    expect(performance.now() - then).toBeLessThan(1_000)
    await lockstep.stop()
    await journal.stop()
    await log.stop()
    await rm(directory, { recursive: true })
  })
})
