/**
 * Rain of the next two hours in steps of five minutes, from the nowcast or, where there is none, from the rain that fell. A nowcast errs most of the same way for
 * some minutes, and the one of half an hour ago spoke of the same time: small forests weigh them. They answer the change of the square root against the plain
 * reading of the nowcast, because errors of rain grow with rain.
 */

import { askForest, type Forest } from '../../learn/trees.ts'
import { HORIZON_STEPS, NOWCAST_WINDOWS, type StormRain } from './storm.ts'

/** Spans of steps with a forest each. */
export const RAIN_SPANS = [
  { from: 0, to: 3 },
  { from: 3, to: 6 },
  { from: 6, to: 9 },
  { from: 9, to: 12 },
  { from: 12, to: 18 },
  { from: 18, to: 24 },
] as const

/** Steps ago of the nowcasts that are looked at, and sums of past rain. */
const ISSUED_AGO = [0, 1, 2, 3, 6, 9, 12, 18] as const
const FALLEN_STEPS = [1, 3, 6, 12, 24] as const
/** Without a nowcast rain fades with this time constant, steps. */
const FADES_STEPS = 9

export const RAIN_FEATURES = FALLEN_STEPS.length + 2 + ISSUED_AGO.length * NOWCAST_WINDOWS.length

/** Rain of the `count` steps that end at `t`, mm. */
export function fallen(rain_mm: Float64Array, t: number, count: number): number {
  let sum = 0
  for (let i = Math.max(0, t - count + 1); i <= t; i++) sum += rain_mm[i]
  return sum
}

export function rainFeatures({ rain_mm, nowcast_mm }: StormRain, t: number, row: Float32Array, at = 0): void {
  let i = at
  for (const count of FALLEN_STEPS) row[i++] = Math.sqrt(fallen(rain_mm, t, count))
  row[i++] = t >= 1 ? rain_mm[t] - rain_mm[t - 1] : 0
  row[i++] = t >= 3 ? rain_mm[t] - rain_mm[t - 3] : 0
  for (const ago of ISSUED_AGO)
    for (let w = 0; w < NOWCAST_WINDOWS.length; w++)
      row[i++] = nowcast_mm === null || t < ago ? Number.NaN : Math.sqrt(Math.max(0, nowcast_mm[w][t - ago]))
}

/** Rain of a step of each span as the nowcast reads plainly, mm. */
export function plainRain({ rain_mm, nowcast_mm }: StormRain, t: number): number[] {
  if (nowcast_mm === null) {
    const now = fallen(rain_mm, t, 3) / Math.min(3, t + 1)
    return RAIN_SPANS.map(({ from, to }) => now * Math.exp(-(from + to) / 2 / FADES_STEPS))
  }
  return RAIN_SPANS.map((span) => {
    const w = NOWCAST_WINDOWS.findIndex(({ from, to }) => span.from >= from && span.to <= to)
    return Math.max(0, nowcast_mm[w][t]) / (NOWCAST_WINDOWS[w].to - NOWCAST_WINDOWS[w].from)
  })
}

/** @param forests by span; empty for the plain reading. @returns mm in each of the next HORIZON_STEPS steps */
export function rainAhead(storm: StormRain, t: number, forests: readonly Forest[]): Float64Array {
  const row = new Float32Array(RAIN_FEATURES)
  rainFeatures(storm, t, row)
  const plain = plainRain(storm, t)
  const ahead = new Float64Array(HORIZON_STEPS)
  RAIN_SPANS.forEach(({ from, to }, s) => {
    const root = Math.sqrt(plain[s]) + (forests.length === 0 ? 0 : askForest(forests[s], row))
    ahead.fill(Math.max(0, root) ** 2, from, to)
  })
  return ahead
}
