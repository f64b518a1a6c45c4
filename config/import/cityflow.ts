/**
 * A city from a CityFlow `roadnet.json` (https://cityflow.readthedocs.io, Roadnet File Format). Junction ids, lane ids `<road>_<lane>` and
 * phase indices stay as they are: the readings and commands of lockstep runs use them. The file's metres become degrees around a point
 * in the open sea.
 */
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { type Static, Type } from 'typebox'
import type { Problem } from '../../engine/base/errors.ts'
import { type LonLat, localFrame } from '../../engine/base/geo.ts'
import type { City, Junction, Movement, Road, RoadNode, Turn } from '../../engine/model/city.ts'
import { completeJunction, type LaneSketch, movementId, type PhaseSketch } from '../../engine/model/junction-defaults.ts'
import { type Finding, type JsonSource, placed, readJson } from '../check-json.ts'
import { createChecker, findingsOf } from '../check-schema.ts'
import { path_m, type XY } from '../cities/plane.ts'
import { CLEARANCE, DETECTION_M } from '../city-junctions.ts'
import { boundsOf, roundDegrees } from '../city-places.ts'
import { junctionFaults } from '../junction-check.ts'
import { crossingConflicts, type MovementPath } from '../junction-conflicts.ts'
import type { Imported } from './imported.ts'
import { plantJunctionDevices } from './populate.ts'
import { emptyCity, outlineAround } from './street-city.ts'

const Point = Type.Object({ x: Type.Number(), y: Type.Number() })
const Id = Type.String({ pattern: '^[A-Za-z0-9_.:-]{1,64}$' })
const Index = Type.Integer({ minimum: 0 })
const RoadLink = Type.Object({
  type: Type.Enum(['go_straight', 'turn_left', 'turn_right']),
  startRoad: Id,
  endRoad: Id,
  laneLinks: Type.Array(Type.Object({ startLaneIndex: Index, endLaneIndex: Index })),
})
const Intersection = Type.Object({
  id: Id,
  point: Point,
  width: Type.Number({ minimum: 0 }),
  virtual: Type.Boolean(),
  roadLinks: Type.Array(RoadLink),
  trafficLight: Type.Optional(
    Type.Object({ lightphases: Type.Array(Type.Object({ time: Type.Number({ minimum: 0 }), availableRoadLinks: Type.Array(Index) })) }),
  ),
})
const RoadEntry = Type.Object({
  id: Id,
  points: Type.Array(Point, { minItems: 2 }),
  lanes: Type.Array(Type.Object({ maxSpeed: Type.Number({ minimum: 0.1 }) }), { minItems: 1 }),
  startIntersection: Id,
  endIntersection: Id,
})
const Roadnet = Type.Object({ intersections: Type.Array(Type.Unknown()), roads: Type.Array(Type.Unknown()) })

type RoadLink = Static<typeof RoadLink>
type Intersection = Static<typeof Intersection>
type RoadEntry = Static<typeof RoadEntry>

/** Open water of the East China Sea, south of the demo city. */
const ORIGIN: LonLat = [123.5, 30.9]
/** As good as none: somebody who waits that long is served anyway. */
const GREEN_S_MAX = 300
const TURNS: Readonly<Record<RoadLink['type'], Turn>> = { go_straight: 'through', turn_left: 'left', turn_right: 'right' }
/**
 * `phases`: which phase indices controllers may use; null takes every phase that gives green to some lane with a signal. Lanes that only
 * turn right, and may in every phase, are in no phase: they always run.
 */
export async function importCityflow(
  file: string,
  { district, phases }: { readonly district: string; readonly phases: readonly number[] | null },
): Promise<Imported> {
  const { net, source, problems } = await readNet(file)
  if (net === null || source === null) return { city: emptyCity(idOf(file), district), problems, notes: [] }
  const notes: Problem[] = []
  const frame = localFrame(ORIGIN)
  const place = ({ x, y }: Static<typeof Point>): LonLat => roundDegrees(frame.toLonLat(x, y))
  const nodes = net.intersections.map(({ id, point }): RoadNode => ({ id, at: place(point) }))
  const roads = net.roads.map((road) => roadOf(road, place))
  const signalised = net.intersections.filter(({ virtual, roadLinks }) => !virtual && roadLinks.length > 0)
  const lengths = laneLengths(net)
  const junctions = signalised.flatMap((intersection) => {
    const described = junctionOf(intersection, net.roads, lengths, place(intersection.point), district, phases)
    for (const message of described.notes) notes.push({ place: { file }, code: 'cityflow.lane', message })
    if (described.junction !== null) return [described.junction]
    notes.push({ place: { file }, code: 'cityflow.phases', message: `${intersection.id} has no phase to choose, it is left out` })
    return []
  })
  const faults = junctions.flatMap((junction) => unsafe(junction, net))
  if (faults.length > 0) return { city: emptyCity(idOf(file), district), problems: placed(source, faults), notes }
  const outline = outlineAround(nodes)
  const bare = emptyCity(idOf(file), district)
  const city: City = {
    ...bare,
    source: `CityFlow road network ${basename(file)}, placed in the open sea`,
    bounds: boundsOf(outline),
    districts: [{ id: district, name: bare.name, outline }],
    nodes,
    roads,
    junctions,
  }
  return { city: plantJunctionDevices(city), problems, notes }
}

/** What the description says against itself, above all greens that conflict, at the phase that shows them. */
function unsafe(junction: Junction, { intersections }: Net): Finding[] {
  const at = intersections.findIndex(({ id }) => id === junction.id)
  return junctionFaults(junction).map(({ member, message }) => {
    const phase = member === 'phases' ? /^phase (\d+) /.exec(message)?.[1] : undefined
    const path = phase === undefined ? [] : ['trafficLight', 'lightphases', Number(phase)]
    return { path: ['intersections', at, ...path], code: 'cityflow.junction', message: `${junction.id}: ${message}` }
  })
}

const idOf = (file: string): string => basename(file, '.json').replace(/[^A-Za-z0-9_.:-]/g, '_')

interface Net {
  readonly intersections: readonly Intersection[]
  readonly roads: readonly RoadEntry[]
}

const checkRoadnet = createChecker(Roadnet)
const checkIntersection = createChecker(Intersection)
const checkRoad = createChecker(RoadEntry)

async function readNet(file: string): Promise<{ net: Net | null; source: JsonSource | null; problems: Problem[] }> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    return { net: null, source: null, problems: [{ place: { file }, code: 'cityflow.unreadable', message: `cannot be read: ${code}` }] }
  }
  const { source, problem } = readJson(file, text)
  if (source === null) return { net: null, source, problems: [problem] }
  const findings: Finding[] = findingsOf([], 'cityflow.value', checkRoadnet(source.value))
  if (findings.length > 0) return { net: null, source, problems: placed(source, findings) }
  // Checked just above, and entry by entry below, so that every problem is found.
  const net = source.value as Net
  for (const [i, entry] of net.intersections.entries())
    findings.push(...findingsOf(['intersections', i], 'cityflow.value', checkIntersection(entry)))
  for (const [i, entry] of net.roads.entries()) findings.push(...findingsOf(['roads', i], 'cityflow.value', checkRoad(entry)))
  if (findings.length === 0) findings.push(...checkLinks(net))
  return { net: findings.length > 0 ? null : net, source, problems: placed(source, findings) }
}

/** What single entries cannot show: that ids are unique, and that the roads and lanes of links, the links of phases and the ends of roads exist. */
function checkLinks({ intersections, roads }: Net): Finding[] {
  const findings: Finding[] = []
  const say = (path: (string | number)[], message: string): number => findings.push({ path, code: 'cityflow.reference', message })
  for (const [list, what, entries] of [
    ['intersections', 'intersection', intersections],
    ['roads', 'road', roads],
  ] as const) {
    const seen = new Set<string>()
    for (const [i, { id }] of entries.entries()) {
      if (seen.has(id)) say([list, i, 'id'], `two ${what}s are called ${id}, expected each id once`)
      seen.add(id)
    }
  }
  const lanes = new Map(roads.map((road) => [road.id, road.lanes.length]))
  const ids = new Set(intersections.map(({ id }) => id))
  for (const [i, road] of roads.entries()) {
    for (const end of ['startIntersection', 'endIntersection'] as const) {
      if (!ids.has(road[end])) say(['roads', i, end], `road ${road.id}: ${road[end]} is no intersection of this file`)
    }
  }
  for (const [i, { id, roadLinks, trafficLight }] of intersections.entries()) {
    for (const [k, { startRoad, endRoad, laneLinks }] of roadLinks.entries()) {
      const path = ['intersections', i, 'roadLinks', k]
      for (const road of [startRoad, endRoad]) if (!lanes.has(road)) say(path, `${id}: ${road} is no road of this file`)
      const fits = laneLinks.every(
        (link) => link.startLaneIndex < (lanes.get(startRoad) ?? 0) && link.endLaneIndex < (lanes.get(endRoad) ?? 0),
      )
      if (!fits) say(path, `${id}: a lane link leads from or to a lane that its road does not have`)
    }
    for (const [k, { availableRoadLinks }] of (trafficLight?.lightphases ?? []).entries()) {
      const path = ['intersections', i, 'trafficLight', 'lightphases', k]
      if (availableRoadLinks.some((link) => link >= roadLinks.length)) say(path, `${id}: phase ${k} names a road link that is not there`)
      else if (availableRoadLinks.length > 0 && availableRoadLinks.every((link) => roadLinks[link].laneLinks.length === 0))
        say(path, `${id}: phase ${k} gives green to no movement: no lane serves its road links`)
    }
  }
  return findings
}

function roadOf({ id, points, lanes, startIntersection, endIntersection }: RoadEntry, place: (p: Static<typeof Point>) => LonLat): Road {
  const speed_kmh = Math.round(Math.max(...lanes.map(({ maxSpeed }) => maxSpeed)) * 36) / 10
  return {
    id,
    from: startIntersection,
    to: endIntersection,
    class: lanes.length >= 3 ? 'primary' : lanes.length === 2 ? 'secondary' : 'tertiary',
    name: null,
    length_m: planeLength_m(points),
    speed_kmh,
    lanes: lanes.length,
    oneway: true,
    line: points.map(place),
  }
}

const planeLength_m = (points: RoadEntry['points']): number => Math.round(path_m(points.map(({ x, y }): XY => [x, y])) * 1000) / 1000

/** CityFlow's lanes end at the edge of the intersection, `width` before its middle, at both ends unless that is virtual. */
function laneLengths({ intersections, roads }: Net): ReadonlyMap<string, number> {
  const widths = new Map(intersections.map(({ id, width, virtual }) => [id, virtual ? 0 : width]))
  return new Map(
    roads.map((road) => {
      const length = planeLength_m(road.points) - (widths.get(road.startIntersection) ?? 0) - (widths.get(road.endIntersection) ?? 0)
      return [road.id, Math.max(1, length)]
    }),
  )
}

function junctionOf(
  { id, roadLinks, trafficLight }: Intersection,
  roads: readonly RoadEntry[],
  lengths: ReadonlyMap<string, number>,
  at: LonLat,
  district: string,
  allowed: readonly number[] | null,
): { junction: Junction | null; notes: string[] } {
  const lane = (road: string, index: number, turns: readonly Turn[], into: readonly string[]): LaneSketch => ({
    id: `${road}_${index}`,
    road,
    length_m: lengths.get(road) ?? 1,
    turns,
    into,
  })
  const entering = roads.filter(({ endIntersection }) => endIntersection === id)
  const leaving = roads.filter(({ startIntersection }) => startIntersection === id)
  const lanes = entering.flatMap((road) =>
    road.lanes.map((_, index) => {
      const links = roadLinks.filter(
        ({ startRoad, laneLinks }) => startRoad === road.id && laneLinks.some((link) => link.startLaneIndex === index),
      )
      const into = links.flatMap(({ endRoad, laneLinks }) =>
        laneLinks.filter(({ startLaneIndex }) => startLaneIndex === index).map(({ endLaneIndex }) => `${endRoad}_${endLaneIndex}`),
      )
      const turns = [...new Set(links.map(({ type }) => TURNS[type]))]
      return { lane: lane(road.id, index, turns, [...new Set(into)]), links: links.map((link) => roadLinks.indexOf(link)) }
    }),
  )
  const { phases, notes } = phasesOf(id, lanes, trafficLight?.lightphases ?? [], allowed)
  if (phases.length === 0) return { junction: null, notes }
  const whole = completeJunction({
    id,
    district,
    node: id,
    at,
    name: { zh: `路口 ${id}`, en: `Junction ${id}` },
    entering: lanes.map((one) => one.lane),
    leaving: leaving.flatMap((road) => road.lanes.map((_, index) => lane(road.id, index, [], []))),
    movements: movementsOf(roadLinks),
    phases,
    // The 5 s of clearance of the benchmark plants; phase 0 of the files is that clearance. The plants know no longest green.
    ...CLEARANCE,
    green_s_max: GREEN_S_MAX,
    detection_m: DETECTION_M,
  })
  return { junction: { ...whole, conflicts: crossingConflicts(whole, pathsOf(whole.movements, roads)) }, notes }
}

/** One for each pair of roads that lanes join. */
function movementsOf(roadLinks: readonly RoadLink[]): Movement[] {
  const movements = new Map<string, Movement>()
  for (const { type, startRoad: from, endRoad: to, laneLinks } of roadLinks) {
    if (laneLinks.length === 0) continue
    const id = movementId(from, to)
    const lanes = new Set([...(movements.get(id)?.lanes ?? []), ...laneLinks.map(({ startLaneIndex }) => `${from}_${startLaneIndex}`)])
    movements.set(id, { id, from, to, turn: TURNS[type], lanes: [...lanes].sort() })
  }
  return [...movements.values()]
}

/** By the last stretch of the road in and the first of the road out. */
function pathsOf(movements: readonly Movement[], roads: readonly RoadEntry[]): ReadonlyMap<string, MovementPath> {
  const points = new Map(roads.map((road) => [road.id, road.points]))
  const heading = (id: string, at: number): number => {
    const [a, b] = (points.get(id) ?? []).slice(at).slice(0, 2)
    return Math.atan2(b.y - a.y, b.x - a.x)
  }
  return new Map(movements.map(({ id, from, to }) => [id, [heading(from, -2), heading(to, 0)]]))
}

interface LinkedLane {
  readonly lane: LaneSketch
  readonly links: readonly number[]
}

/** A lane has green where all its road links have: a lane that serves two movements waits for both. */
function phasesOf(
  id: string,
  lanes: readonly LinkedLane[],
  lightphases: readonly { readonly availableRoadLinks: readonly number[] }[],
  allowed: readonly number[] | null,
): { phases: PhaseSketch[]; notes: string[] } {
  const open = lightphases.map(({ availableRoadLinks }) => new Set(availableRoadLinks))
  const isFree = ({ links }: LinkedLane): boolean => links.length > 0 && open.every((phase) => links.every((link) => phase.has(link)))
  const controlled = lanes.filter((lane) => lane.links.length > 0 && !isFree(lane))
  const all = open.map((phase, index) => ({
    index,
    lanes: controlled.filter(({ links }) => links.every((link) => phase.has(link))).map(({ lane }) => lane.id),
  }))
  const phases = all.filter(({ index, lanes: green }) => green.length > 0 && (allowed?.includes(index) ?? true))
  const served = new Set(phases.flatMap((phase) => phase.lanes))
  const starved = controlled.filter(({ lane }) => !served.has(lane.id)).map(({ lane }) => lane.id)
  return { phases, notes: starved.length > 0 ? [`${id}: no chosen phase gives green to ${starved.join(', ')}`] : [] }
}
