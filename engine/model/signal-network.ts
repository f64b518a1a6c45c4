/**
 * Signalised junctions as a controller sees them: lanes and phases by position instead of by name, for every entering lane the lanes
 * upstream that lead into its road, and which junctions lie up and down the street. Made once from the city, never changed.
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
  /** Discharge of a standing queue while green. */
  readonly saturation_veh_s: number
  /** How far from the stop line vehicles are seen one by one. */
  readonly detection_m: number
  /** Named in no phase: may always go. */
  readonly free: boolean
  /** Leaving lanes that it can enter. */
  readonly into: readonly JunctionLane[]
  readonly feeders: readonly Feeder[]
  /** Lanes that the same feeders lead to, itself included, by position. */
  readonly siblings: readonly number[]
}

/** A lane some of whose traffic has to let other traffic of the same phase go first: a permissive turn. */
export interface Yielding {
  readonly lane: number
  /** Of its movements, those that give way; nothing tells who takes which. */
  readonly share: number
  /** Lanes of the phase that go first, and of each the share of its movements that is in the way. */
  readonly to: readonly { readonly lane: number; readonly share: number }[]
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

export function buildSignalNetwork(city: City): SignalNetwork {
  const follow = followers(city)
  const feeders = new Map<string, Feeder[]>()
  for (const { id, entering } of city.junctions) {
    for (const [lane, { into }] of entering.entries()) {
      for (const next of new Set(into.flatMap(follow))) feeders.set(next, [...(feeders.get(next) ?? []), { junction: id, lane }])
    }
  }
  const upstream = new Map(
    city.junctions.map(({ id, entering }) => [
      id,
      [...new Set(entering.flatMap((lane) => (feeders.get(lane.id) ?? []).map(({ junction }) => junction)))].sort(),
    ]),
  )
  const downstream = new Map<string, string[]>(city.junctions.map(({ id }) => [id, []]))
  for (const [id, senders] of upstream) for (const sender of senders) downstream.get(sender)?.push(id)
  const speeds = new Map(city.roads.map(({ id, speed_kmh }) => [id, speed_kmh / 3.6]))
  return new Map(
    city.junctions.map((junction) => {
      const links = { upstream: upstream.get(junction.id) ?? [], downstream: downstream.get(junction.id) ?? [] }
      return [junction.id, { ...describe(junction, feeders, speeds), ...links }]
    }),
  )
}

function describe(
  junction: Junction,
  feeders: ReadonlyMap<string, readonly Feeder[]>,
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
      into: into.flatMap((next) => leaving.get(next) ?? []),
      feeders: feeders.get(id) ?? [],
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
    yielding: yieldingLanes(junction, lane_of, phases),
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

/** Lanes whose traffic meets, in a phase that opens them, traffic to which it gives way. Who turns round is rare and counts for nothing. */
function yieldingLanes(
  { phases, movements, conflicts }: Junction,
  lane_of: ReadonlyMap<string, number>,
  lanes: readonly (readonly number[])[],
): Yielding[][] {
  const onward = movements.filter(({ turn }) => turn !== 'uturn')
  const movementsOf = (lane: number): string[] =>
    onward.flatMap((movement) => (movement.lanes.some((id) => lane_of.get(id) === lane) ? [movement.id] : []))
  const shareOf = (lane: number, among: ReadonlySet<string>): number => {
    const own = movementsOf(lane)
    return own.filter((id) => among.has(id)).length / Math.max(1, own.length)
  }
  return phases.map((phase, position) => {
    const green = new Set(phase.movements)
    const giving = conflicts.filter(({ first, second, yields }) => yields !== null && green.has(first) && green.has(second))
    return lanes[position].flatMap((lane): Yielding[] => {
      const own = new Set(movementsOf(lane))
      const met = giving.filter(({ yields }) => yields !== null && own.has(yields))
      const before = new Set(met.map(({ first, second, yields }) => (yields === first ? second : first)))
      const to = lanes[position].flatMap((other) => {
        const share = other === lane ? 0 : shareOf(other, before)
        return share > 0 ? [{ lane: other, share }] : []
      })
      return to.length === 0 ? [] : [{ lane, share: shareOf(lane, new Set(met.flatMap(({ yields }) => yields ?? []))), to }]
    })
  })
}
