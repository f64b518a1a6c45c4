/**
 * From rain to what reaches the drains: each part of a catchment is a nonlinear reservoir with Manning's outflow (Chen and Shubinski 1971, as in
 * EPA SWMM), the pervious part after Horton's infiltration.
 */
import type { Catchment, Drainage } from '../../model/drainage.ts'

const MM_H = 1 / 1000 / 3600
const STEP_S = 60

/** Water on one catchment, as depths over its three parts, and for how long its soil has been wet (Horton's time). */
export interface Wetness {
  bare_m: number
  impervious_m: number
  pervious_m: number
  soaked_h: number
}

export const dryCatchment = (): Wetness => ({ bare_m: 0, impervious_m: 0, pervious_m: 0, soaked_h: 0 })

/** Dry soil takes this long to take up water as before; SWMM's usual drying time is a week. */
const DRYING_H = 168

/** Depth after `dt_s`, with what ran off in metres: the outflow of the end of the step, found by three steps of Newton. */
function drain(
  depth_m: number,
  gain_m: number,
  depression_m: number,
  k: number,
  dt_s: number,
): { readonly left_m: number; readonly off_m: number } {
  const before = depth_m + gain_m
  const excess = before - depression_m
  if (excess <= 0) return { left_m: before, off_m: 0 }
  let x = excess
  for (let i = 0; i < 4; i++) {
    const power = x ** (2 / 3)
    x = Math.max(0, x - (x + dt_s * k * power * x - excess) / (1 + (5 / 3) * dt_s * k * power))
  }
  return { left_m: depression_m + x, off_m: excess - x }
}

/** Runs one catchment for `dt_s`; its mean flow in m³/s. */
export function runOff(catchment: Catchment, wet: Wetness, rain_mm_h: number, dt_s: number): number {
  const { area_m2, impervious, width_m, slope, roughness, depression_m, bare, infiltration } = catchment
  const steps = Math.max(1, Math.round(dt_s / STEP_S))
  const h = dt_s / steps
  const paved = impervious * area_m2
  const open = area_m2 - paved
  const speed = (n: number, part_m2: number): number => (part_m2 <= 0 ? 0 : (width_m * Math.sqrt(Math.max(slope, 1e-4))) / n / part_m2)
  // The whole width serves the paved and the open part, as SWMM has it.
  const [k_paved, k_open] = [speed(roughness.impervious, paved), speed(roughness.pervious, open)]
  const rain_m = rain_mm_h * MM_H * h
  let total_m3 = 0
  for (let i = 0; i < steps; i++) {
    const first = drain(wet.bare_m, rain_m, 0, k_paved, h)
    const second = drain(wet.impervious_m, rain_m, depression_m.impervious, k_paved, h)
    wet.bare_m = first.left_m
    wet.impervious_m = second.left_m
    total_m3 += paved * (bare * first.off_m + (1 - bare) * second.off_m)
    if (open <= 0) continue
    const { max_mm_h, min_mm_h, decay_1_h } = infiltration
    const capacity_m = (min_mm_h + (max_mm_h - min_mm_h) * Math.exp(-decay_1_h * wet.soaked_h)) * MM_H * h
    const there = wet.pervious_m + rain_m
    const taken = Math.min(capacity_m, there)
    wet.soaked_h = taken > 0 ? wet.soaked_h + h / 3600 : Math.max(0, wet.soaked_h * (1 - h / 3600 / DRYING_H))
    const third = drain(wet.pervious_m, rain_m - taken, depression_m.pervious, k_open, h)
    wet.pervious_m = Math.max(0, third.left_m)
    total_m3 += open * third.off_m
  }
  return total_m3 / dt_s
}

/** Inflow of every node, m³/s: adds the catchments' flow, whose wetness moves on, and the base flow of the hour. */
export function inflows(
  { catchments, base_flows }: Drainage,
  node_of: ReadonlyMap<string, number>,
  wetness: readonly Wetness[],
  rainOf: (gauge: string, catchment: string) => number,
  localHour: number,
  dt_s: number,
): number[] {
  const flows = new Array<number>(node_of.size).fill(0)
  for (const [i, catchment] of catchments.entries()) {
    const node = node_of.get(catchment.to)
    if (node !== undefined) flows[node] += runOff(catchment, wetness[i], rainOf(catchment.gauge, catchment.id), dt_s)
  }
  for (const { node, flow_m3_s, hourly } of base_flows) {
    const n = node_of.get(node)
    if (n !== undefined) flows[n] += flow_m3_s * (hourly.length === 0 ? 1 : hourly[Math.floor(localHour) % hourly.length])
  }
  return flows
}
