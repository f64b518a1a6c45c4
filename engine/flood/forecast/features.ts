/**
 * What the trees are asked with, for one low point, time of issue and lead. Depths are shares of the point's threshold, so that all points learn together and one
 * with a short history is not alone.
 */

import { depthOf, seen } from './hydrology.ts'
import { fallen } from './rain-ahead.ts'
import { NOWCAST_WINDOWS, rainOn, type Site, STEP_MIN } from './storm.ts'
import { aheadOf, routeAhead, type Watched } from './watch.ts'

/** Shares of the rain ahead that the physical core is run with: none, less, as said, more. */
const RAIN_SHARES = [0, 0.6, 1, 1.6] as const
const AS_SAID = 2
const LEVEL_AGO = [1, 2, 3, 6, 12] as const
const FALLEN_STEPS = [1, 3, 6, 12, 24, 60] as const
const NEIGHBOURS = 3

/** Names in the order of a row; those that begin with + may only raise the answer. */
export const FEATURES: readonly string[] = [
  'rim share',
  'surface_min',
  'store_min',
  'outlet_mm',
  'slow_share',
  'tide_outlet',
  'level',
  ...LEVEL_AGO.map((ago) => `level rise ${ago * STEP_MIN} min`),
  'age',
  'raw against level',
  'open now',
  'corrected now',
  'innovation',
  'mean innovation',
  ...RAIN_SHARES.map((share) => `+corrected ahead, rain × ${share}`),
  '+open ahead',
  '+corrected a step before',
  'corrected peak',
  'outlet against rain',
  ...Array.from({ length: NEIGHBOURS }, (_, n) => [`neighbour ${n} level`, `neighbour ${n} rise`, `neighbour ${n} ahead`]).flat(),
  ...FALLEN_STEPS.map((count) => `fallen ${count * STEP_MIN} min`),
  'fallen in all',
  ...NOWCAST_WINDOWS.map(({ from, to }) => `nowcast ${from * STEP_MIN} to ${to * STEP_MIN} min`),
  ...NOWCAST_WINDOWS.map(({ from, to }) => `nowcast ${from * STEP_MIN} to ${to * STEP_MIN} min, 15 min ago`),
  'rain to the lead',
  'rain in the half hour before the lead',
  'tide_m',
]

export const MONOTONE: Int8Array = Int8Array.from(FEATURES, (name) => (name.startsWith('+') ? 1 : 0))

/** What all leads of one time of issue share: the depths ahead of every point. */
export interface Ahead {
  readonly t: number
  /** By site. */
  readonly rain_mm: readonly Float64Array[]
  /** By site, then share of the rain: depths of the next steps, m. */
  readonly corrected: readonly (readonly Float64Array[])[]
  readonly open: readonly Float64Array[]
  readonly open_now: readonly number[]
  readonly corrected_now: readonly number[]
  /** Mean over all points of level less open, as shares of thresholds. */
  readonly innovation: number
}

export function lookAhead(watched: Watched, sites: readonly Site[], t: number): Ahead {
  const { storm, core, motions, open, corrected, levels } = watched
  const rain_mm = aheadOf(watched, t)
  const now = (waters: Watched['open']): number[] =>
    core.points.map(({ rating }, site) => Math.max(0, depthOf(rating, seen(motions[site], waters[site][t], storm.tide_m[t]))))
  const open_now = now(open)
  let sum = 0
  let count = 0
  sites.forEach(({ threshold_m }, site) => {
    const level = levels[site].level_m[t]
    if (Number.isNaN(level)) return
    sum += (level - open_now[site]) / threshold_m
    count++
  })
  return {
    t,
    rain_mm,
    corrected: sites.map((_, site) => RAIN_SHARES.map((share) => routeAhead(watched, site, t, corrected[site][t], rain_mm[site], share))),
    open: sites.map((_, site) => routeAhead(watched, site, t, open[site][t], rain_mm[site], 1)),
    open_now,
    corrected_now: now(corrected),
    innovation: count === 0 ? 0 : sum / count,
  }
}

/** The physical forecast: corrected by the gauge, with the rain as said, m at each of the next steps. */
export const physicalAhead = (ahead: Ahead, site: number): Float64Array => ahead.corrected[site][AS_SAID]

/** How much the depth depends on the rain ahead, as a share of the threshold: what the width of the band is read by. */
export function spreadAhead({ corrected }: Ahead, site: number, step: number, threshold_m: number): number {
  const depths = corrected[site]
  return (depths[depths.length - 1][step - 1] - depths[0][step - 1]) / threshold_m
}

/** Level at the time of issue, or where there is no gauge what the core says, m. */
export function levelNow(watched: Watched, ahead: Ahead, site: number): number {
  const level = watched.levels[site].level_m[ahead.t]
  return Number.isNaN(level) ? ahead.corrected_now[site] : level
}

/** Fills one row. @param step of the lead, counted from 1 */
export function fillRow(
  watched: Watched,
  sites: readonly Site[],
  ahead: Ahead,
  site: number,
  step: number,
  row: Float32Array,
  at = 0,
): void {
  const { storm, core, levels, motions } = watched
  const { t } = ahead
  const { threshold_m, rim_m } = sites[site]
  const { catchment, neighbours } = core.points[site]
  const own = levels[site].level_m
  const { rain_mm, nowcast_mm } = rainOn(storm, site)
  const rain_ahead_mm = ahead.rain_mm[site]
  const level = levelNow(watched, ahead, site)
  const last = step - 1
  let i = at
  row[i++] = rim_m / threshold_m
  row[i++] = catchment.surface_min
  row[i++] = catchment.store_min
  row[i++] = catchment.outlet_mm
  row[i++] = catchment.slow_share
  row[i++] = catchment.tide_outlet
  row[i++] = level / threshold_m
  for (const ago of LEVEL_AGO) row[i++] = t < ago ? Number.NaN : (level - own[t - ago]) / threshold_m
  row[i++] = levels[site].age[t]
  row[i++] = (storm.levels_m[site][t] - level) / threshold_m
  row[i++] = ahead.open_now[site] / threshold_m
  row[i++] = ahead.corrected_now[site] / threshold_m
  row[i++] = (level - ahead.open_now[site]) / threshold_m
  row[i++] = ahead.innovation
  for (const depths of ahead.corrected[site]) row[i++] = depths[last] / threshold_m
  row[i++] = ahead.open[site][last] / threshold_m
  row[i++] = ahead.corrected[site][AS_SAID][Math.max(0, last - 2)] / threshold_m
  row[i++] = peak(physicalAhead(ahead, site), step) / threshold_m
  row[i++] = motions[site].catchment.outlet_mm * step - rainTo(rain_ahead_mm, 0, step)
  for (let n = 0; n < NEIGHBOURS; n++) {
    const other = neighbours[n]
    if (other === undefined) {
      row.fill(Number.NaN, i, i + 3)
      i += 3
      continue
    }
    const theirs = levelNow(watched, ahead, other)
    const scale = sites[other].threshold_m
    row[i++] = theirs / scale
    row[i++] = t < 3 ? Number.NaN : (theirs - levels[other].level_m[t - 3]) / scale
    row[i++] = physicalAhead(ahead, other)[last] / scale
  }
  for (const count of FALLEN_STEPS) row[i++] = fallen(rain_mm, t, count)
  row[i++] = fallen(rain_mm, t, t + 1)
  for (const window of nowcast_mm ?? NOWCAST_WINDOWS.map(() => null)) row[i++] = window === null ? Number.NaN : window[t]
  for (const window of nowcast_mm ?? NOWCAST_WINDOWS.map(() => null)) row[i++] = window === null || t < 3 ? Number.NaN : window[t - 3]
  row[i++] = rainTo(rain_ahead_mm, 0, step)
  row[i++] = rainTo(rain_ahead_mm, Math.max(0, step - 6), step)
  row[i++] = storm.tide_m[t]
}

function peak(depths: Float64Array, steps: number): number {
  let most = 0
  for (let i = 0; i < steps; i++) most = Math.max(most, depths[i])
  return most
}

function rainTo(rain_mm: Float64Array, from: number, to: number): number {
  let sum = 0
  for (let i = from; i < to; i++) sum += rain_mm[i]
  return sum
}

/** Features that are all small where little happens: level now, and where the core goes with much rain. */
export const QUIET: readonly number[] = ['level', `+corrected ahead, rain × ${RAIN_SHARES[RAIN_SHARES.length - 1]}`].map((name) =>
  FEATURES.indexOf(name),
)
