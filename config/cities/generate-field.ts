/**
 * Which way streets run at a point: a smooth cross field, the sum of neighbourhood grids, rings around the old town and the lake, and the
 * river's own direction. After Chen et al., Interactive Procedural Street Modeling (SIGGRAPH 2008), with the four-fold angle in place of
 * the two-fold tensor, so that a ring meeting a grid at a right angle makes no singularity.
 */
import type { Random } from '../../engine/base/random.ts'
import { fromRiver_m, type Ground, outside_m } from './generate-ground.ts'
import type { XY } from './plane.ts'

/** The street direction nearest to `heading` (radians, counter-clockwise from east). */
export type Field = (p: XY, heading: number) => number

/** The field changes over hundreds of metres: it is computed on a lattice and read between its points. */
const LATTICE_M = 100

export function createField(ground: Ground, random: Random): Field {
  const exact = createExactField(ground, random)
  const [west, south] = [-ground.half_width_m - 500, -ground.half_height_m - 500]
  const columns = Math.ceil((-2 * west) / LATTICE_M) + 2
  const rows = Math.ceil((-2 * south) / LATTICE_M) + 2
  const cos = new Float64Array(columns * rows)
  const sin = new Float64Array(columns * rows)
  for (let i = 0; i < columns * rows; i++) {
    const angle = exact([west + (i % columns) * LATTICE_M, south + Math.floor(i / columns) * LATTICE_M])
    cos[i] = Math.cos(4 * angle)
    sin[i] = Math.sin(4 * angle)
  }
  return ([x, y], heading) => {
    const u = Math.max(0, Math.min(columns - 1.001, (x - west) / LATTICE_M))
    const v = Math.max(0, Math.min(rows - 1.001, (y - south) / LATTICE_M))
    const i = Math.floor(v) * columns + Math.floor(u)
    const [fx, fy] = [u % 1, v % 1]
    const mixed = (of: Float64Array): number =>
      (of[i] * (1 - fx) + of[i + 1] * fx) * (1 - fy) + (of[i + columns] * (1 - fx) + of[i + columns + 1] * fx) * fy
    const angle = Math.atan2(mixed(sin), mixed(cos)) / 4
    return angle + Math.round((heading - angle) / (Math.PI / 2)) * (Math.PI / 2)
  }
}

/** One of the four street directions at a point. */
function createExactField(ground: Ground, random: Random): (p: XY) => number {
  const grids = Array.from({ length: 9 }, () => ({
    x: random.uniform(-0.9, 0.9) * ground.half_width_m,
    y: random.uniform(-0.9, 0.9) * ground.half_height_m,
    angle: random.uniform(-0.5, 0.5),
    reach_m: random.uniform(900, 1700),
  }))
  const waves = { x: random.uniform(0, 7), y: random.uniform(0, 7) }
  return (p) => {
    const [x, y] = p
    let c = 0.12
    let s = 0
    const add = (angle: number, weight: number): void => {
      c += weight * Math.cos(4 * angle)
      s += weight * Math.sin(4 * angle)
    }
    for (const grid of grids) add(grid.angle, Math.exp(-((x - grid.x) ** 2 + (y - grid.y) ** 2) / (2 * grid.reach_m ** 2)))
    add(Math.atan2(y - 250, x), 1.5 * Math.exp(-(x * x + (y - 250) ** 2) / (2 * 1150 ** 2)))
    add(Math.atan(ground.riverSlope(x)), 3 * Math.exp(-((fromRiver_m(ground, p) / 620) ** 2)))
    for (const { patch, reach_m } of [
      { patch: ground.lake, reach_m: 330 },
      { patch: ground.hill, reach_m: 380 },
    ])
      add(Math.atan2(y - patch.centre[1], x - patch.centre[0]), 2.6 * Math.exp(-((Math.max(0, outside_m(p, patch)) / reach_m) ** 2)))
    return Math.atan2(s, c) / 4 + 0.05 * Math.sin(x / 700 + waves.x) + 0.05 * Math.sin(y / 600 + waves.y)
  }
}
