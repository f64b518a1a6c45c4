/** A SUMO network file (`.net.xml`, https://sumo.dlr.de/docs/Networks/SUMO_Road_Networks.html), as far as cars and signals need it. */
import type { Problem } from '../../engine/base/errors.ts'
import type { XY } from '../cities/plane.ts'
import { readXml, unreadable, type XmlElement } from './xml.ts'

export interface SumoLane {
  readonly id: string
  readonly index: number
  readonly speed_mps: number
  readonly length_m: number
  /** Open to ordinary cars. */
  readonly drivable: boolean
}

export interface SumoEdge {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly type: string
  readonly name: string | null
  readonly shape: readonly XY[]
  readonly lanes: SumoLane[]
  readonly line: number
}

export interface SumoConnection {
  readonly from: string
  readonly to: string
  readonly from_lane: number
  readonly to_lane: number
  /** The signal program that controls it, and which letter of its states. */
  readonly signal: { readonly id: string; readonly link: number } | null
  /** `s l r t L R`, as the format writes directions. */
  readonly dir: string
  readonly line: number
}

/** Which links a link crosses or merges with, and to which of them it gives way without signals; by position among those of its node. */
export interface SumoRequest {
  readonly foes: string
  readonly response: string
}

export interface SumoNode {
  readonly id: string
  readonly at: XY
  readonly incoming: readonly string[]
  readonly requests: Map<number, SumoRequest>
  readonly line: number
}

export interface SumoPhase {
  readonly duration_s: number
  readonly state: string
  readonly min_s: number | null
  readonly max_s: number | null
  readonly line: number
}

export interface SumoProgram {
  readonly id: string
  readonly phases: SumoPhase[]
  readonly line: number
}

export interface SumoNet {
  readonly edges: Map<string, SumoEdge>
  /** Length of every pedestrian crossing, by its edge. */
  readonly crossings_m: Map<string, number>
  readonly nodes: Map<string, SumoNode>
  readonly connections: SumoConnection[]
  /** The first program of every signal. */
  readonly programs: Map<string, SumoProgram>
  /** `+proj=…`, or `!` where the network lies nowhere. */
  projection: string
  offset: XY
}

const FORMAT = { code: 'sumo', root: 'net', expected: 'a SUMO network with a <net> element' }
const STATES = /^[rRyYgGsuoO]+$/

/** The elements that are being read, and what was wrong with those that are. */
interface Reading {
  readonly net: SumoNet
  edge: { readonly id: string; readonly kept: SumoEdge | null; readonly crossing: boolean } | null
  node: SumoNode | null
  program: SumoProgram | null
  readonly say: (line: number, message: string) => void
}

export async function readSumo(file: string): Promise<{ net: SumoNet; problems: Problem[] }> {
  const problems: Problem[] = []
  const reading: Reading = {
    net: {
      edges: new Map(),
      crossings_m: new Map(),
      nodes: new Map(),
      connections: [],
      programs: new Map(),
      projection: '!',
      offset: [0, 0],
    },
    edge: null,
    node: null,
    program: null,
    say: (line, message) => problems.push({ place: { file, line }, code: 'sumo.value', message }),
  }
  try {
    const syntax = await readXml(file, FORMAT, {
      open: (element) => OPEN[element.name]?.(reading, element),
      close(name) {
        if (name === 'edge') reading.edge = null
        else if (name === 'junction') reading.node = null
        else if (name === 'tlLogic') reading.program = null
      },
    })
    problems.push(...syntax)
  } catch (cause) {
    problems.push(unreadable(file, 'sumo', cause))
  }
  return { net: reading.net, problems }
}

const OPEN: Readonly<Record<string, (reading: Reading, element: XmlElement) => void>> = {
  location: readLocation,
  edge: readEdge,
  lane: readLane,
  junction: readNode,
  request: readRequest,
  connection: readConnection,
  tlLogic: readProgram,
  phase: readPhase,
}

/** A number of at least `min`, or NaN after having said what is wrong. */
function numberOf({ say }: Reading, { name, attributes, line }: XmlElement, key: string, min = Number.NEGATIVE_INFINITY): number {
  const text = attributes[key]?.trim()
  const value = text === undefined || text === '' ? Number.NaN : Number(text)
  if (Number.isFinite(value) && value >= min) return value
  say(
    line,
    `<${name}${attributes.id === undefined ? '' : ` id="${attributes.id}"`}> has no ${key} that is a number${min > -1e9 ? ` from ${min} on` : ''}`,
  )
  return Number.NaN
}

function textOf({ say }: Reading, { name, attributes, line }: XmlElement, key: string): string {
  const text = attributes[key]
  if (text === undefined || text === '') say(line, `<${name}> has no ${key}`)
  return text ?? ''
}

function shapeOf(text: string | undefined): XY[] {
  return (text ?? '')
    .split(' ')
    .map((point) => point.split(',').map(Number))
    .flatMap(([x, y]): XY[] => (Number.isFinite(x) && Number.isFinite(y) ? [[x, y]] : []))
}

function readLocation({ net }: Reading, { attributes }: XmlElement): void {
  net.projection = attributes.projParameter ?? '!'
  net.offset = shapeOf(attributes.netOffset)[0] ?? [0, 0]
}

function readEdge(reading: Reading, element: XmlElement): void {
  const { attributes, line } = element
  const id = textOf(reading, element, 'id')
  const { function: kind = 'normal' } = attributes
  const kept = kind === 'normal' || kind === 'connector'
  reading.edge = { id, kept: null, crossing: kind === 'crossing' }
  if (!kept) return
  if (reading.net.edges.has(id)) reading.say(line, `two edges are called ${id}, expected each id once`)
  const edge: SumoEdge = {
    id,
    from: textOf(reading, element, 'from'),
    to: textOf(reading, element, 'to'),
    type: attributes.type ?? '',
    name: attributes.name ?? null,
    shape: shapeOf(attributes.shape),
    lanes: [],
    line,
  }
  reading.net.edges.set(id, edge)
  reading.edge = { id, kept: edge, crossing: false }
}

function readLane(reading: Reading, element: XmlElement): void {
  const { edge, net } = reading
  if (edge === null) return
  if (edge.crossing) net.crossings_m.set(edge.id, numberOf(reading, element, 'length', 0))
  if (edge.kept === null) return
  const { allow, disallow } = element.attributes
  const names = (list: string | undefined): string[] => (list ?? '').split(' ')
  const barred = names(disallow).some((name) => name === 'all' || name === 'passenger')
  edge.kept.lanes.push({
    id: textOf(reading, element, 'id'),
    index: numberOf(reading, element, 'index', 0),
    speed_mps: numberOf(reading, element, 'speed', 0.1),
    length_m: numberOf(reading, element, 'length', 0.001),
    drivable: !barred && (allow === undefined || names(allow).some((name) => name === 'all' || name === 'passenger')),
  })
}

function readNode(reading: Reading, element: XmlElement): void {
  const { attributes, line } = element
  const id = textOf(reading, element, 'id')
  if (attributes.type === 'internal') return
  if (reading.net.nodes.has(id)) reading.say(line, `two junctions are called ${id}, expected each id once`)
  const at: XY = [numberOf(reading, element, 'x'), numberOf(reading, element, 'y')]
  const incoming = (attributes.incLanes ?? '').split(' ').filter((lane) => lane !== '')
  reading.node = { id, at, incoming, requests: new Map(), line }
  reading.net.nodes.set(id, reading.node)
}

function readRequest(reading: Reading, element: XmlElement): void {
  if (reading.node === null) return
  const [foes, response] = [textOf(reading, element, 'foes'), textOf(reading, element, 'response')]
  const { id } = reading.node
  if (!/^[01]*$/.test(foes + response)) reading.say(element.line, `a request of junction ${id} is no row of zeros and ones`)
  reading.node.requests.set(numberOf(reading, element, 'index', 0), { foes, response })
}

function readConnection(reading: Reading, element: XmlElement): void {
  const { attributes, line } = element
  const [from, to] = [textOf(reading, element, 'from'), textOf(reading, element, 'to')]
  const signal = attributes.tl === undefined ? null : { id: attributes.tl, link: numberOf(reading, element, 'linkIndex', 0) }
  const [from_lane, to_lane] = [numberOf(reading, element, 'fromLane', 0), numberOf(reading, element, 'toLane', 0)]
  reading.net.connections.push({ from, to, from_lane, to_lane, signal, dir: attributes.dir ?? 's', line })
}

function readProgram(reading: Reading, element: XmlElement): void {
  const id = textOf(reading, element, 'id')
  reading.program = { id, phases: [], line: element.line }
  if (!reading.net.programs.has(id)) reading.net.programs.set(id, reading.program)
}

function readPhase(reading: Reading, element: XmlElement): void {
  const { program, say } = reading
  if (program === null) return
  const { attributes, line } = element
  const state = textOf(reading, element, 'state')
  if (state !== '' && !STATES.test(state))
    say(line, `phase ${program.phases.length} of ${program.id} has the state ${state}, expected letters of rRyYgGsuoO`)
  const optional = (key: string): number | null => (attributes[key] === undefined ? null : numberOf(reading, element, key, 0))
  program.phases.push({
    duration_s: numberOf(reading, element, 'duration', 0),
    state,
    min_s: optional('minDur'),
    max_s: optional('maxDur'),
    line,
  })
}
