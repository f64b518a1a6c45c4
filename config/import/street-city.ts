/** What every city made from a road network alone has in common. */
import { localFrame } from '../../engine/base/geo.ts'
import type { City, District, RoadNode } from '../../engine/model/city.ts'
import type { XY } from '../cities/plane.ts'
import { roundDegrees } from '../city-places.ts'
import { convexHull } from './hull.ts'

export function emptyCity(id: string, district: string): City {
  const name = { zh: id, en: id }
  return {
    id,
    name,
    timezone: 'Asia/Shanghai',
    source: '',
    bounds: [0, 0, 0, 0],
    districts: [{ id: district, name, outline: [] }],
    grids: [],
    nodes: [],
    roads: [],
    junctions: [],
    low_points: [],
    devices: [],
    depots: [],
    crews: [],
    land: [],
  }
}

const MARGIN_M = 60

/** The convex hull of the streets and a margin, as a closed ring. */
export function outlineAround(nodes: readonly RoadNode[]): District['outline'] {
  if (nodes.length === 0) return []
  const frame = localFrame(nodes[0].at)
  const reach = Array.from({ length: 8 }, (_, i) => [MARGIN_M * Math.cos((i * Math.PI) / 4), MARGIN_M * Math.sin((i * Math.PI) / 4)])
  const hull = convexHull(nodes.map(({ at }): XY => frame.toXY(at)))
  const wide = convexHull(hull.flatMap(([x, y]) => reach.map(([dx, dy]): XY => [x + dx, y + dy])))
  const ring = wide.map(([x, y]) => roundDegrees(frame.toLonLat(x, y)))
  return [...ring, ring[0]]
}
