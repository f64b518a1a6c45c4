import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createBacklog } from '../../../gateway/mqtt/backlog.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const batch = (n: number, bytes = 5_000) => ({
  from: 'd0/waste/B1',
  topic: 'city/v1/d0/waste/B1/reading',
  received: n,
  payload: Buffer.from(`{"batch":[${' '.repeat(bytes)}]}`),
})

it('takes batches in their order, one at a time, at the pace of their values', () => {
  const taken: number[] = []
  const backlog = createBacklog(({ received }) => {
    taken.push(received)
    return 1_500
  })
  for (const n of [1, 2, 3]) expect(backlog.defer(batch(n), () => {})).toBe(true)
  expect(taken).toEqual([])
  vi.advanceTimersByTime(1)
  expect(taken).toEqual([1])
  vi.advanceTimersByTime(99)
  expect(taken).toEqual([1])
  vi.advanceTimersByTime(101)
  expect(taken).toEqual([1, 2, 3])
  vi.advanceTimersByTime(1_000)
  backlog.defer(batch(4), () => {})
  vi.advanceTimersByTime(1)
  expect(taken).toEqual([1, 2, 3, 4])
})

it('leaves small and live messages alone, and takes no more than fits in memory', () => {
  const backlog = createBacklog(() => 1)
  expect(backlog.defer(batch(1, 10), () => {})).toBe(false)
  expect(backlog.defer({ ...batch(1), payload: Buffer.from(`{"ts":1,"v":{${' '.repeat(5_000)}}}`) }, () => {})).toBe(false)
  let held = 0
  while (backlog.defer(batch(2, 1 << 20), () => {})) held++
  expect(held).toBe(63)
})
