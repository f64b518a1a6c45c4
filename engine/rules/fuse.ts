/**
 * One generated function for a whole set of rules. It reads columns of numbers, one row a device, and writes how every condition stands. Parts
 * that several conditions share are computed once.
 *
 * `new Function` is safe here: its text is made from checked trees only (check.ts), out of numbers that are finite, operators and functions of
 * fixed tables, and the places of inputs, which are whole numbers. No text that a person wrote gets into it, no name can be reached from it but
 * `Math`, and it runs in the engine, never in a page: the policy that keeps pages from evaluating texts is not touched.
 *
 * Truth has two bits after Kleene (1952, Introduction to metamathematics, section 64): the upper one says "certainly", the lower one "possibly".
 * A value that is not known makes a comparison unknown; `and` and `or` are unknown only where the known sides do not decide.
 */
import { findFunction } from './functions.ts'
import type { Comparison, Input, NumberTree, TruthTree } from './tree.ts'

export const FALSE = 0
export const UNKNOWN = 1
export const TRUE = 3

/** Columns of inputs by row; `out` takes one byte for each condition of each row, row by row. */
export type FusedRules = (columns: readonly Float64Array[], rows: number, out: Uint8Array) => void
/** One value over one row of inputs; a condition gives 1, 0 or NaN. */
export type FusedValue = (row: Float64Array) => number

/** V8 does not optimise functions without end; so many conditions share one. */
const CONDITIONS_MAX = 128

export interface Condition {
  readonly tree: TruthTree
  /** Column of an input. */
  readonly slotOf: (input: Input) => number
}

export function fuseRules(conditions: readonly Condition[]): FusedRules {
  const parts: FusedRules[] = []
  for (let from = 0; from < conditions.length; from += CONDITIONS_MAX)
    parts.push(fusePart(conditions.slice(from, from + CONDITIONS_MAX), from, conditions.length))
  if (parts.length === 1) return parts[0]
  return (columns, rows, out) => {
    for (const part of parts) part(columns, rows, out)
  }
}

function fusePart(conditions: readonly Condition[], from: number, width: number): FusedRules {
  const used = new Set<number>()
  let slotOf = (_input: Input): number => 0
  const writer = createWriter((input) => {
    const slot = slotOf(input)
    used.add(slot)
    return `c${slot}[i]`
  })
  const results = conditions.map((condition) => {
    slotOf = condition.slotOf
    return writer.truth(condition.tree)
  })
  const columns = [...used].sort((a, b) => a - b).map((slot) => `const c${slot} = columns[${slot}];`)
  const writes = results.map((text, i) => `out[o + ${from + i}] = ${text};`)
  const text = [
    '"use strict";',
    ...columns,
    `for (let i = 0, o = 0; i < rows; i++, o += ${width}) {`,
    ...writer.lines,
    ...writes,
    '}',
  ].join('\n')
  return new Function('columns', 'rows', 'out', text) as FusedRules
}

export function fuseNumber(tree: NumberTree, slotOf: (input: Input) => number): FusedValue {
  const writer = createWriter((input) => `row[${slotOf(input)}]`)
  const result = writer.number(tree)
  return new Function('row', ['"use strict";', ...writer.lines, `return ${result};`].join('\n')) as FusedValue
}

export function fuseTruth(tree: TruthTree, slotOf: (input: Input) => number): FusedValue {
  const writer = createWriter((input) => `row[${slotOf(input)}]`)
  const result = writer.truth(tree)
  const text = ['"use strict";', ...writer.lines, `return ${result} === ${UNKNOWN} ? NaN : ${result} >> 1;`].join('\n')
  return new Function('row', text) as FusedValue
}

interface Writer {
  /** Declarations that the results rest on, in order. */
  readonly lines: string[]
  number(tree: NumberTree): string
  truth(tree: TruthTree): string
}

/** Certainly, and possibly: what is neither true nor false is unknown. */
const COMPARISONS: Readonly<Record<Comparison, (a: string, b: string) => string>> = {
  larger: (a, b) => `((${a} > ${b} ? 2 : 0) | (${a} <= ${b} ? 0 : 1))`,
  largerEq: (a, b) => `((${a} >= ${b} ? 2 : 0) | (${a} < ${b} ? 0 : 1))`,
  smaller: (a, b) => `((${a} < ${b} ? 2 : 0) | (${a} >= ${b} ? 0 : 1))`,
  smallerEq: (a, b) => `((${a} <= ${b} ? 2 : 0) | (${a} > ${b} ? 0 : 1))`,
  equal: (a, b) => `((${a} === ${b} ? 2 : 0) | (${a} < ${b} || ${a} > ${b} ? 0 : 1))`,
  unequal: (a, b) => `((${a} < ${b} || ${a} > ${b} ? 2 : 0) | (${a} === ${b} ? 0 : 1))`,
}

const negated = (a: string): string => `(((~${a} & 1) << 1) | ((~${a} >> 1) & 1))`

function createWriter(read: (input: Input) => string): Writer {
  const lines: string[] = []
  const names = new Map<string, string>()
  /** The name of a part: the same text is computed once. */
  const keep = (text: string): string => {
    const known = names.get(text)
    if (known !== undefined) return known
    const name = `t${names.size}`
    names.set(text, name)
    lines.push(`const ${name} = ${text};`)
    return name
  }

  function number(tree: NumberTree): string {
    switch (tree.op) {
      case 'number':
        return numberText(tree.value)
      case 'input':
        return keep(read(tree.input))
      case 'scale':
        return keep(`${number(tree.inner)} * ${numberText(tree.factor)}`)
      case 'negate':
        return keep(`-(${number(tree.inner)})`)
      case 'call': {
        const found = findFunction(tree.name)
        return found === null ? 'NaN' : keep(found.write(tree.args.map(number)))
      }
      case 'choice':
        return keep(chosen(truth(tree.test), number(tree.yes), number(tree.no), 'NaN'))
      default:
        return keep(arithmetic(tree.op, number(tree.left), number(tree.right)))
    }
  }

  function truth(tree: TruthTree): string {
    switch (tree.op) {
      case 'truth':
        return String(tree.value ? TRUE : FALSE)
      case 'flag': {
        const value = keep(read(tree.input))
        return keep(`(${value} === 1 ? ${TRUE} : ${value} === 0 ? ${FALSE} : ${UNKNOWN})`)
      }
      case 'and':
        return keep(`(${truth(tree.left)} & ${truth(tree.right)})`)
      case 'or':
        return keep(`(${truth(tree.left)} | ${truth(tree.right)})`)
      case 'xor': {
        const [a, b] = [truth(tree.left), truth(tree.right)]
        return keep(`((${a} & ${keep(negated(b))}) | (${keep(negated(a))} & ${b}))`)
      }
      case 'not':
        return keep(negated(truth(tree.inner)))
      case 'select':
        return keep(chosen(truth(tree.test), truth(tree.yes), truth(tree.no), String(UNKNOWN)))
      default:
        return keep(COMPARISONS[tree.op](number(tree.left), number(tree.right)))
    }
  }
  return { lines, number, truth }
}

const chosen = (test: string, yes: string, no: string, unknown: string): string =>
  `(${test} === ${TRUE} ? ${yes} : ${test} === ${FALSE} ? ${no} : ${unknown})`

const numberText = (value: number): string => (value < 0 || Object.is(value, -0) ? `(${value === 0 ? '-0' : value})` : String(value))

function arithmetic(op: 'add' | 'subtract' | 'multiply' | 'divide' | 'pow' | 'mod', a: string, b: string): string {
  switch (op) {
    case 'add':
      return `${a} + ${b}`
    case 'subtract':
      return `${a} - ${b}`
    case 'multiply':
      return `${a} * ${b}`
    case 'divide':
      return `(${b} === 0 ? NaN : ${a} / ${b})`
    case 'pow':
      return `Math.pow(${a}, ${b})`
    case 'mod':
      // As in mathjs, the remainder has the sign of the divisor.
      return `(${b} === 0 ? NaN : ${a} - ${b} * Math.floor(${a} / ${b}))`
  }
}
