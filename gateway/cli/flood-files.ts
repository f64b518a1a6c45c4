/**
 * Storms as tables: rain.csv, levels.csv, nodes.csv and, for training, truth.csv. Columns are found by name; times are of a grid of five minutes. Every mistake is
 * told with file, line and what was expected.
 */
import { join } from 'node:path'
import { UrbanError } from '../../engine/base/errors.ts'
import { type KnownStorm, NOWCAST_WINDOWS, type Site, STEP_MIN, type Storm, type StormRain } from '../../engine/flood/forecast/storm.ts'
import { type Bounds, column, numberIn, Problems, type Row, readTable, type Table } from './csv-table.ts'

/** A storm with its names: times as the files wrote them. */
export interface NamedStorm extends Storm {
  readonly event: string
  readonly times: readonly string[]
}

const STEP_MS = STEP_MIN * 60_000
/** Deeper or higher than any street, rain heavier than the record of a minute: another unit was meant. */
const DEPTH_MAX_M = 50
const RAIN_MAX_MM_H = 2000
const NOWCAST_MAX_MM = 2000
const FOOT_M = 0.3048

/** Windows of the nowcast as columns: `nc_0_15`. */
export const NOWCAST_COLUMNS = NOWCAST_WINDOWS.map(({ from, to }) => `nc_${from * STEP_MIN}_${to * STEP_MIN}`)

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

/** Rain of one event, on one node where the table tells nodes apart. */
interface Grid {
  readonly event: string
  readonly node: string
  readonly start: number
  readonly rows: readonly Row[]
  readonly times: readonly string[]
}

/** Rows of one event, and node, lie together, five minutes apart. */
function gridsOf(problems: Problems, table: Table): Grid[] {
  const time = column(table, 'time')
  const [eventAt, nodeAt] = [table.find('event'), table.find('node')]
  const cell = ({ cells }: Row, at: number | undefined): string => (at === undefined ? '' : (cells[at] ?? '').trim())
  const grids: { event: string; node: string; start: number; rows: Row[]; times: string[] }[] = []
  const seen = new Set<string>()
  for (const row of table.rows) {
    const [event, node] = [cell(row, eventAt), cell(row, nodeAt)]
    const ms = timeOf(time(row))
    if (Number.isNaN(ms)) {
      problems.add(table.file, row.line, `time is ${time(row)}, expected 2024-01-01T00:05:00`)
      continue
    }
    let grid = grids.at(-1)
    if (grid === undefined || grid.event !== event || grid.node !== node) {
      const key = JSON.stringify([event, node])
      const what = nodeAt === undefined ? `event ${event}` : `node ${node} of event ${event}`
      if (seen.has(key)) problems.add(table.file, row.line, `${what} goes on after another one; its lines must lie together`)
      seen.add(key)
      grid = { event, node, start: ms, rows: [], times: [] }
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

/** An event with its rain, on every node where the table tells nodes apart. */
interface Event {
  /** The first of its grids: all have the same times. */
  readonly grid: Grid
  readonly grids: readonly Grid[]
}

function eventsOf(problems: Problems, { file }: Table, grids: readonly Grid[]): Event[] {
  const events = new Map<string, { grid: Grid; grids: Grid[] }>()
  for (const grid of grids) {
    const event = events.get(grid.event)
    if (event === undefined) events.set(grid.event, { grid, grids: [grid] })
    else {
      event.grids.push(grid)
      const { start, rows } = event.grid
      if (grid.start !== start || grid.rows.length !== rows.length)
        problems.add(file, grid.rows[0].line, `node ${grid.node} of event ${grid.event} has other times than node ${event.grid.node}`)
    }
  }
  return [...events.values()]
}

interface Placed {
  readonly storm: number
  readonly t: number
}

/** Levels or truth into series by site; a line without a rain time is a mistake, a missing line a gap. */
async function readLevels(file: string, sites: readonly Site[], events: readonly Event[]): Promise<Float64Array[][]> {
  const table = await readTable(file, ['time', 'node', 'depth_m'])
  const [time, node, depth] = ['time', 'node', 'depth_m'].map((name) => column(table, name))
  const event = table.find('event')
  const index = new Map(sites.map((site, i) => [site.node, i]))
  const places = new Map<string, Placed>()
  const keyed = (name: string, ms: number): string => `${name} ${ms}`
  const withEvent = event !== undefined
  events.forEach(({ grid }, storm) => {
    grid.times.forEach((_, t) => {
      places.set(keyed(withEvent ? grid.event : '', grid.start + t * STEP_MS), { storm, t })
    })
  })
  const series = events.map(({ grid: { rows } }) => sites.map(() => new Float64Array(rows.length).fill(Number.NaN)))
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
 * Rain and levels of one or more storms. Without nc_ columns there is no nowcast; without a column `event` the file is one storm; without a column `node` it rains
 * the same on all.
 * @throws UrbanError input `flood.csv` with every mistake
 */
export async function readStorms(rainFile: string, levelsFile: string, sites: readonly Site[]): Promise<NamedStorm[]> {
  const { table, events } = await readRain(rainFile)
  const problems = new Problems()
  const read = rainReader(problems, table)
  const tide = table.find('tide')
  const levels = await readLevels(levelsFile, sites, events)
  const storms = events.map(({ grid, grids }, s): NamedStorm => {
    const local = table.find('node') === undefined ? null : localRain(problems, table, grids, sites, read)
    return {
      event: grid.event,
      times: grid.times,
      steps: grid.rows.length,
      ...(local === null ? read(grid) : { ...meanRain(local), local }),
      tide_m: Float64Array.from(grid.rows, (row) =>
        tide === undefined ? 0 : tideOf(problems, table, row, (row.cells[tide] ?? '').trim()),
      ),
      levels_m: levels[s],
    }
  })
  problems.raise()
  return storms
}

/** @throws UrbanError input `flood.csv` when only some of the columns of a nowcast are there */
function rainReader(problems: Problems, table: Table): (grid: Grid) => StormRain {
  const rain = column(table, 'rain_mmh')
  const nowcast = nowcastColumns(table)
  const rate: Bounds = { low: 0, high: RAIN_MAX_MM_H, unit: 'mm/h' }
  const sum: Bounds = { low: 0, high: NOWCAST_MAX_MM, unit: 'mm' }
  return ({ rows }) => ({
    rain_mm: Float64Array.from(rows, (row) => (numberIn(problems, table, row, 'rain_mmh', rain(row), rate) * STEP_MIN) / 60),
    nowcast_mm:
      nowcast?.map(({ name, read }) => Float64Array.from(rows, (row) => numberIn(problems, table, row, name, read(row), sum))) ?? null,
  })
}

/** By site. */
function localRain(
  problems: Problems,
  { file }: Table,
  grids: readonly Grid[],
  sites: readonly Site[],
  read: (grid: Grid) => StormRain,
): StormRain[] {
  const names = new Set(sites.map(({ node }) => node))
  for (const { node, rows } of grids) if (!names.has(node)) problems.add(file, rows[0].line, `node ${node} is not in the list of nodes`)
  const [first] = grids
  return sites.map(({ node }) => {
    const own = grids.find((grid) => grid.node === node)
    if (own === undefined) problems.add(file, first.rows[0].line, `event ${first.event} has no rain of node ${node}`)
    return read(own ?? first)
  })
}

const meanOf = (series: readonly Float64Array[]): Float64Array =>
  series[0].map((_, t) => series.reduce((sum, own) => sum + own[t], 0) / series.length)

/** Over the sites. */
const meanRain = (local: readonly StormRain[]): StormRain => ({
  rain_mm: meanOf(local.map(({ rain_mm }) => rain_mm)),
  nowcast_mm: local[0].nowcast_mm?.map((_, w) => meanOf(local.flatMap(({ nowcast_mm }) => nowcast_mm?.slice(w, w + 1) ?? []))) ?? null,
})

async function readRain(file: string): Promise<{ readonly table: Table; readonly events: readonly Event[] }> {
  const table = await readTable(file, ['time', 'rain_mmh'])
  const problems = new Problems()
  const events = eventsOf(problems, table, gridsOf(problems, table))
  problems.raise()
  return { table, events }
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
  const { events } = await readRain(rain)
  const depths = await readLevels(truth, sites, events)
  return { sites, storms: storms.map((storm, s) => ({ ...storm, truth_m: depths[s] })) }
}
