/**
 * Speed and queues on the roads, part of layer 1: each direction of a counted road in the colour and width of its speed class beside its
 * middle line, carried on thinly along the same street to the signal before it; on it the queue as a mark that grows back from the stop
 * line, a dash for each vehicle when near.
 */
import { type LonLat, length_m, localFrame } from '../../engine/base/geo.ts'
import type { CityIndex, Place } from '../data/city.ts'
import type { SpeedClass } from '../data/road-flow.ts'
import { type Rgba, rgba } from '../tokens.ts'
import { dash } from './crews.ts'
import { type Drawing, perCity, type Scene } from './drawing.ts'

/** Classes of which speed is drawn; the others only carry local traffic. */
const SHOWN = new Set(['motorway', 'trunk', 'primary', 'secondary'])
const COLOURS: readonly Rgba[] = [0, 1, 2, 3, 4].map((speed) => rgba(`speed-${speed}`))
const CARRIED: readonly Rgba[] = [0, 1, 2, 3, 4].map((speed) => rgba(`speed-${speed}`, 0.55))
/** Slower roads are wider: colour never carries it alone. */
const WIDTH_PX: Readonly<Record<SpeedClass, number>> = { 0: 4.4, 1: 3.6, 2: 2.8, 3: 2.2, 4: 2 }
const ASIDE_PX = 2.1
const QUEUES_FROM_ZOOM = 13
const VEHICLES_FROM_ZOOM = 15.4
const SPACING_M = 7.5
const VEHICLE_M = 5.5
/** The stop line lies before the middle of the junction. */
const MOUTH_M = 12
const METRES_PER_PX_AT_ZOOM_0 = 78_271.5

interface Direction {
  readonly key: string
  readonly road: string
  readonly primary: boolean
  /** From the stop line upstream, along the middle of the road. */
  readonly upstream: readonly LonLat[]
  /** Where the same street goes on uncounted, up to the next signal; null where it does not. */
  readonly beyond: readonly LonLat[] | null
}

const CARRIED_M_MAX = 1200
/** Cosine of the bend beyond which a street is another one: 60°. */
const STRAIGHT_COS = 0.5

const endKey = ([lon, lat]: LonLat): string => `${lon.toFixed(6)} ${lat.toFixed(6)}`

const streetsOf = perCity((city) => {
  const byEnd = new Map<string, Place[]>()
  for (const road of city.layers.road) {
    if (!SHOWN.has(road.properties.class ?? '')) continue
    for (const end of [road.line[0], road.line[road.line.length - 1]]) byEnd.set(endKey(end), [...(byEnd.get(endKey(end)) ?? []), road])
  }
  return { byEnd, signals: new Set(city.layers.junction.map(({ at }) => endKey(at))) }
})

/** How straight a line goes on after another that ends where it begins: the cosine of the bend. */
function straightness(line: readonly LonLat[], next: readonly LonLat[]): number {
  const { toXY } = localFrame(line[line.length - 1])
  const [ax, ay] = toXY(line[line.length - 2])
  const [bx, by] = toXY(next[1])
  return -(ax * bx + ay * by) / (Math.hypot(ax, ay) * Math.hypot(bx, by) || 1)
}

/** The street behind the counted road, from its far end to the next signal; null when it ends or turns before. */
function carryOn(city: CityIndex, road: Place, upstream: readonly LonLat[]): readonly LonLat[] | null {
  const { byEnd, signals } = streetsOf(city)
  const seen = new Set([road.properties.id])
  let line = upstream
  const carried: LonLat[] = [upstream[upstream.length - 1]]
  for (let left_m = CARRIED_M_MAX; left_m > 0; ) {
    const end = line[line.length - 1]
    if (signals.has(endKey(end))) break
    let best: { readonly line: readonly LonLat[]; readonly id: string } | null = null
    let straightest = STRAIGHT_COS
    for (const { line: other, properties } of byEnd.get(endKey(end)) ?? []) {
      if (seen.has(properties.id) || other.length < 2 || properties.name?.zh !== road.properties.name?.zh) continue
      const next = endKey(other[0]) === endKey(end) ? other : [...other].reverse()
      const straight = straightness(line, next)
      if (straight > straightest) [best, straightest] = [{ line: next, id: properties.id }, straight]
    }
    if (best === null) break
    seen.add(best.id)
    carried.push(...best.line.slice(1))
    left_m -= length_m(best.line)
    line = best.line
  }
  return carried.length > 1 ? carried : null
}

/** By the key of the live row, `{road}>{junction}`; null for a road that is not drawn. */
const directionsOf = perCity((city) => {
  const known = new Map<string, Direction | null>()
  return (key: string): Direction | null => {
    const before = known.get(key)
    if (before !== undefined) return before
    const [road, junction] = key.split('>')
    const direction = makeDirection(city, key, city.places.get(`road:${road}`), city.places.get(`junction:${junction}`))
    known.set(key, direction)
    return direction
  }
})

function makeDirection(city: CityIndex, key: string, road: Place | undefined, junction: Place | undefined): Direction | null {
  if (road === undefined || junction === undefined || !SHOWN.has(road.properties.class ?? '')) return null
  const { line } = road
  const { toXY } = localFrame(junction.at)
  const near = (at: LonLat): number => Math.hypot(...toXY(at))
  const upstream = near(line[line.length - 1]) < near(line[0]) ? [...line].reverse() : line
  const primary = road.properties.class !== 'secondary'
  return { key, road: road.properties.id, primary, upstream, beyond: carryOn(city, road, upstream) }
}

/** The line moved sideways, to the right of who drives against it. */
export function aside(line: readonly LonLat[], aside_m: number): LonLat[] {
  if (line.length < 2) return [...line]
  const { toXY, toLonLat } = localFrame(line[0])
  const points = line.map(toXY)
  return points.map(([x, y], i) => {
    const [ax, ay] = points[Math.max(0, i - 1)]
    const [bx, by] = points[Math.min(points.length - 1, i + 1)]
    const length = Math.hypot(bx - ax, by - ay) || 1
    return toLonLat(x - ((by - ay) / length) * aside_m, y + ((bx - ax) / length) * aside_m)
  })
}

/** The part of a line between two distances from its beginning. */
export function part(line: readonly LonLat[], from_m: number, until_m: number): LonLat[] {
  const cut = dash(line, until_m, Number.POSITIVE_INFINITY, 1)[0] ?? [...line]
  if (from_m <= 0) return cut
  const back = [...cut].reverse()
  return dash(back, Math.max(0.1, length_m(cut) - from_m), Number.POSITIVE_INFINITY, 1)[0] ?? back
}

interface Placed {
  readonly direction: Direction
  readonly line: readonly LonLat[]
  readonly carried: boolean
}

let placed_cache: { version: string; placed: readonly Placed[] } = { version: '', placed: [] }

/** Half zoom steps, so that lines hold still while zooming. */
const stepOf = (zoom: number): number => Math.floor(zoom * 2) / 2

function placeRoads({ city, tables, flow, zoom }: Scene): { readonly version: string; readonly placed: readonly Placed[] } {
  const step = stepOf(zoom)
  const version = `${city.stamp} ${flow.means.size} ${tables.roads.size} ${step}`
  if (placed_cache.version === version) return placed_cache
  const directions = directionsOf(city)
  const px_m = (METRES_PER_PX_AT_ZOOM_0 / 2 ** step) * Math.cos((city.bounds[1] * Math.PI) / 180)
  const placed: Placed[] = []
  for (const key of flow.means.keys()) {
    const direction = directions(key)
    if (direction === null) continue
    const aside_m = ASIDE_PX * px_m * flowScale(step)
    if (direction.beyond !== null) placed.push({ direction, line: aside(direction.beyond, aside_m), carried: true })
    placed.push({ direction, line: aside(direction.upstream, aside_m), carried: false })
  }
  placed_cache = { version, placed }
  return placed_cache
}

const flowScale = (zoom: number): number => Math.min(2.6, Math.max(0.7, 1.25 ** (zoom - 13)))

function queueMarks({ tables, zoom }: Scene, placed: readonly Placed[]): LonLat[][] {
  const marks: LonLat[][] = []
  for (const { direction, line, carried } of placed) {
    if (carried) continue
    const queue_m = tables.roads.get(direction.key)?.queue_m ?? 0
    if (queue_m <= 0) continue
    const row = part(line, MOUTH_M, MOUTH_M + queue_m)
    if (zoom < VEHICLES_FROM_ZOOM) marks.push(row)
    else marks.push(...dash([...row].reverse(), VEHICLE_M, SPACING_M - VEHICLE_M))
  }
  return marks
}

export function flow(scene: Scene): Drawing[] {
  const { version, placed } = placeRoads(scene)
  const speedOf = (i: number): SpeedClass => scene.flow.means.get(placed[i].direction.key)?.speed ?? 4
  const scale = flowScale(scene.zoom)
  const drawings: Drawing[] = [
    {
      type: 'paths',
      id: 'road-flow',
      count: placed.length,
      version,
      style: scene.flow.version,
      scale,
      choose: (i) => ({ kind: 'road', id: placed[i].direction.road }),
      path: (i) => placed[i].line,
      colour: (i) => (placed[i].carried ? CARRIED : COLOURS)[speedOf(i)],
      width_px: (i) => WIDTH_PX[speedOf(i)] * (placed[i].direction.primary ? 1 : 0.8) * (placed[i].carried ? 0.6 : 1),
    },
  ]
  if (scene.zoom < QUEUES_FROM_ZOOM) return drawings
  const marks = queueMarks(scene, placed)
  const colour = rgba('text')
  drawings.push({
    type: 'paths',
    id: 'road-queues',
    count: marks.length,
    version: `${version} ${scene.versions.roads}`,
    style: 0,
    scale,
    choose: null,
    path: (i) => marks[i],
    colour: () => colour,
    width_px: () => 1.5,
  })
  return drawings
}
