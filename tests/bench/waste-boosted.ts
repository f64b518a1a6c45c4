/**
 * Gradient boosting of the plain kind that a data scientist would try first: the logarithm of the time to full, squared error, on the last reading, the clock, and what the
 * plain forecasts say. It learns from times of issue whose bin became full.
 */
import type { Random } from '../../engine/base/random.ts'
import { DAY_MS, HOUR_MS } from '../../engine/base/time.ts'
import { binColumns, boost } from '../../engine/learn/boost.ts'
import { askForest, type Forest } from '../../engine/learn/trees.ts'
import type { PlainHistory } from './waste-plain.ts'

const OPTIONS = { trees: 200, learning_rate: 0.06, leaves: 24, leaf_rows: 30, l2: 2, row_share: 0.7, feature_share: 0.8 }
const SHORTEST_H = 0.25
const LONGEST_H = 60 * 24

export class BoostedRows {
  readonly rows: number[][] = []
  readonly times_h: number[] = []

  add(plain: PlainHistory, at: number, full_pct: number, ttf_h: number): void {
    this.rows.push(rowOf(plain, at, full_pct))
    this.times_h.push(ttf_h)
  }

  /** Null where there is nothing to learn from. */
  fit(random: Random): Forest | null {
    const { rows, times_h } = this
    if (rows.length < 2 * OPTIONS.leaf_rows) return null
    const columns = rows[0].map((_, f) => Float32Array.from(rows, (row) => row[f]))
    return boost({
      binned: binColumns(columns),
      rows: Int32Array.from(rows, (_, i) => i),
      target: Float64Array.from(times_h, (hours) => Math.log(Math.max(SHORTEST_H, hours))),
      weight: new Float64Array(rows.length).fill(1),
      monotone: new Int8Array(columns.length),
      loss: 'squared',
      options: OPTIONS,
      random,
    })
  }
}

function rowOf(plain: PlainHistory, at: number, full_pct: number): number[] {
  return [
    plain.level_pct,
    Math.floor(at / HOUR_MS) % 24,
    Math.floor(at / DAY_MS) % 7,
    Math.log(plain.lastRate(full_pct)),
    Math.log(Math.max(0.1, plain.weekdayMean(full_pct))),
    Math.log(Math.max(0.1, plain.croston(full_pct))),
    plain.meanOf(24),
    plain.meanOf(3 * 24),
    plain.meanOf(7 * 24),
    plain.meanOf(28 * 24),
    (at - plain.emptied) / HOUR_MS,
    plain.level_pct - plain.level_before_pct,
  ]
}

export function askBoosted(forest: Forest | null, plain: PlainHistory, at: number, full_pct: number): number {
  if (forest === null) return plain.croston(full_pct)
  return Math.min(LONGEST_H, Math.exp(askForest(forest, Float32Array.from(rowOf(plain, at, full_pct)))))
}
