/** What every controller is: from one junction's state to the phase that should have green, and why. */
import type { EpochMs } from '../../base/time.ts'
import type { Bilingual } from '../../model/city.ts'
import type { Context } from '../../model/context.ts'
import type { SignalJunction } from '../../model/signal-network.ts'
import type { FixedPlan, SignalControllerName } from '../../model/signals.ts'
import type { JunctionState, TrafficState } from '../state.ts'

/** One junction at one moment. Phases and lanes by position in `junction`. */
export interface Site {
  readonly junction: SignalJunction
  readonly memory: JunctionState
  readonly traffic: TrafficState
  readonly context: Context
  readonly now: EpochMs
  /** The running phase, or the target while clearing. */
  readonly phase: number
  /** Null while clearing. */
  readonly green_s: number | null
  /** 0 when green. */
  readonly clearing_left_s: number
  /** Seconds between decisions, and until the next one. */
  readonly decision_s: number
  readonly next_decision_s: number
  /** The fixed plan that runs by time of day; null where the controller decides by itself. */
  readonly plan: FixedPlan | null
}

export interface Choice {
  readonly phase: number
  /** What speaks for each phase, more is better; null where the controller does not compare. */
  readonly scores: readonly (number | null)[]
}

export interface Controller {
  readonly name: SignalControllerName
  /** What its scores are, in a sentence before the number: `pressure 9.0`; and their unit after it, if they have one. */
  readonly score: Bilingual
  readonly unit?: Bilingual
  /** What one vehicle more on a lane adds to the score of its phases; without it nothing is added. */
  readonly vehicle_score?: number
  /** Asked when the minimum green is over and a decision is due. */
  choose(site: Site): Choice
  /** Looks ahead between decisions, so that neighbours know; without it nothing happens there. */
  foresee?(site: Site): void
  /** Asked in the last second of a clearance, when the target may still change for nothing. */
  retarget?(site: Site): Choice
}

export const countOf = ({ junction, memory }: Site, lane: number): { readonly queued: number; readonly approaching: number } => {
  const counted = memory.count.in[junction.lanes[lane].id]
  if (counted === undefined) return { queued: memory.lanes[lane].virtual_veh, approaching: 0 }
  return { queued: counted.queued, approaching: counted.approaching ?? Math.max(0, counted.vehicles - counted.queued) }
}

/** Queued vehicles of all lanes of a phase. */
export const queuedOf = (site: Site, phase: number): number =>
  site.junction.phases[phase].reduce((sum, lane) => sum + countOf(site, lane).queued, 0)

/** Phases that together serve every lane, greedily the one that serves most lanes still unserved: a cycle without overlap. */
export function cycleOf({ phases }: SignalJunction): number[] {
  const unserved = new Set(phases.flat())
  const cycle: number[] = []
  while (unserved.size > 0) {
    const gain = (phase: number): number => phases[phase].filter((lane) => unserved.has(lane)).length
    const best = phases.reduce((top, _, phase) => (gain(phase) > gain(top) ? phase : top), 0)
    for (const lane of phases[best]) unserved.delete(lane)
    cycle.push(best)
  }
  return cycle.sort((a, b) => a - b)
}

/** The phase of the cycle that follows; the first one from outside of it. */
export const nextInCycle = (cycle: readonly number[], phase: number): number => cycle[(cycle.indexOf(phase) + 1) % cycle.length] ?? phase
