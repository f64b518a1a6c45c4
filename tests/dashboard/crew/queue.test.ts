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
} from '../../../dashboard/crew/data/queue.ts'
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
