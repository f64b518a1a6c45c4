/** Curves, time series and patterns of an `.inp`, in the file's units: several rows make one, and only the first says its type. */
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../engine/base/time.ts'
import { numberAt, type Reporter } from './swmm-fields.ts'
import { type Inp, rowsOf } from './swmm-read.ts'

export interface Curve {
  readonly type: string
  readonly line: number
  readonly points: (readonly [x: number, y: number])[]
}

export interface Tables {
  readonly curves: ReadonlyMap<string, Curve>
  /** By the file's clock, ms as if it were UTC; NaN where a time cannot be read. */
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

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
/** Begin of a simulation whose file does not say it (SWMM 5.2 user's manual, appendix D). */
const START = { date: '01/01/2004', time: '00:00' }

/** Midnight of month/day/year, ms as if it were UTC. */
function dateOf(word: string): number {
  const [month, day, year] = word.split(/[/-]/)
  const named = MONTHS.indexOf(month.slice(0, 3).toUpperCase())
  return Date.UTC(Number(year), named >= 0 ? named : Number(month) - 1, Number(day))
}

/** Hours, with a point or colons; ms. */
function clockOf(word: string): number {
  const [hours, minutes = '0', seconds = '0'] = word.split(':')
  return Number(hours) * HOUR_MS + Number(minutes) * MINUTE_MS + Number(seconds) * SECOND_MS
}

function startOf({ options }: Inp): number {
  const word = (name: string): string | undefined => options.get(name)?.words[1]
  return dateOf(word('START_DATE') ?? START.date) + clockOf(word('START_TIME') ?? START.time)
}

function readSeries(inp: Inp, say: Reporter): Map<string, (readonly [number, number])[]> {
  const series = new Map<string, (readonly [number, number])[]>()
  // A date holds for the rows after it; without one times count from the beginning of the simulation.
  const days = new Map<string, number>()
  const start = startOf(inp)
  for (const row of rowsOf(inp, 'TIMESERIES')) {
    const points = series.get(row.words[0]) ?? []
    series.set(row.words[0], points)
    if (row.words[1]?.toUpperCase() === 'FILE') {
      say.note(row.line, `time series ${row.words[0]} lies in another file and is left out`)
      continue
    }
    const dated = /[/-]/.test(row.words[1] ?? '')
    if (dated) days.set(row.words[0], dateOf(row.words[1]))
    const day = days.get(row.words[0]) ?? start
    for (let i = dated ? 3 : 2; i < row.words.length; i += 2)
      points.push([day + clockOf(row.words[i - 1]), numberAt(row, i, 'value', {}, say)])
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
