/**
 * A made-up network in CityFlow's form, like those of the published comparisons: a lattice of signalised junctions, three lanes on every
 * approach (left, straight, right), eight phases beside the clearance; and random trips through it. For tests, and to judge a controller
 * on streets it was not built on.
 */
import type { Random } from '../../engine/base/random.ts'
import type { Trip, VehicleKind } from './demand.ts'
import type { Roadnet, StreetNetwork } from './roadnet.ts'

export interface GridOptions {
  readonly columns: number
  readonly rows: number
  /** Between two columns, and between two rows. */
  readonly east_m: number
  readonly north_m: number
}

type Intersection = Roadnet['intersections'][number]
type Road = Roadnet['roads'][number]
type Point = { x: number; y: number }

const WIDTH_M = 15
const LANE_M = 4
const SPEED_MPS = 11.111
/** East, north, west, south. */
const STEPS = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
] as const
const TURNS = [
  { type: 'turn_left', lane: 0, by: 1 },
  { type: 'go_straight', lane: 1, by: 0 },
  { type: 'turn_right', lane: 2, by: 3 },
] as const
/** Movements with green in each phase as [direction of travel, lane]: opposite straights, opposite lefts, then each approach alone. */
const PHASES: readonly (readonly (readonly [number, number])[])[] = [
  [],
  [
    [0, 1],
    [2, 1],
  ],
  [
    [1, 1],
    [3, 1],
  ],
  [
    [0, 0],
    [2, 0],
  ],
  [
    [1, 0],
    [3, 0],
  ],
  [
    [0, 0],
    [0, 1],
  ],
  [
    [2, 0],
    [2, 1],
  ],
  [
    [1, 0],
    [1, 1],
  ],
  [
    [3, 0],
    [3, 1],
  ],
]

const idAt = (x: number, y: number): string => `intersection_${x}_${y}`
const roadId = (x: number, y: number, d: number): string => `road_${x}_${y}_${d}`
const vehicleKind: VehicleKind = {
  length_m: 5,
  gap_m: 2.5,
  speed_mps: 11.111,
  acceleration_mps2: 2,
  braking_mps2: 4.5,
  usual_acceleration_mps2: 2,
  usual_braking_mps2: 4.5,
  headway_s: 2,
}

/** Columns and rows are 1 … n; those around them are the edge, where vehicles come and go. */
export function createGrid({ columns, rows, east_m, north_m }: GridOptions): Roadnet {
  const inside = (x: number, y: number): boolean => x >= 1 && x <= columns && y >= 1 && y <= rows
  const exists = (x: number, y: number): boolean => inside(x, y) || STEPS.some(([dx, dy]) => inside(x + dx, y + dy))
  const at = (x: number, y: number): Point => ({ x: x * east_m, y: y * north_m })
  const intersections: Intersection[] = []
  const roads: Road[] = []
  for (let x = 0; x <= columns + 1; x++) {
    for (let y = 0; y <= rows + 1; y++) {
      if (!exists(x, y)) continue
      intersections.push(inside(x, y) ? junctionAt(x, y, at(x, y)) : edgeAt(x, y, at(x, y)))
      for (const [d, [dx, dy]] of STEPS.entries()) {
        if (!exists(x + dx, y + dy) || !(inside(x, y) || inside(x + dx, y + dy))) continue
        roads.push({
          id: roadId(x, y, d),
          points: [at(x, y), at(x + dx, y + dy)],
          lanes: TURNS.map(() => ({ width: LANE_M, maxSpeed: SPEED_MPS })),
          startIntersection: idAt(x, y),
          endIntersection: idAt(x + dx, y + dy),
        })
      }
    }
  }
  return { intersections, roads }
}

const edgeAt = (x: number, y: number, point: Point): Intersection => ({ id: idAt(x, y), point, width: 0, virtual: true, roadLinks: [] })

function junctionAt(x: number, y: number, point: Point): Intersection {
  const movements = STEPS.flatMap(([dx, dy], d) =>
    TURNS.map((turn) => ({ d, turn, from: roadId(x - dx, y - dy, d), to: (d + turn.by) % 4 })),
  )
  const roadLinks = movements.map(({ d, turn, from, to }) => ({
    type: turn.type,
    startRoad: from,
    endRoad: roadId(x, y, to),
    laneLinks: TURNS.map((_, lane) => ({ startLaneIndex: turn.lane, endLaneIndex: lane, points: bend(point, d, turn.lane, to, lane) })),
  }))
  const lightphases = PHASES.map((open, phase) => ({
    time: phase === 0 ? 5 : 30,
    availableRoadLinks: movements.flatMap(({ d, turn }, link) =>
      turn.type === 'turn_right' || open.some(([direction, lane]) => direction === d && lane === turn.lane) ? [link] : [],
    ),
  }))
  return { id: idAt(x, y), point, width: WIDTH_M, virtual: false, roadLinks, trafficLight: { lightphases } }
}

/** From the end of a lane to the beginning of another, as a quadratic Bézier curve around where their directions meet. */
function bend(centre: Point, d: number, lane: number, to: number, into: number): Point[] {
  const beside = (direction: number, index: number, along_m: number): Point => {
    const [dx, dy] = STEPS[direction]
    const right_m = (index + 0.5) * LANE_M
    return { x: centre.x + dx * along_m + dy * right_m, y: centre.y + dy * along_m - dx * right_m }
  }
  const a = beside(d, lane, -WIDTH_M)
  const b = beside(to, into, WIDTH_M)
  const [dx] = STEPS[d]
  const corner = d === to ? { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 } : dx === 0 ? { x: a.x, y: b.y } : { x: b.x, y: a.y }
  return [0, 0.25, 0.5, 0.75, 1].map((t) => {
    const [p, q, r] = [(1 - t) ** 2, 2 * t * (1 - t), t ** 2]
    return { x: p * a.x + q * corner.x + r * b.x, y: p * a.y + q * corner.y + r * b.y }
  })
}

const TURN_SHARES = [0.1, 0.9] as const

/** Vehicles an hour at every entrance of the edge, at random times; 10 % turn left and 10 % right at each junction. */
export function randomTrips(network: StreetNetwork, entrance_veh_h: number, duration_s: number, random: Random): Trip[] {
  const trips: Trip[] = []
  const virtual = new Set(network.junctions.flatMap(({ virtual, leaving }) => (virtual ? leaving : [])))
  for (const [r, { id, lanes }] of network.roads.entries()) {
    if (!virtual.has(lanes[0])) continue
    const own = random.fork(id)
    for (let t = own.exponential(3600 / entrance_veh_h); t < duration_s; t += own.exponential(3600 / entrance_veh_h)) {
      trips.push({ start_s: Math.floor(t), route: wander(network, r, own), kind: vehicleKind })
    }
  }
  return trips
}

/** On until the edge is reached. */
function wander(network: StreetNetwork, first: number, random: Random): number[] {
  const route = [first]
  for (let road = first; ; ) {
    const draw = random.next()
    const turn = draw < TURN_SHARES[0] ? 0 : draw < TURN_SHARES[1] ? 1 : 2
    const lane = network.lanes[network.roads[road].lanes[turn]]
    if (lane.links.length === 0) return route
    road = network.lanes[network.links[lane.links[0]].to].road
    route.push(road)
  }
}
