/**
 * Storms as tables: rain.csv, levels.csv, nodes.csv and, for training, truth.csv. Columns are found by name; times are of a grid of five minutes. Every mistake is
 * told with file, line and what was expected.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { formatProblem, type Problem, UrbanError } from '../../engine/base/errors.ts'
import { type KnownStorm, NOWCAST_WINDOWS, type Site, STEP_MIN, type Storm } from '../../engine/flood/forecast/storm.ts'

/** A storm with its names: times as the files wrote them. */
export interface NamedStorm extends Storm {
  readonly event: string
  readonly times: readonly string[]
}

interface Row {
  readonly line: number
  readonly cells: readonly string[]
}

interface Table {
  readonly file: string
  readonly rows: readonly Row[]
  /** Index of a column, or undefined where it may be missing. */
  find(column: string): number | undefined
}

const STEP_MS = STEP_MIN * 60_000
const PROBLEMS_SHOWN = 20
/** Deeper or higher than any street, rain heavier than the record of a minute: another unit was meant. */
const DEPTH_MAX_M = 50
const RAIN_MAX_MM_H = 2000
const NOWCAST_MAX_MM = 2000
const FOOT_M = 0.3048

/** Windows of the nowcast as columns: `nc_0_15`. */
export const NOWCAST_COLUMNS = NOWCAST_WINDOWS.map(({ from, to }) => `nc_${from * STEP_MIN}_${to * STEP_MIN}`)

class Problems {
  private readonly found: Problem[] = []

  add(file: string, line: number, message: string): void {
    this.found.push({ place: { file, line }, code: 'flood.csv', message })
  }

  /** @throws UrbanError input `flood.csv` with what was found */
  raise(): void {
    if (this.found.length === 0) return
    const shown = this.found.slice(0, PROBLEMS_SHOWN).map(formatProblem)
    const more = this.found.length - shown.length
    throw new UrbanError('input', 'flood.csv', [...shown, ...(more > 0 ? [`and ${more} more problems`] : [])].join('\n'))
  }
}

/** @throws UrbanError input `flood.csv` when the file or a column is missing */
async function readTable(file: string, columns: readonly string[]): Promise<Table> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new UrbanError('input', 'flood.csv', `${file}: cannot be read (${error instanceof Error ? error.message : String(error)})`)
  })
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  const head = (lines[0] ?? '').split(',').map((name) => name.trim())
  const missing = columns.filter((column) => !head.includes(column))
  if (missing.length > 0)
    throw new UrbanError('input', 'flood.csv', `${file}:1: no column ${missing.join(', ')}; found ${head.join(', ') || 'nothing'}`)
  const rows = lines.flatMap((line, i): Row[] => (i === 0 || line.trim() === '' ? [] : [{ line: i + 1, cells: line.split(',') }]))
  const problems = new Problems()
  for (const { line, cells } of rows)
    if (cells.length !== head.length) problems.add(file, line, `${cells.length} values, expected ${head.length} as in line 1`)
  problems.raise()
  if (rows.length === 0) throw new UrbanError('input', 'flood.csv', `${file}: no lines below the names of the columns`)
  return { file, rows, find: (column) => (head.includes(column) ? head.indexOf(column) : undefined) }
}

/** A required column of a table that `readTable` has found to have it. */
const column = (table: Table, name: string): ((row: Row) => string) => {
  const at = table.find(name) ?? -1
  return ({ cells }) => (cells[at] ?? '').trim()
}

interface Bounds {
  readonly low: number
  readonly high: number
  readonly unit: string
}

function numberIn(problems: Problems, { file }: Table, row: Row, name: string, text: string, { low, high, unit }: Bounds): number {
  const value = text === '' ? Number.NaN : Number(text)
  if (Number.isFinite(value) && value >= low && value <= high) return value
  const hint = Number.isFinite(value) && value > high && unit === 'm' ? '; are these centimetres or millimetres?' : ''
  problems.add(file, row.line, `${name} is ${text === '' ? 'empty' : text}, expected a number from ${low} to ${high} in ${unit}${hint}`)
  return 0
}

/** `2024-01-01T00:05:00`, with or without zone; without one it is UTC. Only differences count. */
function timeOf(text: string): number {
  if (!/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(text)) return Number.NaN
  return Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text.replace(' ', 'T')}Z`)
}

/** @throws UrbanError input `flood.csv` */
export async function readSites(file: string): Promise<Site[]> {
  const table = await readTable(file, ['node', 'rim_m', 'threshold_m'])
  const [node, rim, threshold] = ['node', 'rim_m', 'threshold_m'].map((name) => column(table, name))
  const problems = new Problems()
  const seen = new Map<string, number>()
  const sites = table.rows.map((row): Site => {
    const name = node(row)
    const before = seen.get(name)
    if (name === '') problems.add(file, row.line, 'node is empty, expected its name')
    else if (before !== undefined) problems.add(file, row.line, `node ${name} was there already in line ${before}`)
    seen.set(name, row.line)
    const bounds: Bounds = { low: 0.01, high: DEPTH_MAX_M, unit: 'm' }
    return {
      node: name,
      rim_m: numberIn(problems, table, row, 'rim_m', rim(row), { ...bounds, low: 0 }),
      threshold_m: numberIn(problems, table, row, 'threshold_m', threshold(row), bounds),
    }
  })
  problems.raise()
  return sites
}

/** A level of the sea: metres, or `base_NN`, NN tenths of a foot, as the benchmark's files name it. */
function tideOf(problems: Problems, table: Table, row: Row, text: string): number {
  const named = /^base_(\d+)$/.exec(text)
  if (named !== null) return (Number(named[1]) / 10) * FOOT_M
  return numberIn(problems, table, row, 'tide', text, { low: -20, high: 20, unit: 'm' })
}

interface Grid {
  readonly event: string
  readonly start: number
  readonly rows: readonly Row[]
  readonly times: readonly string[]
}

/** Rows of one event lie together, five minutes apart. */
function gridsOf(problems: Problems, table: Table): Grid[] {
  const time = column(table, 'time')
  const at = table.find('event')
  const grids: { event: string; start: number; rows: Row[]; times: string[] }[] = []
  const seen = new Set<string>()
  for (const row of table.rows) {
    const event = at === undefined ? '' : (row.cells[at] ?? '').trim()
    const ms = timeOf(time(row))
    if (Number.isNaN(ms)) {
      problems.add(table.file, row.line, `time is ${time(row)}, expected 2024-01-01T00:05:00`)
      continue
    }
    let grid = grids.at(-1)
    if (grid === undefined || grid.event !== event) {
      if (seen.has(event)) problems.add(table.file, row.line, `event ${event} goes on after another one; its lines must lie together`)
      seen.add(event)
      grid = { event, start: ms, rows: [], times: [] }
      grids.push(grid)
    }
    if (ms !== grid.start + grid.rows.length * STEP_MS)
      problems.add(
        table.file,
        row.line,
        `time ${time(row)} is not ${STEP_MIN} minutes after the line before; times must be in order and without holes`,
      )
    grid.rows.push(row)
    grid.times.push(time(row))
  }
  return grids
}

interface Placed {
  readonly storm: number
  readonly t: number
}

/** Levels or truth into series by site; a line without a rain time is a mistake, a missing line a gap. */
async function readLevels(file: string, sites: readonly Site[], grids: readonly Grid[]): Promise<Float64Array[][]> {
  const table = await readTable(file, ['time', 'node', 'depth_m'])
  const [time, node, depth] = ['time', 'node', 'depth_m'].map((name) => column(table, name))
  const event = table.find('event')
  const index = new Map(sites.map((site, i) => [site.node, i]))
  const places = new Map<string, Placed>()
  const keyed = (name: string, ms: number): string => `${name} ${ms}`
  const withEvent = event !== undefined
  grids.forEach((grid, storm) => {
    grid.times.forEach((_, t) => {
      places.set(keyed(withEvent ? grid.event : '', grid.start + t * STEP_MS), { storm, t })
    })
  })
  const series = grids.map(({ rows }) => sites.map(() => new Float64Array(rows.length).fill(Number.NaN)))
  const problems = new Problems()
  const last = new Map<string, number>()
  for (const row of table.rows) {
    const site = index.get(node(row))
    const ms = timeOf(time(row))
    if (site === undefined) {
      problems.add(file, row.line, `node ${node(row)} is not in the list of nodes`)
      continue
    }
    const of = withEvent ? (row.cells[event] ?? '').trim() : ''
    const place = places.get(keyed(of, ms))
    if (place === undefined) {
      problems.add(file, row.line, `time ${time(row)} ${withEvent ? `of event ${of} ` : ''}is not among the times of the rain`)
      continue
    }
    const own = `${place.storm} ${site}`
    if (place.t <= (last.get(own) ?? -1)) problems.add(file, row.line, `time ${time(row)} of node ${node(row)} is not after the one before`)
    last.set(own, place.t)
    const text = depth(row)
    if (text === '') continue
    series[place.storm][site][place.t] = numberIn(problems, table, row, 'depth_m', text, { low: -1, high: DEPTH_MAX_M, unit: 'm' })
  }
  problems.raise()
  return series
}

/**
 * Rain and levels of one or more storms. Without nc_ columns there is no nowcast; without a column `event` the file is one storm.
 * @throws UrbanError input `flood.csv` with every mistake
 */
export async function readStorms(rainFile: string, levelsFile: string, sites: readonly Site[]): Promise<NamedStorm[]> {
  const { table, grids } = await readRain(rainFile)
  const problems = new Problems()
  const rain = column(table, 'rain_mmh')
  const tide = table.find('tide')
  const nowcast = nowcastColumns(table)
  const levels = await readLevels(levelsFile, sites, grids)
  const storms = grids.map(({ event, rows, times }, s): NamedStorm => {
    const series = (read: (row: Row) => number): Float64Array => Float64Array.from(rows, read)
    const rainBounds: Bounds = { low: 0, high: RAIN_MAX_MM_H, unit: 'mm/h' }
    return {
      event,
      times,
      steps: rows.length,
      rain_mm: series((row) => (numberIn(problems, table, row, 'rain_mmh', rain(row), rainBounds) * STEP_MIN) / 60),
      tide_m: series((row) => (tide === undefined ? 0 : tideOf(problems, table, row, (row.cells[tide] ?? '').trim()))),
      nowcast_mm:
        nowcast?.map(({ name, read }) =>
          series((row) => numberIn(problems, table, row, name, read(row), { low: 0, high: NOWCAST_MAX_MM, unit: 'mm' })),
        ) ?? null,
      levels_m: levels[s],
    }
  })
  problems.raise()
  return storms
}

async function readRain(file: string): Promise<{ readonly table: Table; readonly grids: readonly Grid[] }> {
  const table = await readTable(file, ['time', 'rain_mmh'])
  const problems = new Problems()
  const grids = gridsOf(problems, table)
  problems.raise()
  return { table, grids }
}

/** @throws UrbanError input `flood.csv` when only some of them are there */
function nowcastColumns(table: Table): { readonly name: string; readonly read: (row: Row) => string }[] | null {
  const missing = NOWCAST_COLUMNS.filter((name) => table.find(name) === undefined)
  if (missing.length === NOWCAST_COLUMNS.length) return null
  if (missing.length > 0)
    throw new UrbanError(
      'input',
      'flood.csv',
      `${table.file}:1: a nowcast without ${missing.join(', ')}; expected all of ${NOWCAST_COLUMNS.join(', ')} or none`,
    )
  return NOWCAST_COLUMNS.map((name) => ({ name, read: column(table, name) }))
}

export interface NamedKnownStorm extends NamedStorm, KnownStorm {}

/** The storms of a directory with their truth: rain.csv, levels.csv, truth.csv, nodes.csv. @throws UrbanError input `flood.csv` */
export async function readKnownStorms(
  directory: string,
): Promise<{ readonly sites: readonly Site[]; readonly storms: readonly NamedKnownStorm[] }> {
  const [rain, levels, truth, nodes] = ['rain.csv', 'levels.csv', 'truth.csv', 'nodes.csv'].map((file) => join(directory, file))
  const sites = await readSites(nodes)
  const storms = await readStorms(rain, levels, sites)
  const { grids } = await readRain(rain)
  const depths = await readLevels(truth, sites, grids)
  return { sites, storms: storms.map((storm, s) => ({ ...storm, truth_m: depths[s] })) }
}
