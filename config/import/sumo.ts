/**
 * A city from a SUMO network (`.net.xml`): edges are roads, every `tlLogic` is a junction with its links, foes and phases. Ids stay as they
 * are wherever ours may be so. `sumo.json` beside the city's files says which SUMO signal and lane each junction and lane is, for the bridge.
 */
import { basename } from 'node:path'
import type { Problem } from '../../engine/base/errors.ts'
import { distance_m } from '../../engine/base/geo.ts'
import type { City, Junction, Road, RoadClass, RoadNode } from '../../engine/model/city.ts'
import { ROAD_CLASSES } from '../../engine/model/city.ts'
import { completeJunction } from '../../engine/model/junction-defaults.ts'
import type { XY } from '../cities/plane.ts'
import { boundsOf, roundDegrees } from '../city-places.ts'
import { junctionFaults } from '../junction-check.ts'
import type { Imported } from './imported.ts'
import { plantJunctionDevices } from './populate.ts'
import { emptyCity, outlineAround, timezoneAt } from './street-city.ts'
import { groupBy, linksOf, type SignalLinks } from './sumo-links.ts'
import { type Placing, placingOf } from './sumo-place.ts'
import { readSumo, type SumoEdge, type SumoLane, type SumoNet } from './sumo-read.ts'
import { describeSignal, type SumoNaming } from './sumo-signals.ts'

/** A lane is described at least this far upstream, where it goes on without a choice: detectors see no edge's end. */
const REACH_M = 200

export async function importSumo(file: string, { district }: { readonly district: string }): Promise<Imported> {
  const { net, problems } = await readSumo(file)
  const id = cleanId(basename(file).replace(/(\.net)?\.xml(\.gz)?$/, ''))
  const bare = emptyCity(id === '' ? 'city' : id, district)
  const notes: Problem[] = []
  const report = {
    fault: (line: number, message: string) => problems.push({ place: { file, line }, code: 'sumo.value', message }),
    note: (line: number, message: string) => notes.push({ place: { file, line }, code: 'sumo.signal', message }),
  }
  if (problems.length === 0) checkReferences(net, report.fault)
  const edges = [...net.edges.values()].filter(({ lanes }) => lanes.some(({ drivable }) => drivable))
  if (problems.length === 0 && edges.length === 0) report.fault(1, 'no roads found: expected edges with lanes for passenger cars')
  if (problems.length > 0) return { city: bare, problems, notes }
  const names = namesOf(net, edges)
  const placing = placingOf(net.projection, net.offset)
  const used = new Set(edges.flatMap(({ from, to }) => [from, to]))
  const nodes = [...net.nodes.values()].flatMap(({ id: node, at }): RoadNode[] =>
    used.has(node) ? [{ id: names.nodes.of(node), at: roundDegrees(placing.toLonLat(at)) }] : [],
  )
  const places = new Map(nodes.map((node) => [node.id, node]))
  const signals = linksOf(net, report.fault)
  const naming = createNaming(net, names, signals)
  const junctions = signals.flatMap((links) => junctionOf(links, net, { naming, names, placing, district, report }))
  if (problems.length > 0) return { city: bare, problems, notes }
  const outline = outlineAround(nodes)
  const bounds = boundsOf(outline)
  const city: City = {
    ...bare,
    timezone: placing.located ? timezoneAt(bounds[0]) : bare.timezone,
    source: `SUMO network ${basename(file)}${placing.located ? '' : ', placed in the open sea'}`,
    bounds,
    districts: [{ id: district, name: bare.name, outline }],
    nodes,
    roads: edges.map((edge) => roadOf(edge, names, places, placing)),
    junctions,
  }
  notes.push(...names.notes(file))
  return { city: plantJunctionDevices(city), problems, notes, files: new Map([['sumo.json', bridgeFile(junctions, signals, net, names)]]) }
}

type Fault = (line: number, message: string) => void

/** What single elements cannot show: that nodes, edges and lanes that are named exist. */
function checkReferences(net: SumoNet, fault: Fault): void {
  for (const { id, from, to, line } of net.edges.values())
    for (const node of [from, to]) if (!net.nodes.has(node)) fault(line, `edge ${id}: ${node} is no junction of this file`)
  const hasLane = (edge: string, lane: number): boolean => net.edges.get(edge)?.lanes.some(({ index }) => index === lane) ?? false
  for (const { from, to, from_lane, to_lane, line, signal } of net.connections) {
    // Ways inside a junction are not read.
    const ends = [[from, from_lane] as const, [to, to_lane] as const].filter(([edge]) => !edge.startsWith(':'))
    for (const [edge, lane] of ends) {
      if (!net.edges.has(edge)) fault(line, `a connection names ${edge}, which is no edge of this file`)
      else if (!hasLane(edge, lane)) fault(line, `a connection names lane ${lane} of ${edge}, which has no such lane`)
    }
    if (signal !== null && !net.programs.has(signal.id)) fault(line, `a connection is controlled by ${signal.id}, which has no tlLogic`)
  }
}

/** Characters that our ids may not have become underscores. */
const cleanId = (id: string): string => id.replace(/[^A-Za-z0-9_.:-]/g, '_').slice(0, 58)

interface Renamed {
  of(id: string): string
  readonly changed: ReadonlyMap<string, string>
}

function rename(ids: Iterable<string>): Renamed {
  const names = new Map<string, string>()
  const taken = new Set<string>()
  const changed = new Map<string, string>()
  for (const id of ids) {
    const clean = cleanId(id)
    let name = clean
    for (let copy = 2; taken.has(name); copy++) name = `${clean}.${copy}`
    taken.add(name)
    names.set(id, name)
    if (name !== id) changed.set(id, name)
  }
  return { of: (id) => names.get(id) ?? cleanId(id), changed }
}

interface Names {
  readonly edges: Renamed
  readonly nodes: Renamed
  readonly signals: Renamed
  notes(file: string): Problem[]
}

function namesOf(net: SumoNet, edges: readonly SumoEdge[]): Names {
  const names = { edges: rename(edges.map(({ id }) => id)), nodes: rename(net.nodes.keys()), signals: rename(net.programs.keys()) }
  return {
    ...names,
    notes: (file) =>
      Object.entries(names).flatMap(([kind, { changed }]) => {
        const [first] = changed
        if (first === undefined) return []
        const message = `${changed.size} ids of ${kind} hold what ids here may not: ${first[0]} is called ${first[1]}`
        return [{ place: { file }, code: 'sumo.renamed', message }]
      }),
  }
}

function createNaming(net: SumoNet, { edges }: Names, signals: readonly SignalLinks[]): SumoNaming {
  const signalled = new Set(signals.flatMap(({ nodes }) => nodes))
  const before = groupBy(net.connections, ({ to, to_lane }) => `${to}_${to_lane}`)
  const drivable = (edge: string): readonly SumoLane[] => net.edges.get(edge)?.lanes.filter((lane) => lane.drivable) ?? []
  const upstream = (edge: string, lane: SumoLane): [edge: string, lane: SumoLane] | null => {
    const ways = (before.get(`${edge}_${lane.index}`) ?? []).filter(({ dir, from }) => dir !== 't' && net.edges.has(from))
    const straight = ways.length === 1 ? ways : ways.filter(({ dir }) => dir === 's')
    const found = straight.length === 1 ? drivable(straight[0].from).find(({ index }) => index === straight[0].from_lane) : undefined
    return found === undefined ? null : [straight[0].from, found]
  }
  return {
    road: (edge) => edges.of(edge),
    lane: (edge, index) => `${edges.of(edge)}_${index}`,
    lanes: drivable,
    reach_m(lane, edge) {
      let [at, on, total_m] = [edge, lane, lane.length_m]
      const seen = new Set([edge])
      while (total_m < REACH_M && !signalled.has(net.edges.get(at)?.from ?? '')) {
        const next = upstream(at, on)
        if (next === null || seen.has(next[0])) break
        ;[at, on] = next
        seen.add(at)
        total_m += on.length_m
      }
      return Math.round(total_m * 100) / 100
    },
  }
}

interface Setting {
  readonly naming: SumoNaming
  readonly names: Names
  readonly placing: Placing
  readonly district: string
  readonly report: { readonly fault: Fault; readonly note: Fault }
}

function junctionOf(links: SignalLinks, net: SumoNet, { naming, names, placing, district, report }: Setting): Junction[] {
  const program = net.programs.get(links.id)
  if (program === undefined) return []
  if (links.cars.length === 0) {
    report.note(program.line, `signal ${links.id} stops no cars, it is left out`)
    return []
  }
  const described = describeSignal(links, program, naming, report)
  if (described === null) return []
  const id = names.signals.of(links.id)
  const arriving = (node: string): number => links.cars.filter((link) => link.node === node).length
  const main = links.nodes.reduce((best, node) => (arriving(node) > arriving(best) ? node : best))
  const points = links.nodes.flatMap((node): XY[] => {
    const at = net.nodes.get(node)?.at
    return at === undefined ? [] : [at]
  })
  const middle = points.reduce<XY>(([x, y], point) => [x + point[0] / points.length, y + point[1] / points.length], [0, 0])
  const junction = completeJunction({
    id,
    district,
    node: names.nodes.of(main),
    at: roundDegrees(placing.toLonLat(middle)),
    name: junctionName(links, net, id),
    ...described,
  })
  for (const { message } of junctionFaults(junction)) report.fault(program.line, `${links.id}: ${message}`)
  return [junction]
}

function junctionName({ cars }: SignalLinks, net: SumoNet, id: string): Junction['name'] {
  const streets = [...new Set(cars.flatMap(({ connection }) => net.edges.get(connection.from)?.name ?? []))]
  if (streets.length === 0) return { zh: `路口 ${id}`, en: `Junction ${id}` }
  const [first, second] = streets
  return second === undefined
    ? { zh: `${first}路口`, en: `${first} junction` }
    : { zh: `${first}—${second}路口`, en: `${first} at ${second}` }
}

const isClass = (name: string): name is RoadClass => ROAD_CLASSES.some((one) => one === name)

function classOf({ type, lanes }: SumoEdge): RoadClass {
  const tag = (/(?:^|\|)highway\.(\w+?)(?:_link)?(?:\||$)/.exec(type)?.[1] ?? '').replace('unclassified', 'residential')
  if (isClass(tag)) return tag
  const count = lanes.filter(({ drivable }) => drivable).length
  return count >= 3 ? 'primary' : count === 2 ? 'secondary' : 'tertiary'
}

/** How far a drawn edge may end from its node before the line is led on to it. */
const LOOSE_END_M = 1

function roadOf(edge: SumoEdge, names: Names, places: ReadonlyMap<string, RoadNode>, placing: Placing): Road {
  const lanes = edge.lanes.filter(({ drivable }) => drivable)
  const [from, to] = [names.nodes.of(edge.from), names.nodes.of(edge.to)]
  const line = edge.shape.map((point) => roundDegrees(placing.toLonLat(point)))
  const [start, end] = [places.get(from)?.at, places.get(to)?.at]
  if (start !== undefined && (line.length === 0 || distance_m(start, line[0]) > LOOSE_END_M)) line.unshift(start)
  if (end !== undefined && (line.length < 2 || distance_m(end, line[line.length - 1]) > LOOSE_END_M)) line.push(end)
  const speed_kmh = Math.max(...lanes.map(({ speed_mps }) => speed_mps)) * 3.6
  return {
    id: names.edges.of(edge.id),
    from,
    to,
    class: classOf(edge),
    name: edge.name === null || edge.name === '' ? null : { zh: edge.name, en: edge.name },
    length_m: Math.max(...lanes.map(({ length_m }) => length_m)),
    speed_kmh: Math.min(200, Math.max(1, Math.round(speed_kmh * 10) / 10)),
    lanes: Math.min(20, lanes.length),
    oneway: true,
    line,
  }
}

/** Which signal and lane of the SUMO network each junction and lane of the city is. */
function bridgeFile(junctions: readonly Junction[], signals: readonly SignalLinks[], net: SumoNet, { edges, signals: ids }: Names): string {
  const sources = new Map(signals.map(({ id }) => [ids.of(id), id]))
  const lanes = new Map([...net.edges.values()].flatMap((edge) => edge.lanes.map(({ id, index }) => [`${edges.of(edge.id)}_${index}`, id])))
  const signalOf = Object.fromEntries(junctions.map(({ id }) => [id, sources.get(id)]))
  const wanted = junctions.flatMap(({ entering, leaving }) => [...entering, ...leaving].map(({ id }) => id))
  const laneOf = Object.fromEntries([...new Set(wanted)].sort().map((id) => [id, lanes.get(id)]))
  return `${JSON.stringify({ junctions: signalOf, lanes: laneOf }, null, 1)}\n`
}
