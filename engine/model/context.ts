/** The static city, indexed once for the engine. Never part of the saved state: it is built again from the city directory. */
import { type Calendar, PLAIN_CALENDAR } from '../base/calendar.ts'
import { type LonLat, meanPlace } from '../base/geo.ts'
import { DAY_MS, type EpochMs, HOUR_MS } from '../base/time.ts'
import { type Assessments, indexAssessments } from './assessment.ts'
import type { City, CityCrew, CityDevice, DeviceKey, Grid, Junction, LowPoint } from './city.ts'
import { deviceKey, splitKey } from './city.ts'
import { DEFAULT_WASTE, type WastePolicy } from './collection.ts'
import { DEFAULT_DISPATCH, type DispatchPolicy } from './dispatch-policy.ts'
import { type GaugePlace, placeGauges } from './gauges.ts'
import { buildSignalAreas, type SignalAreas } from './signal-areas.ts'
import { buildSignalNetwork, type SignalNetwork } from './signal-network.ts'
import { DEFAULT_POLICY, DEFAULT_SIGNALS, type SignalPolicy, type SignalSettings } from './signals.ts'
import { DEFAULT_FLOOD_ACTS, type FloodActs } from './storm.ts'

export interface Context {
  readonly city: City
  readonly world: string
  readonly seed: number
  readonly devices: ReadonlyMap<DeviceKey, CityDevice>
  readonly low_points: ReadonlyMap<string, LowPoint>
  /** The low point a gauge or pump belongs to. */
  readonly low_point_of: ReadonlyMap<DeviceKey, LowPoint>
  /** Level gauges over streets and rivers. */
  readonly gauges: ReadonlyMap<DeviceKey, GaugePlace>
  readonly junctions: ReadonlyMap<string, Junction>
  readonly signal_network: SignalNetwork
  /** By the key of a junction's detectors. */
  readonly lane_metrics: ReadonlyMap<DeviceKey, LaneMetrics>
  readonly signals: SignalSettings
  readonly signal_policy: SignalPolicy
  readonly signal_areas: SignalAreas
  /** By what pumps, crews and closures at low points go. */
  readonly flood_acts: FloodActs
  readonly dispatch: DispatchPolicy
  readonly waste: WastePolicy
  readonly grids: ReadonlyMap<string, Grid>
  /** What allows cameras to be used. */
  readonly assessments: Assessments
  /** By road. */
  readonly road_lengths_m: ReadonlyMap<string, number>
  /** By device key `{district}/crew/{id}`. */
  readonly crews: ReadonlyMap<DeviceKey, CityCrew>
  /** An outside simulator owns time (contract section 6): a missing acknowledgement is no failure. */
  readonly lockstep: boolean
  /** Local time of day in hours, 0 ≤ h < 24. */
  readonly localHour: (now: EpochMs) => number
  /** Local day of the week, 0 is Monday. */
  readonly localDay: (now: EpochMs) => number
  /** Local date as days since 1970-01-01 (base/calendar.ts). */
  readonly localDayNumber: (now: EpochMs) => number
  /** Holidays and worked weekends of the city. */
  readonly calendar: Calendar
}

/** How a `measured` fact names the counts of a junction's lanes, by lane; written out once, for every message needs all of them. */
export interface LaneMetrics {
  readonly in: ReadonlyMap<string, string>
  readonly out: ReadonlyMap<string, string>
}

export interface ContextOptions {
  readonly lockstep?: boolean
  readonly signals?: SignalSettings
  readonly signal_policy?: SignalPolicy
  readonly flood_acts?: FloodActs
  readonly dispatch?: DispatchPolicy
  readonly waste?: WastePolicy
  /** Unless given: nautical time of the city's middle, whole hours by longitude, which has no daylight saving. */
  readonly localHour?: (now: EpochMs) => number
  readonly localDay?: (now: EpochMs) => number
  readonly localDayNumber?: (now: EpochMs) => number
  readonly calendar?: Calendar
}

const nauticalOffset_h = ([west, , east]: City['bounds']): number => Math.round((west + east) / 2 / 15)
const modulo = (value: number, divisor: number): number => ((value % divisor) + divisor) % divisor
/** 1970 began on a Thursday. */
const FIRST_DAY = 3

export function createContext(city: City, world: string, seed: number, options: ContextOptions = {}): Context {
  const low_point_of = new Map<DeviceKey, LowPoint>()
  const offset_h = nauticalOffset_h(city.bounds)
  for (const point of city.low_points) {
    for (const key of [...point.gauges, ...point.pumps]) low_point_of.set(key, point)
  }
  const signal_policy = options.signal_policy ?? DEFAULT_POLICY
  return {
    city,
    world,
    seed,
    devices: new Map(city.devices.map((device) => [deviceKey(device.district, device.domain, device.id), device])),
    low_points: new Map(city.low_points.map((point) => [point.id, point])),
    low_point_of,
    gauges: placeGauges(city, (key) => low_point_of.get(key)?.id ?? null),
    junctions: new Map(city.junctions.map((junction) => [junction.id, junction])),
    signal_network: buildSignalNetwork(city),
    lane_metrics: new Map(city.junctions.map((junction) => [deviceKey(junction.district, 'traffic', junction.id), laneMetrics(junction)])),
    signals: options.signals ?? DEFAULT_SIGNALS,
    signal_policy,
    signal_areas: buildSignalAreas(city, signal_policy.human_share),
    flood_acts: options.flood_acts ?? DEFAULT_FLOOD_ACTS,
    dispatch: options.dispatch ?? DEFAULT_DISPATCH,
    waste: options.waste ?? DEFAULT_WASTE,
    road_lengths_m: new Map(city.roads.map(({ id, length_m }) => [id, length_m])),
    assessments: indexAssessments(city),
    grids: new Map(city.grids.map((grid) => [grid.code, grid])),
    crews: new Map(city.crews.map((crew) => [deviceKey(crew.district, 'crew', crew.id), crew])),
    lockstep: options.lockstep ?? false,
    localHour: options.localHour ?? ((now) => modulo(now / HOUR_MS + offset_h, 24)),
    localDayNumber: options.localDayNumber ?? ((now) => Math.floor((now + offset_h * HOUR_MS) / DAY_MS)),
    calendar: options.calendar ?? PLAIN_CALENDAR,
    localDay: options.localDay ?? ((now) => modulo(Math.floor((now + offset_h * HOUR_MS) / DAY_MS) + FIRST_DAY, 7)),
  }
}

function laneMetrics({ entering, leaving }: Junction): LaneMetrics {
  return { in: new Map(entering.map(({ id }) => [id, `in.${id}`])), out: new Map(leaving.map(({ id }) => [id, `out.${id}`])) }
}

/** Where a device stands; for one that the city does not list, the middle of its district or else of the city. */
export function placeOfDevice(context: Context, key: DeviceKey): LonLat {
  const listed = context.devices.get(key)
  if (listed !== undefined) return listed.at
  const { city } = context
  const outline = city.districts.find(({ id }) => id === splitKey(key).district)?.outline ?? []
  if (outline.length > 0) return meanPlace(outline)
  const [west, south, east, north] = city.bounds
  return [(west + east) / 2, (south + north) / 2]
}
