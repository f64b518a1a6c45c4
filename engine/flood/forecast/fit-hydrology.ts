/** Fits a catchment to what was seen: coordinate search over the parameters, the rating by isotonic regression inside (pool adjacent violators, Ayer et al. 1955). */
import type { Random } from '../../base/random.ts'
import { type Catchment, dryWater, flow, motionOf, type Rating, seen, UNKNOWN_CATCHMENT } from './hydrology.ts'
import type { Storm } from './storm.ts'

const BOUNDS: Readonly<Record<keyof Catchment, readonly [low: number, high: number]>> = {
  surface_min: [2, 120],
  store_min: [5, 240],
  outlet_mm: [0.05, 20],
  tide_outlet: [0, 1],
  tide_mm: [0, 30],
  loss_mm: [0, 15],
  slow_min: [60, 720],
  slow_share: [0, 1],
}

const CLASSES = 160
const ROUNDS = 9
/** The rating rises by at least this per mm, so that a level always says which store it belongs to. */
const SLOPE_MIN_M = 1e-4

/** What the rating sees at every time of a storm. */
export function seenIn(catchment: Catchment, storm: Storm): Float64Array {
  const motion = motionOf(catchment)
  const water = dryWater()
  return Float64Array.from(storm.rain_mm, (rain_mm, t) => {
    flow(motion, water, rain_mm, storm.tide_m[t])
    return seen(motion, water, storm.tide_m[t])
  })
}

interface Fit {
  readonly error: number
  readonly rating: Rating
}

/** Best monotone curve through the points, in classes of equal width of the square root: fine where water is low. */
export function fitRating(x: Float64Array, y: Float64Array): Fit {
  let most = 0
  for (let i = 0; i < x.length; i++) if (!Number.isNaN(y[i])) most = Math.max(most, x[i])
  const scale = (CLASSES - 1e-9) / Math.sqrt(Math.max(most, 1e-6))
  const n = new Float64Array(CLASSES)
  const sx = new Float64Array(CLASSES)
  const sy = new Float64Array(CLASSES)
  let squares = 0
  for (let i = 0; i < x.length; i++) {
    if (Number.isNaN(y[i])) continue
    const at = Math.min(CLASSES - 1, Math.floor(Math.sqrt(Math.max(0, x[i])) * scale))
    n[at]++
    sx[at] += x[i]
    sy[at] += y[i]
    squares += y[i] * y[i]
  }
  const blocks: { n: number; y: number; xs: number[] }[] = []
  for (let c = 0; c < CLASSES; c++) {
    if (n[c] === 0) continue
    blocks.push({ n: n[c], y: sy[c], xs: [sx[c] / n[c]] })
    while (blocks.length > 1) {
      const last = blocks[blocks.length - 1]
      const before = blocks[blocks.length - 2]
      if (before.y / before.n < last.y / last.n) break
      blocks.splice(-2, 2, { n: before.n + last.n, y: before.y + last.y, xs: [...before.xs, ...last.xs] })
    }
  }
  const error = squares - blocks.reduce((sum, block) => sum + (block.y * block.y) / block.n, 0)
  const knots = blocks.map(({ n: count, y: sum, xs }) => ({ x: xs.reduce((a, b) => a + b, 0) / xs.length, y: sum / count }))
  return { error, rating: risingRating(knots) }
}

function risingRating(knots: readonly { readonly x: number; readonly y: number }[]): Rating {
  const store_mm: number[] = []
  const depth_m: number[] = []
  const add = (x: number, y: number): void => {
    const before = store_mm.at(-1)
    if (before !== undefined && x - before < 1e-6) return
    store_mm.push(x)
    depth_m.push(before === undefined ? y : Math.max(y, (depth_m.at(-1) ?? 0) + SLOPE_MIN_M * (x - before)))
  }
  for (const { x, y } of knots) add(x, y)
  // A point of which nothing is known, or that was always dry.
  while (store_mm.length < 2) add((store_mm.at(-1) ?? -1) + 1, depth_m.at(-1) ?? 0)
  return { store_mm, depth_m }
}

export interface FittedCatchment {
  readonly catchment: Catchment
  readonly rating: Rating
}

/** @param depths_m by storm, what is to be met; NaN is left out */
export function fitCatchment(storms: readonly Storm[], depths_m: readonly Float64Array[], random: Random): FittedCatchment {
  const size = storms.reduce((sum, { steps }) => sum + steps, 0)
  const y = new Float64Array(size)
  let at = 0
  for (const depths of depths_m) {
    y.set(depths, at)
    at += depths.length
  }
  const x = new Float64Array(size)
  const tryOut = (catchment: Catchment): Fit => {
    let offset = 0
    for (const storm of storms) {
      x.set(seenIn(catchment, storm), offset)
      offset += storm.steps
    }
    return fitRating(x, y)
  }
  let best = UNKNOWN_CATCHMENT
  let fit = tryOut(best)
  for (let round = 0; round < ROUNDS; round++) {
    const reach = 0.9 * 0.72 ** round
    for (const name of Object.keys(BOUNDS) as (keyof Catchment)[]) {
      for (const sign of random.chance(0.5) ? [1, -1] : [-1, 1]) {
        const [low, high] = BOUNDS[name]
        const from = best[name]
        const moved = from === 0 ? (high - low) * 0.05 * reach : from * Math.exp(sign * reach)
        const candidate = { ...best, [name]: Math.min(Math.max(moved, low), high) }
        if (candidate[name] === from) continue
        const next = tryOut(candidate)
        if (next.error >= fit.error) continue
        best = candidate
        fit = next
        break
      }
    }
  }
  return { catchment: best, rating: fit.rating }
}
