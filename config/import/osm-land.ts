/** Water, parks and buildings of an OpenStreetMap file as ground to draw, with no more corners than can be seen. */
import { type LonLat, localFrame } from '../../engine/base/geo.ts'
import type { Land } from '../../engine/model/city.ts'
import { area_m2, simplify, type XY } from '../cities/plane.ts'
import { positionsOf, roundDegrees } from '../city-places.ts'
import type { OsmData, Tags } from './osm-read.ts'
import { nameOf } from './osm-roads.ts'

const TOLERANCE_M = 1.5
const AREA_M2_MIN: Readonly<Record<Land['kind'], number>> = { water: 100, green: 150, built: 40 }
/** In drawing order. */
const ORDER: readonly Land['kind'][] = ['green', 'water', 'built']

export function buildLand(data: OsmData): Land[] {
  const ways = new Map(data.ways.map((way) => [way.id, way.nodes]))
  const rings = [
    ...data.ways.filter(({ nodes }) => nodes[0] === nodes[nodes.length - 1]).map(({ nodes, tags }) => ({ nodes, tags })),
    ...data.relations.flatMap(({ outer, tags }) =>
      joinRings(outer.flatMap((id) => [ways.get(id) ?? []])).map((nodes) => ({ nodes, tags })),
    ),
  ]
  const land = rings.flatMap(({ nodes, tags }) => {
    const kind = kindOf(tags)
    if (kind === null) return []
    const outline = outlineOf(positionsOf(nodes, data.nodes), AREA_M2_MIN[kind])
    return outline === null ? [] : [{ kind, outline, name: nameOf(tags) }]
  })
  return land.sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind))
}

const GREEN: ReadonlySet<string> = new Set([
  'park',
  'garden',
  'golf_course',
  'nature_reserve',
  'grass',
  'forest',
  'meadow',
  'recreation_ground',
  'village_green',
  'cemetery',
  'wood',
  'scrub',
  'grassland',
])
const WATER: ReadonlySet<string> = new Set(['water', 'bay', 'riverbank', 'reservoir', 'basin', 'dock'])

function kindOf({ natural = '', waterway = '', landuse = '', leisure = '', building = 'no' }: Tags): Land['kind'] | null {
  if ([natural, waterway, landuse].some((value) => WATER.has(value))) return 'water'
  if ([natural, landuse, leisure].some((value) => GREEN.has(value))) return 'green'
  return building === 'no' ? null : 'built'
}

/** Closed rings from the ways of a multipolygon, joined end to end; what does not close is left out. */
function joinRings(ways: readonly (readonly string[])[]): string[][] {
  const open = ways.filter((way) => way.length > 1).map((way) => [...way])
  const rings: string[][] = []
  for (let ring = open.pop(); ring !== undefined; ring = open.pop()) {
    while (ring[0] !== ring[ring.length - 1]) {
      const tip: string = ring[ring.length - 1]
      const next = open.findIndex((way) => way[0] === tip || way[way.length - 1] === tip)
      if (next < 0) break
      const [way] = open.splice(next, 1)
      ring.push(...(way[0] === tip ? way : way.reverse()).slice(1))
    }
    if (ring[0] === ring[ring.length - 1]) rings.push(ring)
  }
  return rings
}

function outlineOf(ring: readonly LonLat[], least_m2: number): LonLat[] | null {
  if (ring.length < 4) return null
  const frame = localFrame(ring[0])
  const flat = ring.map((p): XY => frame.toXY(p))
  if (area_m2(flat) < least_m2) return null
  const half = flat.length >> 1
  // A closed line has no two ends to simplify between: it is cut in two.
  const plain = [...simplify(flat.slice(0, half + 1), TOLERANCE_M).slice(0, -1), ...simplify(flat.slice(half), TOLERANCE_M).slice(0, -1)]
  if (plain.length < 3) return null
  const outline = plain.map(([x, y]) => roundDegrees(frame.toLonLat(x, y)))
  return [...outline, outline[0]]
}
