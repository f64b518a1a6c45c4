/** The ground a generated city stands on: a meandering river, a lake, a wooded hill, and how far the city reaches. Metres around the old town. */
import type { Random } from '../../engine/base/random.ts'
import type { XY } from './plane.ts'

/** A rounded patch: radius by direction. */
export interface Patch {
  readonly centre: XY
  readonly radius_m: number
  readonly bumps: readonly { readonly waves: number; readonly share: number; readonly phase: number }[]
}

export interface Ground {
  readonly half_width_m: number
  readonly half_height_m: number
  /** Where the middle of the river is at x; the river runs from west to east. */
  riverY(x: number): number
  riverSlope(x: number): number
  riverWidth_m(x: number): number
  readonly lake: Patch
  readonly hill: Patch
  /** Below 1 inside the city, 1 at its edge. */
  reach(p: XY): number
}

/** Half way between the two rings. */
const ROOM_X_M = 2450

export function createGround(random: Random): Ground {
  const half_width_m = 5200
  const half_height_m = 3600
  const waves = [
    { length: random.uniform(6600, 7800), size: random.uniform(430, 560), phase: random.uniform(0, 2 * Math.PI) },
    { length: random.uniform(3000, 3700), size: random.uniform(150, 230), phase: random.uniform(0, 2 * Math.PI) },
    { length: random.uniform(1500, 1900), size: random.uniform(20, 45), phase: random.uniform(0, 2 * Math.PI) },
  ]
  const sum = (x: number, part: (angle: number) => number, power: number): number =>
    waves.reduce((total, { length, size, phase }) => total + size * ((2 * Math.PI) / length) ** power * part((2 * Math.PI * x) / length + phase), 0)
  // The old town stands on the north bank, as the city's centre at (0, 0).
  const level = -560 - sum(0, Math.sin, 0)
  const widthPhase = random.uniform(0, 2 * Math.PI)
  const edge = bumps(random, 0.05)
  const ground = {
    half_width_m,
    half_height_m,
    riverY: (x: number) => level + sum(x, Math.sin, 0),
    riverSlope: (x: number) => sum(x, Math.cos, 1),
    riverWidth_m: (x: number) => 205 + 45 * Math.sin(x / 1300 + widthPhase) + x * 0.006,
  }
  // The lake lies north of the river and the hill south of it, each where the bends leave the most room inside the outer ring.
  const west = ground.riverY(-ROOM_X_M) < ground.riverY(ROOM_X_M) ? -1 : 1
  const room = (x: number, edge: number): XY => [x, (ground.riverY(x) + edge) / 2 + random.uniform(-90, 90)]
  const lake = patch(random, room(west * ROOM_X_M + random.uniform(-150, 150), 2350), random.uniform(290, 370))
  const hill = patch(random, room(-west * ROOM_X_M + random.uniform(-150, 150), -2450), random.uniform(370, 450))
  return {
    ...ground,
    lake,
    hill,
    reach: ([x, y]) => {
      const shape = (Math.abs(x / half_width_m) ** 2.5 + Math.abs(y / half_height_m) ** 2.5) ** (1 / 2.5)
      return shape / (1 + wobble(edge, Math.atan2(y, x)))
    },
  }
}

function bumps(random: Random, share: number): Patch['bumps'] {
  return [2, 3, 5].map((waves) => ({ waves, share: (random.uniform(0.5, 1) * share * 2) / waves, phase: random.uniform(0, 2 * Math.PI) }))
}

const patch = (random: Random, centre: XY, radius_m: number): Patch => ({ centre, radius_m, bumps: bumps(random, 0.14) })

const wobble = (parts: Patch['bumps'], angle: number): number =>
  parts.reduce((sum, { waves, share, phase }) => sum + share * Math.sin(waves * angle + phase), 0)

/** How far a point lies outside the patch; negative inside. */
export function outside_m(p: XY, { centre, radius_m, bumps }: Patch): number {
  const angle = Math.atan2(p[1] - centre[1], p[0] - centre[0])
  return Math.hypot(p[0] - centre[0], p[1] - centre[1]) - radius_m * (1 + wobble(bumps, angle))
}

/** The patch's ring, counter-clockwise, `margin_m` further out. */
export function patchRing({ centre, radius_m, bumps }: Patch, margin_m: number, points: number): XY[] {
  return Array.from({ length: points }, (_, i) => {
    const angle = (2 * Math.PI * i) / points
    const r = radius_m * (1 + wobble(bumps, angle)) + margin_m
    return [centre[0] + r * Math.cos(angle), centre[1] + r * Math.sin(angle)]
  })
}

/** A line along the river, `offset_m` from its middle (north positive), from `west` to `east`. */
export function alongRiver(ground: Ground, offset: (x: number) => number, west: number, east: number, step_m: number): XY[] {
  const parts = Math.ceil((east - west) / step_m)
  return Array.from({ length: parts + 1 }, (_, i) => acrossRiver(ground, west + ((east - west) * i) / parts, offset))
}

/** The point `offset` metres off the river's middle at x, square to the river (`lean` 1) or to the map (0). */
export function acrossRiver(ground: Ground, x: number, offset: (x: number) => number, lean = 1): XY {
  const slope = ground.riverSlope(x) * lean
  const size = Math.hypot(1, slope)
  const d = offset(x)
  return [x - (slope / size) * d, ground.riverY(x) + d / size]
}

/** Distance to the middle of the river, good near it: the vertical distance corrected by the slope. */
export function fromRiver_m(ground: Ground, [x, y]: XY): number {
  return Math.abs(y - ground.riverY(x)) / Math.hypot(1, ground.riverSlope(x))
}
