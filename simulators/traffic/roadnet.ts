/**
 * A street network to drive on, read from a CityFlow `roadnet.json` (https://cityflow.readthedocs.io, Roadnet File Format): lanes, lane
 * links through junctions, and the points where links cross. Lanes are cut back by the width of the junctions at both ends and crossings
 * found as CityFlow does it (roadnet.cpp, `Road::initLanesPoints`, `Intersection::initCrosses`), so that lengths agree to the metre.
 */
import { type Static, Type } from 'typebox'
import { createChecker, pathText } from '../../config/check-schema.ts'
import { UrbanError } from '../../engine/base/errors.ts'

const Point = Type.Object({ x: Type.Number(), y: Type.Number() })
const Index = Type.Integer({ minimum: 0 })
const Positive = Type.Number({ exclusiveMinimum: 0 })
const Roadnet = Type.Object({
  intersections: Type.Array(
    Type.Object({
      id: Type.String(),
      point: Point,
      width: Type.Number({ minimum: 0 }),
      virtual: Type.Boolean(),
      roadLinks: Type.Array(
        Type.Object({
          type: Type.Enum(['go_straight', 'turn_left', 'turn_right']),
          startRoad: Type.String(),
          endRoad: Type.String(),
          laneLinks: Type.Array(Type.Object({ startLaneIndex: Index, endLaneIndex: Index, points: Type.Array(Point, { minItems: 2 }) })),
        }),
      ),
      trafficLight: Type.Optional(
        Type.Object({ lightphases: Type.Array(Type.Object({ time: Type.Number({ minimum: 0 }), availableRoadLinks: Type.Array(Index) })) }),
      ),
    }),
  ),
  roads: Type.Array(
    Type.Object({
      id: Type.String(),
      points: Type.Array(Point, { minItems: 2 }),
      lanes: Type.Array(Type.Object({ width: Positive, maxSpeed: Positive }), { minItems: 1 }),
      startIntersection: Type.String(),
      endIntersection: Type.String(),
    }),
  ),
})
export type Roadnet = Static<typeof Roadnet>
type Point = Static<typeof Point>

/** Who yields where links cross: the lower rank does. */
export const RANK = { turn_right: 1, turn_left: 2, go_straight: 3 } as const

export interface StreetLane {
  /** `<road>_<lane>`, as readings name it. */
  readonly id: string
  readonly road: number
  /** Place within its road. */
  readonly index: number
  readonly width_m: number
  /** Lane links that begin here. */
  readonly links: readonly number[]
}

export interface LaneLink {
  readonly from: number
  readonly to: number
  readonly rank: number
  /** Points where another link crosses, by distance along this one; `side` is this link's place in `Cross.links`. */
  readonly crosses: readonly { readonly cross: number; readonly side: 0 | 1; readonly at_m: number }[]
}

export interface Cross {
  readonly links: readonly [number, number]
}

export interface StreetRoad {
  readonly id: string
  readonly lanes: readonly number[]
}

export interface StreetJunction {
  readonly id: string
  /** Nothing is signalised at the edge of the network. */
  readonly virtual: boolean
  /** Lane links of each road link, and for each phase whether the road link may go. */
  readonly road_links: readonly (readonly number[])[]
  readonly phases: readonly (readonly boolean[])[]
  readonly entering: readonly number[]
  readonly leaving: readonly number[]
}

export interface StreetNetwork {
  readonly lanes: readonly StreetLane[]
  readonly links: readonly LaneLink[]
  readonly crosses: readonly Cross[]
  readonly roads: readonly StreetRoad[]
  readonly junctions: readonly StreetJunction[]
  readonly road_of: ReadonlyMap<string, number>
  /** Of every drivable: lanes first, then links. On links there is no limit but that of turns. */
  readonly length_m: Float64Array
  readonly speed_mps: Float64Array
}

const check = createChecker(Roadnet)

/** @throws UrbanError input `roadnet` with the first place that is wrong. */
export function parseRoadnet(value: unknown, file: string): Roadnet {
  const [mismatch] = check(value)
  if (mismatch !== undefined)
    throw new UrbanError('input', 'roadnet', `${pathText(mismatch.path)}: ${mismatch.message}`, { place: { file } })
  return value as Roadnet
}

function get<T>(map: ReadonlyMap<string, T>, id: string, what: string): T {
  const found = map.get(id)
  if (found === undefined) throw new UrbanError('input', 'roadnet', `${id} is no ${what} of this network`)
  return found
}

function path_m(points: readonly Point[]): number {
  let sum = 0
  for (let i = 1; i < points.length; i++) sum += Math.hypot(points[i].x - points[i - 1].x, points[i].y - points[i - 1].y)
  return sum
}

/** Where two polylines cross first: distances along both, or null. */
function crossing(a: readonly Point[], b: readonly Point[]): readonly [number, number] | null {
  let along_a = 0
  for (let i = 1; i < a.length; i++) {
    const dx = a[i].x - a[i - 1].x
    const dy = a[i].y - a[i - 1].y
    let along_b = 0
    for (let j = 1; j < b.length; j++) {
      const ex = b[j].x - b[j - 1].x
      const ey = b[j].y - b[j - 1].y
      const det = dx * ey - dy * ex
      if (Math.abs(det) > 1e-9) {
        const rx = b[j - 1].x - a[i - 1].x
        const ry = b[j - 1].y - a[i - 1].y
        const s = (rx * ey - ry * ex) / det
        const t = (rx * dy - ry * dx) / det
        if (s >= 0 && s <= 1 && t >= 0 && t <= 1) return [along_a + s * Math.hypot(dx, dy), along_b + t * Math.hypot(ex, ey)]
      }
      along_b += Math.hypot(ex, ey)
    }
    along_a += Math.hypot(dx, dy)
  }
  return null
}

interface Draft {
  readonly lanes: { id: string; road: number; index: number; width_m: number; links: number[] }[]
  readonly links: { from: number; to: number; rank: number; crosses: { cross: number; side: 0 | 1; at_m: number }[] }[]
  readonly crosses: Cross[]
  readonly lane_m: number[]
  readonly lane_mps: number[]
  readonly link_m: number[]
}

/** @throws UrbanError input `roadnet` when a road, lane or intersection is named that the network does not have. */
export function readStreets(net: Roadnet): StreetNetwork {
  const draft: Draft = { lanes: [], links: [], crosses: [], lane_m: [], lane_mps: [], link_m: [] }
  const intersections = new Map(net.intersections.map((intersection) => [intersection.id, intersection]))
  const roads = net.roads.map((road, r): StreetRoad => {
    const ends = [road.startIntersection, road.endIntersection].map((id) => get(intersections, id, 'intersection'))
    const cut_m = ends.reduce((sum, { virtual, width }) => sum + (virtual ? 0 : width), 0)
    const length_m = Math.max(1, path_m(road.points) - cut_m)
    const lanes = road.lanes.map(({ width, maxSpeed }, index) => {
      draft.lane_m.push(length_m)
      draft.lane_mps.push(maxSpeed)
      return draft.lanes.push({ id: `${road.id}_${index}`, road: r, index, width_m: width, links: [] }) - 1
    })
    return { id: road.id, lanes }
  })
  const road_of = new Map(roads.map(({ id }, r) => [id, r]))
  const junctions = net.intersections.map((intersection): StreetJunction => {
    const road_links = linkRoads(draft, intersection, roads, road_of)
    const at = (end: 'startIntersection' | 'endIntersection'): number[] =>
      net.roads.flatMap((road, r) => (road[end] === intersection.id ? roads[r].lanes : []))
    const phases = (intersection.trafficLight?.lightphases ?? []).map(({ availableRoadLinks }) =>
      road_links.map((_, index) => availableRoadLinks.includes(index)),
    )
    const { id, virtual } = intersection
    return { id, virtual, road_links, phases, entering: at('endIntersection'), leaving: at('startIntersection') }
  })
  const link_mps = draft.links.map(() => Number.POSITIVE_INFINITY)
  return {
    lanes: draft.lanes,
    links: draft.links,
    crosses: draft.crosses,
    roads,
    junctions,
    road_of,
    length_m: Float64Array.from([...draft.lane_m, ...draft.link_m]),
    speed_mps: Float64Array.from([...draft.lane_mps, ...link_mps]),
  }
}

/** Adds the lane links of one junction and where they cross; their numbers, by road link. */
function linkRoads(
  draft: Draft,
  { roadLinks }: Roadnet['intersections'][number],
  roads: readonly StreetRoad[],
  road_of: ReadonlyMap<string, number>,
): number[][] {
  const paths: { link: number; points: readonly Point[] }[] = []
  const laneAt = (road: string, index: number): number => {
    const lane = roads[get(road_of, road, 'road')].lanes[index]
    if (lane === undefined) throw new UrbanError('input', 'roadnet', `road ${road} has no lane ${index}`)
    return lane
  }
  const road_links = roadLinks.map(({ type, startRoad, endRoad, laneLinks }) =>
    laneLinks.map(({ startLaneIndex, endLaneIndex, points }) => {
      const from = laneAt(startRoad, startLaneIndex)
      const link = draft.links.push({ from, to: laneAt(endRoad, endLaneIndex), rank: RANK[type], crosses: [] }) - 1
      draft.link_m.push(path_m(points))
      draft.lanes[from].links.push(link)
      paths.push({ link, points })
      return link
    }),
  )
  for (const [i, a] of paths.entries()) {
    for (const b of paths.slice(i + 1)) {
      const found = crossing(a.points, b.points)
      if (found === null) continue
      const cross = draft.crosses.push({ links: [a.link, b.link] }) - 1
      draft.links[a.link].crosses.push({ cross, side: 0, at_m: found[0] })
      draft.links[b.link].crosses.push({ cross, side: 1, at_m: found[1] })
    }
  }
  for (const { link } of paths) draft.links[link].crosses.sort((a, b) => a.at_m - b.at_m)
  return road_links
}
