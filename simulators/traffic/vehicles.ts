/**
 * All vehicles of a run, one column for each property. A vehicle that changes lanes is on both of them until it has arrived: its shadow on
 * the new lane (CityFlow's word) is a row of its own, `count` after the vehicle's.
 */
import type { Trip, VehicleKind } from './demand.ts'
import { NONE } from './lists.ts'
import type { StreetNetwork } from './roadnet.ts'
import { createRoutes, type Routes } from './routes.ts'

export interface Vehicles {
  /** Trips; rows from here on are shadows. */
  readonly count: number
  readonly kinds: readonly VehicleKind[]
  readonly routes: Routes
  readonly route: Int32Array
  /** Place in the route of the road it is on, on a lane link of the one it comes from. */
  readonly place: Int32Array
  /** Drivables: lanes by number, links after them. */
  readonly where: Int32Array
  /** The drivable before this one, NONE on the first. */
  readonly previous: Int32Array
  readonly position_m: Float64Array
  readonly speed_mps: Float64Array
  readonly next_mps: Float64Array
  readonly leader: Int32Array
  /** To the leader; the last one known when there is none. */
  readonly gap_m: Float64Array
  /** When it came onto its lane link, Infinity on a lane. */
  readonly link_since_s: Float64Array
  /** The higher one goes first, all else equal. */
  readonly priority: Int32Array
  /** Whom it let pass in the last step, and in this one. */
  readonly yielded_to: Int32Array
  readonly yields_to: Int32Array
  /** NaN until it has arrived. */
  readonly finish_s: Float64Array
  /** The next drivable, NONE at the end of the trip or where its lane does not lead on. */
  ahead(vehicle: number): number
}

export function createVehicles(network: StreetNetwork, trips: readonly Trip[]): Vehicles {
  const count = trips.length
  const rows = 2 * count
  const none = (): Int32Array => new Int32Array(rows).fill(NONE)
  const routes = createRoutes(network)
  const kinds = trips.map(({ kind }) => kind)
  const numbers = trips.map(({ route }) => routes.add(route))
  const route = Int32Array.from([...numbers, ...numbers])
  const place = new Int32Array(rows)
  const where = none()
  const on_links = network.lanes.length
  const link_to = Int32Array.from(network.links, ({ to }) => to)
  return {
    count,
    kinds: [...kinds, ...kinds],
    routes,
    route,
    place,
    where,
    previous: none(),
    position_m: new Float64Array(rows),
    speed_mps: new Float64Array(rows),
    next_mps: new Float64Array(rows),
    leader: none(),
    gap_m: new Float64Array(rows),
    link_since_s: new Float64Array(rows).fill(Number.POSITIVE_INFINITY),
    priority: new Int32Array(rows),
    yielded_to: none(),
    yields_to: none(),
    finish_s: new Float64Array(count).fill(Number.NaN),
    ahead(vehicle) {
      const here = where[vehicle]
      if (here >= on_links) return link_to[here - on_links]
      const link = routes.link(route[vehicle], place[vehicle], here)
      return link === NONE ? NONE : on_links + link
    },
  }
}
