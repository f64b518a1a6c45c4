/**
 * How far a device's clock is off. What a message says of its time and when it came differ by the clock's error and by the way; the way is never shorter than
 * nothing, and now and then it is short, so the lower envelope of that difference is the error (Paxson 1998, On calibrating measurements of packet transit times,
 * SIGMETRICS). A backlog that is being sent is not mistaken for a slow clock: its envelope moves. What comes in a batch says nothing and is left out.
 */
import type { EpochMs } from '../base/time.ts'
import { HOUR_MS, SECOND_MS } from '../base/time.ts'

export interface ClockSense {
  /** Least difference of received and measured of this window, and of the one before; null without any. */
  low_ms: number | null
  before_ms: number | null
  /** Since when this window runs. */
  since: EpochMs
  /** Messages in a row that came near the envelope, and when the first of these came. */
  steady: number
  steady_since: EpochMs
}

/** A clock that is set right shows it after two windows at the latest. */
const WINDOW_MS = HOUR_MS
/** As near to the envelope as a step and a network let a message come. */
const NEAR_MS = 5 * SECOND_MS
const STEADY_MESSAGES = 5
/** Less is not worth a word: a message may wait that long on its way. */
const SKEW_MS = 30 * SECOND_MS

export const createClock = (now: EpochMs): ClockSense => ({ low_ms: null, before_ms: null, since: now, steady: 0, steady_since: now })

const envelope_ms = ({ low_ms, before_ms }: ClockSense): number | null =>
  low_ms === null ? before_ms : before_ms === null ? low_ms : Math.min(low_ms, before_ms)

/** @param delay_ms received less measured, of a live message */
export function noteDelay(clock: ClockSense, delay_ms: number, now: EpochMs): void {
  if (now - clock.since >= WINDOW_MS) {
    clock.before_ms = now - clock.since >= 2 * WINDOW_MS ? null : clock.low_ms
    clock.low_ms = null
    clock.since = now
  }
  const before_ms = envelope_ms(clock)
  clock.low_ms = clock.low_ms === null ? delay_ms : Math.min(clock.low_ms, delay_ms)
  if (before_ms !== null && Math.abs(delay_ms - before_ms) <= NEAR_MS) {
    clock.steady++
    return
  }
  // Slower than the envelope is the network's affair; faster moves the envelope, and everything learned from the old one is void.
  if (before_ms !== null && delay_ms > before_ms) return
  clock.steady = 1
  clock.steady_since = now
}

/**
 * Device time less ours, ms: positive for a clock that is ahead. Null while too little was heard to say, and for a clock that is right within half a minute.
 * @param interval_ms of the device: a queue that is sent in one go is no evidence
 */
export function skew_ms(clock: ClockSense, interval_ms: number, now: EpochMs): number | null {
  const low_ms = envelope_ms(clock)
  if (low_ms === null || clock.steady < STEADY_MESSAGES || now - clock.steady_since < 3 * interval_ms) return null
  return Math.abs(low_ms) < SKEW_MS ? null : -low_ms
}
