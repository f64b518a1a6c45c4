/** The city as cameras that can turn see it: what lies in the view of each preset, found once for a city. */
import { distance_m, type LonLat } from '../../base/geo.ts'
import type { Bilingual } from '../../model/bilingual.ts'
import { type CameraPreset, DEFAULT_PATROL, type PatrolTerms, seesPlace } from '../../model/cameras.ts'
import { type City, type CityDevice, type DeviceKey, deviceKey } from '../../model/city.ts'

/** Something in view and a kind of event that may happen there. */
export interface Target {
  /** `<place> <kind>`, the same from every camera. */
  readonly key: string
  readonly place: string
  readonly kind: string
  readonly name: Bilingual
  readonly at: LonLat
}

export interface PresetPlaces {
  readonly preset: CameraPreset
  readonly targets: readonly Target[]
  /** Ids of what it sees. */
  readonly places: ReadonlySet<string>
}

export interface TurningPlaces {
  readonly key: DeviceKey
  readonly device: CityDevice
  readonly patrol: PatrolTerms
  readonly presets: readonly PresetPlaces[]
  /** Nothing farther away is in any of its views. */
  readonly reach_m: number
}

/** They may look at the same things. */
export const areNeighbours = (a: TurningPlaces, b: TurningPlaces): boolean => distance_m(a.device.at, b.device.at) <= a.reach_m + b.reach_m

const STREET = ['road.accident', 'road.illegal_parking', 'road.debris', 'street.stall', 'fire.smoke']
const AT_JUNCTION = ['road.accident', 'road.illegal_parking', 'road.debris']
const AT_BIN = ['waste.overflow', 'waste.mis_sorted', 'fire.smoke']
const AT_LOW_POINT = ['road.flooded']

interface Thing {
  readonly id: string
  readonly name: Bilingual
  readonly at: LonLat
  readonly kinds: readonly string[]
}

const made = new WeakMap<City, readonly TurningPlaces[]>()

export function turningCameras(city: City): readonly TurningPlaces[] {
  const known = made.get(city)
  if (known !== undefined) return known
  const turning = city.devices.flatMap((device) => (device.camera === undefined || device.camera.presets.length < 2 ? [] : [device]))
  const things = turning.length === 0 ? [] : thingsOf(city)
  const found = turning.map((device) => placesOf(device, device.camera?.presets ?? [], device.camera?.patrol ?? DEFAULT_PATROL, things))
  made.set(city, found)
  return found
}

function thingsOf({ junctions, low_points, devices, roads }: City): Thing[] {
  const bins = devices.filter(({ kind }) => kind === 'bin')
  return [
    ...low_points.map(({ id, name, at }) => ({ id, name, at, kinds: AT_LOW_POINT })),
    ...junctions.map(({ id, name, at }) => ({ id, name, at, kinds: AT_JUNCTION })),
    ...bins.map(({ district, domain, id, name, at }) => ({ id: deviceKey(district, domain, id), name, at, kinds: AT_BIN })),
    ...roads.map(({ id, name, line }) => ({ id, name: name ?? { zh: id, en: id }, at: line[Math.floor(line.length / 2)], kinds: STREET })),
  ]
}

/** A camera sees no farther than this, whatever its views say. */
const FAR_M = 2000

function placesOf(device: CityDevice, presets: readonly CameraPreset[], patrol: PatrolTerms, things: readonly Thing[]): TurningPlaces {
  const key = deviceKey(device.district, device.domain, device.id)
  const near = things.filter(({ at }) => distance_m(at, device.at) <= FAR_M)
  let reach_m = 0
  const seen = presets.map((preset): PresetPlaces => {
    const named = new Set(preset.places)
    const inView = [
      ...things.filter(({ id }) => named.has(id)),
      ...near.filter(({ id, at }) => !named.has(id) && seesPlace(preset, device.at, at)),
    ]
    for (const { at } of inView) reach_m = Math.max(reach_m, distance_m(at, device.at))
    reach_m = Math.max(reach_m, viewReach_m(preset, device.at))
    return { preset, targets: targetsOf(`${key}/${preset.id}`, preset, inView), places: new Set(inView.map(({ id }) => id)) }
  })
  return { key, device, patrol, presets: seen, reach_m }
}

function viewReach_m({ at, view }: CameraPreset, from: LonLat): number {
  if (view === undefined) return distance_m(at, from) + 100
  return 'ring' in view ? Math.max(...view.ring.map((corner) => distance_m(corner, from))) : view.range_m
}

/** Each thing with its kinds; what a preset is said to tell and no thing in view stands for may happen anywhere in it, and so may all in a view of nothing that the city describes. */
function targetsOf(view: string, { id, name, at, kinds }: CameraPreset, things: readonly Thing[]): Target[] {
  const tells = (kind: string): boolean => kinds === undefined || kinds.includes(kind)
  const target = (place: string, kind: string, named: Bilingual, where: LonLat): Target => ({
    key: `${place} ${kind}`,
    place,
    kind,
    name: named,
    at: where,
  })
  const targets = things.flatMap((thing) => thing.kinds.filter(tells).map((kind) => target(thing.id, kind, thing.name, thing.at)))
  const covered = new Set(targets.map(({ kind }) => kind))
  const elsewhere = (kinds ?? (things.length === 0 ? STREET : [])).filter((kind) => !covered.has(kind))
  return [...targets, ...elsewhere.map((kind) => target(view, kind, name ?? { zh: id, en: id }, at))]
}

/** What a preset would tell of an event there; nearest first, null where it sees no such thing. */
export function targetAt({ targets }: PresetPlaces, kind: string, at: LonLat): Target | null {
  const of = targets.filter((target) => target.kind === kind)
  if (of.length === 0) return null
  return of.reduce((best, one) => (distance_m(one.at, at) < distance_m(best.at, at) ? one : best))
}
