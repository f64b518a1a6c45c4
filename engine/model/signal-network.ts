/**
 * Signalised junctions as a controller sees them: lanes and phases by position instead of by name, and for every entering lane the lanes
 * upstream that lead into its road. Made once from the city, never changed.
 */
import type { City, Junction, JunctionLane } from './city.ts'
import { linkLanes } from './lane-links.ts'

/** A lane of the junction upstream. */
export interface Feeder {
  readonly junction: string
  readonly lane: number
}

export interface SignalLane {
  readonly id: string
  readonly length_m: number
  /** Free speed. */
  readonly speed_mps: number
  /** Only turns left: slower over the stop line. */
  readonly left: boolean
  /** Named in no phase: may always go. */
  readonly free: boolean
  /** Leaving lanes that it can enter. */
  readonly into: readonly JunctionLane[]
  readonly feeders: readonly Feeder[]
  /** Lanes that the same feeders lead to, itself included, by position. */
  readonly siblings: readonly number[]
}

export interface SignalJunction {
  readonly id: string
  readonly described: Junction
  /** Entering lanes. */
  readonly lanes: readonly SignalLane[]
  readonly lane_of: ReadonlyMap<string, number>
  /** Lanes of every phase, in the order of `described.phases`. */
  readonly phases: readonly (readonly number[])[]
  /** Phases of every lane. */
  readonly phases_of: readonly (readonly number[])[]
  readonly clearance_s: number
}

export type SignalNetwork = ReadonlyMap<string, SignalJunction>

/** Free speed where the road is not described, 40 km/h. */
const SPEED_KMH = 40

/** Entering lanes that follow each leaving lane: the same lane where two junctions share it, else further on along the street. */
function followers(city: City): (leaving: string) => readonly string[] {
  const entering = new Set(city.junctions.flatMap((junction) => junction.entering.map(({ id }) => id)))
  const linked = linkLanes(city)
  return (leaving) => (entering.has(leaving) ? [leaving] : (linked.get(leaving) ?? []))
}

export function buildSignalNetwork(city: City): SignalNetwork {
  const follow = followers(city)
  const feeders = new Map<string, Feeder[]>()
  for (const { id, entering } of city.junctions) {
    for (const [lane, { into }] of entering.entries()) {
      for (const next of new Set(into.flatMap(follow))) feeders.set(next, [...(feeders.get(next) ?? []), { junction: id, lane }])
    }
  }
  const speeds = new Map(city.roads.map(({ id, speed_kmh }) => [id, speed_kmh / 3.6]))
  return new Map(city.junctions.map((junction) => [junction.id, describe(junction, feeders, speeds)]))
}

function describe(
  junction: Junction,
  feeders: ReadonlyMap<string, readonly Feeder[]>,
  speeds_mps: ReadonlyMap<string, number>,
): SignalJunction {
  const lane_of = new Map(junction.entering.map(({ id }, lane) => [id, lane]))
  const leaving = new Map(junction.leaving.map((lane) => [lane.id, lane]))
  const phases = junction.phases.map(({ lanes }) => lanes.flatMap((id) => lane_of.get(id) ?? []))
  const phases_of = junction.entering.map((_, lane) => phases.flatMap((lanes, phase) => (lanes.includes(lane) ? [phase] : [])))
  const lanes = junction.entering.map(
    ({ id, road, length_m, turns, into }, lane): SignalLane => ({
      id,
      length_m,
      speed_mps: speeds_mps.get(road) ?? SPEED_KMH / 3.6,
      left: turns.length > 0 && turns.every((turn) => turn === 'left'),
      free: phases_of[lane].length === 0,
      into: into.flatMap((next) => leaving.get(next) ?? []),
      feeders: feeders.get(id) ?? [],
      siblings: junction.entering.flatMap((other, position) => (other.road === road ? [position] : [])),
    }),
  )
  return { id: junction.id, described: junction, lanes, lane_of, phases, phases_of, clearance_s: junction.yellow_s + junction.all_red_s }
}
