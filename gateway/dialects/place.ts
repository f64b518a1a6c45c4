/** Positions of strangers: GeoJSON with longitude first, as it should be, or latitude first, as some publish; judged against the city's box. */
import { type LonLat, meanPlace } from '../../engine/base/geo.ts'
import type { DialectContext } from './dialect.ts'
import { asArray, asObject, type Json, member } from './json.ts'

const POINTS_MAX = 10_000

function pairOf(value: Json | undefined): LonLat | null {
  const [lon, lat] = asArray(value) ?? []
  return typeof lon === 'number' && typeof lat === 'number' && Number.isFinite(lon) && Number.isFinite(lat) ? [lon, lat] : null
}

function pointsOf(type: Json | undefined, coordinates: Json | undefined): readonly LonLat[] {
  if (type === 'Point') return [pairOf(coordinates)].filter((point) => point !== null)
  const list = asArray(type === 'Polygon' || type === 'MultiLineString' ? asArray(coordinates)?.[0] : coordinates) ?? []
  const points = list
    .slice(0, POINTS_MAX)
    .map(pairOf)
    .filter((point) => point !== null)
  // A ring repeats its first corner.
  return type === 'Polygon' ? points.slice(0, -1) : points
}

const isInside = ([west, south, east, north]: NonNullable<DialectContext['box']>, [lon, lat]: LonLat): boolean =>
  lon >= west && lon <= east && lat >= south && lat <= north

export interface Placed {
  readonly at: LonLat | null
  /** Was turned round, or lies outside of the city. */
  readonly strays: boolean
}

/** A position with longitude first, unless only the other way round it lies in the city. */
export function placeOf(point: LonLat, box: DialectContext['box']): Placed {
  const turned: LonLat = [point[1], point[0]]
  const isPosition = ([lon, lat]: LonLat): boolean => Math.abs(lon) <= 180 && Math.abs(lat) <= 90
  if (box === null) return isPosition(point) ? { at: point, strays: false } : { at: isPosition(turned) ? turned : null, strays: true }
  if (isInside(box, point)) return { at: point, strays: false }
  return { at: isInside(box, turned) ? turned : null, strays: true }
}

const RINGS_MAX = 64

/** Outer rings of a polygon or of several; none of another geometry, or where a ring is not closed. */
export function ringsOfGeometry(value: Json | undefined): readonly (readonly LonLat[])[] {
  const geometry = asObject(value)
  const type = member(geometry, 'type')
  const coordinates = asArray(member(geometry, 'coordinates')) ?? []
  const polygons = type === 'Polygon' ? [coordinates] : type === 'MultiPolygon' ? coordinates : []
  return polygons.slice(0, RINGS_MAX).flatMap((polygon) => {
    const ring = (asArray(asArray(polygon)?.[0]) ?? []).slice(0, POINTS_MAX).map(pairOf)
    const points = ring.filter((point) => point !== null)
    const [first] = points
    const last = points.at(-1)
    const closed = last !== undefined && first[0] === last[0] && first[1] === last[1]
    return closed && points.length >= 4 && points.length === ring.length ? [points] : []
  })
}

/** The middle of a GeoJSON geometry; null when it is none. */
export function placeOfGeometry(value: Json | undefined, box: DialectContext['box']): Placed | null {
  const geometry = asObject(value)
  const points = pointsOf(member(geometry, 'type'), member(geometry, 'coordinates'))
  return points.length === 0 ? null : placeOf(meanPlace(points), box)
}
