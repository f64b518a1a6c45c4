/**
 * Where the vehicles of a lane probably are, from counts alone: each is a particle that drives at free speed between two messages and is
 * put back where the newest counts allow it. Vehicles enter at the far end, leave in order, and stand in a row at the stop line.
 */

/** A standing vehicle and its gap. */
export const SPACING_M = 7.5
/** Front of a vehicle that has just entered: its own length and a little. */
const ENTRY_M = 5.5
const ACCELERATION_MPS2 = 2

export interface LaneTrack {
  /** Metres to the stop line, nearest first. */
  x_m: number[]
  /** The first so many stand. */
  queued: number
}

export interface Counted {
  readonly vehicles: number
  readonly queued: number
  /** Null for plain loop detectors. */
  readonly approaching: number | null
}

export interface LanePlace {
  readonly length_m: number
  readonly speed_mps: number
  readonly detection_m: number
}

export const createTrack = (): LaneTrack => ({ x_m: [], queued: 0 })

/** Folds a message in, `dt_s` after the last one; how many vehicles have entered and left since. */
export function follow(
  track: LaneTrack,
  counted: Counted,
  { length_m, speed_mps, detection_m }: LanePlace,
  dt_s: number,
  green: boolean,
): { readonly entered: number; readonly left: number } {
  const x = track.x_m
  const vehicles = Math.max(0, Math.round(counted.vehicles))
  for (let k = 0; k < x.length; k++) x[k] -= speed_mps * dt_s
  const left = Math.max(0, x.length - vehicles)
  if (left > 0) x.splice(0, left)
  const entered = vehicles - x.length
  // Several at once: evenly over the stretch that can be driven since the last message.
  const spread_m = entered > 1 || dt_s > 1 ? (speed_mps * dt_s) / Math.max(1, entered) : 0
  for (let i = 0; i < entered; i++) x.push(length_m - ENTRY_M - spread_m * (entered - 1 - i))
  x.sort((a, b) => a - b)
  const queued = Math.min(vehicles, Math.round(counted.queued))
  const near = counted.approaching === null ? vehicles : Math.min(vehicles, queued + Math.round(counted.approaching))
  const near_m = counted.approaching === null ? length_m : detection_m
  for (let k = 0; k < vehicles; k++) {
    const stacked_m = SPACING_M * k
    if (k < queued) x[k] = stacked_m
    else if (k < near) x[k] = Math.min(Math.max(x[k], green ? 0 : stacked_m), near_m)
    else x[k] = Math.min(Math.max(x[k], detection_m, stacked_m), length_m)
  }
  track.queued = queued
  return { entered: Math.max(0, entered), left }
}

/** Earliest arrival at the stop line: free run, or from standing with 2 m/s². */
export function earliestArrival_s(x_m: number, moving: boolean, speed_mps: number): number {
  const distance_m = Math.max(0, x_m)
  if (moving) return distance_m / speed_mps
  const ramp_m = (speed_mps * speed_mps) / (2 * ACCELERATION_MPS2)
  if (distance_m <= ramp_m) return Math.sqrt((2 * distance_m) / ACCELERATION_MPS2)
  return speed_mps / ACCELERATION_MPS2 + (distance_m - ramp_m) / speed_mps
}
