/**
 * The two metrics of the published comparisons, always shown together:
 * `att_paper`, seconds per vehicle on the entering lanes of signalised junctions (what the literature calls average travel time);
 * `att_cityflow`, seconds per vehicle from its planned start to its arrival or now, waiting outside included (CityFlow
 * `get_average_travel_time`). And what both would be if every vehicle had the streets for itself.
 */
import type { Trip } from './demand.ts'
import { type Roadnet, readStreets, type StreetNetwork } from './roadnet.ts'
import { createStreets, type Streets } from './streets.ts'
import { NONE } from './vehicles.ts'

export interface TravelTimes {
  readonly att_paper_s: number
  readonly att_cityflow_s: number
}

export interface Stopwatch {
  /** To be called after every step of the streets. */
  look(): void
  read(): TravelTimes
}

/** The signalised junction that each lane enters, NONE for the others. */
function junctionAhead({ lanes, junctions }: StreetNetwork): Int32Array {
  const ahead = new Int32Array(lanes.length).fill(NONE)
  for (const [j, { virtual, entering }] of junctions.entries()) if (!virtual) for (const lane of entering) ahead[lane] = j
  return ahead
}

/** `counts`: whose times are taken, all unless given. */
export function createStopwatch(streets: Streets, trips: readonly Trip[], counts: (vehicle: number) => boolean = () => true): Stopwatch {
  const { lanes, junctions } = streets.network
  const { finish_s } = streets.vehicles
  const ahead = junctionAhead(streets.network)
  /** Vehicle and junction: first and last second. Who comes a second time has been there all the while, as the comparisons count it. */
  const visits = new Map<number, { readonly first_s: number; last_s: number }>()
  return {
    look() {
      for (let lane = 0; lane < lanes.length; lane++) {
        if (ahead[lane] === NONE) continue
        for (const v of streets.on[lane]) {
          if (!counts(v)) continue
          const key = v * junctions.length + ahead[lane]
          const visit = visits.get(key)
          if (visit === undefined) visits.set(key, { first_s: streets.now_s, last_s: streets.now_s })
          else visit.last_s = streets.now_s
        }
      }
    },
    read() {
      let trip_s = 0
      let begun = 0
      for (const [v, { start_s }] of trips.entries()) {
        if (start_s > streets.now_s || !counts(v)) continue
        begun++
        trip_s += (Number.isNaN(finish_s[v]) ? streets.now_s : finish_s[v]) - start_s
      }
      let lane_s = 0
      const vehicles = new Set<number>()
      for (const [key, { first_s, last_s }] of visits) {
        lane_s += last_s + 1 - first_s
        vehicles.add(Math.floor(key / junctions.length))
      }
      return { att_paper_s: lane_s / Math.max(1, vehicles.size), att_cityflow_s: trip_s / Math.max(1, begun) }
    },
  }
}

/**
 * Every vehicle alone on the streets, all signals open, cut off after `duration_s` like the hour it is compared with. `att_paper` here sums
 * the visits, as the published lower bound does.
 */
export function freeFlow(net: Roadnet, trips: readonly Trip[], duration_s: number): TravelTimes {
  const network = readStreets(net)
  const ahead = junctionAhead(network)
  const runs = new Map<string, Uint32Array>()
  let lane_s = 0
  let trip_s = 0
  let seen = 0
  for (const trip of trips) {
    if (trip.start_s > duration_s) continue
    const key = trip.route.join()
    const run = runs.get(key) ?? runAlone(network, trip, ahead, duration_s)
    runs.set(key, run)
    const last = Math.min(run.length - 1, duration_s - trip.start_s)
    lane_s += run[last]
    trip_s += last
    if (run[last] > 0) seen++
  }
  return { att_paper_s: lane_s / Math.max(1, seen), att_cityflow_s: trip_s / Math.max(1, trips.length) }
}

/** Seconds spent on entering lanes, by second of the trip. */
function runAlone(network: StreetNetwork, trip: Trip, ahead: Int32Array, duration_s: number): Uint32Array {
  const streets = createStreets(network, [{ ...trip, start_s: 0 }])
  const sums = [0]
  while (streets.finished === 0 && streets.now_s < duration_s) {
    streets.step()
    const lane = streets.vehicles.where[0]
    sums.push(sums[sums.length - 1] + (lane !== NONE && lane < network.lanes.length && ahead[lane] !== NONE ? 1 : 0))
  }
  return Uint32Array.from(sums)
}
