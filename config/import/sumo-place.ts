/** Where a SUMO network lies: its metres back to degrees, where its projection can be turned round. */
import { type LonLat, localFrame } from '../../engine/base/geo.ts'
import type { XY } from '../cities/plane.ts'
import { OPEN_SEA } from './street-city.ts'

export interface Placing {
  readonly toLonLat: (at: XY) => LonLat
  /** False where the network says no projection that is known here, and was laid down in the open sea. */
  readonly located: boolean
}

export function placingOf(projection: string, [dx, dy]: XY): Placing {
  const zone = /\+proj=utm\b/.test(projection) ? /\+zone=(\d{1,2})\b/.exec(projection) : null
  if (zone === null) {
    const frame = localFrame(OPEN_SEA)
    return { located: false, toLonLat: ([x, y]) => frame.toLonLat(x, y) }
  }
  const south_m = /\+south\b/.test(projection) ? 1e7 : 0
  return { located: true, toLonLat: ([x, y]) => fromUtm(Number(zone[1]), x - dx, y - dy - south_m) }
}

/**
 * Universal Transverse Mercator on WGS84 to degrees: Krüger's series to the third order in the flattening (Karney, "Transverse Mercator
 * with an accuracy of a few nanometers", J. Geodesy 85, 2011, equations 36 and 19), good to less than a millimetre within a zone.
 */
function fromUtm(zone: number, easting_m: number, northing_m: number): LonLat {
  const f = 1 / 298.257223563
  const n = f / (2 - f)
  const radius_m = (6_378_137 / (1 + n)) * (1 + n ** 2 / 4 + n ** 4 / 64)
  const beta = [n / 2 - (2 / 3) * n ** 2 + (37 / 96) * n ** 3, n ** 2 / 48 + n ** 3 / 15, (17 / 480) * n ** 3]
  const delta = [2 * n - (2 / 3) * n ** 2 - 2 * n ** 3, (7 / 3) * n ** 2 - (8 / 5) * n ** 3, (56 / 15) * n ** 3]
  const xi = northing_m / (0.9996 * radius_m)
  const eta = (easting_m - 500_000) / (0.9996 * radius_m)
  let [xi0, eta0] = [xi, eta]
  for (const [i, b] of beta.entries()) {
    const k = 2 * (i + 1)
    xi0 -= b * Math.sin(k * xi) * Math.cosh(k * eta)
    eta0 -= b * Math.cos(k * xi) * Math.sinh(k * eta)
  }
  const chi = Math.asin(Math.sin(xi0) / Math.cosh(eta0))
  const lat = delta.reduce((sum, d, i) => sum + d * Math.sin(2 * (i + 1) * chi), chi)
  const lon = Math.atan2(Math.sinh(eta0), Math.cos(xi0))
  return [(lon * 180) / Math.PI + zone * 6 - 183, (lat * 180) / Math.PI]
}
