/** Curves, time series and patterns of an `.inp`, in the file's units: several rows make one, and only the first says its type. */
import { numberAt, type Reporter } from './swmm-fields.ts'
import { type Inp, rowsOf } from './swmm-read.ts'

export interface Curve {
  readonly type: string
  readonly line: number
  readonly points: (readonly [x: number, y: number])[]
}

export interface Tables {
  readonly curves: ReadonlyMap<string, Curve>
  /** Values alone: times are those of the file's own storm, which is not the one that is coming. */
  readonly series: ReadonlyMap<string, readonly (readonly [x: number, y: number])[]>
  readonly patterns: ReadonlyMap<string, { readonly type: string; readonly factors: readonly number[] }>
}

export const CURVE_TYPES = [
  'STORAGE',
  'SHAPE',
  'DIVERSION',
  'TIDAL',
  'PUMP1',
  'PUMP2',
  'PUMP3',
  'PUMP4',
  'PUMP5',
  'RATING',
  'CONTROL',
  'WEIR',
]
const PATTERN_TYPES = ['MONTHLY', 'DAILY', 'HOURLY', 'WEEKEND']

export function readTables(inp: Inp, say: Reporter): Tables {
  return { curves: readCurves(inp, say), series: readSeries(inp, say), patterns: readPatterns(inp, say) }
}

function readCurves(inp: Inp, say: Reporter): Map<string, Curve> {
  const curves = new Map<string, Curve>()
  for (const row of rowsOf(inp, 'CURVES')) {
    const [id, second = ''] = row.words
    let curve = curves.get(id)
    const typed = CURVE_TYPES.includes(second.toUpperCase())
    if (curve === undefined) {
      if (!typed) say.fault(row.line, `curve ${id}: type is ${second || 'missing'}, expected one of ${CURVE_TYPES.join(', ')}`)
      curve = { type: second.toUpperCase(), line: row.line, points: [] }
      curves.set(id, curve)
    }
    for (let i = typed ? 2 : 1; i < row.words.length; i += 2) {
      const [x, y] = [numberAt(row, i, 'x', {}, say), numberAt(row, i + 1, 'y', {}, say)]
      const last = curve.points.at(-1)
      if (last !== undefined && x < last[0]) say.fault(row.line, `curve ${id}: x falls from ${last[0]} to ${x}, expected it to rise`)
      curve.points.push([x, y])
    }
  }
  return curves
}

function readSeries(inp: Inp, say: Reporter): Map<string, (readonly [number, number])[]> {
  const series = new Map<string, (readonly [number, number])[]>()
  for (const row of rowsOf(inp, 'TIMESERIES')) {
    const points = series.get(row.words[0]) ?? []
    series.set(row.words[0], points)
    if (row.words[1]?.toUpperCase() === 'FILE') {
      say.note(row.line, `time series ${row.words[0]} lies in another file and is left out`)
      continue
    }
    const dated = /[/-]/.test(row.words[1] ?? '')
    for (let i = dated ? 3 : 2; i < row.words.length; i += 2) points.push([points.length, numberAt(row, i, 'value', {}, say)])
  }
  return series
}

function readPatterns(inp: Inp, say: Reporter): Tables['patterns'] {
  const patterns = new Map<string, { type: string; factors: number[] }>()
  for (const row of rowsOf(inp, 'PATTERNS')) {
    const [id, second = ''] = row.words
    const typed = PATTERN_TYPES.includes(second.toUpperCase())
    const pattern = patterns.get(id) ?? { type: second.toUpperCase(), factors: [] }
    patterns.set(id, pattern)
    for (let i = typed ? 2 : 1; i < row.words.length; i++) pattern.factors.push(numberAt(row, i, 'factor', { min: 0 }, say))
  }
  return patterns
}
