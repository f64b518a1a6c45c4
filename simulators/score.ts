/**
 * How a drill went: metrics of the world's truth (never the engine's own opinion), metrics of what the engine did, and each line of the
 * scenario's `expect` with pass or fail.
 */
import type { Comparison, Expectation, Scenario } from '../config/scenario.ts'
import type { EpochMs } from '../engine/base/time.ts'
import type { Bilingual } from '../engine/model/city.ts'

export type Metrics = Readonly<Record<string, number>>

export interface Verdict extends Expectation {
  /** null: nobody measured it, which never passes. */
  readonly value: number | null
  readonly passed: boolean
}

export interface Score {
  readonly scenario: string
  readonly name: Bilingual
  readonly seed: number
  readonly from: EpochMs
  readonly until: EpochMs
  /** Sorted by name; units are the last part of each name. */
  readonly metrics: Metrics
  readonly verdicts: readonly Verdict[]
  /** Every line of `expect` holds. */
  readonly passed: boolean
}

const COMPARE: Readonly<Record<Comparison, (value: number, limit: number) => boolean>> = {
  '<=': (value, limit) => value <= limit,
  '>=': (value, limit) => value >= limit,
  '==': (value, limit) => value === limit,
  '<': (value, limit) => value < limit,
  '>': (value, limit) => value > limit,
}

export function judge(expectation: Expectation, metrics: Metrics): Verdict {
  const value = metrics[expectation.metric] ?? null
  return { ...expectation, value, passed: value !== null && COMPARE[expectation.comparison](value, expectation.limit) }
}

export interface ScoreInput {
  readonly scenario: Scenario
  readonly seed: number
  readonly from: EpochMs
  readonly until: EpochMs
  readonly metrics: Metrics
}

export function createScore({ scenario, seed, from, until, metrics }: ScoreInput): Score {
  const sorted = Object.fromEntries(Object.entries(metrics).sort(([a], [b]) => (a < b ? -1 : 1)))
  const verdicts = scenario.expect.map((expectation) => judge(expectation, sorted))
  return {
    scenario: scenario.id,
    name: scenario.name,
    seed,
    from,
    until,
    metrics: sorted,
    verdicts,
    passed: verdicts.every(({ passed }) => passed),
  }
}

const shown = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(2))

/** The score as lines for a person: one per metric, then one per expectation. */
export function scoreLines({ metrics, verdicts }: Score): string[] {
  const width = Math.max(0, ...Object.keys(metrics).map((name) => name.length))
  return [
    ...Object.entries(metrics).map(([name, value]) => `${name.padEnd(width)}  ${shown(value)}`),
    ...verdicts.map(({ metric, comparison, limit, value, passed }) => {
      const found = value === null ? 'not measured' : shown(value)
      return `${passed ? 'pass' : 'FAIL'}  ${metric} ${comparison} ${limit}  (${found})`
    }),
  ]
}
