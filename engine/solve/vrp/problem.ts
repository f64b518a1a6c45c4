/**
 * A routing problem and its plan, as the callers of the solver say them: who may drive, what is to be done, what may be left at which price.
 *
 * All numbers are whole. Times are in one unit of the caller's choice from one origin of his choice (seconds since the plan's start, tenths of a minute);
 * costs likewise. Places are rows of the travel matrix. Everything here is plain data.
 */

/** Both ends belong to it. */
export interface Window {
  readonly from: number
  readonly to: number
}

/** Square, row by row: from × places + to. A value of NO_WAY or more says that there is no way. */
export interface Travel {
  readonly places: number
  readonly cost: Int32Array
  /** The same array where a way costs its time. */
  readonly time: Int32Array
}

/** No time, cost or price of a problem reaches this, so that sums of a few stay exact in 32 bits. */
export const NO_WAY = 500_000_000

/** One stop of a job. */
export interface Stop {
  readonly place: number
  readonly service: number
  /** Service starts within it, or not at all. */
  readonly window: Window
  /** From `due` on each unit of time costs `late_price`. */
  readonly due?: number
  readonly late_price?: number
}

export interface Job {
  readonly id: string
  readonly stop: Stop
  /** What is taken in at `stop` is brought here, later, by the same vehicle. */
  readonly delivery?: Stop
  /** Fills the vehicle until the delivery, the next tip or the end of the route. */
  readonly demand: number
  readonly skills: readonly string[]
  /** What leaving the job out costs: its priority. */
  readonly price: number
  /** Vehicles that may not have it. */
  readonly not_by?: readonly string[]
}

/** A pause of `duration` that starts within the window. It falls away where the route has ended by `window.to`. */
export interface Break {
  readonly window: Window
  readonly duration: number
}

export interface Vehicle {
  readonly id: string
  readonly start: number
  /** Null where the route may end at its last stop. */
  readonly end: number | null
  readonly shift: Window
  readonly capacity: number
  readonly skills: readonly string[]
  /** In order of time. */
  readonly breaks: readonly Break[]
  /** What using the vehicle at all costs. */
  readonly fixed_cost: number
  /** Ids of the jobs promised as the first stops, in order; they stay, in time or not. The second mention of a pair is its delivery. */
  readonly promised: readonly string[]
  /** Nothing collected may be on board at the end. */
  readonly ends_empty: boolean
}

/** A place where what was collected is left. */
export interface Tip {
  readonly id: string
  readonly place: number
  readonly service: number
  readonly window: Window
}

export interface VrpProblem {
  readonly travel: Travel
  readonly vehicles: readonly Vehicle[]
  readonly jobs: readonly Job[]
  readonly tips: readonly Tip[]
}

export interface Visit {
  readonly kind: 'stop' | 'delivery' | 'tip' | 'break'
  /** Of the job or tip; of a break its number in the vehicle's list. */
  readonly id: string
  /** At the place. A break is taken before the way to the next place, or there when that stop's `arrive` is not later than the break's. */
  readonly arrive: number
  readonly start: number
  readonly leave: number
}

export interface VehicleRoute {
  readonly vehicle: string
  readonly visits: readonly Visit[]
  readonly end: number
  /** Travel, fixed cost and lateness. */
  readonly cost: number
}

/**
 * Why a job is not in the plan. `skill`: no vehicle has the skills or may have it; `size`: none of those is large enough; `window`: none of those can be
 * there in time and back within its shift, even with nothing else to do but its promises; `room`: others are worth more.
 */
export type LeftWhy = 'skill' | 'size' | 'window' | 'room'

export interface VrpPlan {
  /** Vehicles that do nothing are not listed. */
  readonly routes: readonly VehicleRoute[]
  readonly left: readonly { readonly job: string; readonly why: LeftWhy }[]
  /** Of all routes and of what is left. */
  readonly cost: number
}
