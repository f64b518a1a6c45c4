import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Sent } from '../../../dashboard/crew/data/api.ts'
import { createSender } from '../../../dashboard/crew/data/sync.ts'

const TAKEN: Sent = { outcome: 'taken', now: 1 }

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A queue and the answers that it will get. */
function senderOf(answers: Sent[]) {
  const waiting = ['a', 'b', 'c']
  const sent: string[] = []
  const sender = createSender<string>(
    {
      next: () => waiting[0] ?? null,
      async send(item) {
        sent.push(item)
        return answers.shift() ?? TAKEN
      },
      async settled(_item, { outcome }) {
        if (outcome !== 'signed_out') waiting.shift()
      },
    },
    (work) => work(),
  )
  return { sender, sent, waiting }
}

describe('a sender', () => {
  it('sends one after the other, and goes on after one that is refused', async () => {
    const { sender, sent, waiting } = senderOf([TAKEN, { outcome: 'refused', why: { zh: '', en: '' } }])
    sender.kick()
    sender.kick()
    await vi.runAllTimersAsync()
    expect(sent).toEqual(['a', 'b', 'c'])
    expect(waiting).toEqual([])
  })

  it('tries the same one again, later and later, until it is answered', async () => {
    const { sender, sent } = senderOf([{ outcome: 'later' }, { outcome: 'later' }])
    sender.kick()
    await vi.advanceTimersByTimeAsync(0)
    expect(sent).toEqual(['a'])
    await vi.advanceTimersByTimeAsync(60_000)
    expect(sent).toEqual(['a', 'a', 'a', 'b', 'c'])
  })

  it('tries at once when it is told that the network may be back', async () => {
    const { sender, sent } = senderOf([{ outcome: 'later' }])
    sender.kick()
    await vi.advanceTimersByTimeAsync(0)
    sender.kick()
    await vi.advanceTimersByTimeAsync(0)
    expect(sent).toEqual(['a', 'a', 'b', 'c'])
  })

  it('keeps everything when the sign-in has ended', async () => {
    const { sender, sent, waiting } = senderOf([{ outcome: 'signed_out' }])
    sender.kick()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(sent).toEqual(['a'])
    expect(waiting).toEqual(['a', 'b', 'c'])
  })

  it('is silent after it was stopped', async () => {
    const { sender, sent } = senderOf([{ outcome: 'later' }])
    sender.kick()
    await vi.advanceTimersByTimeAsync(0)
    sender.stop()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(sent).toEqual(['a'])
  })
})
