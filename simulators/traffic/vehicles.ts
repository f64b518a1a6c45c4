/** All vehicles of a run, one column for each property; and the way of each as lanes and lane links in turn. */
import { invariant } from '../../engine/base/errors.ts'
import type { Trip, VehicleKind } from './demand.ts'
import type { StreetNetwork } from './roadnet.ts'

/** Where there is no vehicle, or a vehicle is nowhere. */
export const NONE = -1

export interface Vehicles {
  readonly count: number
  readonly kinds: readonly VehicleKind[]
  /** Drivables: lanes by number, links after them. */
  readonly ways: readonly Int32Array[]
  readonly way_at: Int32Array
  readonly where: Int32Array
  /** The drivable before this one, NONE on the first. */
  readonly previous: Int32Array
  readonly position_m: Float64Array
  readonly speed_mps: Float64Array
  readonly next_mps: Float64Array
  readonly leader: Int32Array
  readonly gap_m: Float64Array
  /** When it came onto its lane link, Infinity on a lane. */
  readonly link_since_s: Float64Array
  /** Whom it lets pass in this step. */
  readonly yields_to: Int32Array
  /** NaN until it has arrived. */
  readonly finish_s: Float64Array
}

export function createVehicles(network: StreetNetwork, trips: readonly Trip[]): Vehicles {
  const count = trips.length
  const none = (): Int32Array => new Int32Array(count).fill(NONE)
  const known = new Map<string, Int32Array>()
  const wayOfTrip = ({ route }: Trip): Int32Array => {
    const key = route.join()
    const way = known.get(key) ?? wayOf(network, route)
    known.set(key, way)
    return way
  }
  return {
    count,
    kinds: trips.map(({ kind }) => kind),
    ways: trips.map(wayOfTrip),
    way_at: new Int32Array(count),
    where: none(),
    previous: none(),
    position_m: new Float64Array(count),
    speed_mps: new Float64Array(count),
    next_mps: new Float64Array(count),
    leader: none(),
    gap_m: new Float64Array(count),
    link_since_s: new Float64Array(count).fill(Infinity),
    yields_to: none(),
    finish_s: new Float64Array(count).fill(Number.NaN),
  }
}

/**
 * A vehicle enters every road on a lane from which its next turn is possible, the one nearest to the lane it comes from. CityFlow may
 * let it change lanes later on; travel times differ by less than 2 %.
 */
function wayOf({ lanes, links, roads }: StreetNetwork, route: readonly number[]): Int32Array {
  const leads = (lane: number, road: number | undefined): boolean =>
    road === undefined || lanes[lane].links.some((link) => lanes[links[link].to].road === road)
  const first = roads[route[0]].lanes.find((one) => leads(one, route[1]))
  invariant(first !== undefined, `no lane leads from ${roads[route[0]].id} to ${roads[route[1]]?.id}`)
  let lane: number = first
  const way = [lane]
  for (let r = 1; r < route.length; r++) {
    const from: number = lane
    const away = (link: number): number => Math.abs(lanes[links[link].to].index - lanes[from].index)
    const fitting: number[] = lanes[from].links.filter(
      (link) => lanes[links[link].to].road === route[r] && leads(links[link].to, route[r + 1]),
    )
    // A route that breaks off ends where it does, as CityFlow takes it.
    if (fitting.length === 0) break
    const link = fitting.reduce((best, one) => (away(one) < away(best) ? one : best))
    way.push(lanes.length + link, links[link].to)
    lane = links[link].to
  }
  return Int32Array.from(way)
}
