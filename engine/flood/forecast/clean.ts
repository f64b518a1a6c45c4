/**
 * What a gauge's readings are worth at the time they come: a lone jump is held back until the next reading agrees or the neighbours jump as well, a gap is bridged
 * with the last good level, and its age is told. Nothing here looks ahead: entry `t` is what was believed at `t`.
 */
export interface CleanLevels {
  /** The believed level, m; NaN before the first reading. */
  readonly level_m: Float64Array
  /** Steps since the last reading that was believed; 0 now. */
  readonly age: Float64Array
}

/** A change within one step that a single gauge must be backed for, m. */
const JUMP_M = 0.18
/** A jump is backed when one neighbour in BACKERS moves the same way by at least this share of it: two gauges seldom spike at once, water rises at many. */
const BACKED_SHARE = 0.3
const BACKERS = 6
/** Two readings in a row that agree within this share of the jump are the water, not a spike. */
const AGREED_SHARE = 0.6
/** No street is this deep; a value outside is no level. */
const DEPTH_MAX_M = 50

/** The change that one in BACKERS gauges exceeds, up and down. */
function moves(change: Float64Array): { readonly up: number; readonly down: number } {
  const sorted = change.filter((value) => !Number.isNaN(value)).sort()
  if (sorted.length === 0) return { up: 0, down: 0 }
  const at = Math.ceil(sorted.length / BACKERS)
  return { up: sorted[Math.max(0, sorted.length - 1 - at)], down: -sorted[Math.min(at, sorted.length - 1)] }
}

/** Change of every gauge against its last believed level, NaN where it said nothing. */
function changes(levels: readonly Float64Array[], believed: Float64Array, t: number): Float64Array {
  return Float64Array.from(levels, (series, site) => {
    const value = series[t]
    return value < -1 || value > DEPTH_MAX_M ? Number.NaN : value - believed[site]
  })
}

/** @param levels_m by site, NaN for gaps; all of the same length */
export function cleanLevels(levels_m: readonly Float64Array[], steps: number): CleanLevels[] {
  const out = levels_m.map(() => ({ level_m: new Float64Array(steps).fill(Number.NaN), age: new Float64Array(steps) }))
  const believed = new Float64Array(levels_m.length).fill(Number.NaN)
  const held = new Float64Array(levels_m.length).fill(Number.NaN)
  const before = new Float64Array(levels_m.length).fill(Number.NaN)
  const age = new Float64Array(levels_m.length)
  for (let t = 0; t < steps; t++) {
    const change = changes(levels_m, believed, t)
    const { up, down } = moves(change)
    for (let site = 0; site < levels_m.length; site++) {
      const value = levels_m[site][t]
      const jump = change[site]
      age[site]++
      if (!Number.isNaN(jump) || (Number.isNaN(believed[site]) && value >= -1 && value <= DEPTH_MAX_M)) {
        const spike = Math.abs(jump) > JUMP_M * age[site] && (jump > 0 ? up : down) < BACKED_SHARE * Math.abs(jump)
        const agreed = Math.abs(value - held[site]) < AGREED_SHARE * Math.abs(jump)
        // What was believed a step ago may have been the spike.
        const returned = Math.abs(value - before[site]) < JUMP_M
        if (!spike || agreed || returned) {
          before[site] = believed[site]
          believed[site] = Math.max(0, value)
          held[site] = Number.NaN
          age[site] = 0
        } else held[site] = value
      }
      out[site].level_m[t] = believed[site]
      out[site].age[t] = age[site]
    }
  }
  return out
}
