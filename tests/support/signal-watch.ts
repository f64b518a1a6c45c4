/** An inspector at the kerb, who knows the junction's description and nothing of any program: looks at the lamps once a second. */
import { expect } from 'vitest'
import type { Junction } from '../../engine/model/city.ts'

/** Call it with the lanes that have green in each second. It fails the test on a conflicting green, a short one or a missing clearance. */
export function watchSignals(junction: Junction): (green: ReadonlySet<string>) => void {
  const clearance_s = junction.yellow_s + junction.all_red_s
  let shown: ReadonlySet<string> = new Set()
  let since_s = 0
  let first = true
  return (green) => {
    const together = junction.phases.some(({ lanes }) => [...green].every((lane) => lanes.includes(lane)))
    expect(together, `conflicting greens ${[...green].join(', ')}`).toBe(true)
    const same = green.size === shown.size && [...green].every((lane) => shown.has(lane))
    since_s++
    if (same) return
    if (shown.size > 0) {
      expect(green.size, 'green follows green without a clearance').toBe(0)
      if (!first) expect(since_s, 'a short green').toBeGreaterThanOrEqual(junction.green_s_min)
      first = false
    } else if (!first) expect(since_s, 'a short clearance').toBeGreaterThanOrEqual(clearance_s)
    shown = green
    since_s = 0
  }
}
