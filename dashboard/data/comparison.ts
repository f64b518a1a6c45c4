/** Comparing controllers: what is shown of effects, experiments and the shadow, and how it is ranked and scaled. Pure. */
import type { Static } from 'typebox'
import type { EffectAnswer, ExperimentsAnswer, SignalsAnswer } from '../../gateway/wire/signals-api.ts'

/** By figure; null where nothing can be said. */
export type Figures = Readonly<Record<string, number | null>>

export type Signals = Static<typeof SignalsAnswer>
export type Effect = Static<typeof EffectAnswer>
export type Experiments = Static<typeof ExperimentsAnswer>
export type Experiment = Experiments['experiments'][number]
/** What a switchback says of one outcome, B − A over whole pairs of slots. */
export type Outcome = Experiment['comparisons'][number]

/** One outcome in shares of A, so that outcomes of different units stand on one axis. */
export interface Whisker {
  readonly outcome: string
  readonly pairs: number
  readonly difference: number
  /** Null below two pairs. */
  readonly low: number | null
  readonly high: number | null
}

export function whiskers(outcomes: readonly Outcome[]): Whisker[] {
  return outcomes.flatMap(({ outcome, pairs, a, difference, low_95, high_95 }) =>
    a === null || a === 0 || difference === null
      ? []
      : [
          {
            outcome,
            pairs,
            difference: difference / a,
            low: low_95 === null ? null : low_95 / a,
            high: high_95 === null ? null : high_95 / a,
          },
        ],
  )
}

/** Half the width of the axis: the farthest end, rounded up to a tenth. */
export function reachOf(rows: readonly Whisker[]): number {
  const ends = rows.flatMap(({ difference, low, high }) => [difference, low ?? 0, high ?? 0]).map(Math.abs)
  return Math.max(0.1, Math.ceil(Math.max(0, ...ends) * 10 - 1e-9) / 10)
}

export type Verdict = 'better' | 'worse' | 'open'
/** Of these more is better. */
const MORE_IS_BETTER = new Set(['throughput_veh_h', 'coverage'])

/** Whether B is better than A beyond doubt: the interval must not hold zero. */
export function verdictOf({ outcome, low, high }: Whisker): Verdict {
  if (low === null || high === null || (low <= 0 && high >= 0)) return 'open'
  return high < 0 === MORE_IS_BETTER.has(outcome) ? 'worse' : 'better'
}

/** After against before, as a share; null where either is missing. */
export const changeOf = (before: number | null | undefined, after: number | null | undefined): number | null =>
  before === null || before === undefined || before === 0 || after === null || after === undefined ? null : after / before - 1

export interface Ranked {
  readonly id: string
  readonly figures: Figures
}

/** Most first; those without a figure last, whichever way it is sorted. */
export function rankBy<T extends Ranked>(rows: readonly T[], figure: string, descending: boolean): T[] {
  const readFigure = ({ figures }: T): number | null => figures[figure] ?? null
  return [...rows].sort((x, y) => {
    const [a, b] = [readFigure(x), readFigure(y)]
    if (a === null || b === null) return Number(a === null) - Number(b === null) || (x.id < y.id ? -1 : 1)
    return (descending ? b - a : a - b) || (x.id < y.id ? -1 : 1)
  })
}

/** What one kind of control reaches over the junctions that it steers now. */
export interface ControllerSum {
  readonly controller: string
  readonly junctions: number
  /** Vehicle figures weighted by throughput, so that they are means over vehicles; shares as plain means over junctions. */
  readonly figures: Figures
}

const PER_VEHICLE = ['delay_s', 'stops', 'tti'] as const
const PER_JUNCTION = ['split_failure_share', 'queue_p95_veh'] as const

interface Steered extends Ranked {
  readonly controller: string
}

function meanOf(rows: readonly Ranked[], figure: string, weightOf: (figures: Figures) => number): number | null {
  let [sum, weights] = [0, 0]
  for (const { figures } of rows) {
    const value = figures[figure] ?? null
    if (value === null) continue
    sum += value * weightOf(figures)
    weights += weightOf(figures)
  }
  return weights > 0 ? sum / weights : null
}

/** Most junctions first. */
export function sumControllers(rows: readonly Steered[]): ControllerSum[] {
  const groups = new Map<string, Steered[]>()
  for (const row of rows) groups.set(row.controller, [...(groups.get(row.controller) ?? []), row])
  return [...groups]
    .map(([controller, own]) => ({
      controller,
      junctions: own.length,
      figures: {
        ...Object.fromEntries(PER_VEHICLE.map((one) => [one, meanOf(own, one, (figures) => figures.throughput_veh_h ?? 0)])),
        ...Object.fromEntries(PER_JUNCTION.map((one) => [one, meanOf(own, one, () => 1)])),
      },
    }))
    .sort((a, b) => b.junctions - a.junctions || (a.controller < b.controller ? -1 : 1))
}
