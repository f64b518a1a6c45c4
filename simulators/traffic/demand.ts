/**
 * Who drives where: a CityFlow flow file, and the same demand made heavier, lighter or shuffled, so that a controller is never judged on
 * the one hour it was built on.
 */
import { type Static, Type } from 'typebox'
import { createChecker, pathText } from '../../config/check-schema.ts'
import { UrbanError } from '../../engine/base/errors.ts'
import type { Random } from '../../engine/base/random.ts'
import type { StreetNetwork } from './roadnet.ts'
import { completeRoute } from './routes.ts'

const Flow = Type.Object({
  vehicle: Type.Object({
    length: Type.Number({ exclusiveMinimum: 0 }),
    minGap: Type.Number({ minimum: 0 }),
    maxSpeed: Type.Number({ exclusiveMinimum: 0 }),
    maxPosAcc: Type.Number({ exclusiveMinimum: 0 }),
    maxNegAcc: Type.Number({ exclusiveMinimum: 0 }),
    usualPosAcc: Type.Number({ exclusiveMinimum: 0 }),
    usualNegAcc: Type.Number({ exclusiveMinimum: 0 }),
    headwayTime: Type.Number({ minimum: 0 }),
  }),
  route: Type.Array(Type.String(), { minItems: 1 }),
  interval: Type.Number({ exclusiveMinimum: 0 }),
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
  /** When it may choose. */
  readonly usual_acceleration_mps2: number
  readonly usual_braking_mps2: number
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
 * One trip for every vehicle of the file, within the first `until_s` seconds, in the order in which CityFlow makes them (`flow.cpp`): the
 * one with number k in the first whole second after k intervals.
 *
 * @throws UrbanError input `flow` with the first place that is wrong, a road that the network does not have, or two roads of a route
 * between which there is no way.
 */
export function readDemand(value: unknown, network: StreetNetwork, file: string, until_s: number): Trip[] {
  const fail = (message: string): UrbanError => new UrbanError('input', 'flow', message, { place: { file } })
  if (!Array.isArray(value)) throw fail(check(value)[0]?.message ?? 'expected a list of flows')
  const trips: Trip[] = []
  const kinds = new Map<string, VehicleKind>()
  const routes = new Map<string, readonly number[]>()
  for (const [i, entry] of value.entries()) {
    const [mismatch] = checkFlow(entry)
    if (mismatch !== undefined) throw fail(`${pathText([i, ...mismatch.path])}: ${mismatch.message}`)
    const flow = entry as Static<typeof Flow>
    const named = flow.route.map((id) => {
      const road = network.road_of.get(id)
      if (road === undefined) throw fail(`${pathText([i, 'route'])}: ${id} is no road of the network`)
      return road
    })
    const key = named.join()
    const route = routes.get(key) ?? completeRoute(network, named)
    if ('gap' in route) throw fail(`${pathText([i, 'route'])}: no way from ${route.gap.map((road) => network.roads[road].id).join(' to ')}`)
    routes.set(key, route)
    const kind = kindOf(flow.vehicle, kinds)
    const last = flow.endTime < 0 ? until_s : Math.min(flow.endTime, until_s)
    for (let k = 0; ; k++) {
      const start_s = Math.ceil(flow.startTime + k * flow.interval)
      if (start_s > last) break
      trips.push({ start_s, route, kind })
    }
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
    usual_acceleration_mps2: vehicle.usualPosAcc,
    usual_braking_mps2: vehicle.usualNegAcc,
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
