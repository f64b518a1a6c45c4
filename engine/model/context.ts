/** The static city, indexed once for the engine. Never part of the saved state: it is built again from the city directory. */
import type { LonLat } from '../base/geo.ts'
import { type EpochMs, HOUR_MS } from '../base/time.ts'
import type { City, CityCrew, CityDevice, DeviceKey, Grid, Junction, LowPoint } from './city.ts'
import { deviceKey, splitKey } from './city.ts'
import { buildSignalNetwork, type SignalNetwork } from './signal-network.ts'
import { DEFAULT_SIGNALS, type SignalSettings } from './signals.ts'

export interface Context {
  readonly city: City
  readonly world: string
  readonly seed: number
  readonly devices: ReadonlyMap<DeviceKey, CityDevice>
  readonly low_points: ReadonlyMap<string, LowPoint>
  /** The low point a gauge or pump belongs to. */
  readonly low_point_of: ReadonlyMap<DeviceKey, LowPoint>
  readonly junctions: ReadonlyMap<string, Junction>
  readonly signal_network: SignalNetwork
  readonly signals: SignalSettings
  readonly grids: ReadonlyMap<string, Grid>
  /** By device key `{district}/crew/{id}`. */
  readonly crews: ReadonlyMap<DeviceKey, CityCrew>
  /** An outside simulator owns time (contract section 6): a missing acknowledgement is no failure. */
  readonly lockstep: boolean
  /** Local time of day in hours, 0 ≤ h < 24. */
  readonly localHour: (now: EpochMs) => number
}

export interface ContextOptions {
  readonly lockstep?: boolean
  readonly signals?: SignalSettings
  /** Unless given: nautical time of the city's middle, whole hours by longitude, which has no daylight saving. */
  readonly localHour?: (now: EpochMs) => number
}

function nauticalHour(lon_deg: number): (now: EpochMs) => number {
  const offset_h = Math.round(lon_deg / 15)
  return (now) => (((now / HOUR_MS + offset_h) % 24) + 24) % 24
}

export function createContext(city: City, world: string, seed: number, options: ContextOptions = {}): Context {
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
    signal_network: buildSignalNetwork(city),
    signals: options.signals ?? DEFAULT_SIGNALS,
    grids: new Map(city.grids.map((grid) => [grid.code, grid])),
    crews: new Map(city.crews.map((crew) => [deviceKey(crew.district, 'crew', crew.id), crew])),
    lockstep: options.lockstep ?? false,
    localHour: options.localHour ?? nauticalHour((city.bounds[0] + city.bounds[2]) / 2),
  }
}

/** Where a device stands; for one that the city does not list, the middle of its district or else of the city. */
export function placeOfDevice(context: Context, key: DeviceKey): LonLat {
  const listed = context.devices.get(key)
  if (listed !== undefined) return listed.at
  const { city } = context
  const outline = city.districts.find(({ id }) => id === splitKey(key).district)?.outline ?? []
  if (outline.length > 0) {
    const [lon, lat] = outline.reduce<readonly [number, number]>(([x, y], point) => [x + point[0], y + point[1]], [0, 0])
    return [lon / outline.length, lat / outline.length]
  }
  const [west, south, east, north] = city.bounds
  return [(west + east) / 2, (south + north) / 2]
}
