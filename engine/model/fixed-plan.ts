/** What is wrong with a fixed-time plan, and which phase it shows when. */
import type { Junction } from './city.ts'
import type { FixedPlan } from './signals.ts'

export function whyPhaseForbidden(junction: Junction, phase: number): string | null {
  return junction.phases.some(({ index }) => index === phase) ? null : `${junction.id} has no phase ${phase}`
}

/** Every green within the junction's bounds, and room in the cycle for all of them with their inter-green times; null when all is well. */
export function whyPlanForbidden(junction: Junction, plan: FixedPlan): string | null {
  if (plan.splits.length === 0) return 'a plan without phases'
  let used_s = 0
  for (const { phase, green_s } of plan.splits) {
    const why = whyPhaseForbidden(junction, phase)
    if (why !== null) return why
    if (!(green_s >= junction.green_s_min && green_s <= junction.green_s_max))
      return `green of ${green_s} s for phase ${phase} is outside ${junction.green_s_min}…${junction.green_s_max} s`
    used_s += green_s + junction.yellow_s + junction.all_red_s
  }
  if (!(plan.offset_s >= 0 && plan.offset_s < plan.cycle_s)) return `offset ${plan.offset_s} s is outside the cycle of ${plan.cycle_s} s`
  return used_s <= plan.cycle_s ? null : `greens and inter-greens take ${used_s} s of a cycle of ${plan.cycle_s} s`
}

/**
 * The phase to ask for at a moment of the cycle: its own during its green, the next one from the end of the green on, so that the
 * clearance is over when the next green is due. What the cycle has left belongs to the last phase.
 */
export function phaseOfPlan({ cycle_s, offset_s, splits }: FixedPlan, clearance_s: number, at_s: number): number {
  let left_s = (((at_s - offset_s) % cycle_s) + cycle_s) % cycle_s
  const spare_s = cycle_s - splits.reduce((sum, { green_s }) => sum + green_s + clearance_s, 0)
  for (const [i, { phase, green_s }] of splits.entries()) {
    const last = i === splits.length - 1
    if (left_s < green_s + (last ? spare_s : 0)) return phase
    left_s -= green_s
    if (left_s < clearance_s) return splits[(i + 1) % splits.length].phase
    left_s -= clearance_s
  }
  return splits[0].phase
}
