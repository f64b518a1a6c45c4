/** The static city, indexed once for the engine. Never part of the saved state: it is built again from the city directory. */
import type { City, CityCrew, CityDevice, DeviceKey, Grid, Junction, LowPoint } from './city.ts'
import { deviceKey } from './city.ts'

export interface Context {
  readonly city: City
  readonly world: string
  readonly seed: number
  readonly devices: ReadonlyMap<DeviceKey, CityDevice>
  readonly low_points: ReadonlyMap<string, LowPoint>
  /** The low point a gauge or pump belongs to. */
  readonly low_point_of: ReadonlyMap<DeviceKey, LowPoint>
  readonly junctions: ReadonlyMap<string, Junction>
  readonly grids: ReadonlyMap<string, Grid>
  /** By device key `{district}/crew/{id}`. */
  readonly crews: ReadonlyMap<DeviceKey, CityCrew>
}

export function createContext(city: City, world: string, seed: number): Context {
  const low_point_of = new Map<DeviceKey, LowPoint>()
  for (const point of city.low_points) {
    for (const key of [...point.gauges, ...point.pumps]) low_point_of.set(key, point)
  }
  return {
    city,
    world,
    seed,
    devices: new Map(city.devices.map((device) => [deviceKey(device.district, device.domain, device.id), device])),
    low_points: new Map(city.low_points.map((point) => [point.id, point])),
    low_point_of,
    junctions: new Map(city.junctions.map((junction) => [junction.id, junction])),
    grids: new Map(city.grids.map((grid) => [grid.code, grid])),
    crews: new Map(city.crews.map((crew) => [deviceKey(crew.district, 'crew', crew.id), crew])),
  }
}
