/**
 * A city from an EPA SWMM 5 input file (`.inp`): its drain network in SI units with what its control is to avoid. Nodes with a gauge become
 * `flood` devices, pumps, orifices, weirs and outlets that may be set `drain` devices, all under their own ids.
 */
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Problem } from '../../engine/base/errors.ts'
import { type LonLat, localFrame } from '../../engine/base/geo.ts'
import { type EpochMs, HOUR_MS } from '../../engine/base/time.ts'
import type { City, CityDevice } from '../../engine/model/city.ts'
import type { Drainage, DrainLink, DrainNode } from '../../engine/model/drainage.ts'
import { placed, readJson } from '../check-json.ts'
import { nearest } from '../check-names.ts'
import { createChecker, findingsOf } from '../check-schema.ts'
import { DEVICE_KINDS } from '../city-devices.ts'
import { boundsOf, roundDegrees } from '../city-places.ts'
import { ObjectivesFile } from '../drainage-schema.ts'
import { createLocalHour } from '../local-time.ts'
import type { Imported } from './imported.ts'
import { emptyCity, OPEN_SEA, outlineAround, timezoneAt } from './street-city.ts'
import { readBaseFlows, readCatchments } from './swmm-catchments.ts'
import { checkNetwork } from './swmm-check.ts'
import { numberAt, type Reporter, reporter } from './swmm-fields.ts'
import { type ReadLink, readLinks } from './swmm-links.ts'
import { type ReadNode, readNodes } from './swmm-nodes.ts'
import { type Inp, readInp, rowsOf } from './swmm-read.ts'
import { readTables } from './swmm-tables.ts'

/** How often sewer gauges and gates usually report. */
const INTERVAL_S = 300
/** Coordinates of a plan without a scale may say anything: the city is not drawn larger than this. */
const EXTENT_M_MAX = 20_000
const ID = /^[A-Za-z0-9_.:-]{1,64}$/
/** Sections that change how water runs and are not modelled: said once, with their first line. */
const UNREAD = ['RDII', 'GROUNDWATER', 'LID_USAGE', 'TRANSECTS', 'STREETS', 'INLET_USAGE', 'SNOWPACKS', 'POLLUTANTS']

export interface SwmmOptions {
  readonly district: string
  /** File of objectives (contract section 8); without it flooding everywhere, all actuators, all nodes. */
  readonly objectives?: string
}

export async function importSwmm(file: string, { district, objectives }: SwmmOptions): Promise<Imported> {
  const problems: Problem[] = []
  const notes: Problem[] = []
  const bare = emptyCity(
    basename(file)
      .replace(/\.inp$/i, '')
      .replace(/[^A-Za-z0-9_.:-]/g, '_')
      .slice(0, 58) || 'city',
    district,
  )
  const text = await readText(file, problems)
  if (text === null) return { city: bare, problems, notes }
  const { inp, problems: syntax } = readInp(file, text)
  problems.push(...syntax)
  const say = reporter(file, problems, notes)
  const tables = readTables(inp, say)
  const nodes = readNodes(inp, tables, say)
  const links = readLinks(inp, nodes, tables, say)
  const known = new Map(nodes.map((node) => [node.id, node]))
  const catchments = readCatchments(inp, known, say)
  const base_flows = readBaseFlows(inp, known, tables, say)
  if (problems.length === 0) checkNetwork(inp, nodes, links, say)
  for (const { id, line } of [...nodes, ...links])
    if (!ID.test(id)) say.fault(line, `${JSON.stringify(id)} cannot be a device's id, expected up to 64 letters, digits and _ . : -`)
  for (const name of UNREAD) {
    const [first] = rowsOf(inp, name)
    if (first !== undefined) say.note(first.line, `[${name}] is not used: the controller's model goes without it`)
  }
  const [rule] = rowsOf(inp, 'CONTROLS')
  if (rule !== undefined)
    say.note(rule.line, '[CONTROLS] is not used: the plan takes their place, and what a pump house does by itself stays its own')
  const wanted = await readObjectives(objectives, nodes, links, problems)
  if (problems.length > 0) return { city: bare, problems, notes }
  const drainage: Drainage = {
    district,
    nodes: nodes.map((node) => nodeOf(node, links)),
    links: links.map(bareLink),
    catchments,
    base_flows,
    ...wanted.control,
  }
  return { city: cityOf(bare, file, inp, drainage, wanted.sensors, say), problems, notes }
}

async function readText(file: string, problems: Problem[]): Promise<string | null> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    problems.push({ place: { file }, code: 'swmm.unreadable', message: `cannot be read: ${code}` })
    return null
  }
}

/** A node without a depth of its own reaches to the crown of its highest pipe, as in SWMM. */
function nodeOf({ line: _line, open_depth, ...node }: ReadNode, links: readonly ReadLink[]): DrainNode {
  if (!open_depth) return node
  const crowns = links.flatMap((link) =>
    link.kind !== 'conduit'
      ? []
      : link.from === node.id
        ? [link.from_m + link.section.height_m]
        : link.to === node.id
          ? [link.to_m + link.section.height_m]
          : [],
  )
  return { ...node, depth_m: Math.max(0.1, ...crowns) }
}

const bareLink = ({ line: _line, ...link }: ReadLink): DrainLink => link

interface Wanted {
  readonly control: Pick<Drainage, 'actuators' | 'terms'>
  readonly sensors: readonly string[]
}

const checkObjectives = createChecker(ObjectivesFile)

async function readObjectives(
  file: string | undefined,
  nodes: readonly ReadNode[],
  links: readonly ReadLink[],
  problems: Problem[],
): Promise<Wanted> {
  const settable = links.filter(({ kind }) => kind !== 'conduit').map(({ id }) => id)
  const node_ids = nodes.map(({ id }) => id)
  const everything: Wanted = {
    control: {
      actuators: settable,
      terms: nodes.filter(({ kind }) => kind !== 'outfall').map(({ id }) => ({ on: 'flooding', node: id, weight: 1 })),
    },
    sensors: node_ids,
  }
  if (file === undefined) return everything
  const text = await readText(file, problems)
  if (text === null) return everything
  const { source, problem } = readJson(file, text)
  if (source === null) {
    problems.push(problem)
    return everything
  }
  const mismatches = checkObjectives(source.value)
  if (mismatches.length > 0) {
    problems.push(...placed(source, findingsOf([], 'objectives.value', mismatches)))
    return everything
  }
  // Checked just above.
  const value = source.value as ObjectivesFile
  const names = (path: (string | number)[], id: string, what: string, list: readonly string[]) => {
    if (list.includes(id)) return []
    const near = nearest(id, list)
    return [
      {
        path,
        code: 'objectives.reference',
        message: `${id} is no ${what} of the network${near === null ? '' : `, expected one such as ${near}`}`,
      },
    ]
  }
  const ids = (of: readonly ReadLink[]): string[] => of.map(({ id }) => id)
  const named = {
    energy: ['pump', ids(links.filter(({ kind }) => kind === 'pump'))],
    switches: ['pump, orifice, weir or outlet', settable],
    flow: ['link', ids(links)],
  } as const
  problems.push(
    ...placed(source, [
      ...(value.actuators ?? []).flatMap((id, i) => names(['actuators', i], id, 'pump, orifice, weir or outlet', settable)),
      ...(value.sensors ?? []).flatMap(({ node }, i) => names(['sensors', i, 'node'], node, 'node', node_ids)),
      ...(value.terms ?? []).flatMap((term, i) => {
        if (term.on === 'flooding') return names(['terms', i, 'node'], term.node, 'node', node_ids)
        const [what, list] = named[term.on === 'energy' || term.on === 'switches' ? term.on : 'flow']
        return names(['terms', i, 'link'], term.link, what, list)
      }),
    ]),
  )
  return {
    control: { actuators: value.actuators ?? everything.control.actuators, terms: value.terms ?? everything.control.terms },
    sensors: value.sensors?.map(({ node }) => node) ?? node_ids,
  }
}

function cityOf(bare: City, file: string, inp: Inp, drainage: Drainage, sensors: readonly string[], say: Reporter): City {
  const places = placesOf(inp, drainage, say)
  const points = drainage.nodes.map(({ id }) => ({ id, at: places.at(id) }))
  const outline = outlineAround(points)
  const bounds = boundsOf(outline)
  const nodes = new Map(drainage.nodes.map((node) => [node.id, node]))
  const links = new Map(drainage.links.map((link) => [link.id, link]))
  const gauges = sensors.flatMap((id): CityDevice[] => {
    const node = nodes.get(id)
    if (node === undefined) return []
    const params: Record<string, number> = node.kind === 'outfall' ? {} : { rim_m: node.depth_m + node.surcharge_m }
    return [{ ...deviceOf('level_gauge', id, drainage.district, places.at(id)), params }]
  })
  const actuators = drainage.actuators.flatMap((id): CityDevice[] => {
    const link = links.get(id)
    return link === undefined ? [] : [deviceOf(link.kind === 'pump' ? 'pump' : 'gate', id, drainage.district, places.at(link.from))]
  })
  // A model's time is nobody's: its hours are taken as they stand.
  const timezone = places.located ? timezoneAt(bounds[0]) : 'UTC'
  return {
    ...bare,
    timezone,
    source: `EPA SWMM model ${basename(file)}${places.located ? '' : ', placed in the open sea'}`,
    bounds,
    districts: [{ ...bare.districts[0], outline }],
    devices: [...gauges, ...actuators],
    drainage: { ...drainage, nodes: drainage.nodes.map((node) => inZone(node, timezone)) },
  }
}

/** Dates of the file are by the town's clock. */
function inZone(node: DrainNode, timezone: string): DrainNode {
  const { tide } = node
  if (tide?.by !== 'date') return node
  const localHour = createLocalHour(timezone)
  const ahead_h = (ts: EpochMs): number => ((localHour(ts) - localHourOfUtc(ts) + 36) % 24) - 12
  return { ...node, tide: { by: 'date', points: tide.points.map(({ ts, level_m }) => ({ ts: ts - ahead_h(ts) * HOUR_MS, level_m })) } }
}

const localHourOfUtc = createLocalHour('UTC')

function deviceOf(kind: 'level_gauge' | 'pump' | 'gate', id: string, district: string, at: LonLat): CityDevice {
  const { domain, name, metrics } = DEVICE_KINDS[kind]
  return {
    district,
    domain,
    id,
    kind,
    at,
    name: { zh: `${name.zh} ${id}`, en: `${name.en} ${id}` },
    grid: null,
    metrics,
    interval_s: INTERVAL_S,
    place: null,
    params: {},
  }
}

interface Places {
  readonly located: boolean
  at(node: string): LonLat
}

/** Degrees stay where they are; a plan in metres or feet is laid into the open sea, smaller where it would be larger than a city. */
function placesOf(inp: Inp, { nodes }: Drainage, say: Reporter): Places {
  const units = rowsOf(inp, 'MAP')
    .find(({ words }) => words[0]?.toUpperCase() === 'UNITS')
    ?.words[1]?.toUpperCase()
  const rows = rowsOf(inp, 'COORDINATES')
  const xy = new Map(
    rows.map((row): [string, [number, number]] => [row.words[0], [numberAt(row, 1, 'x', {}, say), numberAt(row, 2, 'y', {}, say)]]),
  )
  const missing = nodes.filter(({ id }) => !xy.has(id))
  if (missing.length > 0)
    say.note(rows[0]?.line ?? 1, `${missing.length} nodes have no coordinates and stand in the middle, ${missing[0].id} for one`)
  const all = nodes.flatMap(({ id }) => {
    const point = xy.get(id)
    return point === undefined ? [] : [point]
  })
  const range = (axis: 0 | 1): [number, number] =>
    all.length === 0 ? [0, 0] : [Math.min(...all.map((p) => p[axis])), Math.max(...all.map((p) => p[axis]))]
  const [[west, east], [south, north]] = [range(0), range(1)]
  const located = units === 'DEGREES' && west >= -180 && east <= 180 && south >= -90 && north <= 90
  const middle: [number, number] = [(west + east) / 2, (south + north) / 2]
  if (located) return { located, at: (id) => roundDegrees(xy.get(id) ?? middle) }
  const scale = Math.min(units === 'FEET' ? 0.3048 : 1, EXTENT_M_MAX / Math.max(1, east - west, north - south))
  const frame = localFrame(OPEN_SEA)
  return {
    located,
    at(id) {
      const [x, y] = xy.get(id) ?? middle
      return roundDegrees(frame.toLonLat((x - middle[0]) * scale, (y - middle[1]) * scale))
    },
  }
}
