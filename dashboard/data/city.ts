/** The city document sorted for drawing and looking up, once per city. */
import type { Bounds, LonLat } from '../../engine/base/geo.ts'
import type { CityDocument, CityFeature, CityLayer, CityProperties } from '../../gateway/wire/city.ts'

export interface Place {
  readonly properties: CityProperties
  /** Where its symbol and label stand: the point, the middle of the line, the centre of the ring. */
  readonly at: LonLat
  /** Points of the line or of the outer ring; one point for a point. */
  readonly line: readonly LonLat[]
}

export interface CityIndex {
  /** Another number for every city read, also when the same city is read again. */
  readonly stamp: number
  readonly document: CityDocument
  readonly layers: Readonly<Record<CityLayer, readonly Place[]>>
  /** By `{layer}:{id}`; devices also by `device:{key}`. */
  readonly places: ReadonlyMap<string, Place>
  readonly bounds: Bounds
}

function centroid(ring: readonly LonLat[]): LonLat {
  let area = 0
  let x = 0
  let y = 0
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    // Relative to the first point: degrees with six decimals would cancel.
    const [ax, ay] = [ring[j][0] - ring[0][0], ring[j][1] - ring[0][1]]
    const [bx, by] = [ring[i][0] - ring[0][0], ring[i][1] - ring[0][1]]
    const cross = ax * by - bx * ay
    area += cross
    x += (ax + bx) * cross
    y += (ay + by) * cross
  }
  if (area === 0) return ring[0]
  return [ring[0][0] + x / (3 * area), ring[0][1] + y / (3 * area)]
}

function placeOf({ geometry, properties }: CityFeature): Place {
  if (geometry.type === 'Point') return { properties, at: geometry.coordinates, line: [geometry.coordinates] }
  if (geometry.type === 'LineString') {
    const line = geometry.coordinates
    return { properties, at: line[Math.floor(line.length / 2)], line }
  }
  const ring = geometry.coordinates[0]
  return { properties, at: centroid(ring), line: ring }
}

let stamps = 0

export function indexCity(document: CityDocument): CityIndex {
  const layers: Record<CityLayer, Place[]> = {
    land: [],
    road: [],
    district: [],
    grid: [],
    junction: [],
    low_point: [],
    depot: [],
    device: [],
  }
  const places = new Map<string, Place>()
  for (const feature of document.features) {
    const place = placeOf(feature)
    const { layer, id, key } = feature.properties
    layers[layer].push(place)
    places.set(`${layer}:${layer === 'device' && key !== undefined ? key : id}`, place)
  }
  return { stamp: ++stamps, document, layers, places, bounds: document.bounds }
}
