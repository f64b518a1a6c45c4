/** How much water a node holds at which depth: its own surface and half of every pipe that ends there. */
import type { Drainage } from '../../model/drainage.ts'
import type { Pipe } from './pipe.ts'
import { widthAt } from './section.ts'

/** Surface of a manhole of 1.2 m across, the least that a node has. */
const MANHOLE_M2 = 1.167
/** Levels of a node's table of volumes. */
const LEVELS = 48
/** Surface over which water spreads above a rim. */
const AT_RIM_M2 = 1e6

export interface NodeShape {
  readonly invert_m: number
  readonly top_m: number
  readonly outfall: boolean
  readonly ponded_m2: number
  /** Volume at depth top·i/LEVELS. */
  readonly volumes_m3: readonly number[]
}

export function nodeShape(
  drainage: Drainage,
  n: number,
  ends: readonly (readonly [number, number])[],
  pipes: readonly (Pipe | null)[],
): NodeShape {
  const { kind, invert_m, depth_m, surcharge_m, ponded_m2, areas } = drainage.nodes[n]
  const top_m = Math.max(0.1, depth_m + surcharge_m)
  const volumes_m3 = [0]
  for (let i = 1; i <= LEVELS; i++) {
    const depth = (top_m * (i - 0.5)) / LEVELS
    let surface = Math.max(MANHOLE_M2, areaAt(areas, depth))
    for (const [l, pipe] of pipes.entries()) {
      if (pipe === null) continue
      const { link } = pipe
      for (const [end, offset_m] of [[ends[l][0], link.from_m] as const, [ends[l][1], link.to_m] as const])
        if (end === n && depth > offset_m && depth < offset_m + link.section.height_m)
          surface += (widthAt(link.section, (depth - offset_m) / link.section.height_m) * link.barrels * link.length_m) / 2
    }
    volumes_m3.push(volumes_m3[i - 1] + (surface * top_m) / LEVELS)
  }
  return { invert_m, top_m, outfall: kind === 'outfall', ponded_m2, volumes_m3 }
}

function areaAt(areas: Drainage['nodes'][number]['areas'], depth_m: number): number {
  if (areas.length === 0) return 0
  const above = areas.findIndex((one) => one.depth_m >= depth_m)
  if (above < 0) return areas[areas.length - 1].area_m2
  if (above === 0) return areas[0].area_m2
  const [low, high] = [areas[above - 1], areas[above]]
  return low.area_m2 + ((high.area_m2 - low.area_m2) * (depth_m - low.depth_m)) / (high.depth_m - low.depth_m)
}

export const fullVolume_m3 = ({ volumes_m3 }: NodeShape): number => volumes_m3[LEVELS]

/** Depth of a node by its volume, and its surface there. */
export function depthAt(node: NodeShape, volume_m3: number): { readonly depth_m: number; readonly area_m2: number } {
  const { volumes_m3, top_m, ponded_m2 } = node
  const above = volume_m3 - volumes_m3[LEVELS]
  if (above > 0 && ponded_m2 > 0) return { depth_m: top_m + above / ponded_m2, area_m2: ponded_m2 }
  let [low, high] = [0, LEVELS]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (volumes_m3[middle] <= volume_m3) low = middle
    else high = middle
  }
  const slice = top_m / LEVELS
  const area_m2 = (volumes_m3[low + 1] - volumes_m3[low]) / slice
  return { depth_m: slice * low + Math.max(0, volume_m3 - volumes_m3[low]) / area_m2, area_m2 }
}

/** Volume and surface by depth; what stands above the rim spreads over a wide area, and is lost later unless it may pond. */
export function waterAt({ volumes_m3, top_m, ponded_m2 }: NodeShape, depth_m: number): { readonly volume: number; readonly area: number } {
  const slice = top_m / LEVELS
  if (depth_m >= top_m) {
    const area = ponded_m2 > 0 ? ponded_m2 : AT_RIM_M2
    return { volume: volumes_m3[LEVELS] + area * (depth_m - top_m), area }
  }
  const i = Math.min(LEVELS - 1, Math.max(0, Math.floor(depth_m / slice)))
  const area = (volumes_m3[i + 1] - volumes_m3[i]) / slice
  return { volume: volumes_m3[i] + area * (depth_m - i * slice), area }
}

export function volumeAt({ volumes_m3, top_m }: NodeShape, depth_m: number): number {
  const at = Math.min(LEVELS, Math.max(0, (depth_m / top_m) * LEVELS))
  const i = Math.min(LEVELS - 1, Math.floor(at))
  return volumes_m3[i] + (volumes_m3[i + 1] - volumes_m3[i]) * (at - i)
}
