/** Trees and inputs written in the language of rules again: names of values in reasons, and what a person sees of a checked expression. */
import type { AnyTree, Input, NumberTree, SetSpec, TruthTree } from './tree.ts'

export const SIGNS = {
  add: '+',
  subtract: '-',
  multiply: '*',
  divide: '/',
  pow: '^',
  mod: '%',
  larger: '>',
  largerEq: '>=',
  smaller: '<',
  smallerEq: '<=',
  equal: '==',
  unequal: '!=',
  and: 'and',
  or: 'or',
  xor: 'xor',
} as const

export function spanText(ms: number): string {
  if (ms % 3_600_000 === 0) return `${ms / 3_600_000} h`
  return ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1_000} s`
}

export function inputText(input: Input): string {
  switch (input.from) {
    case 'metric':
    case 'fold':
    case 'clock':
      return input.name
    case 'element':
      return `${input.name}[${input.index}]`
    case 'age':
      return 'age_s'
    case 'interval':
      return 'interval_s'
    case 'window':
      return `${input.by}(${input.name}, ${spanText(input.span_ms)})`
    case 'events':
      return `events("${input.type}", ${spanText(input.span_ms)})`
    case 'device':
      return `at(${treeText(input.tree)}, "${input.device}")`
    case 'set':
      return `${input.by}(${treeText(input.tree)}, ${setText(input.set)})`
  }
}

function setText(set: SetSpec): string {
  switch (set.of) {
    case 'near':
      return `near(${set.distance_m} m)`
    case 'grid':
      return set.code === null ? 'grid()' : `grid("${set.code}")`
    case 'kind':
      return `kind("${set.kind}")`
    case 'group':
      return `group("${set.name}")`
    default:
      return `${set.of}()`
  }
}

export const treeText = (any: AnyTree): string => nodeText(any.tree)

/** A part of a longer text: in parentheses where it has parts of its own. */
function part(tree: NumberTree | TruthTree): string {
  const text = nodeText(tree)
  return 'left' in tree || tree.op === 'choice' || tree.op === 'select' ? `(${text})` : text
}

function nodeText(tree: NumberTree | TruthTree): string {
  switch (tree.op) {
    case 'number':
      return tree.shown ?? String(tree.value)
    case 'truth':
      return String(tree.value)
    case 'input':
    case 'flag':
      return inputText(tree.input)
    case 'scale':
      return nodeText(tree.inner)
    case 'negate':
      return `-${part(tree.inner)}`
    case 'not':
      return `not (${nodeText(tree.inner)})`
    case 'call':
      return `${tree.name}(${tree.args.map(nodeText).join(', ')})`
    case 'choice':
    case 'select':
      return `${part(tree.test)} ? ${part(tree.yes)} : ${part(tree.no)}`
    default:
      return `${part(tree.left)} ${SIGNS[tree.op]} ${part(tree.right)}`
  }
}
