/** What is known of every junction: its newest count, and how much its vehicles are held up. */
import type { EpochMs } from '../base/time.ts'
import { MINUTE_MS } from '../base/time.ts'
import { splitKey } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { QualifiedCount } from '../sense/state.ts'

export interface JunctionState {
  count: QualifiedCount
  /** Brain time when the count came in. */
  received: EpochMs
  /** Brain time of the last decision; null before the first. */
  decided: EpochMs | null
  /** Exponential means over five minutes of the vehicles on the entering lanes, all and queued. */
  vehicles_veh: number
  queued_veh: number
}

export interface TrafficState {
  readonly junctions: Map<string, JunctionState>
  /** Junctions with a count that no decision has seen yet. */
  readonly waiting: Set<string>
}

export const createTraffic = (): TrafficState => ({ junctions: new Map(), waiting: new Set() })

const MEAN_OVER_MS = 5 * MINUTE_MS
/** Free-flow speed when the road does not say, m/s (40 km/h). */
const SPEED_MPS = 11.1

export function sumLanes(count: QualifiedCount): { readonly vehicles_veh: number; readonly queued_veh: number } {
  let vehicles_veh = 0
  let queued_veh = 0
  for (const id in count.in) {
    vehicles_veh += count.in[id].vehicles
    queued_veh += count.in[id].queued
  }
  return { vehicles_veh, queued_veh }
}

/** Counts of junctions that the city does not describe are history only: nothing is known of their phases. */
export function observeTraffic(state: TrafficState, context: Context, count: QualifiedCount, now: EpochMs): void {
  const { id } = splitKey(count.device)
  if (!context.junctions.has(id)) return
  const { vehicles_veh, queued_veh } = sumLanes(count)
  const known = state.junctions.get(id)
  state.waiting.add(id)
  if (known === undefined) {
    state.junctions.set(id, { count, received: now, decided: null, vehicles_veh, queued_veh })
    return
  }
  const weight = 1 - Math.exp(-Math.max(0, count.ts - known.count.ts) / MEAN_OVER_MS)
  known.vehicles_veh += weight * (vehicles_veh - known.vehicles_veh)
  known.queued_veh += weight * (queued_veh - known.queued_veh)
  known.count = count
  known.received = now
}

function freeFlow_s(context: Context, id: string): number {
  const lanes = context.junctions.get(id)?.entering ?? []
  const total_m = lanes.reduce((sum, { length_m }) => sum + length_m, 0)
  return total_m === 0 ? 1 : Math.max(1, total_m / lanes.length / SPEED_MPS)
}

/**
 * Mean stopped delay per vehicle over all junctions heard, by Little's law: with arrivals λ, Q = λ d vehicles stand and
 * N − Q = λ T are under way, T being the free run over the approach; so d = T Q / (N − Q), and over junctions Σ Q / Σ (N − Q) / T.
 *
 * @returns seconds per vehicle; null while nothing moves or nothing was heard within `fresh_ms`.
 */
export function meanDelay_s(state: TrafficState, context: Context, fresh_ms: number, now: EpochMs): number | null {
  let queued_veh = 0
  let flow_veh_s = 0
  for (const [id, junction] of state.junctions) {
    if (now - junction.received > fresh_ms) continue
    queued_veh += junction.queued_veh
    flow_veh_s += Math.max(0, junction.vehicles_veh - junction.queued_veh) / freeFlow_s(context, id)
  }
  return flow_veh_s > 0.001 ? queued_veh / flow_veh_s : null
}

/** Vehicles standing at all junctions heard within `fresh_ms`; null when there is none. */
export function queued_veh(state: TrafficState, fresh_ms: number, now: EpochMs): number | null {
  let total: number | null = null
  for (const { count, received } of state.junctions.values()) {
    if (now - received <= fresh_ms) total = (total ?? 0) + sumLanes(count).queued_veh
  }
  return total
}
