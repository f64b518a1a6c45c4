/**
 * From a way along the road graph to the signals on it: which junction comes at how many metres, and on which of its lanes the crew
 * stands there. The way is a line whose corners lie on road nodes, as the solver draws it.
 */
import { distance_m, type LonLat } from '../../base/geo.ts'
import type { City, Road } from '../../model/city.ts'
import type { SignalNetwork } from '../../model/signal-network.ts'

export interface Leg {
  readonly junction: string
  /** Entering lanes from which the way goes on, by position in the junction. */
  readonly lanes: readonly number[]
  /** The stop line, metres along the way. */
  readonly stop_m: number
  /** Where the road to it begins. */
  readonly from_m: number
  /** Free-flow speed of that road. */
  readonly speed_mps: number
}

/** Corners of ways are rounded to a millionth of a degree, about 0.1 m (dispatch/assign.ts). */
const DEGREE_DIGITS = 1e6
const placeKey = ([lon, lat]: LonLat): string => `${Math.round(lon * DEGREE_DIGITS)} ${Math.round(lat * DEGREE_DIGITS)}`

interface Corner {
  readonly node: string
  readonly along_m: number
}

function cornersOf(city: City, line: readonly LonLat[]): Corner[] {
  const places = new Set(line.map(placeKey))
  const nodes = new Map<string, string>()
  for (const { id, at } of city.nodes) {
    const key = placeKey(at)
    if (places.has(key)) nodes.set(key, id)
  }
  const corners: Corner[] = []
  let along_m = 0
  for (const [i, point] of line.entries()) {
    if (i > 0) along_m += distance_m(line[i - 1], point)
    const node = nodes.get(placeKey(point))
    if (node !== undefined && node !== corners.at(-1)?.node) corners.push({ node, along_m })
  }
  return corners
}

/** The road driven between each two corners; null where none joins them. Of parallel roads the one whose length fits best. */
function roadsBetween(city: City, corners: readonly Corner[]): (Road | null)[] {
  const pairs = new Map<string, Road[]>()
  for (let i = 1; i < corners.length; i++) pairs.set(`${corners[i - 1].node} ${corners[i].node}`, [])
  for (const road of city.roads) {
    pairs.get(`${road.from} ${road.to}`)?.push(road)
    if (!road.oneway) pairs.get(`${road.to} ${road.from}`)?.push(road)
  }
  return corners.slice(1).map(({ node, along_m }, i) => {
    const driven_m = along_m - corners[i].along_m
    const off = ({ length_m }: Road): number => Math.abs(length_m - driven_m)
    const roads = pairs.get(`${corners[i].node} ${node}`) ?? []
    return roads.reduce<Road | null>((best, road) => (best === null || off(road) < off(best) ? road : best), null)
  })
}

/** The signals along the way, in order. */
export function legsOf(city: City, network: SignalNetwork, line: readonly LonLat[]): Leg[] {
  const corners = cornersOf(city, line)
  const roads = roadsBetween(city, corners)
  const at = new Map(
    [...network.values()].flatMap((junction) => (junction.described.node === null ? [] : [[junction.described.node, junction]])),
  )
  return roads.flatMap((road, i): Leg[] => {
    const junction = at.get(corners[i + 1].node)
    if (road === null || junction === undefined) return []
    const { entering, leaving } = junction.described
    const next = roads[i + 1]
    const onward = new Set(leaving.flatMap((lane) => (lane.road === next?.id ? [lane.id] : [])))
    const own = entering.flatMap((lane, position) => (lane.road === road.id ? [position] : []))
    const leading = own.filter((position) => entering[position].into.some((id) => onward.has(id)))
    const lanes = leading.length > 0 ? leading : own
    if (lanes.length === 0) return []
    const setback_m = Math.max(0, (road.length_m - entering[lanes[0]].length_m) / 2)
    const speed_mps = junction.lanes[lanes[0]].speed_mps
    return [{ junction: junction.id, lanes, stop_m: corners[i + 1].along_m - setback_m, from_m: corners[i].along_m, speed_mps }]
  })
}
