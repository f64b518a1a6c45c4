/** Where a point of the city is: nearest named road, grid, district. Indexed on first use; the index lives as long as the city value. */
import { insideRing, type LonLat, localFrame } from '../base/geo.ts'
import type { Bilingual, City, Grid } from '../model/city.ts'

const CELL_M = 200
/** A road farther away does not name a place. */
const ROAD_M_MAX = 600

interface Segment {
  readonly a: readonly [x_m: number, y_m: number]
  readonly b: readonly [x_m: number, y_m: number]
  readonly name: Bilingual
}

interface PlaceIndex {
  readonly toXY: (at: LonLat) => [number, number]
  /** Segments of named roads by every cell that they touch, `column,row`. */
  readonly segments: ReadonlyMap<string, readonly Segment[]>
  readonly grids: ReadonlyMap<string, readonly Grid[]>
}

// A pure function of the city, remembered: the same city always has the same index.
const indexes = new WeakMap<City, PlaceIndex>()

function placeIndex(city: City): PlaceIndex {
  const known = indexes.get(city)
  if (known !== undefined) return known
  const { toXY } = localFrame([(city.bounds[0] + city.bounds[2]) / 2, (city.bounds[1] + city.bounds[3]) / 2])
  const segments = new Map<string, Segment[]>()
  for (const road of city.roads) {
    if (road.name === null) continue
    for (let i = 1; i < road.line.length; i++) {
      const segment = { a: toXY(road.line[i - 1]), b: toXY(road.line[i]), name: road.name }
      for (const cell of cellsOf([segment.a, segment.b])) addTo(segments, cell, segment)
    }
  }
  const grids = new Map<string, Grid[]>()
  for (const grid of city.grids) for (const cell of cellsOf(grid.outline.map(toXY))) addTo(grids, cell, grid)
  const index = { toXY, segments, grids }
  indexes.set(city, index)
  return index
}

function addTo<T>(map: Map<string, T[]>, key: string, item: T): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [item])
  else list.push(item)
}

const cell = (metres: number): number => Math.floor(metres / CELL_M)

/** All cells of the box around the points. */
function* cellsOf(points: readonly (readonly [number, number])[]): Iterable<string> {
  const columns = points.map(([x]) => cell(x))
  const rows = points.map(([, y]) => cell(y))
  for (let c = Math.min(...columns); c <= Math.max(...columns); c++) {
    for (let r = Math.min(...rows); r <= Math.max(...rows); r++) yield `${c},${r}`
  }
}

/** Name of the nearest named road within 600 m; null when there is none. */
export function nearestRoad(city: City, at: LonLat): Bilingual | null {
  const { toXY, segments } = placeIndex(city)
  const [x, y] = toXY(at)
  let best: Bilingual | null = null
  let best_m = ROAD_M_MAX
  for (let ring = 0; ring * CELL_M <= best_m + CELL_M; ring++) {
    for (const key of ringOf(cell(x), cell(y), ring)) {
      for (const segment of segments.get(key) ?? []) {
        const far_m = distanceToSegment(x, y, segment)
        if (far_m < best_m) {
          best = segment.name
          best_m = far_m
        }
      }
    }
  }
  return best
}

function* ringOf(column: number, row: number, ring: number): Iterable<string> {
  for (let c = -ring; c <= ring; c++) {
    for (let r = -ring; r <= ring; r++) if (Math.max(Math.abs(c), Math.abs(r)) === ring) yield `${column + c},${row + r}`
  }
}

function distanceToSegment(x: number, y: number, { a, b }: Segment): number {
  const dx = b[0] - a[0]
  const dy = b[1] - a[1]
  const length2 = dx * dx + dy * dy
  const f = length2 === 0 ? 0 : Math.min(1, Math.max(0, ((x - a[0]) * dx + (y - a[1]) * dy) / length2))
  return Math.hypot(x - a[0] - f * dx, y - a[1] - f * dy)
}

/** The grid that the point lies in; null outside all of them. */
export function findGrid(city: City, at: LonLat): Grid | null {
  const { toXY, grids } = placeIndex(city)
  const [x, y] = toXY(at)
  return grids.get(`${cell(x)},${cell(y)}`)?.find((grid) => insideRing(at, grid.outline)) ?? null
}

/** The district that the point lies in; the first one for a point outside all of them. */
export function districtAt(city: City, at: LonLat): string {
  return (city.districts.find((district) => insideRing(at, district.outline)) ?? city.districts[0])?.id ?? 'd0'
}
