/** What every city made from a road network alone has in common. */
import { type LonLat, localFrame } from '../../engine/base/geo.ts'
import type { Bilingual, City, District, RoadNode } from '../../engine/model/city.ts'
import { EMPTY_CITY } from '../../engine/model/empty-city.ts'
import type { XY } from '../cities/plane.ts'
import { roundDegrees } from '../city-places.ts'
import { convexHull } from './hull.ts'

/** Where networks without a place are laid down: open water of the East China Sea, south of the demo city. */
export const OPEN_SEA: LonLat = [123.5, 30.9]

/** Named after its file until somebody says better; the only district bears the name of the city. */
export function emptyCity(id: string, district: string): City {
  const readable = readableName(id)
  const name = { zh: readable, en: readable }
  return { ...EMPTY_CITY, id, name, timezone: 'Asia/Shanghai', districts: [{ id: district, name, outline: [] }] }
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

/** China keeps one time; elsewhere the name of the fixed offset that the longitude suggests, to be corrected in city.json. */
export function timezoneAt(lon: number): string {
  if (lon > 73 && lon < 135) return 'Asia/Shanghai'
  const hours = Math.round(lon / 15)
  // The sign of these names is turned round: Etc/GMT-8 lies east of Greenwich.
  return hours === 0 ? 'Etc/GMT' : `Etc/GMT${hours > 0 ? '-' : '+'}${Math.abs(hours)}`
}
