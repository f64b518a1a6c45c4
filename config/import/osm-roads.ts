/** OpenStreetMap ways as roads: split where they meet, with class, speed, lanes and names in two languages. */
import { type LonLat, length_m } from '../../engine/base/geo.ts'
import type { Bilingual, Road, RoadClass, RoadNode, VehicleLimits } from '../../engine/model/city.ts'
import { roundDegrees } from '../city-places.ts'
import { CLASS_LANES, CLASS_SPEED_KMH } from '../city-roads.ts'
import { type Marking, markingOf } from './osm-lanes.ts'
import type { OsmData, OsmWay, Tags } from './osm-read.ts'

/** What may be driven, by the value of `highway`; links are ramps and turning lanes of their class. */
const CLASSES: Readonly<Record<string, { readonly class: RoadClass; readonly link: boolean }>> = {
  motorway: { class: 'motorway', link: false },
  motorway_link: { class: 'motorway', link: true },
  trunk: { class: 'trunk', link: false },
  trunk_link: { class: 'trunk', link: true },
  primary: { class: 'primary', link: false },
  primary_link: { class: 'primary', link: true },
  secondary: { class: 'secondary', link: false },
  secondary_link: { class: 'secondary', link: true },
  tertiary: { class: 'tertiary', link: false },
  tertiary_link: { class: 'tertiary', link: true },
  unclassified: { class: 'residential', link: false },
  residential: { class: 'residential', link: false },
  living_street: { class: 'residential', link: false },
  road: { class: 'residential', link: false },
  service: { class: 'service', link: false },
}
const LINK_SPEED = 0.7
const KMH_PER_MPH = 1.609344

export interface OsmNetwork {
  readonly nodes: readonly RoadNode[]
  readonly roads: readonly Road[]
  /** Turn arrows by road, where they are tagged. */
  readonly markings: ReadonlyMap<string, Marking>
  /** Ways that may be driven. */
  readonly ways: number
  /** Of these, ways that name nodes the file does not hold. */
  readonly broken: number
  /** `maxspeed` values that say no number. */
  readonly speedless: number
}

export function buildRoads(data: OsmData, signals: ReadonlySet<string>): OsmNetwork {
  const driven = data.ways.flatMap((way) => driveable(way) ?? [])
  const whole = driven.map((way) => ({
    ...way,
    nodes: onceThrough(
      way.nodes.filter((id) => data.nodes.has(id)),
      way.direction,
    ),
  }))
  const uses = new Map<string, number>()
  for (const { nodes } of whole) {
    for (const [i, id] of nodes.entries()) uses.set(id, (uses.get(id) ?? 0) + (i === 0 || i === nodes.length - 1 ? 2 : 1))
  }
  const markings = new Map<string, Marking>()
  const roads = whole.flatMap((way) => {
    const pieces = splitWay(way, (id) => (uses.get(id) ?? 0) > 1 || signals.has(id), data)
    const marking = markingOf(way.tags, way.direction)
    if (marking !== null) for (const { id } of pieces) markings.set(id, marking)
    return pieces
  })
  const used = new Set(roads.flatMap(({ from, to }) => [from, to]))
  const nodes = [...used].map((id): RoadNode => ({ id, at: positionOf(data, id.slice(1)) }))
  return {
    nodes,
    roads,
    markings,
    ways: driven.length,
    broken: driven.filter((way) => way.nodes.some((id) => !data.nodes.has(id))).length,
    speedless: driven.filter(({ tags }) => tags.maxspeed !== undefined && parseSpeed_kmh(tags.maxspeed) === null).length,
  }
}

export const nodeId = (osmId: string): string => `n${osmId}`

type Direction = 'both' | 'forward' | 'backward'

interface Driven extends OsmWay {
  readonly class: RoadClass
  readonly link: boolean
  readonly direction: Direction
}

function driveable(way: OsmWay): Driven | null {
  const { tags } = way
  const kind = CLASSES[tags.highway ?? '']
  const closed = tags.area === 'yes' || ['no', 'private'].includes(tags.motor_vehicle ?? tags.vehicle ?? tags.access ?? 'yes')
  if (kind === undefined || closed || way.nodes.length < 2) return null
  return { ...way, ...kind, direction: directionOf(tags, kind.class) }
}

function directionOf({ oneway, junction }: Tags, roadClass: RoadClass): Direction {
  if (oneway === '-1' || oneway === 'reverse') return 'backward'
  if (oneway === 'yes' || oneway === 'true' || oneway === '1') return 'forward'
  if (oneway === 'no' || oneway === 'false' || oneway === '0') return 'both'
  return junction === 'roundabout' || junction === 'circular' || roadClass === 'motorway' ? 'forward' : 'both'
}

/** OSMnx writes a two-way street as there and back again; once is enough. */
function onceThrough(nodes: readonly string[], direction: Direction): readonly string[] {
  const palindrome = direction === 'both' && nodes.length > 2 && nodes.every((id, i) => id === nodes[nodes.length - 1 - i])
  return palindrome ? nodes.slice(0, (nodes.length + 1) / 2) : nodes
}

function splitWay(way: Driven, isNode: (id: string) => boolean, data: OsmData): Road[] {
  const ids = way.direction === 'backward' ? [...way.nodes].reverse() : way.nodes
  const pieces: string[][] = []
  let piece: string[] = []
  for (const [i, id] of ids.entries()) {
    piece.push(id)
    if (piece.length < 2 || (!isNode(id) && i < ids.length - 1)) continue
    // A road must not end where it began: a loop becomes two roads.
    if (piece[0] === id && piece.length > 3) {
      const half = piece.length >> 1
      pieces.push(piece.slice(0, half + 1), piece.slice(half))
    } else if (piece[0] !== id) pieces.push(piece)
    piece = [id]
  }
  return pieces.map((list, i) => roadOf(way, i, list, data))
}

function roadOf({ id, class: roadClass, link, direction, tags }: Driven, index: number, nodes: readonly string[], data: OsmData): Road {
  const line = nodes.map((node) => positionOf(data, node))
  const oneway = direction !== 'both'
  return {
    id: `w${id}.${index}`,
    from: nodeId(nodes[0]),
    to: nodeId(nodes[nodes.length - 1]),
    class: roadClass,
    name: nameOf(tags),
    length_m: Math.max(0.1, Math.round(length_m(line) * 10) / 10),
    speed_kmh: parseSpeed_kmh(tags.maxspeed ?? '') ?? CLASS_SPEED_KMH[roadClass] * (link ? LINK_SPEED : 1),
    lanes: lanesOf(tags.lanes) ?? bothWays(tags) ?? (link ? 1 : oneway ? CLASS_LANES[roadClass] / 2 : CLASS_LANES[roadClass]),
    oneway,
    ...limitsOf(tags),
    line,
  }
}

function positionOf(data: OsmData, osmId: string): LonLat {
  return roundDegrees(data.nodes.get(osmId) ?? [0, 0])
}

/** `maxheight` in metres and `maxweight` in tonnes; anything else, such as `default` or feet, says nothing. */
function limitsOf(tags: Tags): { readonly limits?: VehicleLimits } {
  const height_m = plainNumber(tags.maxheight, 'm', [1, 10])
  const weight_t = plainNumber(tags.maxweight, 't', [0.5, 200])
  if (height_m === null && weight_t === null) return {}
  return { limits: { ...(height_m !== null && { height_m }), ...(weight_t !== null && { weight_t }) } }
}

function plainNumber(text: string | undefined, unit: string, [low, high]: readonly [number, number]): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/.exec(text?.trim() ?? '')
  if (match === null || (match[2] !== '' && match[2] !== unit)) return null
  const value = Number(match[1])
  return value >= low && value <= high ? value : null
}

/** `50`, `50 km/h`, `30 mph`; null for anything else, such as `CN:urban` or `none`. */
export function parseSpeed_kmh(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*(mph|km\/h|kmh|kph)?(?:$|;)/.exec(text.trim())
  if (match === null) return null
  const speed = Number(match[1]) * (match[2] === 'mph' ? KMH_PER_MPH : 1)
  return speed >= 1 && speed <= 200 ? Math.round(speed * 10) / 10 : null
}

function lanesOf(text: string | undefined): number | null {
  const count = Math.floor(Number(text))
  return count >= 1 && count <= 20 ? count : null
}

/** Where only the lanes of each direction are told. */
function bothWays(tags: Tags): number | null {
  const [forward, backward] = [lanesOf(tags['lanes:forward']), lanesOf(tags['lanes:backward'])]
  return forward === null || backward === null ? null : Math.min(20, forward + backward)
}

/** Both names from what the map has; English falls back to pinyin, then to the name as it is written there. */
export function nameOf(tags: Tags): Bilingual | null {
  const { name } = tags
  const zh = tags['name:zh'] ?? tags['name:zh-Hans'] ?? name ?? tags['name:en']
  const en = tags['name:en'] ?? tags['name:pinyin'] ?? tags['name:zh-Latn-pinyin'] ?? tags['name:zh_pinyin'] ?? name
  if (zh === undefined || zh === '') return null
  return { zh, en: en ?? zh }
}
