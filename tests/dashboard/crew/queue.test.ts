/** Presses between the phone and the server: what is shown meanwhile, what is sent, and that no way of losing answers makes two of one. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  currentJob,
  type JobPress,
  jobsToKeep,
  nextToSend,
  type Press,
  reachedAt,
  settledOf,
  stageOf,
  stopsOf,
} from '../../../dashboard/crew/data/queue.ts'
import type { CrewJob } from '../../../gateway/wire/phone.ts'
import { jobOf, T0 } from './jobs.ts'

const CREW = 'd0/crew/crew-1'
let made = 0
const press = (type: Press['type'], more: Partial<Press> = {}): Press => {
  made++
  const base = { n: made, id: `p${made}`, crew: CREW, type, task: 'T-1', ts: T0 + made } as const
  return { ...base, state: 'waiting', why: null, seen_from: null, ...more }
}

describe('the stage that is shown', () => {
  it('is the server’s, then every press since', () => {
    const presses = [press('task.accepted'), press('task.enroute')]
    expect(stageOf(jobOf(), [], T0)).toBe('offered')
    expect(stageOf(jobOf(), presses, T0)).toBe('enroute')
    expect(stageOf(jobOf(), [...presses, press('task.onsite'), press('task.done')], T0)).toBe('done')
  })

  it('leaves out presses of other jobs, refused ones, and those that change nothing', () => {
    const presses = [
      press('task.accepted', { task: 'T-2' }),
      press('task.accepted', { state: 'refused' }),
      press('task.help'),
      press('shift.end', { task: null }),
    ]
    expect(stageOf(jobOf(), presses, T0)).toBe('offered')
  })

  it('keeps a sent press until a view that has it in it, and not beyond: the job may be offered again', () => {
    const sent = press('task.accepted', { state: 'sent', seen_from: T0 + 10 })
    expect(stageOf(jobOf(), [sent], T0 + 9)).toBe('accepted')
    expect(stageOf(jobOf(), [sent], T0 + 10)).toBe('offered')
    expect(settledOf([sent], T0 + 9)).toEqual([])
    expect(settledOf([sent], T0 + 10)).toEqual([sent])
  })

  it('says when the crew reached it, by its own press until the server knows', () => {
    const done = press('task.done', { ts: T0 + 77 })
    expect(reachedAt(jobOf({ status: 'onsite' }), [done], T0)).toBe(T0 + 77)
    expect(reachedAt(jobOf({ status: 'done', updated: T0 + 90 }), [], T0)).toBe(T0 + 90)
  })
})

describe('the stops of a round', () => {
  const stop = (id: string, kind: 'bin' | 'tip' = 'bin') => ({
    stop: id,
    kind,
    name: { zh: id, en: id },
    at: [120, 30],
    state: 'left' as const,
    eta: T0,
    expected_pct: 80,
    found_pct: null,
    why: null,
  })
  const round = { waste: 'residual', load_l: 0, capacity_l: 1000, stops: [stop('1'), stop('2'), stop('3', 'tip')] }
  const job = jobOf({ kind: 'waste.round', status: 'accepted', round })
  const emptied = (id: string, more: Partial<Press> = {}) => press('stop.emptied', { stop: { id, found_pct: 60 }, ...more })

  it('are as the server said, then every press since; a press that the server has is not counted twice', () => {
    const states = (presses: readonly Press[], now = T0) => stopsOf(job, presses, now).map(({ state, found_pct }) => [state, found_pct])
    expect(states([emptied('1'), press('stop.failed', { stop: { id: '2', why: 'blocked' } })])).toEqual([
      ['emptied', 60],
      ['failed', null],
      ['left', null],
    ])
    expect(
      states([emptied('1', { state: 'refused' }), emptied('2', { task: 'T-9' }), emptied('9')]).every(([state]) => state === 'left'),
    ).toBe(true)
    expect(states([emptied('1', { state: 'sent', seen_from: T0 })], T0)[0]).toEqual(['left', null])
  })

  it('are none of a job that is no round, or of a view that an older page has kept', () => {
    expect(stopsOf(jobOf(), [emptied('1')], T0)).toEqual([])
    const { round: _round, ...old } = job
    expect(stopsOf(old as CrewJob, [], T0)).toEqual([])
  })

  it('end the round with the last of them', () => {
    const two = [emptied('1'), emptied('2')]
    expect(stageOf(job, two, T0)).toBe('accepted')
    expect(stageOf(job, [...two, press('stop.tipped', { stop: { id: '3' } })], T0)).toBe('done')
  })
})

describe('the job of the moment', () => {
  const offered = jobOf({ id: 'T-2' })
  const onsite = jobOf({ status: 'onsite' })
  const done = jobOf({ id: 'T-3', status: 'done' })
  it('is the one under way, then an offer, then one that ended and is not put away', () => {
    expect(currentJob([offered, onsite, done], [], T0, new Set())?.job.id).toBe('T-1')
    expect(currentJob([offered, done], [], T0, new Set())?.job.id).toBe('T-2')
    expect(currentJob([done], [], T0, new Set())?.stage).toBe('done')
    expect(currentJob([done], [], T0, new Set(['T-3']))).toBeNull()
  })
  it('is none after it was declined, before the server says so', () => {
    expect(currentJob([offered], [press('task.refused', { task: 'T-2' })], T0, new Set())).toBeNull()
  })
})

it('keeps a job that the server no longer names while something about it waits here', () => {
  const job = jobOf()
  expect(jobsToKeep([], [job], new Set(['T-1']))).toEqual([job])
  expect(jobsToKeep([], [job], new Set())).toEqual([])
  expect(jobsToKeep([jobOf({ status: 'enroute' })], [job], new Set(['T-1']))).toEqual([])
})

it('sends the presses of the crew that is signed in, oldest first', () => {
  const others = press('task.done', { crew: 'd0/crew/crew-2' })
  const [first, second] = [press('task.accepted'), press('task.enroute')]
  expect(nextToSend([others, first, second], CREW)).toBe(first)
  expect(nextToSend([others], CREW)).toBeNull()
})

describe('any loss of requests and answers', () => {
  const LEGAL: readonly JobPress[] = ['task.accepted', 'task.enroute', 'task.onsite', 'task.done']
  const STATUS = ['offered', 'accepted', 'enroute', 'onsite', 'done']

  it('leaves every press once and in order at the server, and never moves the job backwards on the phone', () => {
    const event = fc.constantFrom('press', 'sent', 'request lost', 'answer lost', 'view', 'reload')
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        // The server remembers keys, as engine/dispatch/press.ts does.
        const server = { now: T0, seen: new Set<string>(), taken: [] as string[] }
        let view = { now: T0, status: 'offered' }
        let presses: readonly Press[] = []
        let pressed = 0
        let shown = 0
        const receive = (id: string, type: string): void => {
          server.now++
          if (server.seen.has(id)) return
          server.seen.add(id)
          server.taken.push(type)
        }
        for (const what of [...events, ...LEGAL.flatMap(() => ['press', 'sent', 'sent', 'sent', 'sent', 'view'] as const)]) {
          const next = nextToSend(presses, CREW)
          if (what === 'press' && pressed < LEGAL.length) presses = [...presses, press(LEGAL[pressed++])]
          else if (what === 'sent' && next !== null) {
            receive(next.id, next.type)
            const answered: Press = { ...next, state: 'sent', seen_from: server.now }
            presses = presses.map((one) => (one === next ? answered : one))
          } else if (what === 'answer lost' && next !== null) receive(next.id, next.type)
          else if (what === 'view') {
            view = { now: server.now, status: STATUS[server.taken.length] }
            const settled = settledOf(presses, view.now)
            presses = presses.filter((one) => !settled.includes(one))
          } else if (what === 'reload') presses = structuredClone(presses)
          const stage = STATUS.indexOf(stageOf(jobOf({ status: view.status }), presses, view.now))
          expect(stage).toBe(pressed)
          expect(stage).toBeGreaterThanOrEqual(shown)
          shown = stage
        }
        expect(server.taken).toEqual(LEGAL)
        expect(presses).toEqual([])
      }),
    )
  })
})
