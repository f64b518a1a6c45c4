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
