/** How signals are to be controlled: which controller, how often it decides, where and when (`signals.json` of a city), and what people keep. */
import type { Bilingual } from './bilingual.ts'

export const SIGNAL_CONTROLLERS = [
  'planner',
  'fixed',
  'webster',
  'actuated',
  'coordinated',
  'max_pressure',
  'efficient_max_pressure',
  'advanced_max_pressure',
  'service_rate',
] as const
export type SignalControllerName = (typeof SIGNAL_CONTROLLERS)[number]

export interface SignalSettings {
  readonly controller: SignalControllerName
  /** Seconds between two decisions of one junction; the published comparisons take 15. */
  readonly decision_s: number
  /** Who goes before others; unless given as in `DEFAULT_PRIORITY`. */
  readonly priority?: Partial<PrioritySettings>
}

export interface PrioritySettings {
  /** Signals on the way of a crew with an urgent task are cleared for it. */
  readonly corridor: boolean
  /** People in a bus that is late; 0 gives buses no priority. */
  readonly bus_persons: number
  /** Who has called to cross waits no longer. */
  readonly ped_wait_s_max: number
  /** A vehicle that comes along an arterial counts for so many more; 0 leaves waves to the neighbours' plans. */
  readonly wave_weight: number
  /** The road through a low point that is certainly under water gets no more release; a person can close any road by hand. */
  readonly close_flooded: boolean
  /** Districts that hold more than they can move are metered at their border. */
  readonly perimeter: boolean
}

export const DEFAULT_PRIORITY: PrioritySettings = {
  corridor: true,
  bus_persons: 30,
  ped_wait_s_max: 90,
  wave_weight: 0,
  close_flooded: false,
  perimeter: false,
}

export const prioritySettings = ({ priority }: SignalSettings): PrioritySettings => ({ ...DEFAULT_PRIORITY, ...priority })

/** The planner needs a decision every second or so; what a drill of ten-second steps needs is measured before it becomes the default. */
export const DEFAULT_SIGNALS: SignalSettings = { controller: 'max_pressure', decision_s: 1 }

/** What stands beside the acting controller. */
export interface SignalPolicy {
  /** Asked at every decision, never obeyed; null for none. */
  readonly shadow: SignalControllerName | null
  /** Least share of the junctions of no area that people keep: the engine proposes there and does not act. */
  readonly human_share: number
  /** Whether an emergency corridor may pass a junction that a person holds by hand. */
  readonly preempt_over_hand: boolean
}

export const DEFAULT_POLICY: SignalPolicy = { shadow: null, human_share: 0, preempt_over_hand: true }

/** Monday first. */
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

/** What runs from one local hour to another; past midnight when `until_h` is not above `from_h`. */
export interface ProgrammeEntry {
  readonly from_h: number
  readonly until_h: number
  /** Days on which it begins, 0 is Monday. */
  readonly days: readonly number[]
  readonly controller: SignalControllerName
  /** With the controller `fixed`: the fixed plan that runs; null where the controller decides by itself. */
  readonly plan: string | null
}

/** Share of an area's junctions left to people. */
export interface HumanShare {
  readonly share: number
  /** Which ones; where these are fewer than the share asks for, the first others by id join them. */
  readonly junctions: readonly string[]
}

export interface SignalArea {
  readonly id: string
  readonly name: Bilingual | null
  /** Every junction of the district, or the junctions listed. */
  readonly district: string | null
  readonly junctions: readonly string[]
  /** Null: as the settings say. */
  readonly controller: SignalControllerName | null
  readonly decision_s: number | null
  /** The first entry that holds wins; where none does, the area's controller runs. */
  readonly programme: readonly ProgrammeEntry[]
  readonly human: HumanShare | null
}

/** A fixed-time plan of one junction. */
export interface FixedPlan {
  readonly cycle_s: number
  /** The cycle begins at whole cycles since 1970 plus this, so that the offsets of neighbours mean the same. */
  readonly offset_s: number
  /** Greens in order; each is followed by the junction's clearance. */
  readonly splits: readonly { readonly phase: number; readonly green_s: number }[]
}

/** A fixed plan of several junctions that belong together. */
export interface AreaPlan {
  readonly id: string
  readonly junctions: Readonly<Record<string, FixedPlan>>
}

/** Names a range of the travel time index: from `from` up to the next band. */
export interface TrafficBand {
  readonly from: number
  readonly name: Bilingual
}

/** Bands as AMap's delay index is read: 1.0–1.4 free, 1.5–1.9 slow, 2.0–3.9 jammed, from 4.0 severe. Cities differ, so it is a table. */
export const DEFAULT_BANDS: readonly TrafficBand[] = [
  { from: 0, name: { zh: '畅通', en: 'free' } },
  { from: 1.5, name: { zh: '缓行', en: 'slow' } },
  { from: 2, name: { zh: '拥堵', en: 'jammed' } },
  { from: 4, name: { zh: '严重拥堵', en: 'severe' } },
]

/** `signals.json`: the first area that has a junction speaks for it. */
export interface SignalProgramme {
  readonly areas: readonly SignalArea[]
  readonly plans: readonly AreaPlan[]
  readonly bands: readonly TrafficBand[]
}
