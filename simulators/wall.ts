/** Lets a fleet live on the wall clock: once a second it catches up with the time. */
import { type EpochMs, SECOND_MS } from '../engine/base/time.ts'
import type { Fleet } from './fleet.ts'

export interface WallClock {
  /** Stops ticking and waits for a tick under way. */
  stop(): Promise<void>
}

/** `onError` hears of a tick that failed (the broker was away); the next one catches up. */
export function runOnWallClock(fleet: Fleet, onError: (error: unknown) => void, clock: () => EpochMs = Date.now): WallClock {
  let tick: Promise<void> | null = null
  const timer = setInterval(() => {
    tick ??= fleet
      .advance(clock())
      .catch(onError)
      .finally(() => {
        tick = null
      })
  }, SECOND_MS)
  return {
    async stop() {
      clearInterval(timer)
      await tick
    },
  }
}
