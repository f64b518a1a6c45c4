import { expect, it } from 'vitest'
import { wgs84ToGcj02 } from '../../engine/base/datum.ts'
import { distance_m, type LonLat } from '../../engine/base/geo.ts'
import { type CityDevice, deviceKey } from '../../engine/model/city.ts'
import { createPlaces } from '../../gateway/places.ts'
import { smallCity } from '../fixtures/small-city.ts'
import { event, reading } from '../support/brain.ts'

const city = smallCity()
const camera = city.devices.find(({ domain }) => domain === 'camera') as CityDevice
const key = deviceKey(camera.district, 'camera', camera.id)
const [lon, lat] = camera.at
const yard: LonLat[] = [
  [lon + 0.001, lat],
  [lon + 0.002, lat],
  [lon + 0.002, lat + 0.001],
  [lon + 0.001, lat + 0.001],
]
const door: LonLat[] = [
  [0, 0],
  [0.4, 0],
  [0.4, 0.5],
  [0, 0.5],
]
const placesOf = (more: Partial<CityDevice>) =>
  createPlaces({ ...city, devices: city.devices.map((device) => (device === camera ? { ...camera, ...more } : device)) })
const terms = {
  impact_assessment: 'DPIA-2026-014',
  retention_days: 30,
  presets: [],
  masks: [
    { on: 'ground' as const, ring: yard },
    { on: 'picture' as const, ring: door },
  ],
}

it('brings what a source says in its datum to WGS84, events and positions alike', () => {
  const places = placesOf({ crs: 'gcj02' })
  const placed = places(event(key, 0, { at: wgs84ToGcj02([lon, lat]) }))
  if (placed.verdict !== 'kept' || placed.observation.kind !== 'event' || placed.observation.at === null) throw new Error('not kept')
  expect(distance_m(placed.observation.at, [lon, lat])).toBeLessThan(0.01)
  const [east, north] = wgs84ToGcj02([lon, lat])
  const moved = places(reading(key, 0, { lon: east, lat: north, speed_mps: 3 }))
  if (moved.verdict !== 'kept' || moved.observation.kind !== 'reading') throw new Error('not kept')
  const { values } = moved.observation
  expect(distance_m([Number(values.lon), Number(values.lat)], [lon, lat])).toBeLessThan(0.01)
  expect(values.speed_mps).toBe(3)
})

it('takes out a place that is nowhere near the city, and keeps the event', () => {
  expect(placesOf({})(event(key, 0, { at: [lat, lon] }))).toMatchObject({ verdict: 'outside', observation: { at: null, id: 'e1' } })
})

it('keeps nothing of what lies in a privacy mask, by its place or by its box', () => {
  const places = placesOf({ camera: terms })
  expect(places(event(key, 0, { at: [lon + 0.0015, lat + 0.0005] }))).toEqual({ verdict: 'masked' })
  expect(places(event(key, 0, { at: [lon, lat], box: [0.1, 0.1, 0.3, 0.3] }))).toEqual({ verdict: 'masked' })
  expect(places(event(key, 0, { at: [lon, lat], box: [0.5, 0.1, 0.9, 0.9] }))).toMatchObject({ verdict: 'kept' })
  expect(places(event('d0/camera/other', 0, { at: [lon + 0.0015, lat + 0.0005] }))).toMatchObject({ verdict: 'kept' })
})

it('holds the masks of the preset at which the camera looks, and all of them while nobody knows; what is in the log was held against them', () => {
  const preset = (id: string, ring: LonLat[]) => ({ id, at: camera.at, masks: [{ on: 'picture' as const, ring }] })
  const presets = [
    preset('door', door),
    preset('window', [
      [0.6, 0.6],
      [1, 0.6],
      [1, 1],
      [0.6, 1],
    ]),
  ]
  const turning = { ...city, devices: [{ ...camera, camera: { ...terms, masks: [], presets } }] }
  const atDoor = event(key, 0, { box: [0.1, 0.1, 0.3, 0.3] })
  const atWindow = event(key, 0, { box: [0.7, 0.7, 0.9, 0.9] })
  const seen = (at: string | null, again = false) => {
    const places = createPlaces(turning, () => at)
    return [places(atDoor, again).verdict, places(atWindow, again).verdict]
  }
  expect(seen('door')).toEqual(['masked', 'kept'])
  expect(seen('window')).toEqual(['kept', 'masked'])
  expect(seen(null)).toEqual(['masked', 'masked'])
  expect(seen(null, true)).toEqual(['kept', 'kept'])
})

it('keeps nothing of a camera that no impact assessment covers, nor of another kind or hour than it allows', () => {
  const places = (assessments: (typeof city)['assessments']) => createPlaces({ ...city, assessments })
  const hours = [{ from_h: 8, until_h: 9 }]
  const one = { id: 'DPIA-1', kinds: ['road.accident'], hours, cameras: [key], districts: [] }
  expect(places([])(event(key, 0))).toEqual({ verdict: 'unassessed', why: expect.stringContaining(`no impact assessment covers ${key}`) })
  // The small city is eight hours east of UTC: T0 is eight in the morning there.
  expect(places([one])(event(key, 60))).toMatchObject({ verdict: 'kept' })
  expect(places([one])(event(key, 3600))).toEqual({ verdict: 'unassessed', why: 'DPIA-1 does not allow it at this hour' })
  expect(places([one])(event(key, 60, { type: 'street.stall' })).verdict).toBe('unassessed')
  expect(places([])(event(key, 60, { type: 'device.image_too_dark' })).verdict).toBe('kept')
  expect(places([])(event('d0/waste/B1', 60, { type: 'waste.fire' })).verdict).toBe('kept')
})
