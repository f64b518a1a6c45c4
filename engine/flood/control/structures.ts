/** Flow through gates, weirs, outlets and pumps by the heads on both sides and the setting, as in EPA SWMM 5 (Rossman 2017, chapter 6). */
import type { Orifice, Outlet, Pump, Section, Weir } from '../../model/drainage.ts'
import { widthAt } from './section.ts'

const TWO_G = 2 * 9.81
/** Below this head a square root gives way to a straight line, or its slope would be without bound. */
const SMALL_HEAD_M = 0.01

const PROBE_M = 0.005
/** Waters closer in height than this stand level but for their waves: the flow between them falls to nothing on a straight line. */
const LEVEL_M = 0.01
const LEVEL_SHARE = 0.05

/** Coefficient of a sharp edge as a weir, as a share of √2g (Rossman 2017, chapter 6). */
const EDGE = 0.414

const root = (head_m: number): number => head_m / Math.sqrt(head_m + SMALL_HEAD_M)

/**
 * Root of the head over a hole in the floor. Water too shallow to fill it falls over its edge: a weir as long as the edge, whose flow meets the
 * hole's at one head.
 */
function holeSpeed(coefficient: number, { shape, width_m }: Section, opening_m: number, head_m: number): number {
  const edge_m = shape === 'circular' ? opening_m / 4 : (opening_m * width_m) / (2 * (opening_m + width_m))
  const filled_m = (coefficient / EDGE) * edge_m
  return head_m < filled_m ? (head_m / filled_m) ** 1.5 * root(filled_m) : root(head_m)
}

/** Between just full and full by this share of the opening more, the flow goes over from that of a weir to that of an orifice. */
const FILLING = 0.25

/** @param sill_m height of the lower edge above the datum; the upstream head is the higher one. The setting closes the opening from above. */
function orificeFlow({ place, coefficient, section }: Orifice, sill_m: number, up_m: number, down_m: number, setting: number): number {
  const opening = section.height_m * setting
  const depth = up_m - sill_m
  if (depth <= 0 || opening <= 0) return 0
  if (place === 'bottom')
    return (
      coefficient *
      openArea(section, 1) *
      setting *
      Math.sqrt(TWO_G) *
      holeSpeed(coefficient, section, opening, Math.max(0, up_m - Math.max(down_m, sill_m)))
    )
  const strength = coefficient * openArea(section, setting) * Math.sqrt(TWO_G)
  const full = strength * root(Math.max(0, up_m - Math.max(down_m, sill_m + opening / 2)))
  const share = depth / opening
  if (share >= 1 + FILLING) return full
  // Not yet full: a weir whose flow meets the orifice's where the water reaches the upper edge.
  const weir = strength * root(opening / 2) * Math.min(1, share) ** 1.5 * villemonte(down_m - sill_m, depth)
  const filled = Math.max(0, (share - 1) / FILLING)
  return filled * full + (1 - filled) * weir
}

/** Share of the free flow that a weir keeps when the water below stands above its crest (Villemonte 1947). */
const villemonte = (below_m: number, above_m: number): number => (1 - Math.min(1, Math.max(0, below_m / above_m)) ** 1.5) ** 0.385

/** The setting lowers the opening from above: the crest rises by what is closed. */
function weirFlow({ height_m, width_m, coefficient }: Weir, sill_m: number, up_m: number, down_m: number, setting: number): number {
  const crest = sill_m + (1 - setting) * height_m
  const opening = height_m * setting
  const head = up_m - crest
  if (head <= 0 || opening <= 0) return 0
  const free = coefficient * width_m * Math.min(head, opening) ** 1.5
  // Above the opening it flows like an orifice with the head on its middle.
  const full = head > opening ? free * Math.sqrt((head - opening / 2) / (opening / 2)) : free
  return full * villemonte(down_m - crest, head)
}

function outletFlow({ rating }: Outlet, depth_m: number, setting: number): number {
  const above = rating.findIndex((one) => one.depth_m >= depth_m)
  if (depth_m <= 0 || rating.length === 0) return 0
  if (above < 0) return rating[rating.length - 1].flow_m3_s * setting
  if (above === 0) return (rating[0].flow_m3_s * setting * depth_m) / Math.max(rating[0].depth_m, 1e-6)
  const [low, high] = [rating[above - 1], rating[above]]
  return (low.flow_m3_s + ((high.flow_m3_s - low.flow_m3_s) * (depth_m - low.depth_m)) / (high.depth_m - low.depth_m)) * setting
}

/** Flow of a gate, weir or outlet from `from` to `to`; negative when it runs back. */
function structureFlow(link: Orifice | Weir | Outlet, base_m: number, from_m: number, to_m: number, setting: number): number {
  const sill = base_m + link.from_m
  const back = to_m > from_m
  if (back && link.flap) return 0
  const [up, down] = back ? [to_m, from_m] : [from_m, to_m]
  const sign = back ? -1 : 1
  switch (link.kind) {
    case 'orifice':
      return sign * orificeFlow(link, sill, up, down, setting)
    case 'weir':
      return sign * weirFlow(link, sill, up, down, setting)
    case 'outlet':
      return back ? 0 : outletFlow(link, up - sill, setting)
  }
}

/** Flow by link, m³/s, and how it changes with the heads at either end. */
export interface Flows {
  readonly now_m3_s: Float64Array
  readonly by_from: Float64Array
  readonly by_to: Float64Array
}

/** Writes the flow of a gate, weir or outlet at these heads and how it changes with them; `base_m` is the bottom of the node it comes from. */
export function structureFlows(
  link: Orifice | Weir | Outlet,
  base_m: number,
  l: number,
  from_m: number,
  to_m: number,
  setting: number,
  flows: Flows,
): void {
  if (link.kind !== 'outlet' && Math.min(from_m, to_m) > base_m + link.from_m) {
    drownedFlow(link, base_m, l, from_m, to_m, setting, flows)
    return
  }
  const flow = structureFlow(link, base_m, from_m, to_m, setting)
  flows.now_m3_s[l] = flow
  flows.by_from[l] = Math.max(0, (structureFlow(link, base_m, from_m + PROBE_M, to_m, setting) - flow) / PROBE_M)
  flows.by_to[l] = Math.min(0, (structureFlow(link, base_m, from_m, to_m + PROBE_M, setting) - flow) / PROBE_M)
}

/**
 * With water on both sides the head that is lost goes with the square of the flow. Newton for the flow, about that of the last iteration: in terms of
 * the heads the slope is without bound where the waters stand level, and the steps leap to and fro (Todini and Pilati 1988).
 */
function drownedFlow(link: Orifice | Weir, base_m: number, l: number, from_m: number, to_m: number, setting: number, flows: Flows): void {
  const { now_m3_s, by_from, by_to } = flows
  const rise = from_m - to_m
  const apart = Math.max(LEVEL_M, Math.abs(rise))
  const down = Math.min(from_m, to_m)
  const carried = structureFlow(link, base_m, down + apart, down, setting)
  by_from[l] = 0
  by_to[l] = 0
  if (carried <= 0 || (link.flap && rise <= 0)) {
    now_m3_s[l] = 0
    return
  }
  const loss = apart / carried ** 2
  const last = Math.max(-2 * carried, Math.min(2 * carried, now_m3_s[l]))
  const stiff = 2 * loss * Math.abs(last) + (LEVEL_SHARE * apart) / carried
  now_m3_s[l] = (rise + loss * last * Math.abs(last)) / stiff
  by_from[l] = 1 / stiff
  by_to[l] = -1 / stiff
}

/** Area of the opening below a share of its height. */
function openArea({ shape, height_m, width_m, ...rest }: Section, share: number): number {
  if (shape === 'circular' || shape === 'elliptic') {
    const angle = 2 * Math.acos(1 - 2 * Math.min(1, Math.max(0, share)))
    return (height_m * width_m * (angle - Math.sin(angle))) / 8
  }
  const width = (at: number): number => widthAt({ shape, height_m, width_m, ...rest }, at)
  return (height_m * share * (width(0) + 4 * width(share / 2) + width(share))) / 6
}

/** What a pump at full speed moves, given its wet well and the lift; null where it takes whatever comes in. */
export function pumpFlow(pump: Pump, well: { readonly volume_m3: number; readonly depth_m: number }, lift_m: number): number | null {
  const { by, curve, stepwise } = pump
  if (by === null || curve.length === 0) return null
  const x = { volume_m3: well.volume_m3, depth_m: well.depth_m, head_m: Math.max(0, lift_m) }[by]
  const above = curve.findIndex((point) => point.x >= x)
  if (above < 0) return curve[curve.length - 1].flow_m3_s
  if (above === 0 || stepwise) return curve[above].flow_m3_s
  const [low, high] = [curve[above - 1], curve[above]]
  return low.flow_m3_s + ((high.flow_m3_s - low.flow_m3_s) * (x - low.x)) / (high.x - low.x)
}
