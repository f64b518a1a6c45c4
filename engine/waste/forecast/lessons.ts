/** What the forest learns from: times of issue of many bins, spread over their time, and what became of each. */
import type { Random } from '../../base/random.ts'
import { DAY_MS, HOUR_MS } from '../../base/time.ts'
import { binColumns, boost } from '../../learn/boost.ts'
import type { Forest } from '../../learn/trees.ts'
import type { DayPlan } from './almanac.ts'
import { FEATURES, featuresOf, MONOTONE, type Standing, standingOf } from './features.ts'
import type { KindPrior } from './habit.ts'
import { type KnownSeries, outcomeAfter } from './outcomes.ts'
import { FULL_PCT } from './score.ts'
import { createTrack, observeFill } from './track.ts'

export interface KnownBin {
  readonly bin: string
  readonly kind: string | null
  readonly known: KnownSeries
  readonly plan: DayPlan
}

export type PriorOf = (kind: string | null) => KindPrior

/** Small trees with full leaves: the lessons of one bin are much alike, and larger ones learn the bins by heart (docs/waste.md). */
const BOOST = { trees: 180, learning_rate: 0.05, leaves: 10, leaf_rows: 200, l2: 30, row_share: 0.5, feature_share: 0.4 }
/** Times of issue in all, and of one bin at least and at most. */
export const ISSUES = 14_000
const ISSUES_BIN = { min: 40, max: 2500 }
const LESSONS_MIN = 400
const SHORTEST_H = 2
const LONGEST_H = 336
/** Horizons that claims are made for are asked in every lesson, give or take this share. */
const CLAIMS_H = [24, 48]
const CLAIM_SPREAD = 0.1
/** A time of issue lies up to so long behind its reading. */
const BEHIND_MS = 12 * HOUR_MS

export interface Issue {
  readonly standing: Standing
  /** Index of the first reading behind it. */
  readonly next: number
}

/** One bin's standing at each of some times of issue, in order and spread evenly over the time in which it was heard. */
export function* issuesOf({ known, kind, plan }: KnownBin, priorOf: PriorOf, count: number, random: Random): Generator<Issue> {
  const { ts, fill_pct, collected } = known
  if (ts.length < 2) return
  // A silence counts as a day at most.
  const heard = (i: number): number => Math.min(ts[i + 1] - ts[i], DAY_MS)
  let all = 0
  for (let i = 0; i < ts.length - 1; i++) all += heard(i)
  const stride = all / count
  const track = createTrack(ts[0], fill_pct[0])
  let due = random.uniform(0, stride) - heard(0)
  for (let i = 1; i < ts.length - 1; i++) {
    observeFill(track, ts[i], fill_pct[i], collected?.[i] === 1)
    const length = heard(i)
    if (due < length) {
      const at = ts[i] + Math.min(Math.max(0, due), BEHIND_MS)
      while (due < length) due += stride * random.uniform(0.6, 1.4)
      yield { standing: standingOf(track, priorOf(kind), at, plan), next: i + 1 }
    }
    due -= length
  }
}

/**
 * Log odds of reaching a level within a time, of a bin that nobody empties; null where nothing ever came of it: constant sensors, bins that were hardly looked at.
 * @param issues times of issue in all
 */
export function fitForest(bins: readonly KnownBin[], priorOf: PriorOf, random: Random, issues = ISSUES): Forest | null {
  const lessons = new Lessons()
  const each = Math.min(Math.max(ISSUES_BIN.min, Math.ceil(issues / bins.length)), ISSUES_BIN.max)
  for (const bin of bins) {
    const draw = random.fork(`bin/${bin.bin}`)
    for (const { standing, next } of issuesOf(bin, priorOf, Math.min(each, bin.known.ts.length), draw)) {
      const claims = CLAIMS_H.map((claim_h) => claim_h * draw.uniform(1 - CLAIM_SPREAD, 1 + CLAIM_SPREAD))
      lessons.add(standing, FULL_PCT, outcomeOf(standing, bin.known, next, FULL_PCT), [...horizons(2, draw), ...claims], 1)
      const other_pct = Math.min(100, standing.level_pct + draw.uniform(3, 60))
      lessons.add(standing, other_pct, outcomeOf(standing, bin.known, next, other_pct), horizons(2, draw), 0.5)
    }
  }
  return lessons.fit(random.fork('forest'))
}

/** So many, spread over their logarithm. */
const horizons = (count: number, random: Random): number[] =>
  Array.from({ length: count }, (_, k) => SHORTEST_H * (LONGEST_H / SHORTEST_H) ** ((k + random.next()) / count))

interface Became {
  readonly ttf_h: number | null
  readonly left_h: number
}

/** Null where the bin is at the level already. */
function outcomeOf(standing: Standing, known: KnownSeries, next: number, full_pct: number): Became | null {
  if (standing.level_pct >= full_pct || standing.track.raw_pct >= full_pct) return null
  const { full, until } = outcomeAfter(known, next, full_pct)
  return { ttf_h: full === null ? null : (full - standing.at) / HOUR_MS, left_h: (until - standing.at) / HOUR_MS }
}

class Lessons {
  private readonly values: number[] = []
  private readonly targets: number[] = []
  private readonly weights: number[] = []
  private readonly row = new Float32Array(FEATURES)

  /** A stretch that ended with an emptying before the horizon says nothing of it and is left out. */
  add(standing: Standing, full_pct: number, became: Became | null, horizons_h: readonly number[], weight: number): void {
    if (became === null) return
    const { ttf_h, left_h } = became
    for (const hours of horizons_h) {
      const isFull = ttf_h !== null && ttf_h <= hours
      if (!isFull && ttf_h === null && left_h < hours) continue
      featuresOf(standing, full_pct, hours, this.row)
      for (const value of this.row) this.values.push(value)
      this.targets.push(isFull ? 1 : 0)
      this.weights.push(weight)
    }
  }

  fit(random: Random): Forest | null {
    const n = this.targets.length
    if (!this.targets.includes(1) || n < LESSONS_MIN) return null
    const columns = Array.from({ length: FEATURES }, (_, f) => Float32Array.from({ length: n }, (__, i) => this.values[i * FEATURES + f]))
    return boost({
      binned: binColumns(columns),
      rows: Int32Array.from({ length: n }, (_, i) => i),
      target: Float64Array.from(this.targets),
      weight: Float64Array.from(this.weights),
      monotone: MONOTONE,
      loss: 'logistic',
      options: BOOST,
      random,
    })
  }
}
