/** How the rain may go on at a low point, with the chance of each course: from the nowcast as far as it reaches, from what fell beyond it. */
import { fallen } from './rain-ahead.ts'
import { HORIZON_STEPS, NOWCAST_WINDOWS, type StormRain } from './storm.ts'
import type { RainCourse } from './untrained.ts'

/** Shares of the rain that a nowcast announces: it errs most in how much. */
const NOWCAST_SHARES = [
  { share: 0.5, weight: 0.15 },
  { share: 0.8, weight: 0.25 },
  { share: 1, weight: 0.25 },
  { share: 1.25, weight: 0.2 },
  { share: 1.7, weight: 0.15 },
]
/** Without one: it stops, fades, goes on as it is, grows. */
const FADING = [
  { share: 0, fades_steps: 1, weight: 0.15 },
  { share: 1, fades_steps: 4, weight: 0.2 },
  { share: 1, fades_steps: 12, weight: 0.25 },
  { share: 1, fades_steps: 1000, weight: 0.2 },
  { share: 2, fades_steps: 12, weight: 0.1 },
  { share: 3, fades_steps: 12, weight: 0.1 },
]
/** Where a nowcast ends, its last window fades; where there is none, the rain of the last quarter of an hour does. */
const BEYOND_STEPS = 9

/** Mean rain of a step lately, mm. */
const lately = (rain_mm: Float64Array, t: number): number => fallen(rain_mm, t, 3) / Math.min(3, t + 1)

/** Every window of a nowcast at every time, the unknown ones by what fades. @param nowcast_mm by window, NaN where not known */
export function completeNowcast(nowcast_mm: readonly Float64Array[], rain_mm: Float64Array): Float64Array[] {
  const whole = nowcast_mm.map((window) => window.slice())
  for (let t = 0; t < rain_mm.length; t++) {
    let rate = lately(rain_mm, t)
    let ends = 0
    NOWCAST_WINDOWS.forEach(({ from, to }, w) => {
      if (Number.isNaN(whole[w][t])) {
        const left = (step: number): number => Math.exp(-(step - ends) / BEYOND_STEPS)
        whole[w][t] = rate * BEYOND_STEPS * (left(from) - left(to))
        return
      }
      rate = Math.max(0, whole[w][t]) / (to - from)
      ends = to
    })
  }
  return whole
}

/** @param rain with every window known. @returns weights sum to 1 */
export function rainCourses({ rain_mm, nowcast_mm }: StormRain, t: number): RainCourse[] {
  if (nowcast_mm === null) {
    const now = lately(rain_mm, t)
    return FADING.map(({ share, fades_steps, weight }) => ({
      weight,
      rain_mm: Float64Array.from({ length: HORIZON_STEPS }, (_, step) => now * share * Math.exp(-(step + 1) / fades_steps)),
    }))
  }
  const said = new Float64Array(HORIZON_STEPS)
  NOWCAST_WINDOWS.forEach(({ from, to }, w) => {
    said.fill(Math.max(0, nowcast_mm[w][t]) / (to - from), from, to)
  })
  return NOWCAST_SHARES.map(({ share, weight }) => ({ weight, rain_mm: said.map((mm) => mm * share) }))
}
