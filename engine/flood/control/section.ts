/** Area, wetted perimeter and conveyance of a pipe or channel by depth, as tables: the solver looks up, it never integrates. */
import type { Section } from '../../model/drainage.ts'

/** Slices of a section; a pipe's conveyance is within half a per cent of the exact one. */
export const SLICES = 40
const GRAVITY = 9.81

export interface SectionTable {
  readonly height_m: number
  /** Wetted area at depth height·i/SLICES. */
  readonly area_m2: readonly number[]
  /** A·R^(2/3)/n, m³/s; never falls with depth, so that a pipe that runs full has no way back to less flow. */
  readonly conveyance_m3_s: readonly number[]
  /** A·√(g·A/T), m³/s: more does not enter a free surface of that depth (Froude number 1), however steep the pipe behind it. */
  readonly critical_m3_s: readonly number[]
}

/** Width of the water surface at a share of the height. */
export function widthAt({ shape, height_m, width_m, side_slopes }: Section, share: number): number {
  const x = Math.min(1, Math.max(0, share))
  switch (shape) {
    case 'circular':
    case 'elliptic':
      return 2 * width_m * Math.sqrt(x * (1 - x))
    case 'rectangular':
      return width_m
    case 'trapezoidal':
      return width_m + side_slopes * x * height_m
    case 'parabolic':
      return width_m * Math.sqrt(x)
  }
}

export function sectionTable(section: Section, roughness: number, barrels: number): SectionTable {
  const { height_m } = section
  const dy = height_m / SLICES
  const area_m2 = [0]
  const conveyance_m3_s = [0]
  const critical_m3_s = [0]
  let area = 0
  let wetted = widthAt(section, 0)
  for (let i = 1; i <= SLICES; i++) {
    const [below, middle, above] = [(i - 1) / SLICES, (i - 0.5) / SLICES, i / SLICES].map((share) => widthAt(section, share))
    // Simpson's rule; the sides are straight within a slice.
    area += (dy * (below + 4 * middle + above)) / 6
    wetted += 2 * Math.hypot(dy, (above - below) / 2)
    area_m2.push(area * barrels)
    conveyance_m3_s.push(Math.max(conveyance_m3_s[i - 1], ((area * (area / wetted) ** (2 / 3)) / roughness) * barrels))
    // Near the crown the surface of a round pipe closes and the formula has no bound: the slice below it counts.
    const surface = widthAt(section, Math.min(i / SLICES, 1 - 1 / SLICES))
    critical_m3_s.push(Math.max(critical_m3_s[i - 1], area * Math.sqrt((GRAVITY * area) / surface) * barrels))
  }
  return { height_m, area_m2, conveyance_m3_s, critical_m3_s }
}

/** A table's value at a depth, and how fast it grows with depth; constant above the crown. */
export function lookUp(table: readonly number[], height_m: number, depth_m: number): { readonly value: number; readonly slope: number } {
  const at = (depth_m / height_m) * SLICES
  if (at <= 0) return { value: 0, slope: (table[1] * SLICES) / height_m }
  if (at >= SLICES) return { value: table[SLICES], slope: 0 }
  const i = Math.floor(at)
  const rise = table[i + 1] - table[i]
  return { value: table[i] + rise * (at - i), slope: (rise * SLICES) / height_m }
}
