/**
 * Coordinates as Chinese sources give them, brought to WGS84 once, at the door. GCJ-02 is the shifted grid of phone maps and of 12345 orders: the shift is computed by the
 * public formulas (wgtochina_lb as published, e.g. github.com/googollee/eviltransform) on the Krasovsky 1940 ellipsoid, and taken back by iteration to less than a
 * millimetre. BD-09 turns and stretches GCJ-02 once more. CGCS2000 differs from WGS84 by centimetres (Yang 2009, Chinese Geodetic Coordinate System 2000, Chinese
 * Science Bulletin 54): it is taken as it is.
 */
import { distance_m, type LonLat } from './geo.ts'

export const DATUMS = ['wgs84', 'cgcs2000', 'gcj02', 'bd09'] as const
export type Datum = (typeof DATUMS)[number]

/** Krasovsky 1940. */
const AXIS_M = 6_378_245
const ECCENTRICITY_2 = 0.006_693_421_622_965_943
const RADIANS = Math.PI / 180

/** Outside this box nothing is shifted. */
const outsideChina = ([lon, lat]: LonLat): boolean => lon < 72.004 || lon > 137.8347 || lat < 0.8293 || lat > 55.8271

function shift(x: number, y: number): readonly [lon: number, lat: number] {
  const both = (20 * Math.sin(6 * x * Math.PI) + 20 * Math.sin(2 * x * Math.PI)) * (2 / 3)
  const wave = (v: number, a: number, b: number): number =>
    ((20 * Math.sin(v * Math.PI) + 40 * Math.sin((v / 3) * Math.PI) + a * Math.sin((v / 12) * Math.PI) + b * Math.sin((v / 30) * Math.PI)) *
      2) /
    3
  const root = Math.sqrt(Math.abs(x))
  return [
    300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + both + wave(x, 150, 300),
    -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + both + wave(y, 160, 320),
  ]
}

export function wgs84ToGcj02(at: LonLat): LonLat {
  if (outsideChina(at)) return at
  const [lon, lat] = at
  const [east_m, north_m] = shift(lon - 105, lat - 35)
  const sine = Math.sin(lat * RADIANS)
  const magic = 1 - ECCENTRICITY_2 * sine * sine
  const north = (north_m * 180) / (((AXIS_M * (1 - ECCENTRICITY_2)) / (magic * Math.sqrt(magic))) * Math.PI)
  const east = (east_m * 180) / ((AXIS_M / Math.sqrt(magic)) * Math.cos(lat * RADIANS) * Math.PI)
  return [lon + east, lat + north]
}

const ROUNDS_MAX = 12
const EXACT_DEG = 1e-9

/** The shift hardly changes over its own length, so each round gains three digits. */
export function gcj02ToWgs84(at: LonLat): LonLat {
  if (outsideChina(at)) return at
  let guess = at
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const [lon, lat] = wgs84ToGcj02(guess)
    const [dx, dy] = [lon - at[0], lat - at[1]]
    if (Math.max(Math.abs(dx), Math.abs(dy)) < EXACT_DEG) break
    guess = [guess[0] - dx, guess[1] - dy]
  }
  return guess
}

const BD_TURN = (Math.PI * 3000) / 180

function bd09ToGcj02([lon, lat]: LonLat): LonLat {
  const [x, y] = [lon - 0.0065, lat - 0.006]
  const z = Math.hypot(x, y) - 0.000_02 * Math.sin(y * BD_TURN)
  const theta = Math.atan2(y, x) - 0.000_003 * Math.cos(x * BD_TURN)
  return [z * Math.cos(theta), z * Math.sin(theta)]
}

export function toWgs84(at: LonLat, datum: Datum): LonLat {
  switch (datum) {
    case 'wgs84':
    case 'cgcs2000':
      return at
    case 'gcj02':
      return gcj02ToWgs84(at)
    case 'bd09':
      return gcj02ToWgs84(bd09ToGcj02(at))
  }
}

/** A place so far outside the city is a datum, an order of axes or a hemisphere mistaken; less is a crew on its way home. */
export const OUTSIDE_M = 20_000

/** How far the nearest edge of the city's box is from a place, m; 0 inside. */
export function offCity_m([lon, lat]: LonLat, [west, south, east, north]: readonly [number, number, number, number]): number {
  return distance_m([lon, lat], [Math.min(Math.max(lon, west), east), Math.min(Math.max(lat, south), north)])
}
