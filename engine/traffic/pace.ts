/**
 * How fast the roads are driven: those that are counted by themselves, the others as the counted ones of their class, and where none of a class is counted as it usually
 * is at this hour. Ratios of free speed, 1 is free.
 */
import { type EpochMs, MINUTE_MS } from '../base/time.ts'
import type { RoadClass } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { RoadState } from '../model/solve.ts'
import type { PaceState } from './pace-state.ts'
import type { TrafficState } from './state.ts'
import { viewRoads } from './view.ts'

/** Weight of a minute: a red phase is no jam, five minutes of queue are. */
const MINUTE_WEIGHT = 0.2
/** Weight of a minute in what is usual at its hour: about a week of such hours is remembered. */
const HOUR_WEIGHT = 1 / 400
/** An older count says nothing of this minute. */
const FRESH_MS = 2 * MINUTE_MS
/** A road that has not been counted for so long is driven like its class. */
const HEARD_MS = 15 * MINUTE_MS
/** So few counted roads do not speak for their class. */
const COUNTED_MIN = 3
/** However long the queue, it moves. */
const SLOWEST = 0.2
/** Delays are told in tenths, so that they change seldom. */
const STEP = 0.1
const SATURDAY = 5

const hourSlot = (context: Context, now: EpochMs): number =>
  Math.floor(context.localHour(now)) + (context.localDay(now) >= SATURDAY ? 24 : 0)

/** Once a minute: what is counted now, and what that says of the hour. */
export function followPaces(traffic: TrafficState, context: Context, now: EpochMs): void {
  const { pace } = traffic
  const minute = Math.floor(now / MINUTE_MS)
  if (minute === pace.minute) return
  pace.minute = minute
  for (const [id, { received }] of traffic.junctions) {
    if (now - received > FRESH_MS) continue
    for (const { road, speed_ratio } of viewRoads(traffic, context, id)) {
      if (speed_ratio === null) continue
      const known = pace.roads.get(road)
      const ratio = known === undefined ? speed_ratio : known.ratio + MINUTE_WEIGHT * (speed_ratio - known.ratio)
      pace.roads.set(road, { ratio, heard: now })
    }
  }
  const slot = hourSlot(context, now)
  for (const [road_class, ratio] of meansByClass(pace, context, now)) {
    const hours = pace.hours.get(road_class) ?? new Array<number | null>(48).fill(null)
    pace.hours.set(road_class, hours)
    const known = hours[slot]
    hours[slot] = known === null ? ratio : known + HOUR_WEIGHT * (ratio - known)
  }
}

/** Of the classes of which enough roads are counted. */
function meansByClass({ roads }: PaceState, { city }: Context, now: EpochMs): Map<RoadClass, number> {
  const sums = new Map<RoadClass, { sum: number; count: number }>()
  for (const { id, class: road_class } of city.roads) {
    const known = roads.get(id)
    if (known === undefined || now - known.heard > HEARD_MS) continue
    const { sum, count } = sums.get(road_class) ?? { sum: 0, count: 0 }
    sums.set(road_class, { sum: sum + known.ratio, count: count + 1 })
  }
  return new Map([...sums].flatMap(([road_class, { sum, count }]) => (count < COUNTED_MIN ? [] : [[road_class, sum / count]])))
}

const delayOf = (ratio: number): number => Math.round(1 / Math.max(SLOWEST, ratio) / STEP) * STEP

/** Delays as a solver takes them: of roads that are counted, and of all other roads by their class. */
export function delays({ pace }: TrafficState, context: Context, now: EpochMs): Pick<RoadState, 'delay' | 'class_delay'> {
  const delay: Record<string, number> = {}
  for (const [road, { ratio, heard }] of pace.roads) if (now - heard <= HEARD_MS) delay[road] = delayOf(ratio)
  const class_delay: Partial<Record<RoadClass, number>> = {}
  const slot = hourSlot(context, now)
  for (const [road_class, hours] of pace.hours) {
    const usual = hours[slot]
    if (usual !== null) class_delay[road_class] = delayOf(usual)
  }
  for (const [road_class, ratio] of meansByClass(pace, context, now)) class_delay[road_class] = delayOf(ratio)
  return { delay, class_delay }
}
