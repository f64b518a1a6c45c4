/** Conduits, pumps, orifices, weirs and outlets of an `.inp`, in metres. */
import type { DrainLink, Pump, Section, SectionShape } from '../../engine/model/drainage.ts'
import { isYes, lookUp, numberAt, type Reporter, wordAt } from './swmm-fields.ts'
import { type ReadNode, unitName } from './swmm-nodes.ts'
import { type Inp, type Row, rowsOf } from './swmm-read.ts'
import type { Curve, Tables } from './swmm-tables.ts'

export type ReadLink = DrainLink & { readonly line: number }

/** No sewer is higher than this: such a number is in other units. */
const HEIGHT_M_MAX = 20

interface Parts {
  readonly inp: Inp
  readonly nodes: ReadonlyMap<string, ReadNode>
  readonly tables: Tables
  readonly sections: ReadonlyMap<string, { readonly section: Section; readonly barrels: number }>
  readonly flaps: ReadonlySet<string>
  readonly say: Reporter
}

export function readLinks(inp: Inp, nodes: readonly ReadNode[], tables: Tables, say: Reporter): ReadLink[] {
  const parts: Parts = {
    inp,
    nodes: new Map(nodes.map((node) => [node.id, node])),
    tables,
    sections: readSections(inp, say),
    flaps: new Set(rowsOf(inp, 'LOSSES').flatMap(({ words }) => (isYes(words[4]) ? [words[0]] : []))),
    say,
  }
  const links = [
    ...rowsOf(inp, 'CONDUITS').flatMap((row) => conduit(parts, row)),
    ...rowsOf(inp, 'PUMPS').flatMap((row) => pump(parts, row)),
    ...rowsOf(inp, 'ORIFICES').flatMap((row) => orifice(parts, row)),
    ...rowsOf(inp, 'WEIRS').flatMap((row) => weir(parts, row)),
    ...rowsOf(inp, 'OUTLETS').flatMap((row) => outlet(parts, row)),
  ]
  const first = new Map<string, number>()
  for (const { id, line } of links) {
    const other = first.get(id)
    if (other !== undefined) say.fault(line, `${id} is used twice, first in line ${other}; expected each link once`)
    else first.set(id, line)
  }
  return links
}

const SHAPES: Readonly<Record<string, SectionShape>> = {
  CIRCULAR: 'circular',
  FORCE_MAIN: 'circular',
  FILLED_CIRCULAR: 'circular',
  RECT_CLOSED: 'rectangular',
  RECT_OPEN: 'rectangular',
  TRAPEZOIDAL: 'trapezoidal',
  TRIANGULAR: 'trapezoidal',
  PARABOLIC: 'parabolic',
  HORIZ_ELLIPSE: 'elliptic',
  VERT_ELLIPSE: 'elliptic',
}
/** Drawn as the ellipse of their height and width: within a few per cent of their area. */
const LIKE_ELLIPSE = ['ARCH', 'EGG', 'HORSESHOE', 'GOTHIC', 'CATENARY', 'SEMIELLIPTICAL', 'BASKETHANDLE', 'SEMICIRCULAR', 'MODBASKETHANDLE']

function readSections(inp: Inp, say: Reporter): Parts['sections'] {
  const { length_m } = inp.units
  const sections = new Map<string, { section: Section; barrels: number }>()
  for (const row of rowsOf(inp, 'XSECTIONS')) {
    const name = (row.words[1] ?? '').toUpperCase()
    if (LIKE_ELLIPSE.includes(name)) say.note(row.line, `${row.words[0]}: ${name} is taken as an ellipse of its height and width`)
    const shape = LIKE_ELLIPSE.includes(name) ? 'elliptic' : SHAPES[name]
    if (shape === undefined) {
      say.fault(
        row.line,
        `${row.words[0]}: shape ${name || 'missing'} cannot be read, expected one of ${[...Object.keys(SHAPES), ...LIKE_ELLIPSE].join(', ')}`,
      )
      continue
    }
    const height_m = numberAt(row, 2, 'height', { min: 1e-6 }, say) * length_m
    if (height_m > HEIGHT_M_MAX)
      say.fault(
        row.line,
        `${row.words[0]}: height is ${row.words[2]}, expected ${unitName(inp)}: with FLOW_UNITS ${inp.units.name} sections are in ${unitName(inp)}, not in ${inp.units.us ? 'inches' : 'millimetres'}`,
      )
    const second = numberAt(row, 3, 'width', { min: 0, otherwise: 0 }, say)
    const width_m = shape === 'circular' ? height_m : name === 'TRIANGULAR' ? 0 : second * length_m
    const slopes = [4, 5].map((i) => numberAt(row, i, 'side slope', { min: 0, otherwise: 0 }, say))
    const side_slopes = name === 'TRIANGULAR' ? (second * length_m) / height_m : shape === 'trapezoidal' ? slopes[0] + slopes[1] : 0
    const barrels = Math.max(1, Math.round(numberAt(row, 6, 'barrels', { min: 0, otherwise: 1 }, say)))
    sections.set(row.words[0], {
      section: { shape, height_m, width_m: width_m > 0 ? width_m : name === 'TRIANGULAR' ? 0 : height_m, side_slopes },
      barrels,
    })
  }
  return sections
}

/** Names of both ends, told of when they are no nodes or the same one. */
function endsOf({ nodes, say }: Parts, row: Row): { readonly from: ReadNode; readonly to: ReadNode } | null {
  const from = lookUp(nodes, wordAt(row, 1, 'from node', say), row, 'node', say)
  const to = lookUp(nodes, wordAt(row, 2, 'to node', say), row, 'node', say)
  if (from === undefined || to === undefined) return null
  if (from === to) {
    say.fault(row.line, `${row.words[0]}: begins and ends at ${from.id}, expected two nodes`)
    return null
  }
  return { from, to }
}

/** Height above the bottom of the node; the file may give elevations instead (LINK_OFFSETS). */
function offsetAt({ inp, say }: Parts, row: Row, index: number, node: ReadNode): number {
  const elevations = inp.options.get('LINK_OFFSETS')?.words[1]?.toUpperCase() === 'ELEVATION'
  const word = row.words[index]
  if (word === undefined || word === '*') return 0
  const value = numberAt(row, index, 'offset', elevations ? {} : { min: 0 }, say) * inp.units.length_m
  const offset_m = elevations ? value - node.invert_m : value
  if (offset_m < -1e-3)
    say.note(
      row.line,
      `${row.words[0]}: lies ${(-offset_m).toFixed(2)} m below the bottom of ${node.id} and is laid at the bottom, as SWMM does`,
    )
  return Math.max(0, offset_m)
}

function sectionOf({ sections, say }: Parts, row: Row): { readonly section: Section; readonly barrels: number } | null {
  const found = sections.get(row.words[0])
  if (found === undefined) say.fault(row.line, `${row.words[0]}: has no row in [XSECTIONS], expected its shape and size`)
  return found ?? null
}

function conduit(parts: Parts, row: Row): ReadLink[] {
  const { inp, say, flaps } = parts
  const ends = endsOf(parts, row)
  const size = sectionOf(parts, row)
  if (ends === null || size === null) return []
  const length_m = numberAt(row, 3, 'length', { min: 1e-3 }, say) * inp.units.length_m
  const [from_m, to_m] = [offsetAt(parts, row, 5, ends.from), offsetAt(parts, row, 6, ends.to)]
  const fall_m = Math.abs(ends.from.invert_m + from_m - ends.to.invert_m - to_m)
  if (fall_m > length_m)
    say.fault(
      row.line,
      `${row.words[0]}: falls ${fall_m.toFixed(1)} m over ${length_m.toFixed(1)} m, expected lengths and elevations in one unit, ${unitName(inp)}`,
    )
  const roughness = numberAt(row, 4, 'roughness', { min: 1e-4, max: 1 }, say)
  const base = { id: row.words[0], line: row.line, from: ends.from.id, to: ends.to.id }
  return [{ ...base, kind: 'conduit', length_m, roughness, from_m, to_m, ...size, flap: flaps.has(row.words[0]) }]
}

const PUMP_BY: Readonly<Record<string, Pick<Pump, 'by' | 'stepwise'>>> = {
  PUMP1: { by: 'volume_m3', stepwise: true },
  PUMP2: { by: 'depth_m', stepwise: true },
  PUMP3: { by: 'head_m', stepwise: false },
  PUMP4: { by: 'depth_m', stepwise: false },
  PUMP5: { by: 'head_m', stepwise: false },
}

function pump(parts: Parts, row: Row): ReadLink[] {
  const { inp, tables, say } = parts
  const ends = endsOf(parts, row)
  const name = row.words[3] ?? '*'
  const curve = name === '*' ? null : lookUp(tables.curves, name, row, 'curve', say)
  if (ends === null || curve === undefined) return []
  const kind = curve === null ? { by: null, stepwise: false } : PUMP_BY[curve.type]
  if (kind === undefined) {
    say.fault(row.line, `${row.words[0]}: curve ${name} is of type ${curve?.type}, expected PUMP1 to PUMP5`)
    return []
  }
  const { length_m } = inp.units
  const [start_m, stop_m] = [
    numberAt(row, 5, 'startup depth', { min: 0, otherwise: 0 }, say),
    numberAt(row, 6, 'shutoff depth', { min: 0, otherwise: 0 }, say),
  ]
  if (stop_m > start_m) say.fault(row.line, `${row.words[0]}: shuts off at ${stop_m}, above its startup depth ${start_m}; expected below`)
  const base = { id: row.words[0], line: row.line, from: ends.from.id, to: ends.to.id }
  return [{ ...base, kind: 'pump', ...kind, curve: pointsOf(inp, kind.by, curve), start_m: start_m * length_m, stop_m: stop_m * length_m }]
}

function pointsOf({ units }: Inp, by: Pump['by'], curve: Curve | null): Pump['curve'] {
  const scale = by === 'volume_m3' ? units.length_m ** 3 : units.length_m
  return (curve?.points ?? []).map(([x, flow]) => ({ x: x * scale, flow_m3_s: flow * units.flow_m3_s }))
}

function orifice(parts: Parts, row: Row): ReadLink[] {
  const { say } = parts
  const ends = endsOf(parts, row)
  const size = sectionOf(parts, row)
  if (ends === null || size === null) return []
  const place = (row.words[3] ?? '').toUpperCase()
  if (place !== 'SIDE' && place !== 'BOTTOM') say.fault(row.line, `${row.words[0]}: type is ${place || 'missing'}, expected SIDE or BOTTOM`)
  const from_m = offsetAt(parts, row, 4, ends.from)
  const coefficient = numberAt(row, 5, 'discharge coefficient', { min: 0.01, max: 2, otherwise: 0.65 }, say)
  const base = { id: row.words[0], line: row.line, from: ends.from.id, to: ends.to.id }
  return [
    {
      ...base,
      kind: 'orifice',
      place: place === 'BOTTOM' ? 'bottom' : 'side',
      from_m,
      coefficient,
      section: size.section,
      flap: isYes(row.words[6]),
    },
  ]
}

function weir(parts: Parts, row: Row): ReadLink[] {
  const { inp, say } = parts
  const ends = endsOf(parts, row)
  const size = sectionOf(parts, row)
  if (ends === null || size === null) return []
  const type = (row.words[3] ?? '').toUpperCase()
  if (type !== 'TRANSVERSE' && type !== 'SIDEFLOW')
    say.note(row.line, `${row.words[0]}: a ${type || 'nameless'} weir is taken as a transverse one`)
  const coefficient = numberAt(row, 5, 'discharge coefficient', { min: 0.01, max: 10 }, say) * Math.sqrt(inp.units.length_m)
  const base = { id: row.words[0], line: row.line, from: ends.from.id, to: ends.to.id }
  const { height_m, width_m } = size.section
  return [{ ...base, kind: 'weir', from_m: offsetAt(parts, row, 4, ends.from), height_m, width_m, coefficient, flap: isYes(row.words[6]) }]
}

function outlet(parts: Parts, row: Row): ReadLink[] {
  const { inp, tables, say } = parts
  const ends = endsOf(parts, row)
  if (ends === null) return []
  const { length_m, flow_m3_s } = inp.units
  const type = (row.words[4] ?? '').toUpperCase()
  const tabular = type.startsWith('TABULAR')
  let rating: { depth_m: number; flow_m3_s: number }[]
  if (tabular) {
    const curve = lookUp(tables.curves, wordAt(row, 5, 'curve', say), row, 'curve', say)
    if (curve === undefined) return []
    rating = curve.points.map(([depth, flow]) => ({ depth_m: depth * length_m, flow_m3_s: flow * flow_m3_s }))
  } else {
    const [factor, power] = [numberAt(row, 5, 'coefficient', { min: 0 }, say), numberAt(row, 6, 'exponent', { min: 0 }, say)]
    rating = Array.from({ length: 17 }, (_, i) => {
      const depth = ((i / 16) * Math.max(ends.from.depth_m, 1)) / length_m
      return { depth_m: depth * length_m, flow_m3_s: factor * depth ** power * flow_m3_s }
    })
  }
  const base = { id: row.words[0], line: row.line, from: ends.from.id, to: ends.to.id }
  return [{ ...base, kind: 'outlet', from_m: offsetAt(parts, row, 3, ends.from), rating, flap: isYes(row.words[tabular ? 6 : 7]) }]
}
