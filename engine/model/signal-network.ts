/**
 * Signalised junctions as a controller sees them: lanes and phases by position instead of by name, for every entering lane the lanes
 * upstream that lead into its road, and which junctions lie up and down the street. Made once from the city, never changed.
 */
import type { City, Junction, JunctionLane } from './city.ts'
import { linkLanes } from './lane-links.ts'

/** A lane, and some of the roads that it leads to, by position in its `exits`. */
export interface LaneWays {
  readonly lane: number
  readonly exits: readonly number[]
  /** How many exits the lane has. */
  readonly of: number
}

/** A lane of the junction upstream, and its exits that lead here. */
export interface Feeder extends LaneWays {
  readonly junction: string
}

export interface SignalLane {
  readonly id: string
  readonly length_m: number
  /** Free speed. */
  readonly speed_mps: number
  /** Only turns left: slower over the stop line. */
  readonly left: boolean
  /** Discharge of a standing queue while green. */
  readonly saturation_veh_s: number
  /** How far from the stop line vehicles are seen one by one. */
  readonly detection_m: number
  /** Named in no phase: may always go. */
  readonly free: boolean
  /** Roads that it leads to. Who turns round is rare, and counts only where there is no other way. */
  readonly exits: readonly string[]
  /** Leaving lanes that it can enter. */
  readonly into: readonly JunctionLane[]
  readonly feeders: readonly Feeder[]
  /** The same when each of them leads to this road and to no other; else empty. */
  readonly exclusive_feeders: readonly Feeder[]
  /** Lanes that the same feeders lead to, itself included, by position. */
  readonly siblings: readonly number[]
}

/** Exits of a lane for which it has to let other traffic of the same phase go first (a permissive turn), and who goes first. */
export interface Yielding extends LaneWays {
  readonly to: readonly LaneWays[]
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
  /** Lanes of every phase where some traffic has to give way to other traffic of the phase. */
  readonly yielding: readonly (readonly Yielding[])[]
  /** Movements that no phase names: they run at all times. */
  readonly always: readonly string[]
  /** Shortest and longest green of every phase; people on foot are counted in. */
  readonly green_min_s: readonly number[]
  readonly green_max_s: readonly number[]
  /** Between the greens of two phases, `[from][to]`. */
  readonly intergreen_s: readonly (readonly number[])[]
  /** Where the description tells no other for two phases. */
  readonly clearance_s: number
  /** Junctions that send vehicles here, and those that get them from here. */
  readonly upstream: readonly string[]
  readonly downstream: readonly string[]
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

/** By entering lane. Whoever enters a road may still change to any of its lanes. */
function feedersOf(city: City): Map<string, Feeder[]> {
  const follow = followers(city)
  const lanesOfRoad = new Map<string, string[]>()
  const roadOf = new Map<string, string>()
  for (const { id: junction, entering } of city.junctions) {
    for (const { id, road } of entering) {
      const key = `${junction} ${road}`
      roadOf.set(id, key)
      lanesOfRoad.set(key, [...(lanesOfRoad.get(key) ?? []), id])
    }
  }
  const feeders = new Map<string, Feeder[]>()
  for (const junction of city.junctions) {
    const exitOf = new Map(junction.leaving.map(({ id, road }) => [id, road]))
    for (const [lane, { id, into }] of junction.entering.entries()) {
      const exits = exitsOf(junction, id)
      const leading = new Map<string, Set<number>>()
      for (const leaving of into) {
        const exit = exits.indexOf(exitOf.get(leaving) ?? '')
        for (const next of follow(leaving)) {
          const road = roadOf.get(next) ?? ''
          leading.set(road, (leading.get(road) ?? new Set()).add(exit))
        }
      }
      for (const [road, ways] of leading) {
        const feeder = { junction: junction.id, lane, exits: [...ways].filter((exit) => exit >= 0), of: exits.length }
        for (const next of lanesOfRoad.get(road) ?? []) feeders.set(next, [...(feeders.get(next) ?? []), feeder])
      }
    }
  }
  return feeders
}

function exitsOf({ movements }: Pick<Junction, 'movements'>, lane: string): string[] {
  const own = movements.filter(({ lanes }) => lanes.includes(lane))
  const onward = own.filter(({ turn }) => turn !== 'uturn')
  return [...new Set((onward.length > 0 ? onward : own).map(({ to }) => to))]
}

export function buildSignalNetwork(city: City): SignalNetwork {
  const feeders = feedersOf(city)
  const upstream = new Map(
    city.junctions.map(({ id, entering }) => [
      id,
      [...new Set(entering.flatMap((lane) => (feeders.get(lane.id) ?? []).map(({ junction }) => junction)))].sort(),
    ]),
  )
  const downstream = new Map<string, string[]>(city.junctions.map(({ id }) => [id, []]))
  for (const [id, senders] of upstream) for (const sender of senders) downstream.get(sender)?.push(id)
  const roads_behind = new Map(city.junctions.map((junction) => [junction.id, roadsBehind(junction)]))
  const leadsOnlyTo =
    (road: string) =>
    ({ junction, lane }: Feeder): boolean =>
      roads_behind.get(junction)?.[lane].every((one) => one === road) ?? false
  const speeds = new Map(city.roads.map(({ id, speed_kmh }) => [id, speed_kmh / 3.6]))
  return new Map(
    city.junctions.map((junction) => {
      const links = { upstream: upstream.get(junction.id) ?? [], downstream: downstream.get(junction.id) ?? [] }
      return [junction.id, { ...describe(junction, feeders, leadsOnlyTo, speeds), ...links }]
    }),
  )
}

/** By entering lane: the roads of the lanes that it can enter. */
function roadsBehind({ entering, leaving }: Junction): string[][] {
  const road_of = new Map(leaving.map(({ id, road }) => [id, road]))
  return entering.map(({ into }) => into.flatMap((next) => road_of.get(next) ?? []))
}

function describe(
  junction: Junction,
  feeders: ReadonlyMap<string, readonly Feeder[]>,
  leadsOnlyTo: (road: string) => (feeder: Feeder) => boolean,
  speeds_mps: ReadonlyMap<string, number>,
): Omit<SignalJunction, 'upstream' | 'downstream'> {
  const lane_of = new Map(junction.entering.map(({ id }, lane) => [id, lane]))
  const leaving = new Map(junction.leaving.map((lane) => [lane.id, lane]))
  const phases = junction.phases.map(({ lanes }) => lanes.flatMap((id) => lane_of.get(id) ?? []))
  const phases_of = junction.entering.map((_, lane) => phases.flatMap((lanes, phase) => (lanes.includes(lane) ? [phase] : [])))
  const lanes = junction.entering.map(
    ({ id, road, length_m, turns, into, saturation_veh_h, detectors }, lane): SignalLane => ({
      id,
      length_m,
      speed_mps: speeds_mps.get(road) ?? SPEED_KMH / 3.6,
      left: turns.length > 0 && turns.every((turn) => turn === 'left'),
      saturation_veh_s: saturation_veh_h / 3600,
      detection_m: Math.max(0, ...detectors.map((detector) => detector.at_m + detector.length_m)),
      free: phases_of[lane].length === 0,
      exits: exitsOf(junction, id),
      into: into.flatMap((next) => leaving.get(next) ?? []),
      feeders: feeders.get(id) ?? [],
      exclusive_feeders: feeders.get(id)?.every(leadsOnlyTo(road)) ? (feeders.get(id) ?? []) : [],
      siblings: junction.entering.flatMap((other, position) => (other.road === road ? [position] : [])),
    }),
  )
  return {
    id: junction.id,
    described: junction,
    lanes,
    lane_of,
    phases,
    phases_of,
    yielding: yieldingLanes(junction, phases),
    always: junction.movements.flatMap(({ id }) => (junction.phases.some(({ movements }) => movements.includes(id)) ? [] : [id])),
    green_min_s: junction.phases.map(({ green_s_min, walk_s }) => Math.max(green_s_min, walk_s ?? 0)),
    green_max_s: junction.phases.map(({ green_s_max }) => green_s_max),
    intergreen_s: intergreens(junction),
    clearance_s: junction.yellow_s + junction.all_red_s,
  }
}

function intergreens({ phases, intergreens: told, yellow_s, all_red_s }: Junction): number[][] {
  const between = new Map(told.map((one) => [`${one.from} ${one.to}`, one.yellow_s + one.all_red_s]))
  return phases.map((from) => phases.map((to) => between.get(`${from.index} ${to.index}`) ?? yellow_s + all_red_s))
}

/** Lanes whose traffic meets, in a phase that opens them, traffic to which it gives way. */
function yieldingLanes(junction: Junction, lanes: readonly (readonly number[])[]): Yielding[][] {
  const movements = new Map(junction.movements.map((movement) => [movement.id, movement]))
  /** Exits of a lane that are reached by one of these movements. */
  const waysOf = (lane: number, among: ReadonlySet<string>): LaneWays => {
    const { id } = junction.entering[lane]
    const all = exitsOf(junction, id)
    const roads = [...among].flatMap((one) => movements.get(one) ?? []).flatMap(({ lanes: of, to }) => (of.includes(id) ? [to] : []))
    return { lane, exits: [...all.keys()].filter((exit) => roads.includes(all[exit])), of: all.length }
  }
  return junction.phases.map((phase, position) => {
    const green = new Set(phase.movements)
    const giving = junction.conflicts.flatMap(({ first, second, yields }) =>
      yields !== null && green.has(first) && green.has(second) ? [{ yields, goes: yields === first ? second : first }] : [],
    )
    return lanes[position].flatMap((lane): Yielding[] => {
      const met = giving.filter(({ yields }) => movements.get(yields)?.lanes.includes(junction.entering[lane].id))
      const own = waysOf(lane, new Set(met.map(({ yields }) => yields)))
      const before = new Set(met.map(({ goes }) => goes))
      const to = lanes[position].map((other) => waysOf(other, before)).filter((other) => other.lane !== lane && other.exits.length > 0)
      return own.exits.length === 0 || to.length === 0 ? [] : [{ ...own, to }]
    })
  })
}
