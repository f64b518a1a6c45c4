import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createPubacks } from '../../../gateway/mqtt/pubacks.ts'

const WAIT_MS = 40
const reader = {}
const other = {}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('what readers owe', () => {
  const settledOf = (promise: Promise<void>): (() => boolean) => {
    let settled = false
    void promise.then(() => {
      settled = true
    })
    return () => settled
  }

  it('is waited for until the last of it has come', async () => {
    const pubacks = createPubacks(WAIT_MS)
    await pubacks.settled()
    pubacks.sent(reader)
    pubacks.sent(reader)
    pubacks.sent(other)
    const settled = settledOf(pubacks.settled())
    pubacks.acknowledged(reader)
    pubacks.acknowledged(reader)
    await vi.advanceTimersByTimeAsync(1)
    expect(settled()).toBe(false)
    pubacks.acknowledged(other)
    await vi.advanceTimersByTimeAsync(0)
    expect(settled()).toBe(true)
  })

  it('is given up for a reader that says nothing, until it speaks again', async () => {
    const pubacks = createPubacks(WAIT_MS)
    pubacks.sent(reader)
    const settled = settledOf(pubacks.settled())
    await vi.advanceTimersByTimeAsync(WAIT_MS)
    expect(settled()).toBe(true)
    pubacks.sent(reader)
    await pubacks.settled()
    pubacks.acknowledged(reader)
    pubacks.sent(reader)
    const again = settledOf(pubacks.settled())
    await vi.advanceTimersByTimeAsync(WAIT_MS / 2)
    expect(again()).toBe(false)
    pubacks.gone(reader)
    await vi.advanceTimersByTimeAsync(0)
    expect(again()).toBe(true)
  })
})
