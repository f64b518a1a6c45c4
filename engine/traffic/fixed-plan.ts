/** Which phase a fixed plan shows when. What is wrong with a plan is said by signal-plan.ts. */
import type { SignalJunction } from '../model/signal-network.ts'
import type { FixedPlan } from '../model/signals.ts'

/**
 * The phase to ask for at a moment, by its number: its own during its green, the next one from the end of the green on, so that the
 * clearance is over when the next green is due. What the cycle has left belongs to the last phase.
 */
export function phaseOfPlan({ described, intergreen_s }: SignalJunction, { cycle_s, offset_s, splits }: FixedPlan, at_s: number): number {
  const at = splits.map(({ phase }) => described.phases.findIndex(({ index }) => index === phase))
  const clearances_s = at.map((phase, i) => intergreen_s[phase]?.[at[(i + 1) % at.length]] ?? 0)
  const spare_s = cycle_s - splits.reduce((sum, { green_s }, i) => sum + green_s + clearances_s[i], 0)
  let left_s = (((at_s - offset_s) % cycle_s) + cycle_s) % cycle_s
  for (const [i, { phase, green_s }] of splits.entries()) {
    if (left_s < green_s + (i === splits.length - 1 ? spare_s : 0)) return phase
    left_s -= green_s
    if (left_s < clearances_s[i]) return splits[(i + 1) % splits.length].phase
    left_s -= clearances_s[i]
  }
  return splits[0].phase
}
