/** What every city made from a road network alone has in common. */
import { localFrame } from '../../engine/base/geo.ts'
import type { Bilingual, City, District, RoadNode } from '../../engine/model/city.ts'
import type { XY } from '../cities/plane.ts'
import { roundDegrees } from '../city-places.ts'
import { convexHull } from './hull.ts'

/** Named after its file until somebody says better; the only district bears the name of the city. */
export function emptyCity(id: string, district: string): City {
  const readable = readableName(id)
  const name = { zh: readable, en: readable }
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
    arterials: [],
    walk_hours: [],
    low_points: [],
    devices: [],
    depots: [],
    crews: [],
    land: [],
  }
}

/** `shanghai_center` as people write it: `Shanghai center`. */
function readableName(id: string): string {
  const words = id.replace(/[_-]+/g, ' ').trim()
  return words === '' ? id : `${words[0].toUpperCase()}${words.slice(1)}`
}

/** The city, and the districts that bear its name, under another one. What is not given stays, but an English name alone is both. */
export function renameCity(city: City, { zh, en }: Partial<Bilingual>): City {
  const old = city.name
  const name = { zh: zh ?? en ?? old.zh, en: en ?? old.en }
  const districts = city.districts.map((district) =>
    district.name.zh === old.zh && district.name.en === old.en ? { ...district, name } : district,
  )
  return { ...city, name, districts }
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
