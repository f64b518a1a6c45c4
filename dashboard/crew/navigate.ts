/**
 * Links that open a navigation app. Coordinates are WGS84 everywhere in this program; what a map of another datum needs is said in its own link
 * and nowhere else: AMap takes WGS84 and converts it itself (`coordinate=wgs84`).
 */
import type { LonLat } from '../../engine/base/geo.ts'

export interface NavigationLink {
  readonly app: 'geo' | 'amap' | 'apple' | 'google'
  readonly href: string
}

const degrees = (value: number): string => value.toFixed(6)

export function navigationLinks([lon, lat]: LonLat | readonly number[], name: string): NavigationLink[] {
  const place = `${degrees(lat)},${degrees(lon)}`
  const amap = new URLSearchParams({
    to: `${degrees(lon)},${degrees(lat)},${name.replaceAll(',', ' ')}`,
    mode: 'car',
    coordinate: 'wgs84',
    callnative: '1',
  })
  return [
    // RFC 5870: latitude first, WGS84 unless said otherwise.
    { app: 'geo', href: `geo:${place}?q=${place}(${encodeURIComponent(name)})` },
    { app: 'amap', href: `https://uri.amap.com/navigation?${amap}` },
    { app: 'apple', href: `https://maps.apple.com/?daddr=${place}&dirflg=d` },
    { app: 'google', href: `https://www.google.com/maps/dir/?api=1&destination=${place}&travelmode=driving` },
  ]
}
