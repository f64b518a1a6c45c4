/**
 * OpenStreetMap files as they come: XML, streamed, so that a big extract needs memory for what it says and not for its text; the same
 * gzipped; or the JSON of the Overpass API.
 */
import { createReadStream } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import { createGunzip } from 'node:zlib'
import sax from 'sax'
import { type Problem, UrbanError } from '../../engine/base/errors.ts'
import type { LonLat } from '../../engine/base/geo.ts'
import { readJson } from '../check-json.ts'

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
    const chunks = textOf(file)
    const isJson = /\.json(\.gz)?$/.test(file)
    if (isJson) await readOverpass(file, chunks, building, problems)
    else await readXml(file, chunks, building, problems)
  } catch (cause) {
    if (cause instanceof UrbanError) throw cause
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
    problems.push({ place: { file }, code: 'osm.unreadable', message: `cannot be read: ${code}` })
  }
  return { data: building, problems }
}

async function* textOf(file: string): AsyncGenerator<string> {
  const raw = createReadStream(file)
  const decoder = new StringDecoder('utf8')
  // `compose` carries an error of the file on to the reader, which `pipe` would not.
  for await (const chunk of file.endsWith('.gz') ? raw.compose(createGunzip()) : raw) yield decoder.write(chunk)
  yield decoder.end()
}

/** One element of the file while its children are being read. */
interface Open {
  readonly name: 'node' | 'way' | 'relation'
  readonly attributes: Readonly<Record<string, string>>
  readonly line: number
  readonly refs: string[]
  tags: Record<string, string> | null
}

async function readXml(file: string, chunks: AsyncIterable<string>, building: Building, problems: Problem[]): Promise<void> {
  const parser = sax.parser(true)
  let open: Open | null = null
  let seenRoot = false
  let broken: string | null = null
  const told = (at: { line: number; column?: number }, message: string): number =>
    problems.push({ place: { file, ...at }, code: 'osm.syntax', message })
  parser.onopentag = ({ name, attributes: given }) => {
    if (name === 'osm') seenRoot = true
    // Namespaces are not read, so every attribute is a plain string.
    const attributes = given as Record<string, string>
    if (name === 'node' || name === 'way' || name === 'relation') open = { name, attributes, line: parser.line + 1, refs: [], tags: null }
    else if (open !== null) addChild(open, name, attributes)
  }
  parser.onclosetag = (name) => {
    if (open?.name !== name) return
    close(file, open, building, problems)
    open = null
  }
  parser.onerror = (error) => {
    broken ??= error.message.split('\n')[0]
  }
  for await (const chunk of chunks) {
    parser.write(chunk)
    if (broken !== null) break
  }
  const { line } = parser
  const whole = broken === null
  if (whole) parser.close()
  if (!seenRoot) told({ line: 1, column: 1 }, 'expected OpenStreetMap XML with an <osm> element')
  else if (broken !== null) told({ line: line + 1 }, whole ? 'the file ends inside an element: it is incomplete' : `not XML: ${broken}`)
}

function addChild(open: Open, name: string, attributes: Readonly<Record<string, string>>): void {
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
