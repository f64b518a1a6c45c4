/**
 * Where a message says that it was, before anything is written: brought from the datum that its source declares to WGS84, once; held against the city's box; and, for a
 * camera, against its masks: what lies in one is never kept.
 */
import { type Datum, OUTSIDE_M, offCity_m, toWgs84 } from '../engine/base/datum.ts'
import { insideRing, type LonLat } from '../engine/base/geo.ts'
import { type City, type CityDevice, type DeviceKey, deviceKey } from '../engine/model/city.ts'
import type { Observation } from '../engine/model/observation.ts'

export type Placed =
  | { readonly verdict: 'kept'; readonly observation: Observation }
  /** In a privacy mask of its camera. */
  | { readonly verdict: 'masked' }
  /** The rest of the message holds; its place does not. */
  | { readonly verdict: 'outside'; readonly observation: Observation; readonly off_m: number }

export type Places = (observation: Observation) => Placed

/** The middle of a box `[left, top, right, bottom]`, as a point of the picture. */
const middle = ([left, top, right, bottom]: readonly number[]): LonLat => [(left + right) / 2, (top + bottom) / 2]

function isMasked({ camera }: CityDevice, at: LonLat | null, box: readonly number[] | null): boolean {
  return (camera?.masks ?? []).some(({ on, ring }) => {
    const point = on === 'ground' ? at : box === null ? null : middle(box)
    return point !== null && insideRing(point, ring)
  })
}

export function createPlaces(city: City): Places {
  const devices = new Map<DeviceKey, CityDevice>(
    city.devices.map((device) => [deviceKey(device.district, device.domain, device.id), device]),
  )
  const offOf = (at: LonLat): number => offCity_m(at, city.bounds)
  const datumOf = (device: DeviceKey): Datum => devices.get(device)?.crs ?? 'wgs84'

  function placeEvent(event: Extract<Observation, { kind: 'event' }>): Placed {
    const at = event.at === null ? null : toWgs84(event.at, datumOf(event.device))
    const device = devices.get(event.device)
    if (device !== undefined && isMasked(device, at, event.box ?? null)) return { verdict: 'masked' }
    const off_m = at === null ? 0 : offOf(at)
    const observation = { ...event, at: off_m > OUTSIDE_M ? null : at }
    return off_m > OUTSIDE_M ? { verdict: 'outside', observation, off_m } : { verdict: 'kept', observation }
  }

  function placeReading(reading: Extract<Observation, { kind: 'reading' }>): Placed {
    const { lon, lat } = reading.values
    if (typeof lon !== 'number' || typeof lat !== 'number') return { verdict: 'kept', observation: reading }
    const datum = datumOf(reading.device)
    if (datum === 'wgs84' || datum === 'cgcs2000') return { verdict: 'kept', observation: reading }
    const [east, north] = toWgs84([lon, lat], datum)
    return { verdict: 'kept', observation: { ...reading, values: { ...reading.values, lon: east, lat: north } } }
  }

  return (observation) => {
    switch (observation.kind) {
      case 'event':
        return placeEvent(observation)
      case 'reading':
        return placeReading(observation)
      default:
        return { verdict: 'kept', observation }
    }
  }
}
