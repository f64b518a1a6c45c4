/** One lane's counts held against what vehicles can do: none of this needs another junction. */
import type { EpochMs } from '../../base/time.ts'
import { SECOND_MS } from '../../base/time.ts'
import type { SignalLane } from '../../model/signal-network.ts'
import type { QualifiedCount } from '../../sense/state.ts'
import { type Counted, SPACING_M } from '../lane-track.ts'
import { CLOSE_S, type LaneWatch } from './state.ts'

/** What the junction did since its last message. */
export interface Interval {
  readonly ts: EpochMs
  readonly dt_s: number
  /** The lane had green. */
  readonly open: boolean
  /** The signal began or ended a green. */
  readonly changed: boolean
  /** Other lanes of the junction whose counts changed. */
  readonly moved: number
  /** Vehicles that were probably sent to this lane, signed, and to its road. */
  readonly expected_veh: number
  readonly sent_veh: number
}

export interface Doubt {
  readonly cause: 'stuck' | 'overcount'
  /** English / Chinese. */
  readonly evidence: string
}

/** Bumper to bumper with short cars: more than this never stood on a lane. */
const PACKED_M = 5.5
const PACKED_SLACK_VEH = 2
const OVERFULL_MESSAGES = 3
/** A count has to stand still this long, through so much green and so many changes of the signal, while others move. */
const STUCK_S = 120
const STUCK_OPEN_S = 20
const STUCK_CHANGES = 4
const STUCK_MOVED = 20
/** A lane that reads empty is stuck when so many were sent to it, and such a share of its road, which takes five minutes at least. */
const UNSEEN_VEH = 20
const UNSEEN_SHARE = 0.25
const UNSEEN_S = 300
/** Nearly full lanes stand still of themselves, and so do those whose exit is nearly full. */
const FULL = 0.85
/** Greens of a lane that always has somebody standing, after their first seconds, could have served half as many again as were there. */
const CLEARS_GREENS = 3
const CLEARS_FACTOR = 1.5
const CLEARS_SLACK_VEH = 5
const START_S = 3
/** No lane lets go of more than this many times its saturation flow; a few may be counting errors. */
const FASTEST = 1.75
const FASTEST_SLACK_VEH = 5
const FAST_GREENS = 2

const sameCount = (a: Counted, b: Counted): boolean => a.vehicles === b.vehicles && a.queued === b.queued && a.approaching === b.approaching

const storage_veh = ({ length_m }: { readonly length_m: number }): number => length_m / SPACING_M

/** Whether nobody can leave because there is no room behind. */
function isBlocked({ into }: SignalLane, { out }: QualifiedCount): boolean {
  return into.some((lane) => (out[lane.id]?.vehicles ?? 0) >= FULL * storage_veh(lane))
}

/** Folds one count in; what speaks against it now, or null. */
export function judgeLane(watch: LaneWatch, lane: SignalLane, counted: Counted, count: QualifiedCount, interval: Interval): Doubt | null {
  const before = watch.last
  watch.last = counted
  if (counted.vehicles === 0) watch.emptied = interval.ts
  const blocked = isBlocked(lane, count)
  // Lanes that yield may stand with a green of their own.
  const doubt =
    overfull(watch, lane, counted) ??
    (lane.free ? null : (neverClears(watch, lane, before, counted, interval, blocked) ?? tooFast(watch, lane, before, counted, interval)))
  return doubt ?? standsStill(watch, lane, before, counted, interval, blocked)
}

function overfull(watch: LaneWatch, { length_m }: SignalLane, { vehicles }: Counted): Doubt | null {
  const most = Math.floor(length_m / PACKED_M) + PACKED_SLACK_VEH
  watch.overfull = vehicles > most ? watch.overfull + 1 : 0
  return watch.overfull < OVERFULL_MESSAGES
    ? null
    : {
        cause: 'overcount',
        evidence: `${vehicles} vehicles on ${Math.round(length_m)} m, where ${most} fit / ${Math.round(length_m)} 米上有 ${vehicles} 辆，最多容纳 ${most} 辆`,
      }
}

/** Exactly the same numbers while the signal changes and the neighbours flow. */
function standsStill(
  watch: LaneWatch,
  lane: SignalLane,
  before: Counted | null,
  counted: Counted,
  { ts, dt_s, open, changed, moved, expected_veh, sent_veh }: Interval,
  blocked: boolean,
): Doubt | null {
  if (before === null || !sameCount(before, counted) || blocked || counted.vehicles >= FULL * storage_veh(lane)) {
    watch.same_since = ts
    watch.same_open_s = 0
    watch.same_changes = 0
    watch.same_moved = 0
    watch.same_expected_veh = 0
    watch.same_sent_veh = 0
    return null
  }
  if (open) watch.same_open_s += dt_s
  if (changed) watch.same_changes++
  watch.same_moved += moved
  watch.same_expected_veh += expected_veh
  watch.same_sent_veh += sent_veh
  const same_s = (ts - watch.same_since) / SECOND_MS
  if (counted.vehicles === 0) {
    const expected = Math.round(watch.same_expected_veh)
    if (same_s < UNSEEN_S || expected < Math.max(UNSEEN_VEH, UNSEEN_SHARE * watch.same_sent_veh)) return null
    return {
      cause: 'stuck',
      evidence: `no vehicle for ${Math.round(same_s)} s while about ${expected} were sent there / ${Math.round(same_s)} 秒无车，上游约放行 ${expected} 辆`,
    }
  }
  const lively = watch.same_open_s >= STUCK_OPEN_S && watch.same_changes >= STUCK_CHANGES && watch.same_moved >= STUCK_MOVED
  if (same_s < STUCK_S || !lively) return null
  const { vehicles, queued } = counted
  return {
    cause: 'stuck',
    evidence: `${vehicles} vehicles, ${queued} queued, unchanged for ${Math.round(same_s)} s and ${Math.round(watch.same_open_s)} s of green / ${vehicles} 辆、排队 ${queued} 辆，${Math.round(same_s)} 秒（绿灯 ${Math.round(watch.same_open_s)} 秒）未变`,
  }
}

/** Somebody stands all the time although there was green for everybody; between messages far apart the lane may have been empty. */
function neverClears(
  watch: LaneWatch,
  { saturation_veh_s }: SignalLane,
  before: Counted | null,
  counted: Counted,
  { dt_s, open }: Interval,
  blocked: boolean,
): Doubt | null {
  if (before === null || counted.queued === 0 || blocked || dt_s > CLOSE_S) {
    watch.standing = null
    return null
  }
  watch.standing ??= { vehicles: counted.vehicles, least: counted.queued, capacity_veh: 0, green_s: 0, greens: 0 }
  const { standing } = watch
  standing.vehicles += Math.max(0, counted.vehicles - before.vehicles)
  standing.least = Math.min(standing.least, counted.queued)
  if (open && standing.green_s === 0) standing.greens++
  standing.green_s = open ? standing.green_s + dt_s : 0
  if (standing.green_s > START_S) standing.capacity_veh += saturation_veh_s * dt_s
  const { vehicles, least, capacity_veh, greens } = standing
  if (greens < CLEARS_GREENS || capacity_veh < CLEARS_FACTOR * vehicles + CLEARS_SLACK_VEH) return null
  return {
    cause: 'overcount',
    evidence: `never fewer than ${least} standing, though ${greens} greens had time for ${Math.round(capacity_veh)} vehicles and ${vehicles} were there / 始终至少 ${least} 辆排队，${greens} 次绿灯可放行 ${Math.round(capacity_veh)} 辆，实有 ${vehicles} 辆`,
  }
}

/** A green at whose end more have gone than can drive. */
function tooFast(
  watch: LaneWatch,
  { saturation_veh_s }: SignalLane,
  before: Counted | null,
  counted: Counted,
  { dt_s, open }: Interval,
): Doubt | null {
  if (open && before !== null) {
    watch.green ??= { length_s: 0, vehicles: before.vehicles }
    watch.green.length_s += dt_s
    return null
  }
  const { green } = watch
  if (green === null) return null
  watch.green = null
  const gone = green.vehicles - counted.vehicles
  const fast = gone > FASTEST * saturation_veh_s * green.length_s + FASTEST_SLACK_VEH
  watch.fast_greens = fast ? watch.fast_greens + 1 : Math.max(0, watch.fast_greens - 0.2)
  if (watch.fast_greens < FAST_GREENS) return null
  return {
    cause: 'overcount',
    evidence: `${gone} vehicles fewer after a green of ${Math.round(green.length_s)} s / 绿灯 ${Math.round(green.length_s)} 秒后减少 ${gone} 辆`,
  }
}
