/** Words of a row as names and numbers, with what was expected where they are none. */
import type { Problem } from '../../engine/base/errors.ts'
import { nearest } from '../check-names.ts'
import type { Row } from './swmm-read.ts'

export interface Reporter {
  fault(line: number, message: string): void
  note(line: number, message: string): void
}

export function reporter(file: string, problems: Problem[], notes: Problem[]): Reporter {
  return {
    fault: (line, message) => problems.push({ place: { file, line }, code: 'swmm.value', message }),
    note: (line, message) => notes.push({ place: { file, line }, code: 'swmm.note', message }),
  }
}

export interface Bounds {
  readonly min?: number
  readonly max?: number
  /** Taken where the word is missing or `*`; without it the word is required. */
  readonly otherwise?: number
}

/** A number of a row, or NaN after a fault has been told. */
export function numberAt(row: Row, index: number, name: string, { min, max, otherwise }: Bounds, say: Reporter): number {
  const word = row.words[index]
  if ((word === undefined || word === '*' || word === '') && otherwise !== undefined) return otherwise
  const value = word === undefined || word === '' ? Number.NaN : Number(word)
  const range = min !== undefined && max !== undefined ? ` from ${min} to ${max}` : min !== undefined ? ` of at least ${min}` : ''
  if (Number.isFinite(value) && (min === undefined || value >= min) && (max === undefined || value <= max)) return value
  say.fault(row.line, `${row.words[0]}: ${name} is ${word ?? 'missing'}, expected a number${range}`)
  return Number.NaN
}

export function wordAt(row: Row, index: number, name: string, say: Reporter): string {
  const word = row.words[index] ?? ''
  if (word === '') say.fault(row.line, `${row.words[0]}: ${name} is missing`)
  return word
}

export const isYes = (word: string | undefined): boolean => word?.toUpperCase() === 'YES'

/** What the name stands for, or undefined after a fault that says which name was probably meant. */
export function lookUp<T>(known: ReadonlyMap<string, T>, id: string, row: Row, what: string, say: Reporter): T | undefined {
  const found = known.get(id)
  if (found === undefined) {
    const near = nearest(id, [...known.keys()])
    say.fault(row.line, `${row.words[0]}: ${id} is no ${what} of this file${near === null ? '' : `, expected one such as ${near}`}`)
  }
  return found
}
