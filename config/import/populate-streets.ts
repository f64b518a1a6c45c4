/** Things that stand along streets: bins, cameras, detectors and controllers. */
import { type LonLat, localFrame, pointAlong } from '../../engine/base/geo.ts'
import type { Random } from '../../engine/base/random.ts'
import type { City, CityDevice, Junction, Road, RoadClass } from '../../engine/model/city.ts'
import { COMMON_BIN } from '../../engine/model/collection.ts'
import { roundDegrees } from '../city-places.ts'
import type { Planter } from './planter.ts'

/** How many bins stand along a metre of street, relative to a residential one. */
const BIN_WEIGHT: Readonly<Record<RoadClass, number>> = {
  motorway: 0,
  trunk: 0.1,
  primary: 0.6,
  secondary: 0.8,
  tertiary: 1,
  residential: 1,
  service: 0.5,
}
const CAMERA_WEIGHT: Readonly<Record<RoadClass, number>> = {
  motorway: 1,
  trunk: 1,
  primary: 1,
  secondary: 0.8,
  tertiary: 0.25,
  residential: 0.05,
  service: 0,
}
const LANE_M = 3.25
/** One in so many bins has no sensor. */
const UNSENSED_EVERY = 40

export function plantBins(city: City, count: number, plant: Planter, random: Random): CityDevice[] {
  return alongRoads(city.roads, BIN_WEIGHT, count, random).flatMap(({ road, at }, i) => {
    const volume_l = random.pick([120, 240, 240, 660])
    const id = `bin-${String(i + 1).padStart(4, '0')}`
    const bin = plant({ kind: 'bin', id, at: random.chance(0.5) ? at.left : at.right, near: road, params: { volume_l } })
    if (bin === null) return []
    return i % UNSENSED_EVERY === UNSENSED_EVERY - 1 ? { ...bin, metrics: [], bin: { ...COMMON_BIN, sensor: 'none' } } : bin
  })
}

/** Every junction with signals is watched first, then other main roads. */
export function plantCameras(city: City, count: number, plant: Planter, random: Random): CityDevice[] {
  const atJunctions = city.junctions
    .slice(0, count)
    .map((junction) => ({ at: shifted(junction.at, 12, 9), near: junction, place: junction.id }))
  const along = alongRoads(city.roads, CAMERA_WEIGHT, count - atJunctions.length, random)
  const others = along.map(({ road, at }) => ({ at: at.right, near: road, place: null }))
  return [...atJunctions, ...others].flatMap(({ at, near, place }, i) => {
    return plant({ kind: 'camera', id: `cam-${String(i + 1).padStart(3, '0')}`, at, near, place }) ?? []
  })
}

/** The junction itself names both its detectors and its controller (contract section 1). */
export function plantSignals(junctions: readonly Junction[], kind: 'detector' | 'controller', plant: Planter): CityDevice[] {
  return junctions.flatMap((junction) => {
    return plant({ kind, id: junction.id, at: junction.at, near: junction, place: junction.id, district: junction.district }) ?? []
  })
}

interface Roadside {
  readonly road: Road
  readonly at: { readonly left: LonLat; readonly right: LonLat }
}

/** `count` places spread evenly over the weighted length of the roads, each jittered within its own share. */
function alongRoads(roads: readonly Road[], weight: Readonly<Record<RoadClass, number>>, count: number, random: Random): Roadside[] {
  const total = roads.reduce((sum, road) => sum + road.length_m * weight[road.class], 0)
  const places: Roadside[] = []
  if (total === 0 || count <= 0) return places
  const share = total / count
  let passed = 0
  let next = share * random.next()
  for (const road of roads) {
    const w = weight[road.class]
    const end = passed + road.length_m * w
    while (next < end && places.length < count) {
      places.push(roadside(road, (next - passed) / w))
      next = share * (places.length + random.next())
    }
    passed = end
  }
  return places
}

/** Both kerbs of a road, `along_m` from its beginning. */
function roadside(road: Road, along_m: number): Roadside {
  const p = pointAlong(road.line, along_m)
  const ahead = pointAlong(road.line, along_m + 3)
  const back = pointAlong(road.line, along_m - 3)
  const [dx, dy] = localFrame(back).toXY(ahead)
  const size = Math.hypot(dx, dy)
  const reach_m = (road.lanes * LANE_M) / 2 + 2.5
  const [nx, ny] = size === 0 ? [0, 1] : [-dy / size, dx / size]
  return { road, at: { left: shifted(p, nx * reach_m, ny * reach_m), right: shifted(p, -nx * reach_m, -ny * reach_m) } }
}

export function shifted(p: LonLat, east_m: number, north_m: number): LonLat {
  return roundDegrees(localFrame(p).toLonLat(east_m, north_m))
}
