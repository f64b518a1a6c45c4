/**
 * The forecast of a low point that nobody has learnt anything of: its catchment, the ground that the water stands on and its pumps are in the city's description,
 * and what is not (how much runs off, how fast, what the sewer swallows) is taken from design practice as a set of possibilities. Each is run along the storm and
 * counts for as much as its steps agreed with the gauge (generalised likelihood uncertainty estimation, Beven and Binley 1992); the gauge also says how much water
 * stands. Run on with no, less, the expected and more rain, the weighted set gives the depth, the band and the chance.
 */
import { normalCdf } from '../../base/normal.ts'
import { modeFor, type PumpMode, SETTING } from '../pumps.ts'
import { HORIZON_STEPS, STEP_MIN } from './storm.ts'

/** What the city tells of a low point. */
export interface Geometry {
  readonly threshold_m: number
  readonly catchment_m2: number
  /** Ground that the water stands on. */
  readonly storage_m2: number
  /** All its pumps at full speed. */
  readonly pumps_m3_s: number
}

/** The last hours at one low point; NaN where nothing is known. */
export interface History {
  readonly rain_mm: Float64Array
  readonly level_m: Float64Array
  readonly pumped_m3_s: Float64Array
}

export interface Curve {
  readonly depth_m: Float64Array
  readonly low_m: Float64Array
  readonly high_m: Float64Array
  readonly p_exceed: Float64Array
}

/**
 * Runoff coefficients of built-up districts and of roads and roofs (GB 50014-2021, table 4.1.8), and more than 1: the catchment may be larger than described, and
 * more may fall on it than on the gauges around it.
 */
const RUNOFF_SHARES = [0.6, 0.8, 1, 1.2]
/** Times of concentration of small street catchments, 5 to 15 min on the surface and as much again in the pipe (GB 50014-2021, 4.1.11). */
const RUNOFF_MIN = [5, 10, 20]
/** From a sewer that a high river or a full trunk holds up to what pipes for a storm of one year carry, as runoff of the catchment (GB 50014-2021, 4.1.3). */
const SEWERS_MM_H = [3, 7, 12, 18, 27]

/** Members of the set, parameter by parameter. */
const MEMBERS = RUNOFF_SHARES.flatMap((runoff_share) =>
  RUNOFF_MIN.flatMap((runoff_min) => SEWERS_MM_H.map((sewer_mm_h) => ({ runoff_share, runoff_min, sewer_mm_h }))),
)
const STEP_H = STEP_MIN / 60
const SHARE = Float64Array.from(MEMBERS, ({ runoff_share }) => runoff_share)
/** Share of the water underway that is still underway a step later, and of the step's rain. */
const KEPT = Float64Array.from(MEMBERS, ({ runoff_min }) => Math.exp(-STEP_MIN / runoff_min))
const FRESH_KEPT = Float64Array.from(MEMBERS, ({ runoff_min }, m) => (runoff_min / STEP_MIN) * (1 - KEPT[m]))
const SEWER_MM = Float64Array.from(MEMBERS, ({ sewer_mm_h }) => sewer_mm_h * STEP_H)

/** Rain of the next steps, and how likely it comes like that. */
export interface RainCourse {
  readonly weight: number
  readonly rain_mm: Float64Array
}

/** One step of a gauge's error counts by its size in this, m and share of the depth. */
const ERROR_M = 0.01
const ERROR_SHARE = 0.08
/** What was learnt fades, so that a pump that fails or a sewer that backs up later is noticed. */
const MEMORY = 0.97
/** No member is quite given up. */
const WEIGHT_MIN = 1e-3

/** The set at one time of issue: water on its way and standing, mm on the catchment, and the weight of each member. */
interface Ensemble {
  readonly underway: Float64Array
  readonly standing: Float64Array
  readonly weight: Float64Array
}

/** Lets it rain for a step on a member and its water run off; what stands then, mm. */
function flowMember(
  m: number,
  { underway, standing }: Pick<Ensemble, 'underway' | 'standing'>,
  rain_mm: number,
  pumped_mm: number,
): number {
  const runoff = rain_mm * SHARE[m]
  const left = underway[m] * KEPT[m] + runoff * FRESH_KEPT[m]
  const arrived = underway[m] + runoff - left
  underway[m] = left
  standing[m] = Math.max(0, standing[m] + arrived - SEWER_MM[m] - pumped_mm)
  return standing[m]
}

/** Depth of a millimetre on the catchment where it stands, m; and flow of the pumps as millimetres of a step. */
const depthOf_mm = ({ catchment_m2, storage_m2 }: Geometry): number => catchment_m2 / storage_m2 / 1000
const stepOf_m3_s = ({ catchment_m2 }: Geometry): number => (STEP_MIN * 60 * 1000) / catchment_m2

/** Pumps that say nothing are taken to follow the water. */
function assumedPumps(geometry: Geometry, mode: PumpMode, share: number | null, rain_mm: number): PumpMode {
  return geometry.pumps_m3_s === 0 ? 'off' : modeFor(mode, share, rain_mm / STEP_H)
}

function followStorm(geometry: Geometry, { rain_mm, level_m, pumped_m3_s }: History): Ensemble {
  const water = { underway: new Float64Array(MEMBERS.length), standing: new Float64Array(MEMBERS.length) }
  const misfit = new Float64Array(MEMBERS.length)
  const metre = depthOf_mm(geometry)
  let mode: PumpMode = 'off'
  rain_mm.forEach((mm, t) => {
    const rain = Number.isNaN(mm) ? 0 : mm
    const level = level_m[t]
    const isSeen = !Number.isNaN(level)
    mode = assumedPumps(geometry, mode, isSeen ? level / geometry.threshold_m : null, rain)
    const flow = Number.isNaN(pumped_m3_s[t]) ? SETTING[mode] * geometry.pumps_m3_s : pumped_m3_s[t]
    const pumped = flow * stepOf_m3_s(geometry)
    for (let m = 0; m < MEMBERS.length; m++) {
      const depth = flowMember(m, water, rain, pumped) * metre
      misfit[m] *= MEMORY
      if (!isSeen) continue
      misfit[m] += Math.abs(level - depth) / (ERROR_M + ERROR_SHARE * Math.max(level, depth))
      water.standing[m] = Math.max(0, level) / metre
    }
  })
  return { ...water, weight: weightsOf(misfit) }
}

function weightsOf(misfit: Float64Array): Float64Array {
  const least = Math.min(...misfit)
  const weight = misfit.map((value) => Math.max(WEIGHT_MIN, Math.exp(least - value)))
  const sum = weight.reduce((all, value) => all + value, 0)
  return weight.map((value) => value / sum)
}

/** Depths of a set of runs at each lead, as a histogram. */
const BINS = 96

class Spread {
  readonly bins = new Float64Array(BINS)
  private top = 0

  fill(depths: Float64Array, weight: Float64Array): void {
    this.bins.fill(0)
    this.top = 1e-6
    for (const depth of depths) this.top = Math.max(this.top, depth)
    depths.forEach((depth, i) => {
      this.bins[Math.min(BINS - 1, Math.floor((depth / this.top) * BINS))] += weight[i]
    })
  }

  /** Depth that `share` of the weight is below, m. */
  quantile(share: number): number {
    let below = 0
    for (let bin = 0; bin < BINS; bin++) {
      const own = this.bins[bin]
      if (below + own >= share && own > 0) return (this.top * (bin + (share - below) / own)) / BINS
      below += own
    }
    return this.top
  }

  /** Chance of more than `depth_m` when each run may be off by `sd_m`. */
  above(depth_m: number, sd_m: number): number {
    let sum = 0
    for (let bin = 0; bin < BINS; bin++)
      if (this.bins[bin] > 0) sum += this.bins[bin] * normalCdf(((this.top * (bin + 0.5)) / BINS - depth_m) / sd_m)
    return sum
  }
}

/** What every run may be off by: a centimetre, and a share of how far the water has moved. */
const SD_M = 0.012
const SD_SHARE = 0.15
/** One in ten is above, one in ten below: so many standard deviations from the middle. */
const BAND_SDS = 1.282

/** @param courses whose weights sum to 1 */
export function forecastUntrained(geometry: Geometry, history: History, courses: readonly RainCourse[]): Curve {
  const ensemble = followStorm(geometry, history)
  const last = history.level_m.length - 1
  const metre = depthOf_mm(geometry)
  const runs = MEMBERS.length * courses.length
  const depths = Array.from({ length: HORIZON_STEPS }, () => new Float64Array(runs))
  const weight = new Float64Array(runs)
  const known = history.pumped_m3_s[last]
  const present = Number.isNaN(known) ? 0 : known
  courses.forEach((course, c) => {
    const water = { underway: ensemble.underway.slice(), standing: ensemble.standing.slice() }
    for (let m = 0; m < MEMBERS.length; m++) {
      const run = c * MEMBERS.length + m
      weight[run] = course.weight * ensemble.weight[m]
      let depth = water.standing[m] * metre
      let mode = modeOf(present, geometry)
      for (let step = 0; step < HORIZON_STEPS; step++) {
        const rain = course.rain_mm[step]
        mode = assumedPumps(geometry, mode, depth / geometry.threshold_m, rain)
        const flow = Math.max(present, SETTING[mode] * geometry.pumps_m3_s)
        depth = flowMember(m, water, rain, flow * stepOf_m3_s(geometry)) * metre
        depths[step][run] = depth
      }
    }
  })
  return curveOf(depths, weight, geometry.threshold_m, history.level_m[last])
}

/** How pumps that move so much are set. */
function modeOf(flow_m3_s: number, { pumps_m3_s }: Geometry): PumpMode {
  const share = pumps_m3_s === 0 ? 0 : flow_m3_s / pumps_m3_s
  return share > 0.75 ? 'full' : share > 0.25 ? 'half' : 'off'
}

function curveOf(depths: readonly Float64Array[], weight: Float64Array, threshold_m: number, level_m: number): Curve {
  const curve = {
    depth_m: new Float64Array(HORIZON_STEPS),
    low_m: new Float64Array(HORIZON_STEPS),
    high_m: new Float64Array(HORIZON_STEPS),
    p_exceed: new Float64Array(HORIZON_STEPS),
  }
  const spread = new Spread()
  depths.forEach((runs, step) => {
    spread.fill(runs, weight)
    const middle = spread.quantile(0.5)
    const moved = Number.isNaN(level_m) ? middle : Math.abs(middle - level_m)
    const sd = SD_M + SD_SHARE * moved
    const widened = (distance: number): number => Math.hypot(distance, BAND_SDS * sd)
    curve.depth_m[step] = middle
    curve.low_m[step] = Math.max(0, middle - widened(middle - spread.quantile(0.1)))
    curve.high_m[step] = middle + widened(spread.quantile(0.9) - middle)
    curve.p_exceed[step] = spread.above(threshold_m, sd)
  })
  return curve
}
