/**
 * Which lanes follow a lane that leaves a junction, where the next signal is further on than one road: straight ahead through corners
 * without signals. Networks whose junctions share their lanes (CityFlow) need none of this.
 */
import type { LonLat } from '../base/geo.ts'
import { distance_m, localFrame } from '../base/geo.ts'
import type { City, Junction, JunctionLane, Road } from './city.ts'

const CORNERS_MAX = 12
/** Cosine of the bend beyond which a road is another road: 60°. */
const STRAIGHT_COS = 0.5

interface Arc {
  readonly road: Road
  readonly to: string
  readonly line: readonly LonLat[]
}

function direction(from: LonLat, to: LonLat): readonly [number, number] {
  const [x, y] = localFrame(from).toXY(to)
  const length = Math.hypot(x, y) || 1
  return [x / length, y / length]
}

function arcsByNode({ roads }: City): ReadonlyMap<string, readonly Arc[]> {
  const arcs = new Map<string, Arc[]>()
  const add = (from: string, arc: Arc): void => {
    arcs.set(from, [...(arcs.get(from) ?? []), arc])
  }
  for (const road of roads) {
    add(road.from, { road, to: road.to, line: road.line })
    if (!road.oneway) add(road.to, { road, to: road.from, line: [...road.line].reverse() })
  }
  return arcs
}

function straightOn(arc: Arc, ways: readonly Arc[]): Arc | null {
  const [dx, dy] = direction(arc.line[arc.line.length - 2], arc.line[arc.line.length - 1])
  let best: Arc | null = null
  let most = STRAIGHT_COS
  for (const way of ways) {
    if (way.road.id === arc.road.id) continue
    const [wx, wy] = direction(way.line[0], way.line[1])
    const along = dx * wx + dy * wy
    if (along > most) [best, most] = [way, along]
  }
  return best
}

/** The end of a road that lies at a junction: a big one has several nodes. */
function endFinder({ roads, nodes }: City): (junction: Junction, road: string, arriving: boolean) => string | null {
  const byId = new Map(roads.map((road) => [road.id, road]))
  const at = new Map(nodes.map((node) => [node.id, node.at]))
  return (junction, id, arriving) => {
    const road = byId.get(id)
    if (road === undefined) return null
    if (road.oneway) return arriving ? road.to : road.from
    const [from, to] = [at.get(road.from), at.get(road.to)]
    if (from === undefined || to === undefined) return junction.node
    return distance_m(from, junction.at) < distance_m(to, junction.at) ? road.from : road.to
  }
}

/** Entering lanes that each leaving lane leads to, by lane id; lanes that lead out of the counted network are missing. */
export function linkLanes(city: City): ReadonlyMap<string, readonly string[]> {
  const arcs = arcsByNode(city)
  const endOf = endFinder(city)
  const entering = new Map<string, readonly JunctionLane[]>()
  const arcKey = (road: string, node: string): string => `${road} ${node}`
  for (const junction of city.junctions) {
    for (const lane of junction.entering) {
      const key = arcKey(lane.road, endOf(junction, lane.road, true) ?? '')
      entering.set(key, [...(entering.get(key) ?? []), lane])
    }
  }
  const follow = (first: Arc): readonly string[] => {
    let arc: Arc | null = first
    for (let corner = 0; arc !== null && corner < CORNERS_MAX; corner++) {
      const lanes = entering.get(arcKey(arc.road.id, arc.to))
      if (lanes !== undefined) return lanes.map(({ id }) => id)
      arc = straightOn(arc, arcs.get(arc.to) ?? [])
    }
    return []
  }
  const links = new Map<string, readonly string[]>()
  for (const junction of city.junctions) {
    for (const lane of junction.leaving) {
      const start = endOf(junction, lane.road, false)
      const arc = arcs.get(start ?? '')?.find(({ road }) => road.id === lane.road)
      const next = arc === undefined ? [] : follow(arc)
      if (next.length > 0) links.set(lane.id, next)
    }
  }
  return links
}
