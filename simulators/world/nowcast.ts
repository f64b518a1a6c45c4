/**
 * A radar nowcast: the rain to come, seen through the errors of extrapolation. Cells are thought to move a little otherwise than they do,
 * and their growth and decay is not foreseen; both errors grow with the lead (Germann & Zawadzki 2002, 2006) and last for some minutes
 * from one issue to the next.
 */
import type { LonLat } from '../../engine/base/geo.ts'
import { localFrame } from '../../engine/base/geo.ts'
import type { Random } from '../../engine/base/random.ts'
import { type EpochMs, MINUTE_MS, SECOND_MS } from '../../engine/base/time.ts'
import type { Rain } from './rain.ts'

/** Error of the motion vector along each axis. */
const MOTION_MPS = 1
/** Of the logarithm of the rate: one step of five minutes ahead; it grows with the root of the lead. */
const GROWTH_SIGMA = 0.1
const GROWTH_LEAD_S = 300
/** An error is a new one after this time. */
const MEMORY_MS = 20 * MINUTE_MS

/** Normal error that changes slowly: two independent ones blended so that the variance stays 1. */
function slowError(random: Random, name: string, ts: EpochMs): number {
  const knot = Math.floor(ts / MEMORY_MS)
  const turn = ((ts / MEMORY_MS - knot) * Math.PI) / 2
  const at = (k: number): number => random.fork(`${name} ${k}`).normal(0, 1)
  return Math.cos(turn) * at(knot) + Math.sin(turn) * at(knot + 1)
}

/** Rain rates at a place `step_s`, 2 · `step_s`, … after `ts`, mm/h, as foreseen at `ts`. */
export function nowcast_mm_h(rain: Rain, at: LonLat, ts: EpochMs, random: Random, steps: number, step_s: number): number[] {
  const frame = localFrame(at)
  const [east, north, growth] = ['east', 'north', 'growth'].map((name) => slowError(random, name, ts))
  return Array.from({ length: steps }, (_, i) => {
    const lead_s = (i + 1) * step_s
    const seen = frame.toLonLat(MOTION_MPS * lead_s * east, MOTION_MPS * lead_s * north)
    const sigma = GROWTH_SIGMA * Math.sqrt(lead_s / GROWTH_LEAD_S)
    return rain.rate_mm_h(seen, ts + lead_s * SECOND_MS) * Math.exp(sigma * growth - (sigma * sigma) / 2)
  })
}
