/**
 * Instances of the literature as problems of ours: distance is what counts, with the DIMACS convention (Euclidean, one truncated decimal, times likewise), so that
 * a unit is a tenth; ways that the file gives count as they are. The vehicles are alike, and every customer is to be served.
 */
import { NO_WAY, type Travel, type VrpPlan, type VrpProblem, type Window } from '../../engine/solve/vrp/problem.ts'
import type { VrptwInstance, VrptwStop } from './vrptw-text.ts'

/** More than any detour, and as dear as a customer can be. */
const MUST = NO_WAY / 10
/** A sum that is one below a whole number by rounding only is that number, as in the scorer of the DIMACS challenge. */
const ROUNDING = 1e-9
/** Demands with decimals are counted in thousandths. */
const FRACTION = 1000

export const unitsOf = ({ matrix }: VrptwInstance): number => (matrix === null ? 10 : 1)

export function vrptwProblem(instance: VrptwInstance): VrpProblem {
  const { stops, fleet, capacity } = instance
  const units = unitsOf(instance)
  const [depot, ...customers] = stops
  const parts = [capacity, ...stops.map(({ demand }) => demand)].every(Number.isInteger) ? 1 : FRACTION
  const shift = windowOf(depot, units)
  return {
    travel: travelOf(instance),
    tips: [],
    vehicles: Array.from({ length: Math.min(fleet, customers.length) }, (_, r) => ({
      id: String(r + 1),
      start: 0,
      end: 0,
      shift,
      capacity: Math.floor(Math.min(capacity, NO_WAY / parts) * parts),
      skills: [],
      breaks: [],
      fixed_cost: 0,
      promised: [],
      ends_empty: false,
    })),
    jobs: customers.map((stop, i) => ({
      id: String(i + 1),
      stop: { place: i + 1, service: Math.ceil(stop.service * units - ROUNDING), window: windowOf(stop, units) },
      demand: Math.ceil(stop.demand * parts - ROUNDING),
      skills: [],
      price: MUST,
    })),
  }
}

const windowOf = ({ from, to }: VrptwStop, units: number): Window => ({
  from: Math.ceil(from * units - ROUNDING),
  to: Math.min(NO_WAY - 1, Math.floor(to * units + ROUNDING)),
})

function travelOf({ stops, matrix }: VrptwInstance): Travel {
  const places = stops.length
  const cost = new Int32Array(places * places)
  for (let i = 0, k = 0; i < places; i++) {
    for (let j = 0; j < places; j++, k++) {
      const way = matrix === null ? 10 * Math.hypot(stops[i].x - stops[j].x, stops[i].y - stops[j].y) + ROUNDING : matrix[k]
      cost[k] = Math.min(NO_WAY, Math.floor(way))
    }
  }
  return { places, cost, time: cost }
}

/** Customers of each route, by their numbers in the file. */
export const customersOf = ({ routes }: VrpPlan): number[][] => routes.map(({ visits }) => visits.map(({ id }) => Number(id)))

/** Length of the routes in the file's unit. */
export const distanceOf = ({ routes }: VrpPlan, instance: VrptwInstance): number =>
  routes.reduce((sum, { cost }) => sum + cost, 0) / unitsOf(instance)
