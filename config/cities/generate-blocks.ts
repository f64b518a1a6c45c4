/** The ground between the streets: the faces of the planar network, drawn in from the kerb, as building blocks, parks and water. */
import type { Random } from '../../engine/base/random.ts'
import { alongRiver, fromRiver_m, type Ground, outside_m, patchRing } from './generate-ground.ts'
import type { Network } from './generate-network.ts'
import { EMBANKMENT_M } from './generate-streets.ts'
import { area_m2, centroid, clip, doubleArea, gap_m, inset, simplify, type XY } from './plane.ts'

export interface Patchwork {
  readonly kind: 'water' | 'green' | 'built'
  readonly ring: readonly XY[]
  readonly of: 'river' | 'lake' | 'hill' | 'lakeside' | 'embankment' | 'park' | 'block'
}

/** How far the river is drawn on both sides of the map. */
const RIVER_REACH_M = 7600
const PARK_SHARE = 0.055
const BLOCK_M2_MIN = 700
/** Larger faces were left free of streets: woods and fields. */
const BLOCK_M2_MAX = 170_000

/** In drawing order: later ones lie on top. */
export function layGround(ground: Ground, network: Network, random: Random): Patchwork[] {
  const blocks = faces(network).flatMap((face) => blocksOf(face, ground, random))
  const bank = (side: 1 | -1, from: (x: number) => number, to: number): XY[] => [
    ...alongRiver(ground, (x) => side * from(x), -RIVER_REACH_M, RIVER_REACH_M, 60),
    ...alongRiver(ground, (x) => side * (ground.riverWidth_m(x) / 2 + to), -RIVER_REACH_M, RIVER_REACH_M, 60).reverse(),
  ]
  return [
    ...blocks,
    { kind: 'green', of: 'hill', ring: patchRing(ground.hill, -10, 72) },
    { kind: 'green', of: 'lakeside', ring: patchRing(ground.lake, 88, 72) },
    { kind: 'green', of: 'embankment', ring: embankment(ground, 1) },
    { kind: 'green', of: 'embankment', ring: embankment(ground, -1) },
    { kind: 'water', of: 'river', ring: simplify(bank(1, (x) => -ground.riverWidth_m(x) / 2, 0), 2) },
    { kind: 'water', of: 'lake', ring: patchRing(ground.lake, 0, 72) },
  ]
}

/** The green strip between the embankment road and the water, as long as the city is wide. */
function embankment(ground: Ground, side: 1 | -1): XY[] {
  const [west, east] = [-1, 1].map((way) => way * ground.half_width_m * 0.86)
  const line = (offset_m: number): XY[] => simplify(alongRiver(ground, (x) => side * (ground.riverWidth_m(x) / 2 + offset_m), west, east, 40), 1)
  return [...line(6), ...line(EMBANKMENT_M - 18).reverse()]
}

/** Faces of the network, counter-clockwise, without the one that lies outside everything. */
function faces({ nodes, edges }: Network): XY[][] {
  const leaving: { edge: number; forward: boolean; angle: number }[][] = nodes.map(() => [])
  for (const [edge, { from, to, line }] of edges.entries()) {
    leaving[from].push({ edge, forward: true, angle: Math.atan2(line[1][1] - line[0][1], line[1][0] - line[0][0]) })
    const [end, before] = [line[line.length - 1], line[line.length - 2]]
    leaving[to].push({ edge, forward: false, angle: Math.atan2(before[1] - end[1], before[0] - end[0]) })
  }
  for (const list of leaving) list.sort((a, b) => a.angle - b.angle)
  const seen = new Uint8Array(edges.length * 2)
  const rings: XY[][] = []
  for (let start = 0; start < edges.length * 2; start++) {
    if (seen[start] === 1) continue
    const ring: XY[] = []
    let half = start
    while (seen[half] === 0) {
      seen[half] = 1
      const edge = half >> 1
      const forward = (half & 1) === 0
      const { from, to, line } = edges[edge]
      ring.push(...(forward ? line : [...line].reverse()).slice(0, -1))
      // The next edge clockwise from where we came: the face stays on our left.
      const around = leaving[forward ? to : from]
      const back = around.findIndex((one) => one.edge === edge && one.forward !== forward)
      const next = around[(back + around.length - 1) % around.length]
      half = next.edge * 2 + (next.forward ? 0 : 1)
    }
    if (doubleArea(ring) > 0) rings.push(ring)
  }
  return rings
}

function blocksOf(face: readonly XY[], ground: Ground, random: Random): Patchwork[] {
  const area = area_m2(face)
  const middle = centroid(face)
  const inWater = fromRiver_m(ground, middle) < ground.riverWidth_m(middle[0]) / 2 + EMBANKMENT_M * 0.5 || outside_m(middle, ground.lake) < 60
  if (inWater) return []
  const shape = inset(withoutSpurs(face), area > 12_000 ? 13 : 9)
  if (shape === null || area_m2(shape) < BLOCK_M2_MIN) return []
  if (area > BLOCK_M2_MAX || outside_m(middle, ground.hill) < 0 || random.chance(PARK_SHARE)) return [{ kind: 'green', of: 'park', ring: shape }]
  return lots(shape, random).map((ring) => ({ kind: 'built' as const, of: 'block' as const, ring }))
}

/** A cul-de-sac makes its face run in and out again; the way in and out is dropped. */
function withoutSpurs(ring: readonly XY[]): XY[] {
  const result: XY[] = []
  for (const p of ring) {
    if (result.length > 1 && gap_m(result[result.length - 2], p) < 1) result.pop()
    else if (result.length === 0 || gap_m(result[result.length - 1], p) > 1) result.push(p)
  }
  return result
}

/** A convex block is halved across its longer side until its parts have the size of an estate; others stay whole. */
function lots(ring: readonly XY[], random: Random): XY[][] {
  if (area_m2(ring) < 16_000 || !convex(ring)) return [[...ring]]
  const middle = centroid(ring)
  const [a, b] = longestSide(ring)
  const along: XY = [(b[0] - a[0]) / gap_m(a, b), (b[1] - a[1]) / gap_m(a, b)]
  const shift = random.uniform(-0.12, 0.12) * gap_m(a, b)
  const beside = (p: XY): number => (p[0] - middle[0]) * along[0] + (p[1] - middle[1]) * along[1] - shift
  const alley_m = 4
  return [clip(ring, (p) => beside(p) - alley_m), clip(ring, (p) => -beside(p) - alley_m)].flatMap((part) => lots(part, random))
}

function longestSide(ring: readonly XY[]): [XY, XY] {
  let best: [XY, XY] = [ring[ring.length - 1], ring[0]]
  for (let i = 1; i < ring.length; i++) if (gap_m(ring[i - 1], ring[i]) > gap_m(...best)) best = [ring[i - 1], ring[i]]
  return best
}

function convex(ring: readonly XY[]): boolean {
  return ring.every((b, i) => {
    const a = ring[(i + ring.length - 1) % ring.length]
    const c = ring[(i + 1) % ring.length]
    const turn = (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0])
    return turn > -0.05 * gap_m(a, b) * gap_m(b, c)
  })
}
