/**
 * OpenStreetMap files as they come: XML, streamed, so that a big extract needs memory for what it says and not for its text; the same
 * gzipped; or the JSON of the Overpass API.
 */
import { createReadStream } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import { createGunzip } from 'node:zlib'
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
  let open: Open | null = null
  let seenRoot = false
  const end = (): void => {
    if (open !== null) close(file, open, building, problems)
    open = null
  }
  const scanner = createTagScanner((tag, line) => {
    const name = /^\/?([A-Za-z_:][\w:.-]*)/.exec(tag)?.[1] ?? ''
    if (name === 'osm') seenRoot = true
    if (tag.startsWith('/')) {
      if (open?.name === name) end()
      return
    }
    const attributes = attributesOf(tag)
    if (name === 'node' || name === 'way' || name === 'relation') {
      open = { name, attributes, line, refs: [], tags: null }
      if (tag.endsWith('/')) end()
    } else if (open !== null) addChild(open, name, attributes)
  })
  for await (const chunk of chunks) scanner.push(chunk)
  const { line, unfinished } = scanner.state()
  if (!seenRoot)
    problems.push({ place: { file, line: 1, column: 1 }, code: 'osm.syntax', message: 'expected OpenStreetMap XML with an <osm> element' })
  else if (unfinished || open !== null)
    problems.push({ place: { file, line }, code: 'osm.syntax', message: 'the file ends inside an element: it is incomplete' })
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

/** Splits XML text that comes in pieces into tags; comments, declarations and text between tags are passed over. */
function createTagScanner(onTag: (tag: string, line: number) => void): {
  push(chunk: string): void
  state(): { readonly line: number; readonly unfinished: boolean }
} {
  let rest = ''
  let line = 1
  const countLines = (text: string): void => {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) line++
  }
  return {
    push(chunk) {
      const text = rest + chunk
      let at = 0
      for (;;) {
        const begin = text.indexOf('<', at)
        if (begin < 0) {
          countLines(text.slice(at))
          at = text.length
          break
        }
        const end = endOfTag(text, begin)
        if (end < 0) {
          countLines(text.slice(at, begin))
          at = begin
          break
        }
        countLines(text.slice(at, begin))
        const first = text[begin + 1]
        if (first !== '!' && first !== '?') onTag(text.slice(begin + 1, end - 1), line)
        countLines(text.slice(begin, end))
        at = end
      }
      rest = text.slice(at)
    },
    state: () => ({ line, unfinished: rest.trim() !== '' }),
  }
}

/** Just past the end of the tag that begins here, or -1 when it is not all there yet. A `>` inside quotes does not end it. */
function endOfTag(text: string, begin: number): number {
  if (text.startsWith('<!--', begin)) {
    const end = text.indexOf('-->', begin + 4)
    return end < 0 ? -1 : end + 3
  }
  let from = begin
  for (;;) {
    const end = text.indexOf('>', from)
    if (end < 0) return -1
    const quotes = text.slice(begin, end).replace(/"[^"]*"|'[^']*'/g, '')
    if (!/["']/.test(quotes)) return end + 1
    from = end + 1
  }
}

function attributesOf(tag: string): Record<string, string> {
  const attributes: Record<string, string> = {}
  for (const match of tag.matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g))
    attributes[match[1]] = unescaped(match[2] ?? match[3] ?? '')
  return attributes
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function unescaped(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/g, (whole: string, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return ENTITIES[name] ?? whole
    const code = hex !== undefined ? Number.parseInt(hex, 16) : Number(decimal)
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}

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
