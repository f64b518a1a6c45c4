/** OpenStreetMap files as they come: XML, the same gzipped, or the JSON of the Overpass API. */
import { type Problem, UrbanError } from '../../engine/base/errors.ts'
import type { LonLat } from '../../engine/base/geo.ts'
import { readJson } from '../check-json.ts'
import { readXml, textOf, unreadable, type XmlElement } from './xml.ts'

const FORMAT = { code: 'osm', root: 'osm', expected: 'OpenStreetMap XML with an <osm> element' }

export type Tags = Readonly<Record<string, string>>

export interface OsmWay {
  readonly id: string
  readonly nodes: readonly string[]
  readonly tags: Tags
}

export interface OsmRelation {
  readonly id: string
  readonly outer: readonly string[]
  readonly tags: Tags
}

export interface OsmData {
  readonly nodes: ReadonlyMap<string, LonLat>
  /** Of tagged nodes only. */
  readonly nodeTags: ReadonlyMap<string, Tags>
  readonly ways: readonly OsmWay[]
  /** Multipolygons. */
  readonly relations: readonly OsmRelation[]
}

interface Building {
  readonly nodes: Map<string, LonLat>
  readonly nodeTags: Map<string, Tags>
  readonly ways: OsmWay[]
  readonly relations: OsmRelation[]
}

export async function readOsm(file: string): Promise<{ data: OsmData; problems: Problem[] }> {
  const building: Building = { nodes: new Map(), nodeTags: new Map(), ways: [], relations: [] }
  const problems: Problem[] = []
  try {
    const isJson = /\.json(\.gz)?$/.test(file)
    if (isJson) await readOverpass(file, textOf(file), building, problems)
    else problems.push(...(await readElements(file, building, problems)))
  } catch (cause) {
    if (cause instanceof UrbanError) throw cause
    problems.push(unreadable(file, 'osm', cause))
  }
  return { data: building, problems }
}

/** One element of the file while its children are being read. */
interface Open {
  readonly name: 'node' | 'way' | 'relation'
  readonly attributes: XmlElement['attributes']
  readonly line: number
  readonly refs: string[]
  tags: Record<string, string> | null
}

function readElements(file: string, building: Building, problems: Problem[]): Promise<Problem[]> {
  let open: Open | null = null
  return readXml(file, FORMAT, {
    open({ name, attributes, line }) {
      if (name === 'node' || name === 'way' || name === 'relation') open = { name, attributes, line, refs: [], tags: null }
      else if (open !== null) addChild(open, name, attributes)
    },
    close(name) {
      if (open?.name !== name) return
      close(file, open, building, problems)
      open = null
    },
  })
}

function addChild(open: Open, name: string, attributes: XmlElement['attributes']): void {
  if (name === 'nd') open.refs.push(attributes.ref ?? '')
  else if (name === 'member' && attributes.type === 'way' && attributes.role === 'outer') open.refs.push(attributes.ref ?? '')
  else if (name === 'tag' && attributes.k !== undefined) open.tags = { ...open.tags, [attributes.k]: attributes.v ?? '' }
}

function close(file: string, { name, attributes, line, refs, tags }: Open, building: Building, problems: Problem[]): void {
  const { id } = attributes
  const say = (message: string): number => problems.push({ place: { file, line }, code: 'osm.value', message })
  if (id === undefined || !/^-?\d+$/.test(id)) say(`the ${name} has no id, expected a whole number`)
  else if (name === 'way') building.ways.push({ id, nodes: refs, tags: tags ?? NO_TAGS })
  else if (name === 'relation') {
    if (tags?.type === 'multipolygon') building.relations.push({ id, outer: refs, tags })
  } else {
    const [lon, lat] = [Number(attributes.lon ?? Number.NaN), Number(attributes.lat ?? Number.NaN)]
    if (!(Math.abs(lon) <= 180 && Math.abs(lat) <= 90)) say(`node ${id} has no position, expected lon and lat in degrees`)
    else building.nodes.set(id, [lon, lat])
    if (tags !== null) building.nodeTags.set(id, tags)
  }
}

const NO_TAGS: Tags = {}

async function readOverpass(file: string, chunks: AsyncIterable<string>, building: Building, problems: Problem[]): Promise<void> {
  let text = ''
  for await (const chunk of chunks) text += chunk
  const { source, problem } = readJson(file, text)
  if (source === null) {
    problems.push(problem)
    return
  }
  const elements = memberOf(source.value, 'elements')
  if (!Array.isArray(elements)) {
    problems.push({
      place: { file, line: 1, column: 1 },
      code: 'osm.value',
      message: 'expected the JSON of the Overpass API with a list "elements"',
    })
    return
  }
  for (const element of elements) {
    const type = memberOf(element, 'type')
    if (type !== 'node' && type !== 'way' && type !== 'relation') continue
    const members = memberOf(element, 'members')
    const outer = Array.isArray(members)
      ? members.filter((one) => memberOf(one, 'type') === 'way' && memberOf(one, 'role') === 'outer')
      : []
    const nodes = memberOf(element, 'nodes')
    const attributes = { id: String(memberOf(element, 'id')), lon: String(memberOf(element, 'lon')), lat: String(memberOf(element, 'lat')) }
    const refs = Array.isArray(nodes) ? nodes.map(String) : outer.map((one) => String(memberOf(one, 'ref')))
    close(file, { name: type, attributes, line: 1, refs, tags: tagsOf(memberOf(element, 'tags')) }, building, problems)
  }
}

function tagsOf(value: unknown): Record<string, string> | null {
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, String(one)]))
    : null
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
