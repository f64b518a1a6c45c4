/** Junctions, dividers, storages and outfalls of an `.inp`, in metres. */
import type { DrainNode, StorageArea, Tide } from '../../engine/model/drainage.ts'
import { isYes, lookUp, numberAt, type Reporter, wordAt } from './swmm-fields.ts'
import { type Inp, type Row, rowsOf } from './swmm-read.ts'
import type { Tables } from './swmm-tables.ts'

export interface ReadNode extends DrainNode {
  readonly line: number
  /** Depth that the file leaves to the highest pipe. */
  readonly open_depth: boolean
}

const DAY_H = 24
/** Points of a storage curve that is given as a formula. */
const FORMULA_POINTS = 16
/** Higher than any tank or shaft of a town: such a number is in other units. */
const DEPTH_M_MAX = 100

export function readNodes(inp: Inp, tables: Tables, say: Reporter): ReadNode[] {
  const nodes = [
    ...rowsOf(inp, 'JUNCTIONS').map((row) => junction(inp, row, 2, say)),
    // DYNWAVE treats a divider as a junction; its depth stands behind the rule by which it divides.
    ...rowsOf(inp, 'DIVIDERS').map((row) => junction(inp, row, DIVIDER_DEPTH[(row.words[3] ?? '').toUpperCase()] ?? 5, say)),
    ...rowsOf(inp, 'STORAGE').map((row) => storage(inp, row, tables, say)),
    ...rowsOf(inp, 'OUTFALLS').map((row) => outfall(inp, row, tables, say)),
  ]
  const first = new Map<string, number>()
  for (const { id, line } of nodes) {
    const other = first.get(id)
    if (other !== undefined) say.fault(line, `${id} is used twice, first in line ${other}; expected each node once`)
    else first.set(id, line)
  }
  return nodes
}

const DIVIDER_DEPTH: Readonly<Record<string, number>> = { OVERFLOW: 4, CUTOFF: 5, TABULAR: 5, WEIR: 7 }

function depthOf(inp: Inp, row: Row, index: number, say: Reporter): number {
  const depth_m = numberAt(row, index, 'maximum depth', { min: 0, otherwise: 0 }, say) * inp.units.length_m
  if (depth_m > DEPTH_M_MAX)
    say.fault(
      row.line,
      `${row.words[0]}: maximum depth is ${row.words[index]}, expected ${unitName(inp)}; with ${inp.units.name} lengths are in ${unitName(inp)}`,
    )
  return depth_m
}

export const unitName = ({ units }: Inp): string => (units.us ? 'feet' : 'metres')

function junction(inp: Inp, row: Row, depth: number, say: Reporter): ReadNode {
  const { length_m } = inp.units
  const depth_m = depthOf(inp, row, depth, say)
  const ponds = isYes(inp.options.get('ALLOW_PONDING')?.words[1])
  return {
    id: row.words[0],
    line: row.line,
    kind: 'junction',
    invert_m: numberAt(row, 1, 'elevation', {}, say) * length_m,
    depth_m,
    open_depth: depth_m === 0,
    surcharge_m: numberAt(row, depth + 2, 'surcharge depth', { min: 0, otherwise: 0 }, say) * length_m,
    ponded_m2: ponds ? numberAt(row, depth + 3, 'ponded area', { min: 0, otherwise: 0 }, say) * length_m ** 2 : 0,
    areas: [],
    stage_m: null,
    flap: false,
  }
}

function storage(inp: Inp, row: Row, tables: Tables, say: Reporter): ReadNode {
  const { length_m } = inp.units
  const depth_m = depthOf(inp, row, 2, say)
  if (depth_m === 0) say.fault(row.line, `${row.words[0]}: maximum depth is 0, expected the height of the storage`)
  return {
    id: row.words[0],
    line: row.line,
    kind: 'storage',
    invert_m: numberAt(row, 1, 'elevation', {}, say) * length_m,
    depth_m,
    open_depth: false,
    surcharge_m: 0,
    ponded_m2: 0,
    areas: areasOf(inp, row, depth_m, tables, say),
    stage_m: null,
    flap: false,
  }
}

function areasOf(inp: Inp, row: Row, depth_m: number, tables: Tables, say: Reporter): StorageArea[] {
  const { length_m } = inp.units
  const shape = wordAt(row, 4, 'shape', say).toUpperCase()
  if (shape === 'TABULAR') {
    const curve = lookUp(tables.curves, wordAt(row, 5, 'curve', say), row, 'curve', say)
    if (curve !== undefined && curve.type !== 'STORAGE')
      say.fault(row.line, `${row.words[0]}: curve ${row.words[5]} is of type ${curve.type}, expected STORAGE`)
    return (curve?.points ?? []).map(([depth, area]) => ({ depth_m: depth * length_m, area_m2: area * length_m ** 2 }))
  }
  if (shape !== 'FUNCTIONAL') {
    say.fault(row.line, `${row.words[0]}: shape is ${shape}, expected FUNCTIONAL or TABULAR`)
    return []
  }
  // A = coefficient · depth^exponent + constant, in the file's units.
  const [factor, power, constant] = ['coefficient', 'exponent', 'constant'].map((name, i) =>
    numberAt(row, 5 + i, name, { min: 0, otherwise: 0 }, say),
  )
  return Array.from({ length: FORMULA_POINTS + 1 }, (_, i) => {
    const depth = ((depth_m / length_m) * i) / FORMULA_POINTS
    return { depth_m: depth * length_m, area_m2: (factor * depth ** power + constant) * length_m ** 2 }
  })
}

function outfall(inp: Inp, row: Row, tables: Tables, say: Reporter): ReadNode {
  const { length_m } = inp.units
  const type = wordAt(row, 2, 'type', say).toUpperCase()
  const invert_m = numberAt(row, 1, 'elevation', {}, say) * length_m
  const staged = ['FIXED', 'TIDAL', 'TIMESERIES'].includes(type)
  if (!staged && type !== 'FREE' && type !== 'NORMAL')
    say.fault(row.line, `${row.words[0]}: type is ${type}, expected FREE, NORMAL, FIXED, TIDAL or TIMESERIES`)
  return {
    id: row.words[0],
    line: row.line,
    kind: 'outfall',
    invert_m,
    depth_m: 0,
    open_depth: false,
    surcharge_m: 0,
    ponded_m2: 0,
    areas: [],
    ...(staged ? stageOf(inp, row, type, tables, say) : { stage_m: null }),
    flap: isYes(row.words[staged ? 4 : 3]),
  }
}

/** What the file foresees, and its mean for all other times: the gauge says what it is on the day. */
function stageOf(inp: Inp, row: Row, type: string, tables: Tables, say: Reporter): Pick<DrainNode, 'stage_m' | 'tide'> {
  const { length_m } = inp.units
  if (type === 'FIXED') return { stage_m: numberAt(row, 3, 'stage', {}, say) * length_m }
  const id = wordAt(row, 3, 'stage data', say)
  const points =
    type === 'TIDAL' ? lookUp(tables.curves, id, row, 'curve', say)?.points : lookUp(tables.series, id, row, 'time series', say)
  if (points === undefined || points.length === 0) return { stage_m: 0 }
  const wrong = points.findIndex(
    ([x], i) => Number.isNaN(x) || (i > 0 && x <= points[i - 1][0]) || (type === 'TIDAL' && (x < 0 || x > DAY_H)),
  )
  if (wrong >= 0)
    say.fault(
      row.line,
      `${row.words[0]}: time ${wrong + 1} of ${id} does not follow, expected ${type === 'TIDAL' ? 'hours from 0 to 24' : 'times'} that rise`,
    )
  const tide: Tide =
    type === 'TIDAL'
      ? { by: 'hour', points: points.map(([hour, level]) => ({ hour, level_m: level * length_m })) }
      : { by: 'date', points: points.map(([ts, level]) => ({ ts, level_m: level * length_m })) }
  return { stage_m: (points.reduce((sum, [, level]) => sum + level, 0) / points.length) * length_m, tide }
}
