/**
 * The water outside the outfalls, now and ahead. Where the network says what is foreseen (a tide table, a river's forecast) the level moves as that
 * does; what a gauge shows above or below it, as a surge, stays. Elsewhere the level stays as it was last seen.
 */
import { type EpochMs, HOUR_MS } from '../../base/time.ts'
import type { Tide } from '../../model/drainage.ts'
import type { DrainModel } from './hydraulics.ts'

const DAY_H = 24

/** Level foreseen, m above the datum; null outside the days of the table. */
export function tideAt(tide: Tide, ts: EpochMs, localHour: number): number | null {
  if (tide.by === 'date')
    return between(
      tide.points.map((point) => [point.ts, point.level_m]),
      ts,
    )
  const points = tide.points.map(({ hour, level_m }): [number, number] => [hour, level_m])
  const [first, last] = [points[0], points[points.length - 1]]
  // Around midnight, from the last hour of the table to the first of the next day.
  return between(
    [[last[0] - DAY_H, last[1]], ...points.filter(([hour]) => hour - DAY_H < last[0]), [first[0] + DAY_H, first[1]]],
    ((localHour % DAY_H) + DAY_H) % DAY_H,
  )
}

function between(points: readonly (readonly [number, number])[], x: number): number | null {
  const above = points.findIndex(([at]) => at >= x)
  if (above < 0) return null
  const [high, high_m] = points[above]
  if (above === 0) return high === x ? high_m : null
  const [low, low_m] = points[above - 1]
  return low_m + ((high_m - low_m) * (x - low)) / Math.max(high - low, Number.MIN_VALUE)
}

/** By how much the level outside a node is foreseen to change within `span_ms` from `ts`, m; 0 where nobody knows. */
export function riseOf({ drainage }: DrainModel, n: number, ts: EpochMs, localHour: number, span_ms: number): number {
  const { tide } = drainage.nodes[n]
  if (tide === undefined) return 0
  const [now_m, then_m] = [tideAt(tide, ts, localHour), tideAt(tide, ts + span_ms, localHour + span_ms / HOUR_MS)]
  return now_m === null || then_m === null ? 0 : then_m - now_m
}

/** Depths outside the outfalls that have a tide, at the end of each step. */
export interface Ahead {
  readonly n: number
  readonly stage_m: readonly number[]
}

/** @param stage_m by node, now */
export function stagesAhead(
  model: DrainModel,
  stage_m: readonly number[],
  ts: EpochMs,
  localHour: number,
  { steps, step_ms }: { readonly steps: number; readonly step_ms: number },
): Ahead[] {
  return model.drainage.nodes.flatMap(({ tide }, n) =>
    tide === undefined
      ? []
      : [
          {
            n,
            stage_m: Array.from({ length: steps }, (_, i) => Math.max(0, stage_m[n] + riseOf(model, n, ts, localHour, (i + 1) * step_ms))),
          },
        ],
  )
}
