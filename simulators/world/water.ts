/**
 * Water at the low points: rain on the catchment, a linear reservoir for the way down (Nash 1957 with one reservoir), a sewer that takes
 * what it was designed for, pumps, and what stands on the road. The sewers of a district end in one trunk and that in the river: when the
 * whole district runs off at once, or the river is high, each of them takes less. Every cubic metre is accounted for: rained = soaked +
 * underway + standing + drained + pumped + spilled.
 */
import type { LonLat } from '../../engine/base/geo.ts'
import { distance_m } from '../../engine/base/geo.ts'
import type { EpochMs } from '../../engine/base/time.ts'
import type { DeviceKey, LowPoint } from '../../engine/model/city.ts'
import type { Rain } from './rain.ts'
import type { River } from './river.ts'

/** Paved inner city, after the usual tables of runoff coefficients (GB 50014, 0.85–0.95 for roads and roofs). */
const RUNOFF_SHARE = 0.85
/** Time constant of the catchment. */
const RUNOFF_S = 600
/** What the sewer swallows by gravity, as rain on the catchment: a one-year storm in many old quarters. */
const SEWER_MM_H = 18
/** What a trunk sewer carries of its district, as runoff: made for a rarer storm than the sewers that end in it. */
const TRUNK_MM_H = 40
/** Deeper water runs off to lower ground. */
const DEPTH_M_MAX = 1.5
/** A mobile pump on a crew's truck (200 m³/h class). */
export const MOBILE_PUMP_M3_S = 0.056

/** Totals in cubic metres since the start. */
export interface WaterBalance {
  rained_m3: number
  soaked_m3: number
  drained_m3: number
  pumped_m3: number
  spilled_m3: number
}

export interface LowPointWater extends WaterBalance {
  /** On its way over the catchment. */
  underway_m3: number
  standing_m3: number
  /** What the pumps took in the last second. */
  pump_flow_m3_s: number
  /** Since when it is deeper than its threshold; null when it is not. */
  flooded_since: EpochMs | null
  flooded_s: number
  depth_m_max: number
}

export interface Water {
  /** One second of water, ending at `now`. */
  step(now: EpochMs): void
  /** Depth on the road, metres; 0 for an unknown low point. */
  depth_m(lowPoint: string): number
  /** What a pump asks for, m³/s; it gets its share of the water there is. */
  setPump(lowPoint: string, pump: DeviceKey, flow_m3_s: number): void
  pumpFlow_m3_s(lowPoint: string, pump: DeviceKey): number
  /** Opening of the sewer's gate, 0 to 1. */
  setGate(lowPoint: string, opening: number): void
  /** The low point within `within_m` of a place, or null. */
  nearest(at: LonLat, within_m: number): LowPoint | null
  points(): Iterable<readonly [LowPoint, Readonly<LowPointWater>]>
  readonly state: WaterState
}

export interface WaterState {
  readonly points: Record<string, LowPointWater>
  /** By low point: m³/s asked for by each pump. */
  readonly pumps: Record<string, Record<DeviceKey, number>>
  readonly gates: Record<string, number>
}

function dry(): LowPointWater {
  return {
    rained_m3: 0,
    soaked_m3: 0,
    drained_m3: 0,
    pumped_m3: 0,
    spilled_m3: 0,
    underway_m3: 0,
    standing_m3: 0,
    pump_flow_m3_s: 0,
    flooded_since: null,
    flooded_s: 0,
    depth_m_max: 0,
  }
}

const sum = (values: Readonly<Record<string, number>> | undefined): number => {
  let total = 0
  for (const key in values) total += values[key]
  return total
}

export function createWater(lowPoints: readonly LowPoint[], rain: Rain, river: River): Water {
  const state: WaterState = { points: {}, pumps: {}, gates: {} }
  for (const { id } of lowPoints) state.points[id] = dry()

  const stepPoint = (point: LowPoint, sewer_share: number, now: EpochMs): void => {
    const water = state.points[point.id]
    const rained = (rain.rate_mm_h(point.at, now) / 1000 / 3600) * point.catchment_m2
    if (rained === 0 && water.underway_m3 === 0 && water.standing_m3 === 0) {
      water.pump_flow_m3_s = 0
      return
    }
    water.rained_m3 += rained
    water.soaked_m3 += rained * (1 - RUNOFF_SHARE)
    water.underway_m3 += rained * RUNOFF_SHARE
    // A tail of less than a litre is taken at once, so that a dry catchment costs nothing.
    const inflow = water.underway_m3 < 1e-3 ? water.underway_m3 : water.underway_m3 / RUNOFF_S
    water.underway_m3 -= inflow
    water.standing_m3 += inflow
    const sewer_m3_s = sewer_share * (SEWER_MM_H / 1000 / 3600) * point.catchment_m2
    const drained = Math.min(water.standing_m3, (state.gates[point.id] ?? 1) * sewer_m3_s)
    water.standing_m3 -= drained
    water.drained_m3 += drained
    const pumped = Math.min(water.standing_m3, sum(state.pumps[point.id]))
    water.standing_m3 -= pumped
    water.pumped_m3 += pumped
    water.pump_flow_m3_s = pumped
    const spilled = Math.max(0, water.standing_m3 - DEPTH_M_MAX * point.storage_m2)
    water.standing_m3 -= spilled
    water.spilled_m3 += spilled
    observe(point, water, now)
  }

  const observe = (point: LowPoint, water: LowPointWater, now: EpochMs): void => {
    const depth = water.standing_m3 / point.storage_m2
    water.depth_m_max = Math.max(water.depth_m_max, depth)
    if (depth > point.threshold_m) {
      water.flooded_since ??= now
      water.flooded_s++
    } else water.flooded_since = null
  }

  const districts = new Map<string, LowPoint[]>()
  for (const point of lowPoints) districts.set(point.district, [...(districts.get(point.district) ?? []), point])

  /** What the trunk of a district leaves to each of its sewers, 0…1. */
  const trunkShare = (points: readonly LowPoint[]): number => {
    let runoff_m3_s = 0
    let area_m2 = 0
    for (const { id, catchment_m2 } of points) {
      runoff_m3_s += state.points[id].underway_m3 / RUNOFF_S
      area_m2 += catchment_m2
    }
    const runoff_mm_h = (runoff_m3_s / area_m2) * 3600 * 1000
    return runoff_mm_h <= TRUNK_MM_H ? 1 : TRUNK_MM_H / runoff_mm_h
  }

  const byId = new Map(lowPoints.map((point) => [point.id, point]))
  return {
    state,
    step(now) {
      const outfall = river.outfall_share(now)
      for (const points of districts.values()) {
        const share = outfall * trunkShare(points)
        for (const point of points) stepPoint(point, share, now)
      }
    },
    depth_m(id) {
      const point = byId.get(id)
      return point === undefined ? 0 : state.points[id].standing_m3 / point.storage_m2
    },
    setPump(id, pump, flow) {
      const pumps = state.pumps[id] ?? {}
      state.pumps[id] = pumps
      if (flow > 0) pumps[pump] = flow
      else delete pumps[pump]
    },
    pumpFlow_m3_s(id, pump) {
      const asked = state.pumps[id]?.[pump] ?? 0
      return asked === 0 ? 0 : (asked / sum(state.pumps[id])) * state.points[id].pump_flow_m3_s
    },
    setGate(id, opening) {
      state.gates[id] = opening
    },
    nearest(at, within_m) {
      let best: LowPoint | null = null
      let least = within_m
      for (const point of lowPoints) {
        const distance = distance_m(at, point.at)
        if (distance <= least) [best, least] = [point, distance]
      }
      return best
    },
    *points() {
      for (const point of lowPoints) yield [point, state.points[point.id]]
    },
  }
}
