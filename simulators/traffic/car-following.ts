/**
 * How fast a vehicle drives: the car-following model of CityFlow (Zhang et al., "CityFlow: a multi-agent reinforcement learning
 * environment for large scale city traffic scenario", WWW 2019; `vehicle.cpp` of its source, Apache-2.0), after Krauss 1998. One step is
 * one second, which is why accelerations are added to speeds without a factor.
 */
import type { VehicleKind } from './demand.ts'

/** Speed in a turn (CityFlow `turnSpeed`). */
export const TURN_MPS = 8.3333
/** Vehicles that yield stop this far before the crossing point (CityFlow `yieldDistance`). */
export const YIELD_M = 5
/** Neither tells a speed yet: braking as hard as can be. */
const NO_SPEED = -100
/** Keeps a standing vehicle from a division by zero (CityFlow `eps`). */
const TINY_MPS = 1e-8

/** The shortest way to a stop. */
export const brakeDistance_m = (speed_mps: number, { braking_mps2 }: VehicleKind): number => (0.5 * speed_mps * speed_mps) / braking_mps2

/** How far ahead a vehicle looks for a leader or a signal. */
export const sight_m = ({ speed_mps, usual_braking_mps2 }: VehicleKind): number =>
  (speed_mps * speed_mps) / usual_braking_mps2 / 2 + speed_mps * 2

/** Greatest speed at which `target_m` are left to the leader if it brakes with `leaderBraking`; below zero when none is that small. */
export function safeSpeed_mps(
  speed: number,
  braking: number,
  leader: number,
  leaderBraking: number,
  gap_m: number,
  target_m: number,
): number {
  const c = speed / 2 + target_m - (0.5 * leader * leader) / leaderBraking - gap_m
  const a = 0.5 / braking
  const b = 0.5
  if (b * b < 4 * a * c) return NO_SPEED
  const v1 = (0.5 / a) * (Math.sqrt(b * b - 4 * a * c) - b)
  const v2 = 2 * leader - leaderBraking + 2 * (gap_m - target_m)
  return Math.min(v1, v2)
}

/** Speed behind a leader that drives `leader_mps`, `gap_m` from bumper to bumper. */
export function followSpeed_mps(speed_mps: number, kind: VehicleKind, leader_mps: number, leaderKind: VehicleKind, gap_m: number): number {
  const never = safeSpeed_mps(speed_mps, kind.braking_mps2, leader_mps, leaderKind.braking_mps2, gap_m, 0)
  const kept = safeSpeed_mps(speed_mps, kind.usual_braking_mps2, leader_mps, leaderKind.usual_braking_mps2, gap_m, kind.gap_m)
  const closing = speed_mps > leader_mps ? speed_mps - leader_mps : 0
  return Math.min(never, kept, (gap_m + (leader_mps + closing / 2) - speed_mps / 2) / (kind.headway_s + 0.5))
}

/** Speed of a vehicle that has to stand `distance_m` ahead. */
export function stopSpeed_mps(speed_mps: number, kind: VehicleKind, distance_m: number): number {
  const next = speed_mps + kind.usual_acceleration_mps2
  if ((speed_mps + next) / 2 + (next * next) / kind.usual_braking_mps2 / 2 < distance_m) return next
  const steps = (2 * distance_m) / (speed_mps + TINY_MPS)
  // Standing at the very point: 0/0.
  if (steps === 0) return speed_mps === 0 ? 0 : Number.NEGATIVE_INFINITY
  return speed_mps - speed_mps / (steps >= 1 ? Math.floor(steps) : steps)
}

/** Metres until `target_mps` is reached, in whole steps. */
function rampDistance_m(speed_mps: number, acceleration_mps2: number, target_mps: number): number {
  if (target_mps <= speed_mps) return 0
  const steps = Math.floor((target_mps - speed_mps) / acceleration_mps2)
  const before_mps = speed_mps + steps * acceleration_mps2
  return ((speed_mps + before_mps) * steps) / 2 + (before_mps < target_mps ? (before_mps + target_mps) / 2 : 0)
}

/** Steps until a point `distance_m` ahead is reached, speeding up to `target_mps`. */
export function reachSteps(speed_mps: number, { usual_acceleration_mps2: a }: VehicleKind, distance_m: number, target_mps: number): number {
  if (distance_m <= 0) return 0
  if (speed_mps > target_mps) return Math.ceil(distance_m / speed_mps)
  const ramp_m = rampDistance_m(speed_mps, a, target_mps)
  if (ramp_m > distance_m) return Math.ceil((Math.sqrt(speed_mps * speed_mps + 2 * a * distance_m) - speed_mps) / a)
  return Math.ceil((target_mps - speed_mps) / a) + Math.ceil((distance_m - ramp_m) / target_mps)
}
