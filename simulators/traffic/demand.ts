/**
 * Who drives where: a CityFlow flow file, and the same demand made heavier, lighter or shuffled, so that a controller is never judged on
 * the one hour it was built on.
 */
import { type Static, Type } from 'typebox'
import { createChecker, pathText } from '../../config/check-schema.ts'
import { UrbanError } from '../../engine/base/errors.ts'
import type { Random } from '../../engine/base/random.ts'
import type { StreetNetwork } from './roadnet.ts'

const Flow = Type.Object({
  vehicle: Type.Object({
    length: Type.Number({ exclusiveMinimum: 0 }),
    minGap: Type.Number({ minimum: 0 }),
    maxSpeed: Type.Number({ exclusiveMinimum: 0 }),
    maxPosAcc: Type.Number({ exclusiveMinimum: 0 }),
    maxNegAcc: Type.Number({ exclusiveMinimum: 0 }),
    headwayTime: Type.Number({ minimum: 0 }),
  }),
  route: Type.Array(Type.String(), { minItems: 1 }),
  interval: Type.Number({ minimum: 0 }),
  startTime: Type.Number({ minimum: 0 }),
  endTime: Type.Number(),
})
const Flows = Type.Array(Flow)

export interface VehicleKind {
  readonly length_m: number
  /** Kept behind a standing vehicle. */
  readonly gap_m: number
  readonly speed_mps: number
  readonly acceleration_mps2: number
  readonly braking_mps2: number
  readonly headway_s: number
}

export interface Trip {
  readonly start_s: number
  /** Roads by number. */
  readonly route: readonly number[]
  readonly kind: VehicleKind
}

const check = createChecker(Flows)
const checkFlow = createChecker(Flow)

/**
 * One trip for every vehicle of the file, within the first `until_s` seconds.
 *
 * @throws UrbanError input `flow` with the first place that is wrong, or a road that the network does not have.
 */
export function readDemand(value: unknown, network: StreetNetwork, file: string, until_s: number): Trip[] {
  const fail = (message: string): UrbanError => new UrbanError('input', 'flow', message, { place: { file } })
  if (!Array.isArray(value)) throw fail(check(value)[0]?.message ?? 'expected a list of flows')
  const trips: Trip[] = []
  const kinds = new Map<string, VehicleKind>()
  for (const [i, entry] of value.entries()) {
    const [mismatch] = checkFlow(entry)
    if (mismatch !== undefined) throw fail(`${pathText([i, ...mismatch.path])}: ${mismatch.message}`)
    const flow = entry as Static<typeof Flow>
    const route = flow.route.map((id) => {
      const road = network.road_of.get(id)
      if (road === undefined) throw fail(`${pathText([i, 'route'])}: ${id} is no road of the network`)
      return road
    })
    const kind = kindOf(flow.vehicle, kinds)
    const last = flow.endTime < 0 ? until_s : Math.min(flow.endTime, until_s)
    for (let start_s = flow.startTime; start_s <= last; start_s += Math.max(1, flow.interval)) trips.push({ start_s, route, kind })
  }
  return trips
}

/** Vehicles of one make share one value. */
function kindOf(vehicle: Static<typeof Flow>['vehicle'], known: Map<string, VehicleKind>): VehicleKind {
  const key = JSON.stringify(vehicle)
  const kind = known.get(key) ?? {
    length_m: vehicle.length,
    gap_m: vehicle.minGap,
    speed_mps: vehicle.maxSpeed,
    acceleration_mps2: vehicle.maxPosAcc,
    braking_mps2: vehicle.maxNegAcc,
    headway_s: vehicle.headwayTime,
  }
  known.set(key, kind)
  return kind
}

/**
 * `factor` times as many vehicles (each route kept as likely as before), every start moved by up to `shift_s` either way: another hour of
 * the same city.
 */
export function varyDemand(trips: readonly Trip[], factor: number, shift_s: number, random: Random): Trip[] {
  const varied: Trip[] = []
  const add = (trip: Trip): void => {
    const start_s = Math.max(0, Math.round(trip.start_s + random.uniform(-shift_s, shift_s)))
    varied.push({ ...trip, start_s })
  }
  for (const trip of trips) {
    for (let whole = 1; whole <= factor; whole++) add(trip)
    if (random.chance(factor % 1)) add(trip)
  }
  return varied
}
