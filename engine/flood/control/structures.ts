/** Flow through gates, weirs, outlets and pumps by the heads on both sides and the setting, as in EPA SWMM 5 (Rossman 2017, chapter 6). */
import type { Orifice, Outlet, Pump, Section, Weir } from '../../model/drainage.ts'
import { widthAt } from './section.ts'

const TWO_G = 2 * 9.81
/** Below this head a square root gives way to a straight line, or its slope would be without bound. */
const SMALL_HEAD_M = 0.01

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

/** @param sill_m height of the lower edge above the datum; the upstream head is the higher one. */
function orificeFlow(
  { place, coefficient, section }: Orifice,
  area_m2: number,
  sill_m: number,
  up_m: number,
  down_m: number,
  setting: number,
) {
  const area = area_m2 * setting
  const opening = section.height_m * setting
  const depth = up_m - sill_m
  if (depth <= 0 || area <= 0) return 0
  if (place === 'bottom')
    return coefficient * area * Math.sqrt(TWO_G) * holeSpeed(coefficient, section, opening, Math.max(0, up_m - Math.max(down_m, sill_m)))
  const full = up_m - Math.max(down_m, sill_m + opening / 2)
  if (depth >= opening || down_m > sill_m + opening / 2) return coefficient * area * Math.sqrt(TWO_G) * root(Math.max(0, full))
  // Not yet full: a weir whose flow meets the orifice's where the water reaches the upper edge.
  return coefficient * area * Math.sqrt(TWO_G) * root(opening / 2) * (depth / opening) ** 1.5
}

/** The setting lowers the opening from above: the crest rises by what is closed. */
function weirFlow({ height_m, width_m, coefficient }: Weir, sill_m: number, up_m: number, down_m: number, setting: number): number {
  const crest = sill_m + (1 - setting) * height_m
  const opening = height_m * setting
  const head = up_m - crest
  if (head <= 0 || opening <= 0) return 0
  const free = coefficient * width_m * Math.min(head, opening) ** 1.5
  // Above the opening it flows like an orifice with the head on its middle.
  const full = head > opening ? free * Math.sqrt((head - opening / 2) / (opening / 2)) : free
  const drowned = Math.min(1, Math.max(0, (down_m - crest) / head))
  // Villemonte 1947.
  return full * (1 - drowned ** 1.5) ** 0.385
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
export function structureFlow(link: Orifice | Weir | Outlet, base_m: number, from_m: number, to_m: number, setting: number): number {
  const sill = base_m + link.from_m
  const back = to_m > from_m
  if (back && link.flap) return 0
  const [up, down] = back ? [to_m, from_m] : [from_m, to_m]
  const sign = back ? -1 : 1
  switch (link.kind) {
    case 'orifice':
      return sign * orificeFlow(link, areaOf(link), sill, up, down, setting)
    case 'weir':
      return sign * weirFlow(link, sill, up, down, setting)
    case 'outlet':
      return back ? 0 : outletFlow(link, up - sill, setting)
  }
}

const areaOf = ({ section }: Orifice): number => {
  const { shape, height_m, width_m } = section
  if (shape === 'circular' || shape === 'elliptic') return (Math.PI / 4) * height_m * width_m
  return (height_m * (widthAt(section, 0) + 4 * widthAt(section, 0.5) + widthAt(section, 1))) / 6
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
