/** Screen design, section 10: the lamp turns amber after 3 s without a frame, red after 10 s; data read from this browser is never fresh. */
import type { FrameHead } from './tables.ts'

export type Freshness = 'fresh' | 'late' | 'lost'

export const LATE_AFTER_MS = 3_000
export const LOST_AFTER_MS = 10_000

export function freshness(head: FrameHead | null, local_ms: number): Freshness {
  if (head === null || head.received_ms === null) return 'lost'
  const age_ms = local_ms - head.received_ms
  return age_ms > LOST_AFTER_MS ? 'lost' : age_ms > LATE_AFTER_MS ? 'late' : 'fresh'
}

/** The brain's clock now: the last frame's time carried on by the local clock; stored data stands still. */
export function brainNow(head: FrameHead | null, local_ms: number): number | null {
  if (head === null) return null
  return head.received_ms === null ? head.now : head.now + Math.max(0, local_ms - head.received_ms)
}
