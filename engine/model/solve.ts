/** Problems that are too long for a tick. They leave as requests and come back as observations; the worker threads solve them. */
import type { IsoDate } from '../base/calendar.ts'
import type { LonLat } from '../base/geo.ts'
import type { EpochMs } from '../base/time.ts'
import type { DeviceKey, RoadClass, VehicleLimits } from './city.ts'
import type { WastePolicy } from './collection.ts'
import type { FillCourse, FillForecast, FillTrack } from './fill.ts'
import type { ForecastBasis } from './forecast.ts'

/** The streets as they are now; a road that is not named is open and free. */
export interface RoadState {
  /** Ids of roads that nobody can drive. */
  readonly shut: readonly string[]
  /** Travel time over free travel time, by road id. */
  readonly delay: Readonly<Record<string, number>>
  /** The same for all other roads of a class. */
  readonly class_delay: Readonly<Partial<Record<RoadClass, number>>>
}

/** Which crew takes which task: travel times on the road graph, then a weighted assignment. */
export interface AssignProblem {
  readonly type: 'assign'
  readonly now: EpochMs
  /** Open and free unless given. */
  readonly roads?: RoadState
  readonly tasks: readonly {
    readonly id: string
    readonly at: LonLat
    readonly skill: string
    readonly kit: readonly string[]
    readonly priority: 1 | 2 | 3
    readonly created: EpochMs
    readonly due: EpochMs
    readonly refused_by: readonly string[]
    /** Minutes of trouble that somebody there in time is expected to spare; 0 unless given. */
    readonly stake_min?: number
    /** Work on site, for crews whose shift ends; 0 unless given. */
    readonly service_s?: number
    /** A person has chosen its crew: nothing speaks against it. */
    readonly ordered?: boolean
  }[]
  readonly crews: readonly {
    readonly id: string
    readonly at: LonLat
    readonly skills: readonly string[]
    readonly kit: readonly string[]
    readonly speed_factor: number
    readonly vehicle?: VehicleLimits
    /** When it will be free; `now` for an idle crew. */
    readonly free: EpochMs
    /** Added to its arrival because it may not answer; 0 unless given. */
    readonly doubt_s?: number
    /** Tasks that would end later are not for it, but for priority 1. */
    readonly until?: EpochMs
    /** Priority of the task that it is on its way to; only what is more urgent than that, and than `yields_to`, may turn it: priority 1 unless given. */
    readonly holds?: 1 | 2 | 3
    readonly yields_to?: 1 | 2
  }[]
  /** Where urgent calls are to be expected: how many while a crew that is sent now is away. None unless given. */
  readonly calls?: readonly { readonly at: LonLat; readonly skill: string; readonly expected: number }[]
  /** In which time an urgent call should be reached. */
  readonly cover_s?: number
}

/** `kept`: those who could go are worth more where urgent calls are to be expected. */
export type Unserved = 'no_skill' | 'no_kit' | 'none_free' | 'unreachable' | 'kept'

export interface AssignAnswer {
  readonly type: 'assign'
  readonly assignments: readonly (DrivenRoute & {
    readonly task: string
    readonly crew: string
    /** The next best crew by arrival: how long until it is free, and its travel from then on. */
    readonly runner_up: { readonly crew: string; readonly wait_s: number; readonly travel_s: number } | null
  })[]
  readonly unserved: readonly { readonly task: string; readonly why: Unserved }[]
}

/** The ways of crews that are under way, on the streets as they are now. */
export interface RouteProblem {
  readonly type: 'route'
  readonly roads: RoadState
  readonly trips: readonly {
    readonly task: string
    readonly from: LonLat
    readonly to: LonLat
    readonly speed_factor: number
    readonly vehicle?: VehicleLimits
  }[]
}

/** One way, from door to door. */
export interface DrivenRoute {
  readonly travel_s: number
  readonly distance_m: number
  readonly route: readonly LonLat[]
  /** Ids of the roads driven, in order. */
  readonly roads: readonly string[]
}

export interface RouteAnswer {
  readonly type: 'route'
  /** By task; null where there is no way. */
  readonly routes: readonly { readonly task: string; readonly way: DrivenRoute | null }[]
}

/** How soon the nearest of some crews is at each of some places. */
export interface ReachProblem {
  readonly type: 'reach'
  readonly roads: RoadState
  readonly crews: readonly { readonly id: string; readonly at: LonLat; readonly speed_factor: number; readonly vehicle?: VehicleLimits }[]
  readonly places: readonly LonLat[]
}

export interface ReachAnswer {
  readonly type: 'reach'
  /** By place: the nearest crew and its travel; null where none gets there. */
  readonly nearest: readonly ({ readonly crew: string; readonly travel_s: number } | null)[]
}

/** What every low point is to be forecast from: the last hours on a grid of five minutes, oldest first, all of one length; null where nothing is known. */
export interface ForecastProblem {
  readonly type: 'forecast'
  /** Time of the newest entry of every series. */
  readonly issued: EpochMs
  readonly points: readonly {
    readonly id: string
    readonly levels_m: readonly (number | null)[]
    /** What its pumps were set to move. */
    readonly pumped_m3_s: readonly (number | null)[]
  }[]
  /** Rain of each step by gauge. */
  readonly gauges: readonly { readonly at: LonLat; readonly rain_mm: readonly (number | null)[] }[]
  /** By station, then window of the nowcast: rain ahead as it was known then. */
  readonly stations: readonly { readonly at: LonLat; readonly nowcast_mm: readonly (readonly (number | null)[])[] }[]
  /** Level of the river or the tide. */
  readonly river_m: readonly (number | null)[]
}

/** One point's curve, one entry for every lead of LowPointForecast. */
export interface ForecastCurve {
  readonly point: string
  readonly basis: ForecastBasis
  readonly depth_m: readonly number[]
  readonly low_m: readonly number[]
  readonly high_m: readonly number[]
  readonly p_exceed: readonly number[]
}

export interface ForecastAnswer {
  readonly type: 'forecast'
  /** Of the points of which anything was known lately. */
  readonly curves: readonly ForecastCurve[]
}

/** Dates of the city's calendar that are not what their weekday says. */
export interface OddDays {
  readonly holidays: readonly IsoDate[]
  readonly workdays: readonly IsoDate[]
}

/** When some bins will be full. */
export interface FillProblem extends OddDays {
  readonly type: 'fill'
  readonly issued: EpochMs
  /** What emptying is worth by; the program's own unless given. */
  readonly prices?: Pick<WastePolicy, 'overflow_s' | 'emptying_s' | 'visit_s' | 'next_h'>
  /** On the clock at the bins. */
  readonly at: EpochMs
  readonly bins: readonly {
    readonly bin: DeviceKey
    readonly kind: string | null
    readonly track: FillTrack
    /** Without a sensor: the track ends when its level was last known, which may never have been. */
    readonly unsensed?: { readonly known: boolean }
  }[]
}

export interface FillAnswer {
  readonly type: 'fill'
  readonly forecasts: readonly FillForecast[]
}

/** How one bin fills from now on. */
export interface CourseProblem extends OddDays {
  readonly type: 'fill_course'
  /** On the clock at the bin. */
  readonly at: EpochMs
  readonly kind: string | null
  readonly track: FillTrack
  /** As of a fill problem. */
  readonly unsensed?: { readonly known: boolean }
}

export interface CourseAnswer extends FillCourse {
  readonly type: 'fill_course'
}

/** Today's round of the bin lorries: which bins are worth it, in which order. */
export interface RoundProblem {
  readonly type: 'round'
  /** Open and free unless given. */
  readonly roads?: RoadState
  readonly seed: number
  /** Of the search: the same answer on every machine. */
  readonly steps: number
  /** It is driven only if the overflow that it spares is worth this share of its cost. */
  readonly wait_share: number
  readonly lorries: readonly {
    readonly id: string
    /** Where it ends. */
    readonly at: LonLat
    /** Where it is now; there as well unless given. */
    readonly from?: LonLat
    readonly shift_s: number
    /** Of loose waste, so much as fits in compacted. */
    readonly capacity_l: number
    readonly speed_factor: number
    readonly vehicle?: VehicleLimits
  }[]
  readonly tips: readonly {
    readonly id: string
    readonly at: LonLat
    readonly service_s: number
    /** When it is open, from the start of the round; always unless given. */
    readonly window_s?: { readonly from: number; readonly to: number }
  }[]
  readonly bins: readonly {
    readonly id: string
    readonly at: LonLat
    readonly load_l: number
    readonly service_s: number
    /** Worth of emptying it today, seconds of a lorry: overflow that is spared, later driving that is spared. */
    readonly urgent_s: number
    readonly ride_s: number
    /** When it may be emptied, from the start of the round. */
    readonly window_s?: { readonly from: number; readonly to: number }
  }[]
}

export interface RoundAnswer {
  readonly type: 'round'
  /** False where it is better to wait. */
  readonly drive: boolean
  readonly routes: readonly {
    readonly lorry: string
    readonly end_s: number
    readonly drive_s: number
    readonly visits: readonly {
      readonly kind: 'stop' | 'tip'
      readonly id: string
      readonly arrive_s: number
      /** From the visit before; left out where it was not looked for. */
      readonly way?: readonly LonLat[]
    }[]
    /** Of all ways, the last one home included; left out with them. */
    readonly distance_m?: number
  }[]
  /** Bins that nobody can go to, or not in their hours; full: they are worth a trip of their own, for which no lorry has room or time. */
  readonly left: readonly { readonly bin: string; readonly why: 'no_way' | 'window' | 'full' }[]
  /** Worth of the overflow that the round spares, and its driving. */
  readonly spared_s: number
  readonly cost_s: number
}

export type SolverProblem = AssignProblem | RouteProblem | ReachProblem | ForecastProblem | FillProblem | CourseProblem | RoundProblem
/** A solver that failed answers too, so that the asker can ask again. */
export type SolverAnswer =
  | AssignAnswer
  | RouteAnswer
  | ReachAnswer
  | ForecastAnswer
  | FillAnswer
  | CourseAnswer
  | RoundAnswer
  | { readonly type: 'failed'; readonly why: string }

export interface SolverRequest {
  readonly id: string
  readonly problem: SolverProblem
}
