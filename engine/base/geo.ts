/** Longitude and latitude in WGS84 degrees, in GeoJSON's order. */
export type LonLat = readonly [lon_deg: number, lat_deg: number]

/** West, south, east, north in WGS84 degrees, GeoJSON's bbox order. */
export type Bounds = readonly [west: number, south: number, east: number, north: number]

const EARTH_RADIUS_M = 6_371_008.8
const RADIANS = Math.PI / 180

/** Great-circle distance in metres (haversine). */
export function distance_m(a: LonLat, b: LonLat): number {
  const lat = (b[1] - a[1]) * RADIANS
  const lon = (b[0] - a[0]) * RADIANS
  const h = Math.sin(lat / 2) ** 2 + Math.cos(a[1] * RADIANS) * Math.cos(b[1] * RADIANS) * Math.sin(lon / 2) ** 2
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(h)))
}

export function length_m(line: readonly LonLat[]): number {
  let sum = 0
  for (let i = 1; i < line.length; i++) sum += distance_m(line[i - 1], line[i])
  return sum
}

/** A flat local frame around an origin, metres east and north; good to 0.1 % within 50 km. */
export function localFrame(origin: LonLat): { toXY(p: LonLat): [x_m: number, y_m: number]; toLonLat(x_m: number, y_m: number): LonLat } {
  const north = EARTH_RADIUS_M * RADIANS
  const east = north * Math.cos(origin[1] * RADIANS)
  return {
    toXY: (p) => [(p[0] - origin[0]) * east, (p[1] - origin[1]) * north],
    toLonLat: (x, y) => [origin[0] + x / east, origin[1] + y / north],
  }
}

/** The mean of some points, at least one; of a closed ring hand in its corners, each once. */
export function meanPlace(points: readonly LonLat[]): LonLat {
  const [lon, lat] = points.reduce<LonLat>(([x, y], [a, b]) => [x + a, y + b], [0, 0])
  return [lon / points.length, lat / points.length]
}

/** Even–odd rule; the ring may or may not repeat its first point. */
export function insideRing(p: LonLat, ring: readonly LonLat[]): boolean {
  let inside = false
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [xi, yi] = ring[i]
    const [xj, yj] = ring[j]
    if (yi > p[1] !== yj > p[1] && p[0] < ((xj - xi) * (p[1] - yi)) / (yj - yi) + xi) inside = !inside
  }
  return inside
}

/** The point `along_m` metres down the line, clipped to its ends. */
export function pointAlong(line: readonly LonLat[], along_m: number): LonLat {
  let left = along_m
  for (let i = 1; i < line.length; i++) {
    const step = distance_m(line[i - 1], line[i])
    if (left <= step && step > 0) {
      const f = Math.max(0, left / step)
      return [line[i - 1][0] + f * (line[i][0] - line[i - 1][0]), line[i - 1][1] + f * (line[i][1] - line[i - 1][1])]
    }
    left -= step
  }
  return line[line.length - 1]
}

export interface PlaceOnLine {
  readonly along_m: number
  /** How far from the way. */
  readonly off_m: number
}

/** Where a position lies along the way, not before `from_m`; the nearest such point, the earlier one among equals. */
export function placeOn(line: readonly LonLat[], at: LonLat, from_m: number): PlaceOnLine {
  const east_m = distance_m(at, [at[0] + 0.001, at[1]]) * 1000
  const north_m = distance_m(at, [at[0], at[1] + 0.001]) * 1000
  let best: PlaceOnLine = { along_m: from_m, off_m: Number.POSITIVE_INFINITY }
  let along_m = 0
  for (let i = 1; i < line.length; i++) {
    const [ax, ay] = [(line[i - 1][0] - at[0]) * east_m, (line[i - 1][1] - at[1]) * north_m]
    const [dx, dy] = [(line[i][0] - line[i - 1][0]) * east_m, (line[i][1] - line[i - 1][1]) * north_m]
    const length_m = Math.hypot(dx, dy)
    const least = length_m === 0 ? 0 : Math.max(0, (from_m - along_m) / length_m)
    if (least <= 1) {
      const t = length_m === 0 ? 0 : Math.min(1, Math.max(least, -(ax * dx + ay * dy) / (length_m * length_m)))
      const off_m = Math.hypot(ax + t * dx, ay + t * dy)
      if (off_m < best.off_m - 0.5) best = { along_m: along_m + t * length_m, off_m }
    }
    along_m += length_m
  }
  return best
}
