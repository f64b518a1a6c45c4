/** Bins as the page of bins shows them: which of them, in which order, the curve of one, the way of a round. */
import type { LonLat } from '../../engine/base/geo.ts'
import type { BinDocument, BinsAnswer } from '../../gateway/wire/bins.ts'
import { askJson, type CurvePoint } from './api.ts'
import type { Place } from './city.ts'

export interface BinRow {
  readonly bin: BinDocument
  /** Null for a bin that the city does not list. */
  readonly place: Place | null
  readonly grid: string | null
}

export const BIN_STATES = ['all', 'full', 'soon', 'alarm', 'blocked', 'stale', 'estimated', 'round'] as const
export type BinState = (typeof BIN_STATES)[number]

export interface BinFilter {
  /** Code of a grid; empty for all. */
  readonly grid: string
  /** What goes in; empty for all. */
  readonly waste: string
  readonly state: BinState
  readonly text: string
}

export const ALL_BINS: BinFilter = { grid: '', waste: '', state: 'all', text: '' }

export const FULL_PCT = 90
const SOON_H = 24

export function isInState({ fill_pct, forecast, alarms, tilted, blocked, quality, round }: BinDocument, state: BinState): boolean {
  switch (state) {
    case 'all':
      return true
    case 'full':
      return fill_pct > FULL_PCT
    case 'soon':
      return forecast !== null && forecast.ttf_h <= SOON_H
    case 'alarm':
      return alarms.length > 0 || tilted
    case 'blocked':
      return blocked !== null
    case 'round':
      return round !== null
    default:
      return quality === state
  }
}

/** Joined with the city, in the order of the answer. */
export function binRows({ bins }: BinsAnswer, places: ReadonlyMap<string, Place>): BinRow[] {
  return bins.map((bin) => {
    const place = places.get(`device:${bin.bin}`) ?? null
    return { bin, place, grid: place?.properties.grid ?? null }
  })
}

/** @param gridName both languages in one text, for the search */
export function fittingBins(rows: readonly BinRow[], filter: BinFilter, gridName: (code: string) => string): BinRow[] {
  const text = filter.text.trim().toLowerCase()
  return rows.filter(({ bin, place, grid }) => {
    if (filter.grid !== '' && grid !== filter.grid) return false
    if (filter.waste !== '' && bin.waste !== filter.waste) return false
    if (!isInState(bin, filter.state)) return false
    if (text === '') return true
    const name = place?.properties.name
    return [bin.bin, name?.zh, name?.en, grid === null ? '' : gridName(grid)].some((one) => one?.toLowerCase().includes(text))
  })
}

export const BIN_COLUMNS = ['fill', 'full', 'p24', 'p48', 'emptied'] as const
export type BinColumn = (typeof BIN_COLUMNS)[number]

function columnValue({ bin }: BinRow, column: BinColumn): number | null {
  switch (column) {
    case 'fill':
      return bin.fill_pct
    case 'full':
      return bin.forecast?.ttf_h ?? null
    case 'p24':
      return bin.forecast?.p_overflow_24h ?? null
    case 'p48':
      return bin.forecast?.p_overflow_48h ?? null
    default:
      return bin.emptied
  }
}

/** What nothing is known of is last in either direction. */
export function sortBins(rows: readonly BinRow[], column: BinColumn, descending: boolean): BinRow[] {
  return rows.toSorted((a, b) => {
    const [x, y] = [columnValue(a, column), columnValue(b, column)]
    if (x === null || y === null) return Number(x === null) - Number(y === null)
    return descending ? y - x : x - y
  })
}

/** Grids that have bins, and streams of waste that are collected, for the choices of the filter. */
export function choicesOf(rows: readonly BinRow[]): { readonly grids: readonly string[]; readonly wastes: readonly string[] } {
  const grids = new Set(rows.flatMap(({ grid }) => grid ?? []))
  const wastes = new Set(rows.map(({ bin }) => bin.waste))
  return { grids: [...grids].sort(), wastes: [...wastes].sort() }
}

export interface Course {
  readonly level_pct: number
  readonly levels: readonly { readonly level_pct: number; readonly low_h: number; readonly said_h: number; readonly high_h: number }[]
}

/** How far ahead the curve of a bin is drawn: until it is full even if that comes late, a day at least and a week at most. */
export function aheadOf_h(course: Course | null, full_pct: number): number {
  const full = course?.levels.find(({ level_pct }) => level_pct >= full_pct)
  return Math.min(168, Math.max(24, Math.ceil(1.1 * (full?.high_h ?? 0))))
}

type Point = readonly [h: number, pct: number]

/** The line of what is said and the outline of its band, hours from now against percent, cut at `end_h`. */
export function courseLines(course: Course, end_h: number): { readonly said: readonly Point[]; readonly band: readonly Point[] } {
  const start: Point = [0, course.level_pct]
  const line = (time: 'low_h' | 'said_h' | 'high_h'): Point[] =>
    cut([start, ...course.levels.map((level): Point => [level[time], level.level_pct])], end_h)
  const [early, late] = [line('low_h'), line('high_h')]
  const end: Point[] = [
    [end_h, early[early.length - 1][1]],
    [end_h, late[late.length - 1][1]],
  ]
  return { said: line('said_h'), band: [...early, ...end, ...late.toReversed()] }
}

function cut(points: readonly Point[], end_h: number): Point[] {
  const beyond = points.findIndex(([h]) => h > end_h)
  if (beyond < 0) return [...points]
  const [from, to] = [points[beyond - 1], points[beyond]]
  const share = (end_h - from[0]) / (to[0] - from[0])
  return [...points.slice(0, beyond), [end_h, from[1] + share * (to[1] - from[1])]]
}

/** Runs of what was measured; a hole of more than `gap_ms` is not drawn over. */
export function runsOf(points: readonly CurvePoint[], gap_ms: number): (readonly CurvePoint[])[] {
  const runs: CurvePoint[][] = []
  for (const point of points) {
    const run = runs.at(-1)
    if (run === undefined || point.ts - run[run.length - 1].ts > gap_ms) runs.push([point])
    else run.push(point)
  }
  return runs
}

export interface PictureSize {
  readonly width: number
  readonly height: number
}

/** Roads around a round and its way, in the units of a picture; north is up. */
export interface RoundPicture extends PictureSize {
  readonly roads: string
  /** The way to each stop of the round, in its order; empty where it is not known. */
  readonly ways: readonly string[]
  readonly stops: readonly { readonly x: number; readonly y: number }[]
}

const MARGIN = 0.08
/** Below, one stop alone would be drawn as if the street were a city. */
const SPAN_DEG_MIN = 0.002

/** @param roads lines of the city; those outside of the picture are left out */
export function roundPicture(
  roads: readonly { readonly line: readonly LonLat[] }[],
  stops: readonly LonLat[],
  ways: readonly (readonly LonLat[])[],
  size: PictureSize,
): RoundPicture {
  const shown = [...stops, ...ways.flat()]
  const [lons, lats] = [shown.map(([lon]) => lon), shown.map(([, lat]) => lat)]
  const least = (values: readonly number[]): number => values.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY)
  const most = (values: readonly number[]): number => values.reduce((high, value) => Math.max(high, value), Number.NEGATIVE_INFINITY)
  const middle = [(least(lons) + most(lons)) / 2, (least(lats) + most(lats)) / 2]
  const shrink = Math.cos((middle[1] * Math.PI) / 180)
  const wide = Math.max(SPAN_DEG_MIN, (most(lons) - least(lons)) * shrink)
  const high = Math.max(SPAN_DEG_MIN, most(lats) - least(lats))
  const scale = (1 - 2 * MARGIN) * Math.min(size.width / wide, size.height / high)
  const x = (lon: number): number => size.width / 2 + (lon - middle[0]) * shrink * scale
  const y = (lat: number): number => size.height / 2 - (lat - middle[1]) * scale
  const pathOf = (line: readonly LonLat[]): string =>
    line.length < 2 ? '' : `M${line.map(([lon, lat]) => `${x(lon).toFixed(1)} ${y(lat).toFixed(1)}`).join('L')}`
  const isInside = ([lon, lat]: LonLat): boolean => x(lon) >= 0 && x(lon) <= size.width && y(lat) >= 0 && y(lat) <= size.height
  return {
    ...size,
    roads: roads.flatMap(({ line }) => (line.some(isInside) ? pathOf(line) : [])).join(''),
    ways: ways.map(pathOf),
    stops: stops.map(([lon, lat]) => ({ x: x(lon), y: y(lat) })),
  }
}

/** Orders of a desk about rounds. @throws Error with what the problem document says */
export const planRound = (base: URL, note: string, token: string): Promise<unknown> =>
  askJson(base, 'api/v1/bins/round', token, 'POST', note === '' ? {} : { note })

export const withdrawRound = (base: URL, round: string, reason: string, token: string): Promise<unknown> =>
  askJson(base, `api/v1/bins/round/${encodeURIComponent(round)}/withdraw`, token, 'POST', { reason })
