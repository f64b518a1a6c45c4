/** The physical core run along a storm: what every low point holds at each time of issue, as the rain says and as the gauges correct it, and where it goes from there. */

import type { Forest } from '../../learn/trees.ts'
import { type CleanLevels, cleanLevels } from './clean.ts'
import { type Catchment, depthOf, dryWater, flow, type Motion, motionOf, type Rating, seen, storeOf, type Water } from './hydrology.ts'
import { rainAhead } from './rain-ahead.ts'
import { HORIZON_STEPS, rainOn, type Storm, type StormRain } from './storm.ts'

/** What was learnt of one low point. */
export interface PointCore {
  readonly catchment: Catchment
  readonly rating: Rating
  /** Points whose levels tell most of this one half an hour later, by index, nearest first. */
  readonly neighbours: readonly number[]
}

export interface Core {
  /** By site of the storm. */
  readonly points: readonly PointCore[]
  /** By span of RAIN_SPANS. */
  readonly rain: readonly Forest[]
}

/** Share of the difference to the gauge that is taken over at once. */
const GAIN = 0.8
/** No reading moves the store by more than this, mm and share: the rating is flat where the water is low. */
const MOVE_MM = 0.5
const MOVE_SHARE = 0.4

export interface Watched {
  readonly storm: Storm
  readonly core: Core
  readonly motions: readonly Motion[]
  readonly levels: readonly CleanLevels[]
  /** By site, then time. */
  readonly open: readonly (readonly Water[])[]
  readonly corrected: readonly (readonly Water[])[]
}

function correct(motion: Motion, rating: Rating, water: Water, level_m: number, tide_m: number): void {
  const now = seen(motion, water, tide_m)
  const most = MOVE_MM + MOVE_SHARE * now
  const move = GAIN * (storeOf(rating, level_m) - now)
  water.store = Math.max(0, water.store + Math.min(Math.max(move, -most), most))
}

export function watch(storm: Storm, core: Core): Watched {
  const levels = cleanLevels(storm.levels_m, storm.steps)
  const motions = core.points.map(({ catchment }) => motionOf(catchment))
  const open: Water[][] = core.points.map(() => [])
  const corrected: Water[][] = core.points.map(() => [])
  core.points.forEach(({ rating }, site) => {
    const rainy = dryWater()
    const gauged = dryWater()
    const { rain_mm } = rainOn(storm, site)
    for (let t = 0; t < storm.steps; t++) {
      flow(motions[site], rainy, rain_mm[t], storm.tide_m[t])
      flow(motions[site], gauged, rain_mm[t], storm.tide_m[t])
      const level_m = levels[site].level_m[t]
      if (levels[site].age[t] === 0) correct(motions[site], rating, gauged, level_m, storm.tide_m[t])
      open[site].push({ ...rainy })
      corrected[site].push({ ...gauged })
    }
  })
  return { storm, core, motions, levels, open, corrected }
}

/** By site: rain of the next steps as known at `t`. */
export function aheadOf({ storm, core }: Watched, t: number): Float64Array[] {
  const known = new Map<StormRain, Float64Array>()
  return core.points.map((_, site) => {
    const rain = rainOn(storm, site)
    const ahead = known.get(rain) ?? rainAhead(rain, t, core.rain)
    known.set(rain, ahead)
    return ahead
  })
}

/** Depths of the next HORIZON_STEPS steps from `water`, with `share` of the rain ahead. */
export function routeAhead(
  { storm, core, motions }: Watched,
  site: number,
  t: number,
  from: Water,
  ahead: Float64Array,
  share: number,
): Float64Array {
  const water = { ...from }
  const motion = motions[site]
  const depths = new Float64Array(HORIZON_STEPS)
  for (let step = 0; step < HORIZON_STEPS; step++) {
    flow(motion, water, ahead[step] * share, storm.tide_m[t])
    depths[step] = Math.max(0, depthOf(core.points[site].rating, seen(motion, water, storm.tide_m[t])))
  }
  return depths
}
