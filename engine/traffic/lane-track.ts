/**
 * Where the vehicles of a lane probably are and how fast they drive, from counts alone: between two messages each is a particle that follows
 * the one ahead and stops at red, and is put back where the newest counts allow it. Vehicles enter at the far end, leave in order, and stand
 * in a row at the stop line.
 */

/** A standing vehicle and its gap. */
export const SPACING_M = 7.5
/** Front of a vehicle that has just entered: its own length and a little. */
const ENTRY_M = 5.5
const ACCELERATION_MPS2 = 2
const BRAKING_MPS2 = 4.5
/** Time headway behind a moving vehicle, and half a step. */
const FOLLOWING_S = 2.5
/** At most so many are thought to have left unseen between two messages. */
const UNSEEN_LEFT_MAX = 2
const SHORT_QUEUE_VEH = 3
/** Longer silences are not driven through second by second. */
const STEPS_MAX = 15

export interface LaneTrack {
  /** Metres to the stop line, nearest first. */
  x_m: number[]
  v_mps: number[]
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

export const createTrack = (): LaneTrack => ({ x_m: [], v_mps: [], queued: 0 })

/** Speed a second later of who has to stand `distance_m` ahead: as fast as it can be, then braking evenly. */
function stopping_mps(v_mps: number, next_mps: number, distance_m: number): number {
  if ((v_mps + next_mps) / 2 + (next_mps * next_mps) / (2 * BRAKING_MPS2) < distance_m) return next_mps
  return v_mps <= 0 ? 0 : v_mps - v_mps / Math.max(1, Math.floor((2 * distance_m) / v_mps))
}

/** Moves all vehicles by `dt_s`, the first one up to the stop line at red. */
function advance({ x_m, v_mps }: LaneTrack, speed_mps: number, dt_s: number, green: boolean): void {
  const steps = Math.min(STEPS_MAX, Math.max(1, Math.round(dt_s)))
  const h = dt_s / steps
  for (let step = 0; step < steps; step++) {
    for (let k = 0; k < x_m.length; k++) {
      const v = v_mps[k]
      let next = Math.min(speed_mps, v + ACCELERATION_MPS2 * h)
      if (k > 0) {
        const gap_m = x_m[k] - x_m[k - 1] - SPACING_M
        const ahead = v_mps[k - 1]
        next = Math.min(
          next,
          Math.max(0, (gap_m + ahead + Math.max(0, v - ahead) / 2 - v / 2) / FOLLOWING_S + ahead * (1 - 1 / FOLLOWING_S)),
        )
      }
      if (!green) next = Math.min(next, stopping_mps(v, next, Math.max(0, x_m[k] - SPACING_M * k)))
      x_m[k] -= ((v + next) / 2) * h
      v_mps[k] = next
    }
  }
}

/**
 * How many of the front have left. The count alone hides who leaves in the same second as somebody enters; where the vehicles were thought
 * to be and how many are near the line tell: the fewest whose places, as metres too early or too late, and number near the line (one
 * vehicle as a second's drive) fit best.
 */
function departed(
  x_m: readonly number[],
  vehicles: number,
  queued: number,
  near: number | null,
  near_m: number,
  speed_mps: number,
  green: boolean,
): number {
  const least = Math.max(0, x_m.length - vehicles)
  // While a long queue starts, vehicles beyond the detection zone are neither queued nor near it, and their number tells nothing.
  if (!green || near === null || queued > SHORT_QUEUE_VEH) return least
  let best = least
  let least_cost = Number.POSITIVE_INFINITY
  for (let left = least; left <= Math.min(x_m.length, least + UNSEEN_LEFT_MAX); left++) {
    const first = left + queued
    let cost = first < x_m.length ? Math.max(0, -x_m[first]) : 0
    let close = 0
    for (let k = 0; k < x_m.length; k++) {
      if (k < left) cost += Math.max(0, x_m[k])
      else if (x_m[k] <= near_m) close++
    }
    cost += speed_mps * Math.abs(close - near)
    if (cost < least_cost - 1e-9) {
      least_cost = cost
      best = left
    }
  }
  return best
}

/** Folds a message in, `dt_s` after the last one; how many vehicles have entered and left since. */
export function follow(
  track: LaneTrack,
  counted: Counted,
  { length_m, speed_mps, detection_m }: LanePlace,
  dt_s: number,
  green: boolean,
): { readonly entered: number; readonly left: number } {
  const { x_m: x, v_mps: v } = track
  const vehicles = Math.max(0, Math.round(counted.vehicles))
  advance(track, speed_mps, dt_s, green)
  const queued = Math.min(vehicles, Math.round(counted.queued))
  const near = counted.approaching === null ? vehicles : Math.min(vehicles, queued + Math.round(counted.approaching))
  const near_m = counted.approaching === null ? length_m : detection_m
  const left = departed(x, vehicles, queued, counted.approaching === null ? null : near, near_m, speed_mps, green)
  if (left > 0) {
    x.splice(0, left)
    v.splice(0, left)
  }
  const entered = vehicles - x.length
  // Several at once: evenly over the stretch that can be driven since the last message.
  const spread_m = entered > 1 || dt_s > 1 ? (speed_mps * dt_s) / Math.max(1, entered) : 0
  for (let i = 0; i < entered; i++) {
    x.push(length_m - ENTRY_M - spread_m * (entered - 1 - i))
    v.push(speed_mps)
  }
  for (let k = 0; k < vehicles; k++) {
    const stacked_m = SPACING_M * k
    if (k < queued) {
      x[k] = stacked_m
      v[k] = 0
    } else if (k < near) x[k] = Math.min(Math.max(x[k], green ? 0 : stacked_m), near_m)
    else x[k] = Math.min(Math.max(x[k], detection_m, stacked_m), length_m)
  }
  track.queued = queued
  return { entered: Math.max(0, entered), left }
}

/** Earliest arrival at the stop line, speeding up with 2 m/s² from `v_mps`. */
export function earliestArrival_s(x_m: number, v_mps: number, speed_mps: number): number {
  const distance_m = Math.max(0, x_m)
  const v = Math.min(v_mps, speed_mps)
  const ramp_m = (speed_mps * speed_mps - v * v) / (2 * ACCELERATION_MPS2)
  if (distance_m <= ramp_m) return (Math.sqrt(v * v + 2 * ACCELERATION_MPS2 * distance_m) - v) / ACCELERATION_MPS2
  return (speed_mps - v) / ACCELERATION_MPS2 + (distance_m - ramp_m) / speed_mps
}
