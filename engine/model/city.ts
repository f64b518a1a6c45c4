/**
 * The static city: what stands where, who looks after it, how roads connect. A plain value read once from a city directory
 * (config/city.ts) and never changed by the engine. Ids match `[A-Za-z0-9_.:-]{1,64}`; coordinates are WGS84.
 */
import type { Datum } from '../base/datum.ts'
import type { Domain } from '../base/domain.ts'
import type { Bounds, LonLat } from '../base/geo.ts'
import type { Bilingual } from './bilingual.ts'
import type { CameraTerms, ImpactAssessment } from './cameras.ts'
import type { BinTerms, LorryTerms, WasteTip } from './collection.ts'
import type { Drainage } from './drainage.ts'
import type { SignalProgramme } from './signals.ts'

export type { Bilingual }

/** `{district}/{domain}/{device}`, the MQTT username and the key of everything a device owns. */
export type DeviceKey = string

export function deviceKey(district: string, domain: string, id: string): DeviceKey {
  return `${district}/${domain}/${id}`
}

/** The three parts of a key. The caller has checked it: keys are only built by `deviceKey` or from a valid topic. */
export function splitKey(key: DeviceKey): { district: string; domain: Domain; id: string } {
  const first = key.indexOf('/')
  const second = key.indexOf('/', first + 1)
  return { district: key.slice(0, first), domain: key.slice(first + 1, second) as Domain, id: key.slice(second + 1) }
}

export interface District {
  readonly id: string
  readonly name: Bilingual
  /** Closed ring. */
  readonly outline: readonly LonLat[]
}

/** A grid cell of the one-network management (网格): the unit of responsibility. */
export interface Grid {
  /** 15 digits, after GB/T 30428: 6 county, 3 street, 3 community, 3 cell. */
  readonly code: string
  readonly district: string
  readonly name: Bilingual
  readonly outline: readonly LonLat[]
  readonly officer: { readonly id: string; readonly name: Bilingual }
}

export interface RoadNode {
  readonly id: string
  readonly at: LonLat
}

export const ROAD_CLASSES = ['motorway', 'trunk', 'primary', 'secondary', 'tertiary', 'residential', 'service'] as const
export type RoadClass = (typeof ROAD_CLASSES)[number]

/** What a road takes, or what a vehicle is; what is not given is no limit, or fits everywhere. */
export interface VehicleLimits {
  readonly height_m?: number
  readonly weight_t?: number
}

export interface Road {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly class: RoadClass
  readonly name: Bilingual | null
  readonly length_m: number
  /** Free-flow speed. */
  readonly speed_kmh: number
  /** Both directions together. */
  readonly lanes: number
  /** One-way roads lead from `from` to `to`; the others both ways. */
  readonly oneway: boolean
  /** Signed limits; left out where there are none. */
  readonly limits?: VehicleLimits
  readonly line: readonly LonLat[]
}

export const TURNS = ['left', 'through', 'right', 'uturn'] as const
export type Turn = (typeof TURNS)[number]

/** A stretch of lane that is watched: from `at_m` before the stop line, `length_m` upstream. */
export interface LaneDetector {
  readonly at_m: number
  readonly length_m: number
}

export interface JunctionLane {
  /** As the detectors name it, `<road>_<lane>` in CityFlow networks. */
  readonly id: string
  readonly road: string
  readonly length_m: number
  readonly turns: readonly Turn[]
  /** Lanes of the leaving roads this lane can enter; empty for a leaving lane. */
  readonly into: readonly string[]
  /** Vehicles that a standing queue sends over the stop line in an hour of green. */
  readonly saturation_veh_h: number
  readonly detectors: readonly LaneDetector[]
}

/** Traffic from one road into another; all roads that enter are the approaches. */
export interface Movement {
  /** `<from>><to>`. */
  readonly id: string
  readonly from: string
  readonly to: string
  readonly turn: Turn
  /** Entering lanes that serve it. */
  readonly lanes: readonly string[]
}

/** Two movements whose paths cross or merge. */
export interface MovementConflict {
  readonly first: string
  readonly second: string
  /** The one that gives way where both have green (a permissive turn); null where they may never have green together. */
  readonly yields: string | null
}

export interface SignalPhase {
  /** As the controller numbers it; kept from the imported description. */
  readonly index: number
  /** Entering lanes with green. Lanes named in no phase run at all times (free right turns). */
  readonly lanes: readonly string[]
  /** Movements with green. Those named in no phase run at all times. */
  readonly movements: readonly string[]
  readonly green_s_min: number
  readonly green_s_max: number
  /** Green that people on foot need who cross beside this phase; null where it is not known. */
  readonly walk_s: number | null
}

/** Between the greens of two phases, by their index. */
export interface Intergreen {
  readonly from: number
  readonly to: number
  readonly yellow_s: number
  readonly all_red_s: number
}

export interface Junction {
  readonly id: string
  readonly district: string
  readonly node: string | null
  readonly at: LonLat
  readonly name: Bilingual
  readonly entering: readonly JunctionLane[]
  readonly leaving: readonly JunctionLane[]
  readonly movements: readonly Movement[]
  readonly conflicts: readonly MovementConflict[]
  readonly phases: readonly SignalPhase[]
  /** Where two phases need another clearance than `yellow_s` and `all_red_s`. */
  readonly intergreens: readonly Intergreen[]
  readonly yellow_s: number
  readonly all_red_s: number
  readonly green_s_min: number
  readonly green_s_max: number
  /** How far from the stop line moving vehicles are counted as approaching. */
  readonly detection_m: number
}

/** A street whose signals are to work together (干线). */
export interface Arterial {
  readonly id: string
  readonly name: Bilingual
  /** In driving order. */
  readonly junctions: readonly string[]
  /** What the two directions count: along this order, and against it. */
  readonly weights: { readonly along: number; readonly against: number }
  /** Speed for which its green waves are made. */
  readonly speed_kmh: number
}

/** School hours and the like: people beside a phase need longer to walk across than its description says. */
export interface WalkHours {
  readonly junction: string
  /** Index of the phase. */
  readonly phase: number
  /** Local time. */
  readonly hours: readonly { readonly from_h: number; readonly until_h: number; readonly walk_s: number }[]
}

export interface CityDevice {
  readonly district: string
  readonly domain: Domain
  readonly id: string
  /** What it is within its domain: `detector`, `controller`, `level_gauge`, `river_gauge`, `rain_gauge`, `pump`, `gate`, `bin`, `camera`, `station`, `phone`, `bus`. */
  readonly kind: string
  readonly at: LonLat
  readonly name: Bilingual
  readonly grid: string | null
  /** Metrics it is expected to report. */
  readonly metrics: readonly string[]
  /** How often it is expected to report; silent after three of these. */
  readonly interval_s: number
  /** Low point, junction or depot that it belongs to. */
  readonly place: string | null
  /** Constants of the device with units in their names: `threshold_m`, `rim_m`, `capacity_m3_s`, `volume_l`. */
  readonly params: Readonly<Record<string, number>>
  /** Datum of the places it tells; WGS84 without. */
  readonly crs?: Datum
  /** Only for cameras: what has been assessed and agreed of it. */
  readonly camera?: CameraTerms
  /** Only for bins; a common one where left out. */
  readonly bin?: BinTerms
}

/** A place where water stands first: an underpass, a dip, a cellar street. */
export interface LowPoint {
  readonly id: string
  readonly district: string
  readonly name: Bilingual
  readonly at: LonLat
  readonly grid: string | null
  readonly outline: readonly LonLat[]
  /** Depth on the road at which it counts as flooded. */
  readonly threshold_m: number
  readonly catchment_m2: number
  readonly storage_m2: number
  /** Device keys. */
  readonly gauges: readonly DeviceKey[]
  readonly pumps: readonly DeviceKey[]
}

export interface Depot {
  readonly id: string
  readonly district: string
  readonly name: Bilingual
  readonly at: LonLat
}

export interface CityCrew {
  /** The crew's device id: `{district}/crew/{id}`. */
  readonly id: string
  readonly district: string
  readonly name: Bilingual
  readonly depot: string
  readonly skills: readonly string[]
  readonly kit: readonly string[]
  /** Local hours; `until` below `from` crosses midnight; 0–24 is always. */
  readonly shift: { readonly from_h: number; readonly until_h: number }
  /** Share of a road's free-flow speed this vehicle reaches. */
  readonly speed_factor: number
  /** Keeps it off roads with lower limits. */
  readonly vehicle?: VehicleLimits
  /** Neighbours who help: nothing dangerous, and not farther than that from where they are. */
  readonly volunteer?: { readonly within_m: number }
  /** Only of crews that collect; a common lorry where left out. */
  readonly lorry?: LorryTerms
}

/** Ground that is drawn and nothing else. */
export interface Land {
  readonly kind: 'water' | 'green' | 'built'
  readonly outline: readonly LonLat[]
  readonly name: Bilingual | null
}

export interface City {
  readonly id: string
  readonly name: Bilingual
  /** IANA name; shown beside the clock. */
  readonly timezone: string
  /** Where it came from: `generated seed 1`, `OpenStreetMap, ODbL 1.0`. Shown on the map. */
  readonly source: string
  readonly bounds: Bounds
  readonly districts: readonly District[]
  readonly grids: readonly Grid[]
  readonly nodes: readonly RoadNode[]
  readonly roads: readonly Road[]
  readonly junctions: readonly Junction[]
  readonly arterials: readonly Arterial[]
  readonly walk_hours: readonly WalkHours[]
  readonly low_points: readonly LowPoint[]
  readonly devices: readonly CityDevice[]
  readonly depots: readonly Depot[]
  readonly crews: readonly CityCrew[]
  /** What allows cameras to be used, by camera or district. */
  readonly assessments: readonly ImpactAssessment[]
  readonly land: readonly Land[]
  readonly tips: readonly WasteTip[]
  /** Local hours at which rounds of the bin lorries are planned; without any they are planned when somebody asks. */
  readonly plan_rounds_at_h: readonly number[]
  /** How signals are controlled area by area; without it every junction runs as the settings say. */
  readonly signals?: SignalProgramme
  /** Pipes, storages, pumps and gates with what is to be avoided; without it pumps go by the level at their low point. */
  readonly drainage?: Drainage
}
