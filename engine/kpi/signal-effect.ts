/**
 * What signals achieve, junction by junction in slots of five minutes: sums from which every figure follows, so that slots, junctions and
 * districts add up. Counts alone, by Little's law (Little, Operations Research 9, 1961): vehicles present = flow × time spent.
 */
import type { EpochMs } from '../base/time.ts'
import { MINUTE_MS, SECOND_MS } from '../base/time.ts'
import { splitKey } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { LaneCount } from '../model/observation.ts'
import type { SignalJunction, SignalLane } from '../model/signal-network.ts'
import type { QualifiedCount } from '../sense/state.ts'

export const SLOT_MS = 5 * MINUTE_MS
/** A day of slots. */
export const SLOTS_KEPT = 288
/** A count says nothing of what happened later than this. */
const HELD_S_MAX = 15

/** All additive; `queue_s` holds the seconds that the longest queue had each length, the last bin open. */
export interface EffectSums {
  heard_s: number
  /** Lanes heard times seconds, and lanes described times seconds. */
  lane_s: number
  lanes_s: number
  vehicle_s: number
  queued_s: number
  passed_veh: number
  stopped_veh: number
  /** Free running time and length of the lanes, of those who passed. */
  free_s: number
  passed_m: number
  greens: number
  failed: number
  queue_s: number[]
}

export const emptySums = (): EffectSums => ({
  heard_s: 0,
  lane_s: 0,
  lanes_s: 0,
  vehicle_s: 0,
  queued_s: 0,
  passed_veh: 0,
  stopped_veh: 0,
  free_s: 0,
  passed_m: 0,
  greens: 0,
  failed: 0,
  queue_s: [],
})

const QUEUE_BINS = 80
const ADDED = [
  'heard_s',
  'lane_s',
  'lanes_s',
  'vehicle_s',
  'queued_s',
  'passed_veh',
  'stopped_veh',
  'free_s',
  'passed_m',
  'greens',
  'failed',
] as const

export function addSums(to: EffectSums, more: EffectSums): void {
  for (const name of ADDED) to[name] += more[name]
  for (let length = 0; length < more.queue_s.length; length++) to.queue_s[length] = (to.queue_s[length] ?? 0) + (more.queue_s[length] ?? 0)
}

export interface EffectSlot {
  readonly since: EpochMs
  readonly sums: EffectSums
}

/** Per lane of the junction: what its phase has done to the queue since the green began. */
interface LaneGreen {
  open: boolean
  /** Fewest that stood since the green began. */
  standing: number
}

export interface JunctionEffect {
  count: QualifiedCount
  readonly greens: LaneGreen[]
  /** Oldest first; the last one runs. */
  readonly slots: EffectSlot[]
}

export type EffectState = Map<string, JunctionEffect>

export const createEffect = (): EffectState => new Map()

/** Folds a believed count in and gives what the time since the last one adds; null when that cannot be said. `noisy`: its numbers err by one now and then. */
export function observeEffect(state: EffectState, context: Context, count: QualifiedCount, noisy: boolean): EffectSums | null {
  const { id } = splitKey(count.device)
  const junction = context.signal_network.get(id)
  if (junction === undefined) return null
  const known = state.get(id)
  if (known === undefined) {
    state.set(id, { count, greens: junction.lanes.map(() => ({ open: false, standing: 0 })), slots: [] })
    return null
  }
  const before = known.count
  known.count = count
  const dt_s = (count.ts - before.ts) / SECOND_MS
  if (!(dt_s > 0 && dt_s <= HELD_S_MAX)) {
    for (const green of known.greens) green.open = false
    return null
  }
  const sums = sumsOf(junction, known, before, count, dt_s, !noisy && dt_s <= CLOSE_S)
  addSums(slotAt(known, count.ts).sums, sums)
  return sums
}

function slotAt({ slots }: JunctionEffect, ts: EpochMs): EffectSlot {
  const since = Math.floor(ts / SLOT_MS) * SLOT_MS
  const last = slots[slots.length - 1]
  if (last !== undefined && last.since >= since) return last
  const slot = { since, sums: emptySums() }
  slots.push(slot)
  if (slots.length > SLOTS_KEPT) slots.shift()
  return slot
}

/** Counts this close together show who left, at the stop line or by the whole lane; counting errors would look like vehicles that come and go. */
const CLOSE_S = 2
/** The stretch before the detection zone has to be this long to hold anybody. */
const FAR_M = 50

/** A standing vehicle and its gap; the share of the detection zone that its queue may fill. */
const SPACING_M = 7.5
const QUEUE_WITHIN = 0.7

/** On the lane within the detection distance; everybody for plain loops. */
const near = ({ vehicles, queued, approaching }: LaneCount): number => (approaching === null ? vehicles : queued + approaching)

/**
 * Vehicles that passed the stop line: seen to leave, or, where messages are too far apart for that, Little's law on the stretch before the
 * detection zone, where everybody drives freely; on short lanes and with plain loops on all who move.
 */
function passedVehicles(
  was: LaneCount,
  is: LaneCount,
  { length_m, speed_mps }: SignalLane,
  detection_m: number,
  dt_s: number,
  exact: boolean,
): number {
  const seen = Math.max(0, was.vehicles - is.vehicles)
  // In a queue beyond the detection zone, somebody who starts to move drops out of both numbers without passing.
  if (exact) return was.queued * SPACING_M < QUEUE_WITHIN * detection_m ? Math.max(seen, near(was) - near(is)) : seen
  const far_m = length_m - detection_m
  if (was.approaching !== null && far_m >= FAR_M)
    return (Math.max(0, was.vehicles - was.queued - was.approaching) * dt_s * speed_mps) / far_m
  return (Math.max(0, was.vehicles - was.queued) * dt_s * speed_mps) / length_m
}

function sumsOf(
  junction: SignalJunction,
  { greens }: JunctionEffect,
  before: QualifiedCount,
  count: QualifiedCount,
  dt_s: number,
  exact: boolean,
): EffectSums {
  const sums = emptySums()
  sums.heard_s = dt_s
  sums.lanes_s = junction.lanes.length * dt_s
  let longest = 0
  const shown = before.clearing ? -1 : junction.described.phases.findIndex(({ index }) => index === before.phase)
  let ends = false
  let fails = false
  for (let l = 0; l < junction.lanes.length; l++) {
    const lane = junction.lanes[l]
    const was = before.in[lane.id]
    const is = count.in[lane.id]
    const green = greens[l]
    const open = lane.free || (shown >= 0 && junction.phases_of[l].includes(shown))
    if (was === undefined || is === undefined) {
      green.open = false
      continue
    }
    sums.lane_s += dt_s
    sums.vehicle_s += was.vehicles * dt_s
    sums.queued_s += was.queued * dt_s
    longest = Math.max(longest, was.queued)
    const passed = passedVehicles(was, is, lane, junction.described.detection_m, dt_s, exact)
    sums.passed_veh += passed
    sums.free_s += (passed * lane.length_m) / lane.speed_mps
    sums.passed_m += passed * lane.length_m
    sums.stopped_veh += Math.max(0, is.queued - was.queued)
    if (lane.free) continue
    if (open) green.standing = green.open ? Math.min(green.standing, is.queued) : Math.min(was.queued, is.queued)
    else if (green.open) {
      ends = true
      fails ||= green.standing > 0
    }
    green.open = open
  }
  if (ends) {
    sums.greens = 1
    sums.failed = fails ? 1 : 0
  }
  const bin = Math.min(QUEUE_BINS, Math.round(longest))
  for (let length = 0; length < bin; length++) sums.queue_s[length] = 0
  sums.queue_s[bin] = dt_s
  return sums
}
