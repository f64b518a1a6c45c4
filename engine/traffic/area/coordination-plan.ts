/** What a coordinated plan is, and whose turn it is by it. */
import type { EpochMs } from '../../base/time.ts'
import { SECOND_MS } from '../../base/time.ts'

export interface Slot {
  /** By position. */
  readonly phase: number
  /** With the clearance before its green. */
  readonly slot_s: number
}

export interface JunctionPlan {
  /** When the first slot begins, seconds after a whole number of cycles since the epoch. */
  readonly offset_s: number
  readonly slots: readonly Slot[]
}

export interface Coordination {
  readonly made: EpochMs
  readonly cycle_s: number
  /** By junction. */
  readonly plans: Map<string, JunctionPlan>
  /** Green that platoons find at the next signal of an arterial, as a share of what they could find. */
  readonly progression: number
}

export const modulo = (value: number, cycle_s: number): number => ((value % cycle_s) + cycle_s) % cycle_s

/** The phase whose turn it is, and for how long still; null for a junction without a plan. */
export function turnOf(
  { plans, cycle_s }: Coordination,
  junction: string,
  now: EpochMs,
): { readonly phase: number; readonly left_s: number } | null {
  const plan = plans.get(junction)
  if (plan === undefined) return null
  let at_s = modulo(now / SECOND_MS - plan.offset_s, cycle_s)
  for (const { phase, slot_s } of plan.slots) {
    if (at_s < slot_s) return { phase, left_s: slot_s - at_s }
    at_s -= slot_s
  }
  return null
}
