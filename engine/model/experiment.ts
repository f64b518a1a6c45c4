/**
 * Switchback experiments: two controllers take turns on the same junctions, slot by slot, so that both meet the same streets and nearly
 * the same hours. Slots come in pairs, one of each controller, in an order drawn for every pair; the first minutes of a slot are left out,
 * because the queues there are still the other controller's (the carry-over of Bojinov, Simchi-Levi & Zhao, "Design and Analysis of
 * Switchback Experiments", Management Science 69, 2023).
 */
import { createRandom } from '../base/random.ts'
import { type EpochMs, MINUTE_MS } from '../base/time.ts'
import type { SignalControllerName } from './signals.ts'

export type Arm = 'a' | 'b'

export interface ExperimentPlan {
  readonly id: string
  readonly a: SignalControllerName
  readonly b: SignalControllerName
  /** An area of `signals.json`; null is every junction. */
  readonly area: string | null
  readonly slot_min: number
  readonly washout_min: number
  readonly seed: number
}

export interface Experiment extends ExperimentPlan {
  readonly junctions: readonly string[]
  readonly by: string
  /** When it was ordered; the first slot begins at the next whole slot of the clock. */
  readonly ordered: EpochMs
  readonly begins: EpochMs
  readonly stopped: { readonly at: EpochMs; readonly by: string } | null
}

export interface Slot {
  readonly index: number
  readonly arm: Arm
  readonly since: EpochMs
  /** Past the wash-out: what happens now counts. */
  readonly counts: boolean
}

/** The first whole slot of the clock that begins at `now` or later. */
export const firstSlot = (slot_min: number, now: EpochMs): EpochMs => Math.ceil(now / (slot_min * MINUTE_MS)) * slot_min * MINUTE_MS

function armOf({ seed, id }: ExperimentPlan, index: number): Arm {
  const bFirst = createRandom(`${seed}/${id}/${index >> 1}`).chance(0.5)
  return (index % 2 === 0) === bFirst ? 'b' : 'a'
}

/** The slot at a moment; null before the first and after the end. */
export function slotAt(experiment: Experiment, now: EpochMs): Slot | null {
  const { begins, stopped, slot_min, washout_min } = experiment
  if (now < begins || (stopped !== null && now >= stopped.at)) return null
  const slot_ms = slot_min * MINUTE_MS
  const index = Math.floor((now - begins) / slot_ms)
  const since = begins + index * slot_ms
  return { index, arm: armOf(experiment, index), since, counts: now - since >= washout_min * MINUTE_MS }
}
