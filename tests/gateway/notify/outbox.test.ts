import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createOutbox, type Delivered } from '../../../gateway/notify/outbox.ts'
import { ROBOT_PACE_MS } from '../../../gateway/notify/robots.ts'

const T0 = 1_767_225_600_000

beforeEach(() => void vi.useFakeTimers({ now: T0 }))
afterEach(() => void vi.useRealTimers())

interface Message {
  readonly n: number
  readonly until: number
}

function outboxOf(answers: Delivered[] = [], take = (waiting: readonly Message[]) => waiting.length) {
  const deliveries: { readonly at: number; readonly ns: number[] }[] = []
  const said: object[] = []
  const hear = (fields: object, message: string): void => void said.push({ ...fields, message })
  const outbox = createOutbox<Message>({
    name: 'robot',
    pace_ms: ROBOT_PACE_MS,
    take,
    async deliver(batch) {
      deliveries.push({ at: Date.now(), ns: batch.map(({ n }) => n) })
      return answers.shift() ?? { outcome: 'sent' }
    },
    now: Date.now,
    logger: { info: hear, warn: hear, error: hear },
  })
  const put = (n: number, until = T0 + 3_600_000): void => outbox.put({ n, until })
  return { outbox, put, deliveries, said }
}

describe('an outbox', () => {
  it('sends the first at once and what comes meanwhile together, never faster than it may', async () => {
    const { put, deliveries, outbox } = outboxOf()
    for (let n = 0; n < 5; n++) put(n)
    await vi.advanceTimersByTimeAsync(ROBOT_PACE_MS)
    put(5)
    await vi.advanceTimersByTimeAsync(ROBOT_PACE_MS)
    expect(deliveries.map(({ ns }) => ns)).toEqual([[0], [1, 2, 3, 4], [5]])
    expect(outbox.counters).toEqual({ sent: 6, refused: 0, dropped: 0, waiting: 0 })
  })

  it('never sends more than 20 in a minute, and everything in order, whatever comes when', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 4000 }), { maxLength: 120 }), async (pauses) => {
        const { put, deliveries } = outboxOf([], () => 1)
        for (const [n, pause_ms] of pauses.entries()) {
          put(n, Number.POSITIVE_INFINITY)
          await vi.advanceTimersByTimeAsync(pause_ms)
        }
        await vi.advanceTimersByTimeAsync(pauses.length * ROBOT_PACE_MS)
        expect(deliveries.flatMap(({ ns }) => ns)).toEqual(pauses.map((_, n) => n))
        for (const [i, { at }] of deliveries.entries()) {
          const twentieth_before = deliveries[i - 20]
          if (twentieth_before !== undefined) expect(at - twentieth_before.at).toBeGreaterThan(60_000)
        }
      }),
      { numRuns: 20 },
    )
  })

  it('keeps what has to wait, in order, for as long as the service says', async () => {
    const { put, deliveries } = outboxOf([{ outcome: 'later', after_ms: 60_000, why: 'errcode 45009' }])
    put(0)
    put(1)
    await vi.advanceTimersByTimeAsync(59_999)
    expect(deliveries).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(deliveries.map(({ ns }) => ns)).toEqual([[0], [0, 1]])
  })

  it('leaves out what was refused, and what is too old to help anybody; both are told', async () => {
    const { put, deliveries, outbox, said } = outboxOf([
      { outcome: 'refused', why: 'errcode 93000' },
      { outcome: 'later', after_ms: 60_000, why: 'TimeoutError' },
    ])
    put(0)
    put(1, T0 + 30_000)
    put(2)
    await vi.advanceTimersByTimeAsync(120_000)
    expect(deliveries.map(({ ns }) => ns)).toEqual([[0], [1, 2], [2]])
    expect(outbox.counters).toEqual({ sent: 1, refused: 1, dropped: 1, waiting: 0 })
    expect(said).toMatchObject([{ why: 'errcode 93000' }, { why: 'TimeoutError', after_s: 60 }, { lost: 1 }])
  })

  it('is bounded while nobody answers, and silent after it was stopped', async () => {
    const { put, deliveries, outbox } = outboxOf(Array.from({ length: 9 }, () => ({ outcome: 'later', after_ms: 1e9, why: 'x' })))
    for (let n = 0; n < 3000; n++) put(n)
    await vi.advanceTimersByTimeAsync(0)
    expect(outbox.counters.waiting).toBeLessThanOrEqual(1001)
    await outbox.stop()
    await vi.advanceTimersByTimeAsync(1e10)
    expect(deliveries).toHaveLength(1)
  })
})
