/** Signalised junctions from single signal nodes: a big crossing has one for every stop line, and they belong together. */
import { distance_m, type LonLat } from '../../engine/base/geo.ts'
import type { Junction, Road, RoadNode } from '../../engine/model/city.ts'
import { type Arm, describeJunction } from '../city-junctions.ts'
import { positionsOf, roundDegrees } from '../city-places.ts'
import { armsAt, type RoadsAt, roadsAt } from '../city-sites.ts'
import type { Marking } from './osm-lanes.ts'

/** A stop line lies this near to the crossing it belongs to. */
const STOP_LINE_M = 45
/** Two crossings of divided roads lie this near to each other. */
const INNER_M = 40
/** No junction is wider. */
const WIDTH_M_MAX = 120

export interface SignalReport {
  readonly junctions: Junction[]
  /** Groups of signals where no traffic conflicts, as at a pedestrian crossing. */
  readonly plain: number
}

/** `signals` are ids of nodes of the road graph, `markings` the turn arrows of its roads. */
export function buildJunctions(
  nodes: readonly RoadNode[],
  roads: readonly Road[],
  signals: ReadonlySet<string>,
  markings: ReadonlyMap<string, Marking>,
  district: string,
): SignalReport {
  const at = new Map(nodes.map((node) => [node.id, node.at]))
  const meeting = roadsAt(roads)
  const junctions: Junction[] = []
  let plain = 0
  for (const cluster of clusters(at, roads, meeting, signals)) {
    const junction = junctionOf(cluster, at, meeting, markings, district)
    if (junction === null) plain++
    else junctions.push(junction)
  }
  return { junctions, plain }
}

type Positions = ReadonlyMap<string, LonLat>

function clusters(at: Positions, roads: readonly Road[], meeting: RoadsAt, signals: ReadonlySet<string>): string[][] {
  const isCrossing = (id: string): boolean => (meeting.get(id)?.length ?? 0) >= 3
  const besideSignal = new Set<string>()
  for (const { from, to, length_m } of roads) {
    if (length_m > STOP_LINE_M) continue
    if (signals.has(from)) besideSignal.add(to)
    if (signals.has(to)) besideSignal.add(from)
  }
  const belongs = (id: string): boolean => signals.has(id) || (besideSignal.has(id) && isCrossing(id))
  const links = roads
    .filter(({ from, to, length_m }) => {
      const signal = signals.has(from) || signals.has(to)
      return belongs(from) && belongs(to) && length_m <= (signal ? STOP_LINE_M : INNER_M)
    })
    .sort((a, b) => a.length_m - b.length_m)
  const groups = new Map([...at.keys()].filter(belongs).map((id) => [id, [id]]))
  for (const { from, to } of links) {
    const [a, b] = [groups.get(from), groups.get(to)]
    if (a === undefined || b === undefined || a === b || width_m([...a, ...b], at) > WIDTH_M_MAX) continue
    a.push(...b)
    for (const id of b) groups.set(id, a)
  }
  return [...new Set(groups.values())].filter((group) => group.some((id) => signals.has(id)))
}

function width_m(ids: readonly string[], at: Positions): number {
  const points = positionsOf(ids, at)
  const [lons, lats] = [points.map(([lon]) => lon), points.map(([, lat]) => lat)]
  return distance_m([Math.min(...lons), Math.min(...lats)], [Math.max(...lons), Math.max(...lats)])
}

function junctionOf(
  cluster: readonly string[],
  at: Positions,
  meeting: RoadsAt,
  markings: ReadonlyMap<string, Marking>,
  district: string,
): Junction | null {
  const inside = new Set(cluster)
  const arms = cluster.map((id) => armsAt(id, meeting.get(id) ?? []))
  const isOuter = ({ road }: Arm): boolean => !inside.has(road.from) || !inside.has(road.to)
  const arriving = arms.flatMap((one) => one.arriving).filter(isOuter)
  const departing = arms.flatMap((one) => one.departing).filter(isOuter)
  const centre = cluster.reduce((best, id) => ((meeting.get(id)?.length ?? 0) > (meeting.get(best)?.length ?? 0) ? id : best))
  const positions = positionsOf(cluster, at)
  const mean = positions.reduce(([lon, lat], p) => [lon + p[0] / positions.length, lat + p[1] / positions.length], [0, 0])
  const reach = createReach(inside, meeting)
  return describeJunction({
    // The smallest node id, so that importing a newer map keeps the name.
    id: `J${Math.min(...cluster.map((id) => Number(id.slice(1))))}`,
    district,
    node: centre,
    at: roundDegrees([mean[0], mean[1]]),
    arriving,
    departing,
    marked: ({ road, reversed }) => markings.get(road.id)?.[reversed ? 'against' : 'along'] ?? null,
    allows: (from, to) => reach(innerEnd(from, true)).has(innerEnd(to, false)),
  })
}

/** The node of the junction at which an arm ends or begins. */
const innerEnd = ({ road, reversed }: Arm, arriving: boolean): string => (arriving !== reversed ? road.to : road.from)

/** Nodes of the junction that can be driven to from one of its nodes without leaving it. */
function createReach(inside: ReadonlySet<string>, meeting: RoadsAt): (from: string) => ReadonlySet<string> {
  const known = new Map<string, Set<string>>()
  return (from) => {
    const before = known.get(from)
    if (before !== undefined) return before
    const reached = new Set([from])
    for (const id of reached) {
      for (const road of meeting.get(id) ?? []) {
        const next = road.from === id ? road.to : road.oneway ? null : road.from
        if (next !== null && inside.has(next)) reached.add(next)
      }
    }
    known.set(from, reached)
    return reached
  }
}
