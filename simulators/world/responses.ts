/** What a crew changes by being somewhere: water pumped, bins emptied, fires out, streets cleared; and how long the trouble had waited. */
import { distance_m, type LonLat } from '../../engine/base/geo.ts'
import { type EpochMs, MINUTE_MS } from '../../engine/base/time.ts'
import type { DeviceKey } from '../../engine/model/city.ts'
import type { Bins } from './bins.ts'
import type { StreetEvents } from './street-events.ts'
import { MOBILE_PUMP_M3_S, type Water } from './water.ts'

/** How far a task's place may be from the trouble it is about. */
const FLOOD_M = 250
const BIN_M = 40
const STREET_M = 80

export interface Responses {
  /** A crew has arrived for a task of this kind. */
  arrive(crew: DeviceKey, kind: string, at: LonLat, now: EpochMs): void
  /** True when the crew has nothing left to do there. */
  isFinished(kind: string, at: LonLat): boolean
  finish(crew: DeviceKey, kind: string, at: LonLat, now: EpochMs): void
  /** It leaves without having finished. */
  leave(crew: DeviceKey, at: LonLat): void
  readonly state: ResponsesState
}

export interface ResponsesState {
  /** Minutes from the beginning of real trouble to the crew on site, in order of arrival. */
  readonly response_min: number[]
  totals: { accepted: number; refused: number; ignored: number; done: number; pumps_before_flood: number }
}

const isFlood = (kind: string): boolean => kind.startsWith('flood') || kind === 'road.flooded'
const isWaste = (kind: string): boolean => kind.startsWith('waste')

export function createResponses({ water, bins, streetEvents }: { water: Water; bins: Bins; streetEvents: StreetEvents }): Responses {
  const state: ResponsesState = {
    response_min: [],
    totals: { accepted: 0, refused: 0, ignored: 0, done: 0, pumps_before_flood: 0 },
  }
  const note = (since: EpochMs | null, now: EpochMs): void => {
    if (since !== null) state.response_min.push((now - since) / MINUTE_MS)
  }
  const setMobilePump = (crew: DeviceKey, at: LonLat, flow_m3_s: number): void => {
    const point = water.nearest(at, FLOOD_M)
    if (point !== null) water.setPump(point.id, crew, flow_m3_s)
  }
  return {
    state,
    arrive(crew, kind, at, now) {
      if (isFlood(kind)) {
        setMobilePump(crew, at, MOBILE_PUMP_M3_S)
        const point = water.nearest(at, FLOOD_M)
        const since = point === null ? null : water.state.points[point.id].flooded_since
        if (since === null) state.totals.pumps_before_flood++
        note(since, now)
      }
      if (isWaste(kind)) {
        for (const { device, state: bin } of bins.all) if (distance_m(device.at, at) <= BIN_M) note(bin.overflow_since, now)
      }
      if (kind.includes('fire')) bins.extinguish(at, BIN_M)
    },
    isFinished(kind, at) {
      const point = isFlood(kind) ? water.nearest(at, FLOOD_M) : null
      return point === null || water.depth_m(point.id) < point.threshold_m / 2
    },
    finish(crew, kind, at, now) {
      state.totals.done++
      if (isFlood(kind)) setMobilePump(crew, at, 0)
      if (isWaste(kind)) bins.collect(at, BIN_M, now)
      streetEvents.clear(at, STREET_M, now)
    },
    leave(crew, at) {
      setMobilePump(crew, at, 0)
    },
  }
}
