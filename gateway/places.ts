/**
 * What may be kept of a message and where it says that it was, before anything is written: a camera's event needs an impact assessment; a place is brought from the datum that
 * its source declares to WGS84, once; it is held against the city's box; and what lies in a privacy mask of its camera is never kept.
 */
import { createLocalHour } from '../config/local-time.ts'
import { type Datum, OUTSIDE_M, offCity_m, toWgs84 } from '../engine/base/datum.ts'
import { insideRing, type LonLat } from '../engine/base/geo.ts'
import { indexAssessments, whyUnassessed } from '../engine/model/assessment.ts'
import type { CameraPreset, CameraTerms, PrivacyMask } from '../engine/model/cameras.ts'
import { type City, type CityDevice, type DeviceKey, deviceKey } from '../engine/model/city.ts'
import type { Observation } from '../engine/model/observation.ts'

export type Placed =
  | { readonly verdict: 'kept'; readonly observation: Observation }
  /** In a privacy mask of its camera. */
  | { readonly verdict: 'masked' }
  /** No impact assessment allows it. */
  | { readonly verdict: 'unassessed'; readonly why: string }
  /** The rest of the message holds; its place does not. */
  | { readonly verdict: 'outside'; readonly observation: Observation; readonly off_m: number }

/** @param again it is in the log: masks that hang on where a camera looked have been held against it then */
export type Places = (observation: Observation, again?: boolean) => Placed

/** Preset at which a camera looks now; null when that is not known. */
export type PresetOf = (device: DeviceKey) => string | null

/** The middle of a box `[left, top, right, bottom]`, as a point of the picture. */
const middle = ([left, top, right, bottom]: readonly number[]): LonLat => [(left + right) / 2, (top + bottom) / 2]

/** Where the camera looks: null when nobody knows, `before` for what was held against it when it came. */
type Looking = { readonly preset: string | null } | 'before'

/** Masks on the ground always hold; those on the picture hold at their preset, and all of them while nobody knows where the camera looks. */
function masksAt({ masks, presets }: CameraTerms, looking: Looking): readonly PrivacyMask[] {
  const holds = ({ id }: CameraPreset): boolean => looking !== 'before' && (looking.preset === null || looking.preset === id)
  return [...masks, ...presets.flatMap((preset) => (preset.masks ?? []).filter(({ on }) => on === 'ground' || holds(preset)))]
}

function isMasked(terms: CameraTerms, looking: Looking, at: LonLat | null, box: readonly number[] | null): boolean {
  return masksAt(terms, looking).some(({ on, ring }) => {
    const point = on === 'ground' ? at : box === null ? null : middle(box)
    return point !== null && insideRing(point, ring)
  })
}

export function createPlaces(city: City, presetOf: PresetOf = () => null): Places {
  const localHour = createLocalHour(city.timezone)
  const devices = new Map<DeviceKey, CityDevice>(
    city.devices.map((device) => [deviceKey(device.district, device.domain, device.id), device]),
  )
  const assessments = indexAssessments(city)
  const offOf = (at: LonLat): number => offCity_m(at, city.bounds)
  const datumOf = (device: DeviceKey): Datum => devices.get(device)?.crs ?? 'wgs84'

  function placeEvent(event: Extract<Observation, { kind: 'event' }>, again: boolean): Placed {
    const why = whyUnassessed(assessments, event.device, event.type, localHour(event.ts))
    if (why !== null) return { verdict: 'unassessed', why }
    const at = event.at === null ? null : toWgs84(event.at, datumOf(event.device))
    const terms = devices.get(event.device)?.camera
    const looking = again ? 'before' : { preset: presetOf(event.device) }
    if (terms !== undefined && isMasked(terms, looking, at, event.box ?? null)) return { verdict: 'masked' }
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

  return (observation, again = false) => {
    switch (observation.kind) {
      case 'event':
        return placeEvent(observation, again)
      case 'reading':
        return placeReading(observation)
      default:
        return { verdict: 'kept', observation }
    }
  }
}
