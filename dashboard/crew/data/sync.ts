/**
 * Sends what waits. Presses and photos go on two ways at a time, so that no press ever waits for a photo; each way sends one thing after the
 * other. Only one page of this phone sends (Web Locks); a second one would be harmless, for every press has its key, but slow.
 */
import { backoff_ms } from '../../data/live.ts'
import type { Sent } from './api.ts'

export interface Way<T> {
  /** What is sent next; null: nothing waits. */
  next(): T | null
  send(item: T): Promise<Sent>
  /** Noted before the next one is sent. */
  settled(item: T, sent: Sent): Promise<void>
}

export interface Sender {
  /** There is something new, or the network may be back. */
  kick(): void
  stop(): void
}

type Alone = <T>(work: () => Promise<T>) => Promise<T>

/** In one page of this phone at a time, where the browser can tell. */
export const alone =
  (name: string): Alone =>
  (work) =>
    'locks' in navigator ? navigator.locks.request(`urban-brain-${name}`, work) : work()

export function createSender<T>(way: Way<T>, exclusively: Alone): Sender {
  let running = false
  let again = false
  let stopped = false
  let tries = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  /** @returns whether to come back later */
  async function drain(): Promise<boolean> {
    for (let item = way.next(); item !== null && !stopped; item = way.next()) {
      const sent = await way.send(item)
      if (sent.outcome === 'later') return true
      tries = 0
      await way.settled(item, sent)
      if (sent.outcome === 'signed_out') return false
    }
    return false
  }

  async function run(): Promise<void> {
    running = true
    let later = true
    try {
      do {
        again = false
        later = await exclusively(drain)
      } while (again && !stopped)
    } finally {
      running = false
    }
    if (later && !stopped) timer = setTimeout(kick, backoff_ms(tries++, Math.random()))
  }

  function kick(): void {
    clearTimeout(timer)
    if (running) again = true
    else void run()
  }

  return {
    kick,
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}
