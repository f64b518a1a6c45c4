/** Comma-separated tables with names in their first line: columns are found by name, and every mistake is told with file, line and what was expected. */
import { readFile } from 'node:fs/promises'
import { formatProblem, type Problem, UrbanError } from '../../engine/base/errors.ts'

export interface Row {
  readonly line: number
  readonly cells: readonly string[]
}

export interface Table {
  readonly file: string
  readonly rows: readonly Row[]
  /** Index of a column, or undefined where it may be missing. */
  find(column: string): number | undefined
}

const PROBLEMS_SHOWN = 20

export class Problems {
  private readonly found: Problem[] = []
  private readonly code: string

  constructor(code = 'flood.csv') {
    this.code = code
  }

  get count(): number {
    return this.found.length
  }

  add(file: string, line: number, message: string): void {
    this.found.push({ place: { file, line }, code: this.code, message })
  }

  /** @throws UrbanError input of its code with what was found */
  raise(): void {
    if (this.found.length === 0) return
    const shown = this.found.slice(0, PROBLEMS_SHOWN).map(formatProblem)
    const more = this.found.length - shown.length
    throw new UrbanError('input', this.code, [...shown, ...(more > 0 ? [`and ${more} more problems`] : [])].join('\n'))
  }
}

/** @throws UrbanError input `flood.csv` when the file or a column is missing */
export async function readTable(file: string, columns: readonly string[]): Promise<Table> {
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
export const column = (table: Table, name: string): ((row: Row) => string) => {
  const at = table.find(name) ?? -1
  return ({ cells }) => (cells[at] ?? '').trim()
}

export interface Bounds {
  readonly low: number
  readonly high: number
  readonly unit: string
}

export function numberIn(problems: Problems, { file }: Table, row: Row, name: string, text: string, { low, high, unit }: Bounds): number {
  const value = text === '' ? Number.NaN : Number(text)
  if (Number.isFinite(value) && value >= low && value <= high) return value
  const hint = Number.isFinite(value) && value > high && unit === 'm' ? '; are these centimetres or millimetres?' : ''
  problems.add(file, row.line, `${name} is ${text === '' ? 'empty' : text}, expected a number from ${low} to ${high} in ${unit}${hint}`)
  return 0
}
