/** The river, or the sea at its mouth: where the sewers end. Its height above the zero of its gauges, a function of time alone. */
import type { Surge } from '../../config/scenario.ts'
import { type EpochMs, HOUR_MS, MINUTE_MS } from '../../engine/base/time.ts'

/** Usual level, and the half-daily tide on it (M2, 12.42 h). */
const USUAL_M = 1.1
const TIDE_M = 0.25
const TIDE_MS = 12.42 * HOUR_MS
/** Up to here the outfalls run free; from here on their flaps are shut. */
const FREE_M = 1.6
const SHUT_M = 3.4

export interface River {
  level_m(ts: EpochMs): number
  /** Share of their flow that outfalls still carry against the level, 0…1. */
  outfall_share(ts: EpochMs): number
}

export function createRiver(surge: Surge | null, start: EpochMs): River {
  const level_m = (ts: EpochMs): number => {
    const usual = USUAL_M + TIDE_M * Math.sin((2 * Math.PI * ts) / TIDE_MS)
    if (surge === null) return usual
    const life = ((ts - start) / MINUTE_MS - surge.from_min) / surge.duration_min
    return life <= 0 || life >= 1 ? usual : usual + surge.peak_m * Math.sin(Math.PI * life) ** 2
  }
  return {
    level_m,
    // Flow through an outfall goes with the root of the head that is left (orifice equation).
    outfall_share: (ts) => Math.sqrt(Math.min(1, Math.max(0, (SHUT_M - level_m(ts)) / (SHUT_M - FREE_M)))),
  }
}
