/** Where things lie: coordinates as they are written down, and which area a point belongs to. */
import { type Bounds, distance_m, insideRing, type LonLat } from '../engine/base/geo.ts'

/** Seven decimals are a centimetre, and what city files hold. */
export const roundDegrees = ([lon, lat]: LonLat): LonLat => [Math.round(lon * 1e7) / 1e7, Math.round(lat * 1e7) / 1e7]

/** Positions of the ids that have one. */
export function positionsOf(ids: readonly string[], at: ReadonlyMap<string, LonLat>): LonLat[] {
  const positions: LonLat[] = []
  for (const id of ids) {
    const position = at.get(id)
    if (position !== undefined) positions.push(position)
  }
  return positions
}

/** The smallest box around the points, a little wider on every side. */
export function boundsOf(points: readonly LonLat[]): Bounds {
  const box = boxOf(points)
  const pad = 0.0005
  const [west, south] = roundDegrees([box[0] - pad, box[1] - pad])
  const [east, north] = roundDegrees([box[2] + pad, box[3] + pad])
  return [west, south, east, north]
}

function boxOf(points: readonly LonLat[]): [west: number, south: number, east: number, north: number] {
  const box: [number, number, number, number] = [180, 90, -180, -90]
  for (const [lon, lat] of points) {
    box[0] = Math.min(box[0], lon)
    box[1] = Math.min(box[1], lat)
    box[2] = Math.max(box[2], lon)
    box[3] = Math.max(box[3], lat)
  }
  return box
}

/** Finds the area that holds a point, among areas that do not overlap. */
export function createAreaFinder<T extends { readonly outline: readonly LonLat[] }>(areas: readonly T[]): (p: LonLat) => T | null {
  const boxed = areas.map((area) => ({ area, box: boxOf(area.outline) }))
  return (p) => {
    const found = boxed.find(
      ({ area, box }) => p[0] >= box[0] && p[0] <= box[2] && p[1] >= box[1] && p[1] <= box[3] && insideRing(p, area.outline),
    )
    return found?.area ?? null
  }
}

/** The area that holds the point, or the one whose border is nearest; null only without areas. */
export function createNearestFinder<T extends { readonly outline: readonly LonLat[] }>(areas: readonly T[]): (p: LonLat) => T | null {
  const inside = createAreaFinder(areas)
  return (p) => {
    const found = inside(p)
    if (found !== null) return found
    let nearest: T | null = null
    let least_m = Number.POSITIVE_INFINITY
    for (const area of areas) {
      for (const corner of area.outline) {
        const d = distance_m(p, corner)
        if (d >= least_m) continue
        least_m = d
        nearest = area
      }
    }
    return nearest
  }
}
