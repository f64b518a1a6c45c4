/** An inspector at the kerb, who knows the junction's description and nothing of any program: looks at the lamps once a second. */
import { expect } from 'vitest'
import type { Junction, SignalPhase } from '../../engine/model/city.ts'

/** Two movements with green of which neither gives way. */
function crossing({ movements, conflicts }: Junction, green: ReadonlySet<string>): string[] {
  const open = new Set(movements.flatMap(({ id, lanes }) => (lanes.some((lane) => green.has(lane)) ? [id] : [])))
  return conflicts.flatMap(({ first, second, yields }) =>
    yields === null && open.has(first) && open.has(second) ? [`${first} and ${second}`] : [],
  )
}

/**
 * Call it with the lanes that have green, and the seconds since the last look. It fails the test on a conflicting green, a short one, one
 * too short for people on foot, or a missing clearance. The very first green may be cut short: who knows when it began.
 */
export function watchSignals(junction: Junction): (green: ReadonlySet<string>, passed_s?: number) => void {
  const phaseOf = (green: ReadonlySet<string>): SignalPhase | undefined =>
    junction.phases.find(({ lanes }) => lanes.length === green.size && lanes.every((lane) => green.has(lane)))
  const clearance_s = (from: number, to: number): number => {
    const { yellow_s, all_red_s } = junction.intergreens.find((one) => one.from === from && one.to === to) ?? junction
    return yellow_s + all_red_s
  }
  let shown: ReadonlySet<string> = new Set()
  let last: SignalPhase | undefined
  let since_s = 0
  let greens = 0
  return (green, passed_s = 1) => {
    expect(crossing(junction, green), 'conflicting greens').toEqual([])
    const same = green.size === shown.size && [...green].every((lane) => shown.has(lane))
    since_s += passed_s
    if (same) return
    if (shown.size > 0) {
      expect(green.size, 'green follows green without a clearance').toBe(0)
      const shortest_s = Math.max(last?.green_s_min ?? 0, last?.walk_s ?? 0)
      if (greens > 1) expect(since_s, `a short green of phase ${last?.index}`).toBeGreaterThanOrEqual(shortest_s)
    } else {
      const phase = phaseOf(green)
      expect(phase, `lamps ${[...green].join(', ')} of no phase`).toBeDefined()
      if (last !== undefined && phase !== undefined)
        expect(since_s, `a short clearance from ${last.index} to ${phase.index}`).toBeGreaterThanOrEqual(
          clearance_s(last.index, phase.index),
        )
      last = phase
      greens++
    }
    shown = green
    since_s = 0
  }
}
