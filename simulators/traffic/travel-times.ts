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

function isEntering({ lanes, junctions }: StreetNetwork): Uint8Array {
  const entering = new Uint8Array(lanes.length)
  for (const junction of junctions) if (!junction.virtual) for (const lane of junction.entering) entering[lane] = 1
  return entering
}

export function createStopwatch(streets: Streets, trips: readonly Trip[]): Stopwatch {
  const { lanes } = streets.network
  const { finish_s } = streets.vehicles
  const entering = isEntering(streets.network)
  const seen = new Uint8Array(trips.length)
  let vehicles = 0
  let lane_s = 0
  return {
    look() {
      for (let lane = 0; lane < lanes.length; lane++) {
        if (entering[lane] === 0) continue
        for (const v of streets.on[lane]) {
          lane_s++
          if (seen[v] === 1) continue
          seen[v] = 1
          vehicles++
        }
      }
    },
    read() {
      let trip_s = 0
      let begun = 0
      for (const [v, { start_s }] of trips.entries()) {
        if (start_s > streets.now_s) continue
        begun++
        trip_s += (Number.isNaN(finish_s[v]) ? streets.now_s : finish_s[v]) - start_s
      }
      return { att_paper_s: lane_s / Math.max(1, vehicles), att_cityflow_s: trip_s / Math.max(1, begun) }
    },
  }
}

/** Every vehicle alone on the streets, all signals open, cut off after `duration_s` like the hour it is compared with. */
export function freeFlow(net: Roadnet, trips: readonly Trip[], duration_s: number): TravelTimes {
  const network = readStreets(net)
  const entering = isEntering(network)
  const runs = new Map<string, Uint32Array>()
  let lane_s = 0
  let trip_s = 0
  let seen = 0
  for (const trip of trips) {
    if (trip.start_s > duration_s) continue
    const key = trip.route.join()
    const run = runs.get(key) ?? runAlone(network, trip, entering, duration_s)
    runs.set(key, run)
    const last = Math.min(run.length - 1, duration_s - trip.start_s)
    lane_s += run[last]
    trip_s += last
    if (run[last] > 0) seen++
  }
  return { att_paper_s: lane_s / Math.max(1, seen), att_cityflow_s: trip_s / Math.max(1, trips.length) }
}

/** Seconds spent on entering lanes, by second of the trip. */
function runAlone(network: StreetNetwork, trip: Trip, entering: Uint8Array, duration_s: number): Uint32Array {
  const streets = createStreets(network, [{ ...trip, start_s: 0 }])
  const sums = [0]
  while (streets.finished === 0 && streets.now_s < duration_s) {
    streets.step()
    const lane = streets.vehicles.where[0]
    sums.push(sums[sums.length - 1] + (lane !== NONE && lane < network.lanes.length && entering[lane] === 1 ? 1 : 0))
  }
  return Uint32Array.from(sums)
}
