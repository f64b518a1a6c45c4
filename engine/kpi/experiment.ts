/**
 * Outcomes of switchback experiments. Slots come in pairs, one of each controller in an order drawn for every pair, so the estimate is the
 * mean of the pair differences B − A, which is the Horvitz–Thompson estimate of Bojinov, Simchi-Levi & Zhao (Management Science 69, 2023)
 * for that design; its variance is the conservative one of matched pairs (Imai, Statistics in Medicine 27, 2008), and the interval takes
 * Student's t with one degree of freedom less than there are pairs. Nothing is drawn: the same slots give the same interval.
 */

import { splitKey } from '../model/city.ts'
import { type Arm, type Experiment, slotAt } from '../model/experiment.ts'
import type { QualifiedCount } from '../sense/state.ts'
import { addSums, type EffectSums, emptySums } from './signal-effect.ts'
import { figuresOf } from './signal-figures.ts'

export interface TrialSlot {
  readonly index: number
  readonly arm: Arm
  readonly sums: EffectSums
}

/** By experiment, oldest slot first. */
export type TrialState = Map<string, TrialSlot[]>

export const createTrials = (): TrialState => new Map()

/** About three weeks of hours; older pairs are forgotten first. */
export const TRIAL_SLOTS_MAX = 512

/** Adds what a count says to the slot that its time lies in, unless that is still washing out. */
export function observeTrials(
  state: TrialState,
  experiments: ReadonlyMap<string, Experiment>,
  count: QualifiedCount,
  sums: EffectSums,
): void {
  for (const id of state.keys()) if (!experiments.has(id)) state.delete(id)
  for (const experiment of experiments.values()) {
    if (!experiment.junctions.includes(splitKey(count.device).id)) continue
    const slot = slotAt(experiment, count.ts)
    if (slot === null || !slot.counts) continue
    const slots = state.get(experiment.id) ?? []
    state.set(experiment.id, slots)
    let last = slots[slots.length - 1]
    if (last === undefined || last.index < slot.index) {
      last = { index: slot.index, arm: slot.arm, sums: emptySums() }
      slots.push(last)
      if (slots.length > TRIAL_SLOTS_MAX) slots.splice(0, 2)
    }
    if (last.index === slot.index) addSums(last.sums, sums)
  }
}

export const OUTCOMES = ['delay_s', 'travel_time_s', 'stops', 'throughput_veh_h'] as const
export type Outcome = (typeof OUTCOMES)[number]

export interface Comparison {
  readonly outcome: Outcome
  readonly pairs: number
  /** Means over the pairs; null without a whole pair. */
  readonly a: number | null
  readonly b: number | null
  /** B − A. */
  readonly difference: number | null
  /** Null below two pairs. */
  readonly standard_error: number | null
  readonly low_95: number | null
  readonly high_95: number | null
}

/** Compares the two controllers over whole pairs; the slot that runs, `current`, is left out. */
export function compareArms(slots: readonly TrialSlot[], current: number | null): Comparison[] {
  const whole = new Map(slots.filter(({ index }) => index !== current).map((slot) => [slot.index, slot]))
  return OUTCOMES.map((outcome) => {
    const pairs: (readonly [number, number])[] = []
    for (const [index, first] of whole) {
      const second = index % 2 === 0 ? whole.get(index + 1) : undefined
      if (second === undefined || first.arm === second.arm) continue
      const values = [first, second].map(({ sums }) => figuresOf(sums)[outcome])
      const [a, b] = first.arm === 'a' ? values : [values[1], values[0]]
      if (a !== null && b !== null) pairs.push([a, b])
    }
    return { outcome, ...pairedDifference(pairs) }
  })
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

export function pairedDifference(pairs: readonly (readonly [number, number])[]): Omit<Comparison, 'outcome'> {
  const n = pairs.length
  if (n === 0) return { pairs: 0, a: null, b: null, difference: null, standard_error: null, low_95: null, high_95: null }
  const [a, b] = [mean(pairs.map(([value]) => value)), mean(pairs.map(([, value]) => value))]
  const difference = b - a
  if (n === 1) return { pairs: n, a, b, difference, standard_error: null, low_95: null, high_95: null }
  const squares = pairs.reduce((sum, [x, y]) => sum + (y - x - difference) ** 2, 0)
  const standard_error = Math.sqrt(squares / (n * (n - 1)))
  const reach = t975(n - 1) * standard_error
  return { pairs: n, a, b, difference, standard_error, low_95: difference - reach, high_95: difference + reach }
}

/** 97.5 % points of Student's t for 1 … 10 degrees of freedom (any table); beyond, the expansion of Cornish and Fisher (Abramowitz & Stegun 26.7.5). */
const T_975 = [12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281]

export function t975(freedom: number): number {
  const tabled = T_975[freedom - 1]
  if (tabled !== undefined) return tabled
  const z = 1.959964
  const g1 = (z ** 3 + z) / 4
  const g2 = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96
  const g3 = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384
  return z + g1 / freedom + g2 / freedom ** 2 + g3 / freedom ** 3
}
