/**
 * Coordinates of other datums in WGS84. CGCS2000 differs from it by centimetres and is taken as it is. GCJ-02 (Chinese phone maps, 12345) is WGS84 shifted by some
 * hundred metres; its function is not published but widely restated (as in the library `eviltransform`), and its inverse is found by iteration.
 */
import type { LonLat } from '../../engine/base/geo.ts'

export type Datum = 'WGS84' | 'GCJ-02' | 'CGCS2000'

/** Krasovsky 1940. */
const SEMI_MAJOR_M = 6_378_245
const ECCENTRICITY2 = 0.006_693_421_622_965_943
const RADIANS = Math.PI / 180

function wave(x: number, y: number): readonly [east: number, north: number] {
  const common = ((20 * Math.sin(6 * x * Math.PI) + 20 * Math.sin(2 * x * Math.PI)) * 2) / 3
  const north =
    -100 +
    2 * x +
    3 * y +
    0.2 * y * y +
    0.1 * x * y +
    0.2 * Math.sqrt(Math.abs(x)) +
    common +
    ((20 * Math.sin(y * Math.PI) + 40 * Math.sin((y / 3) * Math.PI)) * 2) / 3 +
    ((160 * Math.sin((y / 12) * Math.PI) + 320 * Math.sin((y * Math.PI) / 30)) * 2) / 3
  const east =
    300 +
    x +
    2 * y +
    0.1 * x * x +
    0.1 * x * y +
    0.1 * Math.sqrt(Math.abs(x)) +
    common +
    ((20 * Math.sin(x * Math.PI) + 40 * Math.sin((x / 3) * Math.PI)) * 2) / 3 +
    ((150 * Math.sin((x / 12) * Math.PI) + 300 * Math.sin((x / 30) * Math.PI)) * 2) / 3
  return [east, north]
}

/** WGS84 to GCJ-02; only within China is there a shift. */
export function toGcj02([lon, lat]: LonLat): LonLat {
  if (lon < 72.004 || lon > 137.8347 || lat < 0.8293 || lat > 55.8271) return [lon, lat]
  const [east, north] = wave(lon - 105, lat - 35)
  const sin = Math.sin(lat * RADIANS)
  const magic = 1 - ECCENTRICITY2 * sin * sin
  const root = Math.sqrt(magic)
  return [
    lon + east / ((SEMI_MAJOR_M / root) * Math.cos(lat * RADIANS) * RADIANS),
    lat + north / (((SEMI_MAJOR_M * (1 - ECCENTRICITY2)) / (magic * root)) * RADIANS),
  ]
}

const ROUNDS = 8

/** Good to a centimetre after two rounds; the shift changes slowly. */
function fromGcj02(point: LonLat): LonLat {
  let guess = point
  for (let i = 0; i < ROUNDS; i++) {
    const there = toGcj02(guess)
    guess = [guess[0] + point[0] - there[0], guess[1] + point[1] - there[1]]
  }
  return [Number(guess[0].toFixed(7)), Number(guess[1].toFixed(7))]
}

/** What a message calls its datum; null for one that nobody knows, whose coordinates mean nothing. */
export function datumOf(name: string | null): Datum | null {
  const folded = (name ?? 'WGS84').toUpperCase().replace(/[\s_-]/g, '')
  if (['WGS84', 'EPSG:4326', '4326'].includes(folded)) return 'WGS84'
  if (['GCJ02', 'GCJ', 'AMAP', '高德'].includes(folded)) return 'GCJ-02'
  return ['CGCS2000', 'EPSG:4490', '4490'].includes(folded) ? 'CGCS2000' : null
}

export const toWgs84 = (point: LonLat, datum: Datum): LonLat => (datum === 'GCJ-02' ? fromGcj02(point) : point)
