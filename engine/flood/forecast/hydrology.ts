/**
 * The physical core, one small model per low point: rain fills depressions first (initial loss), what runs off passes two linear reservoirs in series (Nash 1957),
 * and is stored behind an outlet that lets pass in proportion to the store until it is full; a high tide narrows the outlet. A slow reservoir carries the recession.
 * The store becomes a depth by a monotone rating curve that is learnt (isotonic regression), so the parameters need no survey of the pipes.
 */
import { STEP_MIN } from './storm.ts'

export interface Catchment {
  /** Time constant of each of the two reservoirs of the surface, min. */
  readonly surface_min: number
  /** Time constant of the store while its outlet is not full, min. */
  readonly store_min: number
  /** What a full outlet lets pass at tide 0, mm per step. */
  readonly outlet_mm: number
  /** Share of the outlet that is lost per metre of tide. */
  readonly tide_outlet: number
  /** What a metre of tide adds to the store as the rating sees it, mm. */
  readonly tide_mm: number
  /** Initial loss, mm. */
  readonly loss_mm: number
  /** Time constant of the slow reservoir, min, and its share in what the rating sees. */
  readonly slow_min: number
  readonly slow_share: number
}

/** Where a search begins, and what an unknown place is taken for: a small paved district. */
export const UNKNOWN_CATCHMENT: Catchment = {
  surface_min: 12,
  store_min: 20,
  outlet_mm: 3,
  tide_outlet: 0.2,
  tide_mm: 1,
  loss_mm: 1,
  slow_min: 180,
  slow_share: 0.05,
}

/** Depth of water over the store, on knots that rise in both. */
export interface Rating {
  readonly store_mm: readonly number[]
  readonly depth_m: readonly number[]
}

/** What a catchment holds: filled depressions, two surface reservoirs (outflow, mm per step), the store and the slow reservoir, mm. */
export interface Water {
  lost: number
  first: number
  second: number
  store: number
  slow: number
}

export const dryWater = (): Water => ({ lost: 0, first: 0, second: 0, store: 0, slow: 0 })

const passes = (time_min: number): number => 1 - Math.exp(-STEP_MIN / time_min)
/** Depressions dry up within half a day. */
const DRYING = passes(720)
/** The least that an outlet lets pass, whatever the tide. */
const OUTLET_SHARE_MIN = 0.1

/** A catchment with its constants worked out. */
export interface Motion {
  readonly catchment: Catchment
  readonly surface: number
  readonly store: number
  readonly slow: number
}

export const motionOf = (catchment: Catchment): Motion => ({
  catchment,
  surface: passes(catchment.surface_min),
  store: passes(catchment.store_min),
  slow: passes(catchment.slow_min),
})

/** One step of STEP_MIN with `rain_mm` on it; changes `water`. */
export function flow(motion: Motion, water: Water, rain_mm: number, tide_m: number): void {
  const { catchment } = motion
  const lost = Math.min(rain_mm, catchment.loss_mm - water.lost)
  const runoff = rain_mm - Math.max(0, lost)
  water.lost = (water.lost + Math.max(0, lost)) * (rain_mm > 0 ? 1 : 1 - DRYING)
  water.first += motion.surface * (runoff - water.first)
  water.second += motion.surface * (water.first - water.second)
  const full = catchment.outlet_mm * Math.max(OUTLET_SHARE_MIN, 1 - catchment.tide_outlet * tide_m)
  const held = water.store + water.second
  water.store = Math.max(0, held - Math.min(held * motion.store, full))
  water.slow += motion.slow * (runoff - water.slow)
}

/** What the rating sees, mm. */
export function seen({ catchment }: Motion, water: Water, tide_m: number): number {
  return water.store + (catchment.slow_share * (water.slow * catchment.slow_min)) / STEP_MIN + catchment.tide_mm * tide_m
}

function interpolate(x: number, xs: readonly number[], ys: readonly number[]): number {
  const last = xs.length - 1
  if (x <= xs[0]) return ys[0]
  let low = 0
  let high = last
  if (x >= xs[last]) low = last - 1
  else {
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (xs[middle] <= x) low = middle
      else high = middle
    }
  }
  return ys[low] + ((x - xs[low]) * (ys[low + 1] - ys[low])) / (xs[low + 1] - xs[low])
}

/** Beyond the last knot the last slope goes on. */
export const depthOf = ({ store_mm, depth_m }: Rating, seen_mm: number): number => interpolate(seen_mm, store_mm, depth_m)
export const storeOf = ({ store_mm, depth_m }: Rating, level_m: number): number => interpolate(level_m, depth_m, store_mm)
