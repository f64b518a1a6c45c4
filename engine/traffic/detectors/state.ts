/**
 * What is known of the detectors of every junction: whether each lane's counts can be true. `believe.ts` takes one message in and hands on
 * the lanes that are believed; `judge.ts` holds one lane against physics, `balance.ts` a road against the junctions at both of its ends,
 * `bridge.ts` says what flows on a lane that is not believed, `local-plan.ts` which junctions have nothing left to decide on.
 */
import type { EpochMs } from '../../base/time.ts'
import type { Counted } from '../lane-track.ts'

/** Messages further apart hide who came and went between them. */
export const CLOSE_S = 2

export type FaultCause = 'silent' | 'stuck' | 'overcount'

export interface LaneFault {
  readonly cause: FaultCause
  readonly since: EpochMs
  readonly evidence: readonly string[]
}

/** Vehicles that came and went in five minutes by this lane's own counts, and how long it was heard. */
export interface BalanceWindow {
  readonly index: number
  entered: number
  left: number
  heard_s: number
}

export interface LaneWatch {
  fault: LaneFault | null
  /** Newest count as reported, believed or not; null before the first and while the lane is missing. */
  last: Counted | null
  /** Since when the lane is missing from the messages; null when it is not. */
  missing_since: EpochMs | null
  /** Since when the count is exactly this one, and what has happened around it since. */
  same_since: EpochMs
  same_open_s: number
  same_changes: number
  same_moved: number
  /** Vehicles that were probably sent to the lane, and to its road, meanwhile. */
  same_expected_veh: number
  same_sent_veh: number
  /** Since somebody stands without a break: vehicles that were there, fewest standing, how many the greens had time for. */
  standing: { vehicles: number; least: number; capacity_veh: number; green_s: number; greens: number } | null
  /** The green that runs, and the vehicles at its beginning. */
  green: { length_s: number; readonly vehicles: number } | null
  /** Greens that discharged faster than vehicles can; older ones count less. */
  fast_greens: number
  /** Messages in a row with more vehicles than fit. */
  overfull: number
  /** Windows in a row in which the road's balance spoke against the lane. */
  unbalanced: number
  /** Last time something spoke against the lane, and last time it was seen without a vehicle. */
  doubted: EpochMs
  emptied: EpochMs
  window: BalanceWindow | null
  /** The two windows before the one that runs, newest last. */
  readonly closed: BalanceWindow[]
  /** Flow by quarter of an hour, whole vehicles an hour: Monday to Friday, then weekends; -1 unknown. Empty before the first. */
  profile_veh_h: number[]
}

export interface DetectorWatch {
  /** Time of measurement of the newest message. */
  ts: EpochMs
  readonly lanes: LaneWatch[]
  /** Brain time of the last message with a lane to decide on; null before the first. */
  believed: EpochMs | null
  /** Quarter of an hour since the epoch whose flow is being learnt. */
  quarter: number
}

export interface DetectorState {
  readonly junctions: Map<string, DetectorWatch>
  /** Ids of lanes whose counts are not believed: the junction upstream hears of them as leaving lanes. */
  readonly doubted: Set<string>
}

export const createDetectors = (): DetectorState => ({ junctions: new Map(), doubted: new Set() })

export const createWatch = (lanes: number, ts: EpochMs): DetectorWatch => ({
  ts,
  lanes: Array.from({ length: lanes }, () => createLaneWatch(ts)),
  believed: null,
  quarter: -1,
})

const createLaneWatch = (ts: EpochMs): LaneWatch => ({
  fault: null,
  last: null,
  missing_since: null,
  same_since: ts,
  same_open_s: 0,
  same_changes: 0,
  same_moved: 0,
  same_expected_veh: 0,
  same_sent_veh: 0,
  standing: null,
  green: null,
  fast_greens: 0,
  overfull: 0,
  unbalanced: 0,
  doubted: 0,
  emptied: 0,
  window: null,
  closed: [],
  profile_veh_h: [],
})
