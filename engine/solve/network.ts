/**
 * The road graph as a solver sees it: numbered nodes, arcs in compressed rows forward and backward, free-flow travel times.
 * A two-way road is two arcs, a one-way road one. Only nodes of the largest strongly connected component are snapped to, so that
 * whoever is snapped can get there and back. Built once from the static city; never changed.
 */
import { distance_m, type LonLat } from '../base/geo.ts'
import type { Bilingual, City, RoadClass, VehicleLimits } from '../model/city.ts'
import { largestComponent } from './components.ts'

/** Taken where a road's own speed is missing or not above zero. */
const CLASS_SPEED_KMH: Readonly<Record<RoadClass, number>> = {
  motorway: 80,
  trunk: 60,
  primary: 50,
  secondary: 40,
  tertiary: 30,
  residential: 20,
  service: 10,
}

export interface RoadGraph {
  readonly nodes: number
  readonly lon: Float64Array
  readonly lat: Float64Array
  /** Arcs out of node i are numbers `first[i] … first[i + 1] − 1`. */
  readonly first: Int32Array
  readonly to: Int32Array
  readonly from: Int32Array
  readonly time_s: Float64Array
  readonly length_m: Float64Array
  /** Index of the arc's road in `lines`, `names`, `ids`, `classes` and `limits`. */
  readonly road: Int32Array
  /** 1 when the arc runs against the road's line. */
  readonly against: Uint8Array
  /** Arcs into node i are `into[into_first[i]] …`. */
  readonly into_first: Int32Array
  readonly into: Int32Array
  readonly lines: readonly (readonly LonLat[])[]
  readonly names: readonly (Bilingual | null)[]
  readonly ids: readonly string[]
  readonly classes: readonly RoadClass[]
  readonly limits: readonly (VehicleLimits | undefined)[]
  readonly snap: SnapIndex
}

/** Square cells over the nodes that may be snapped to; `members[start[c]] …` are those of cell c. */
interface SnapIndex {
  readonly west: number
  readonly south: number
  /** Metres per degree here. */
  readonly east_m: number
  readonly north_m: number
  readonly cell_m: number
  readonly columns: number
  readonly rows: number
  readonly start: Int32Array
  readonly members: Int32Array
}

interface Arc {
  readonly from: number
  readonly to: number
  readonly road: number
  readonly against: 0 | 1
}

/** Roads whose ends are not nodes of the city are left out: the loader has reported them. */
export function buildRoadGraph(city: Pick<City, 'nodes' | 'roads'>): RoadGraph {
  const number = new Map(city.nodes.map((node, i) => [node.id, i]))
  const arcs: Arc[] = []
  city.roads.forEach((road, i) => {
    const from = number.get(road.from)
    const to = number.get(road.to)
    if (from === undefined || to === undefined) return
    arcs.push({ from, to, road: i, against: 0 })
    if (!road.oneway) arcs.push({ from: to, to: from, road: i, against: 1 })
  })
  arcs.sort((a, b) => a.from - b.from || a.to - b.to || a.road - b.road || a.against - b.against)
  const nodes = city.nodes.length
  const lon = Float64Array.from(city.nodes, (node) => node.at[0])
  const lat = Float64Array.from(city.nodes, (node) => node.at[1])
  const first = rowStarts(nodes, arcs, (arc) => arc.from)
  const to = Int32Array.from(arcs, (arc) => arc.to)
  const backward = arcs.map((_, i) => i).sort((a, b) => to[a] - to[b] || a - b)
  const speed_mps = city.roads.map((road) => (road.speed_kmh > 0 ? road.speed_kmh : CLASS_SPEED_KMH[road.class]) / 3.6)
  return {
    nodes,
    lon,
    lat,
    first,
    to,
    from: Int32Array.from(arcs, (arc) => arc.from),
    time_s: Float64Array.from(arcs, (arc) => city.roads[arc.road].length_m / speed_mps[arc.road]),
    length_m: Float64Array.from(arcs, (arc) => city.roads[arc.road].length_m),
    road: Int32Array.from(arcs, (arc) => arc.road),
    against: Uint8Array.from(arcs, (arc) => arc.against),
    into_first: rowStarts(nodes, arcs, (arc) => arc.to),
    into: Int32Array.from(backward),
    lines: city.roads.map((road) => road.line),
    names: city.roads.map((road) => road.name),
    ids: city.roads.map((road) => road.id),
    classes: city.roads.map((road) => road.class),
    limits: city.roads.map((road) => road.limits),
    snap: buildSnapIndex(lon, lat, largestComponent({ first, to })),
  }
}

function rowStarts<T>(rows: number, items: readonly T[], rowOf: (item: T) => number): Int32Array {
  const start = new Int32Array(rows + 1)
  for (const item of items) start[rowOf(item) + 1]++
  for (let i = 0; i < rows; i++) start[i + 1] += start[i]
  return start
}

/** About two nodes a cell. */
function buildSnapIndex(lon: Float64Array, lat: Float64Array, allowed: Uint8Array): SnapIndex {
  const members = [...allowed.keys()].filter((i) => allowed[i] === 1)
  const west = members.reduce((least, i) => Math.min(least, lon[i]), Number.POSITIVE_INFINITY)
  const south = members.reduce((least, i) => Math.min(least, lat[i]), Number.POSITIVE_INFINITY)
  const east = members.reduce((most, i) => Math.max(most, lon[i]), west)
  const north = members.reduce((most, i) => Math.max(most, lat[i]), south)
  if (members.length === 0) {
    const start = new Int32Array(1)
    return { west: 0, south: 0, east_m: 1, north_m: 1, cell_m: 1, columns: 0, rows: 0, start, members: new Int32Array(0) }
  }
  const north_m = distance_m([0, 0], [0, 1])
  const east_m = north_m * Math.cos(((south + north) / 2) * (Math.PI / 180))
  const width_m = (east - west) * east_m
  const height_m = (north - south) * north_m
  const cell_m = Math.max(1, Math.sqrt((width_m * height_m * 2) / members.length), Math.max(width_m, height_m) / 4096)
  const columns = Math.floor(width_m / cell_m) + 1
  const rows = Math.floor(height_m / cell_m) + 1
  const cellOf = (i: number): number =>
    Math.floor(((lat[i] - south) * north_m) / cell_m) * columns + Math.floor(((lon[i] - west) * east_m) / cell_m)
  members.sort((a, b) => cellOf(a) - cellOf(b) || a - b)
  const start = rowStarts(columns * rows, members, cellOf)
  return { west, south, east_m, north_m, cell_m, columns, rows, start, members: Int32Array.from(members) }
}

/** The nearest node that can be reached and left, smallest number among equals; null when the city has no roads. */
export function nearestNode(graph: RoadGraph, at: LonLat): number | null {
  const { snap, lon, lat } = graph
  if (snap.columns === 0) return null
  const x_m = (at[0] - snap.west) * snap.east_m
  const y_m = (at[1] - snap.south) * snap.north_m
  const column = clamp(Math.floor(x_m / snap.cell_m), snap.columns)
  const row = clamp(Math.floor(y_m / snap.cell_m), snap.rows)
  let best = -1
  let best_m = Number.POSITIVE_INFINITY
  for (let ring = 0; ring <= Math.max(snap.columns, snap.rows); ring++) {
    // Whatever lies in this ring of cells is at least so far away.
    if (best_m < (ring - 1) * snap.cell_m) break
    for (const cell of ringCells(snap, column, row, ring)) {
      for (let k = snap.start[cell]; k < snap.start[cell + 1]; k++) {
        const node = snap.members[k]
        const far_m = Math.hypot((lon[node] - at[0]) * snap.east_m, (lat[node] - at[1]) * snap.north_m)
        if (far_m < best_m || (far_m === best_m && node < best)) {
          best = node
          best_m = far_m
        }
      }
    }
  }
  return best
}

const clamp = (value: number, count: number): number => Math.min(count - 1, Math.max(0, value))

function* ringCells({ columns, rows }: SnapIndex, column: number, row: number, ring: number): Iterable<number> {
  for (let r = Math.max(0, row - ring); r <= Math.min(rows - 1, row + ring); r++) {
    const edge = Math.abs(r - row) === ring
    for (let c = column - ring; c <= column + ring; c += edge || ring === 0 ? 1 : 2 * ring) {
      if (c >= 0 && c < columns) yield r * columns + c
    }
  }
}
