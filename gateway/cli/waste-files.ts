/**
 * Bins as tables: fill.csv (bin, time, fill_pct), and where there are such collections.csv (bin, time) and bins.csv (bin, kind). Read line by line, because a year of
 * minutes of some bins is millions of lines. Every mistake is told with file, line and what was expected; an empty fill is a gap.
 */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { UrbanError } from '../../engine/base/errors.ts'
import { Problems } from './csv-table.ts'

export const WASTE_CSV = 'waste.csv'
/** So many mistakes are enough to know that it is the wrong file. */
const PROBLEMS_MAX = 100
/** No sensor means more; it is another unit. */
const FILL_MAX_PCT = 1000

/** Values of the named columns; the optional ones are empty where the column is missing. */
type Take = (cells: readonly string[], line: number) => void

/** A line's values; a value with commas stands in quotes. */
function cellsOf(line: string): string[] {
  if (!line.includes('"')) return line.split(',')
  const cells: string[] = []
  let cell = ''
  let quoted = false
  for (let i = 0; i < line.length; i++) {
    const c = line[i]
    if (c === '"' && quoted && line[i + 1] === '"') {
      cell += c
      i++
    } else if (c === '"') quoted = !quoted
    else if (c === ',' && !quoted) {
      cells.push(cell)
      cell = ''
    } else cell += c
  }
  cells.push(cell)
  return cells
}

/** @throws UrbanError input `waste.csv` when the file or a required column is missing, or lines are cut short */
export async function readLines(
  file: string,
  required: readonly string[],
  optional: readonly string[],
  problems: Problems,
  take: Take,
): Promise<void> {
  const refuse = (message: string): never => {
    throw new UrbanError('input', WASTE_CSV, `${file}${message}`)
  }
  const stream = createReadStream(file, 'utf8')
  const failed = new Promise<never>((_, reject) => stream.once('error', reject))
  failed.catch(() => undefined)
  let at: number[] | null = null
  let width = 0
  let line = 0
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })
  const read = async (): Promise<void> => {
    for await (const text of lines) {
      line++
      if (text.trim() === '') continue
      const cells = cellsOf(at === null ? text.replace(/^\uFEFF/, '') : text).map((cell) => cell.trim())
      if (at === null) {
        const missing = required.filter((name) => !cells.includes(name))
        if (missing.length > 0) refuse(`:${line}: no column ${missing.join(', ')}; found ${cells.join(', ')}`)
        at = [...required, ...optional].map((name) => cells.indexOf(name))
        width = cells.length
      } else if (cells.length === width)
        take(
          at.map((index) => cells[index] ?? ''),
          line,
        )
      else problems.add(file, line, `${cells.length} values, expected ${width} as in line 1`)
      if (problems.count >= PROBLEMS_MAX) problems.raise()
    }
  }
  try {
    await Promise.race([read(), failed])
  } catch (error) {
    if (error instanceof UrbanError) throw error
    refuse(`: cannot be read (${error instanceof Error ? error.message : String(error)})`)
  } finally {
    stream.destroy()
  }
  if (at === null) refuse(':1: empty, expected the names of the columns')
}

const TIME = /^(\d{4})[-/](\d\d?)[-/](\d\d?)(?:[T ](\d\d?):(\d\d)(?::(\d\d)(\.\d+)?)?)?\s*(Z|UTC|[+-]\d\d(?::?\d\d)?)?$/
export const TIME_WANTED = 'expected 2024-01-31T08:15:00, with or without zone, or seconds or milliseconds since 1970'

/** Without a zone the hours are taken as they stand: the clock at the bins. NaN where it is no time, or one before 1970. */
export function timeOf_ms(text: string): number {
  if (/^\d{9,10}(\.\d+)?$/.test(text)) return Number(text) * 1000
  if (/^\d{12,13}$/.test(text)) return Number(text)
  const found = TIME.exec(text)
  if (found === null) return Number.NaN
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map((part) => Number(part ?? 0))
  const at = Date.UTC(year, month - 1, day, hour, minute, second) + Number(found[7] ?? 0) * 1000
  const date = new Date(Date.UTC(year, month - 1, day))
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || hour > 24 || minute > 59 || second > 60) return Number.NaN
  const zone = /^([+-])(\d\d):?(\d\d)?$/.exec(found[8] ?? '')
  const offset_min = zone === null ? 0 : (zone[1] === '-' ? -1 : 1) * (Number(zone[2]) * 60 + Number(zone[3] ?? 0))
  const ms = at - offset_min * 60_000
  return ms < 0 ? Number.NaN : ms
}

/** Readings of one bin in order of time, and which of them came after a reported collection. */
export interface BinFills {
  readonly bin: string
  readonly kind: string | null
  readonly ts: Float64Array
  readonly fill_pct: Float64Array
  readonly collected: Uint8Array
}

export interface FillFiles {
  readonly fills: string
  readonly collections?: string | undefined
  readonly bins?: string | undefined
  /** Told what was made of a file that is not quite as expected. */
  readonly say?: (text: string) => void
}

/** @throws UrbanError input `waste.csv` with every mistake */
export async function readFills({ fills, collections, bins, say }: FillFiles): Promise<BinFills[]> {
  const problems = new Problems(WASTE_CSV)
  const readings = new Map<string, { ts: number[]; fill_pct: number[] }>()
  await readLines(fills, ['bin', 'time', 'fill_pct'], [], problems, ([bin, time, fill], line) => {
    const ts = timeOf_ms(time)
    const fill_pct = Number(fill.replace(/\s*%$/, ''))
    if (bin === '') problems.add(fills, line, 'bin is empty, expected its name')
    else if (Number.isNaN(ts)) problems.add(fills, line, `time is ${time || 'empty'}, ${TIME_WANTED}`)
    else if (isGap(fill)) return
    else if (!Number.isFinite(fill_pct) || Math.abs(fill_pct) > FILL_MAX_PCT)
      problems.add(fills, line, `fill_pct is ${fill}, expected a number in percent, 0 empty and 100 full`)
    else {
      const own = readings.get(bin) ?? { ts: [], fill_pct: [] }
      if (own.ts.length === 0) readings.set(bin, own)
      own.ts.push(ts)
      own.fill_pct.push(fill_pct)
    }
  })
  const kinds = bins === undefined ? new Map<string, string>() : await readKinds(bins, problems)
  const emptied = collections === undefined ? new Map<string, number[]>() : await readCollections(collections, problems)
  problems.raise()
  const unit = isShares(readings) ? 100 : 1
  if (unit !== 1) say?.(`note: no value of ${fills} is above 1: taken for shares of a full bin, 1 for 100 %`)
  return [...readings].map(([bin, own]) => {
    const order = own.ts.map((_, i) => i).sort((a, b) => own.ts[a] - own.ts[b] || a - b)
    const ts = Float64Array.from(order, (i) => own.ts[i])
    const fill_pct = Float64Array.from(order, (i) => unit * own.fill_pct[i])
    return { bin, kind: kinds.get(bin) ?? null, ts, fill_pct, collected: collectedBefore(ts, emptied.get(bin) ?? []) }
  })
}

/** Whether levels are written from 0 to 1. */
function isShares(readings: ReadonlyMap<string, { readonly fill_pct: readonly number[] }>): boolean {
  let parts = false
  for (const { fill_pct } of readings.values()) {
    for (const fill of fill_pct) {
      if (fill > 1) return false
      if (fill > 0 && fill < 1) parts = true
    }
  }
  return parts
}

export const isGap = (text: string): boolean => text === '' || /^(nan|null|none|na|n\/a)$/i.test(text)

function collectedBefore(ts: Float64Array, emptied: readonly number[]): Uint8Array {
  const flags = new Uint8Array(ts.length)
  for (const at of emptied) {
    const next = ts.findIndex((t) => t >= at)
    if (next > 0) flags[next] = 1
  }
  return flags
}

async function readKinds(file: string, problems: Problems): Promise<Map<string, string>> {
  const kinds = new Map<string, string>()
  await readLines(file, ['bin'], ['kind'], problems, ([bin, kind], line) => {
    if (bin === '') problems.add(file, line, 'bin is empty, expected its name')
    else if (kind !== '') kinds.set(bin, kind)
  })
  return kinds
}

async function readCollections(file: string, problems: Problems): Promise<Map<string, number[]>> {
  const emptied = new Map<string, number[]>()
  await readLines(file, ['bin', 'time'], [], problems, ([bin, time], line) => {
    const ts = timeOf_ms(time)
    if (Number.isNaN(ts)) problems.add(file, line, `time is ${time || 'empty'}, ${TIME_WANTED}`)
    else emptied.set(bin, [...(emptied.get(bin) ?? []), ts])
  })
  return emptied
}

/** A time of issue, with its place among the lines and its text as it was written. */
export interface Issue {
  readonly line: number
  readonly bin: string
  readonly time: string
  readonly at: number
}

/** @throws UrbanError input `waste.csv` with every mistake */
export async function readIssues(file: string): Promise<Issue[]> {
  const problems = new Problems(WASTE_CSV)
  const issues: Issue[] = []
  await readLines(file, ['time', 'bin'], [], problems, ([time, bin], line) => {
    const at = timeOf_ms(time)
    if (bin === '') problems.add(file, line, 'bin is empty, expected its name')
    else if (Number.isNaN(at)) problems.add(file, line, `time is ${time || 'empty'}, ${TIME_WANTED}`)
    else issues.push({ line, bin, time, at })
  })
  problems.raise()
  return issues
}
