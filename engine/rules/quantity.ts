/** What is known of a part of an expression while it is checked: its tree, its unit, the names it used. */
import type { MathNode } from 'mathjs'
import { Refusal } from './refusal.ts'
import type { AnyTree, NumberTree, TruthTree } from './tree.ts'
import { isAlike, type Unit, unitOfName } from './units.ts'

export interface Quantity {
  readonly tree: NumberTree
  /** Null for a plain number. */
  readonly unit: Unit | null
  /** Made of written numbers only: takes whatever unit it meets. */
  readonly literal: boolean
}

export interface Scope {
  readonly uses: { readonly name: string; readonly as: 'value' | 'group' | 'grid' | 'kind' | 'device'; readonly node: MathNode }[]
  /** check.ts itself, for what is written within a call. */
  readonly check: (node: MathNode, scope: Scope) => Checked
  /** Within the expression about other devices: sets do not nest. */
  readonly inner: boolean
}

export type Checked = { readonly kind: 'number'; readonly quantity: Quantity } | { readonly kind: 'truth'; readonly tree: TruthTree }

export const plain = (value: number): Quantity => ({ tree: { op: 'number', value }, unit: null, literal: true })

export const TRUTHS = ['working_day', 'holiday'] as const
export const CLOCK_NAMES = ['hour_h', 'weekday', ...TRUTHS] as const

export function checkAny(node: MathNode, scope: Scope): AnyTree & { readonly unit: Unit | null } {
  const checked = scope.check(node, scope)
  return checked.kind === 'truth' ? { ...checked, unit: null } : { kind: 'number', ...checked.quantity }
}

export function checkTruth(node: MathNode, scope: Scope): TruthTree {
  const checked = scope.check(node, scope)
  if (checked.kind === 'number') throw new Refusal(node, 'gives a number; expected a condition such as level_m > 0.3')
  return checked.tree
}

export function checkNumber(node: MathNode, scope: Scope): Quantity {
  const checked = scope.check(node, scope)
  if (checked.kind === 'truth') throw new Refusal(node, `${node.toString()} is a condition; expected a number`)
  return checked.quantity
}

export function expectTruth(node: MathNode, scope: Scope): TruthTree {
  const checked = scope.check(node, scope)
  if (checked.kind === 'truth') return checked.tree
  throw new Refusal(node, `${node.toString()} is a number; expected a condition (write not (a > b), a > 1 or b > 1)`)
}

export function quantityOf(node: MathNode, name: string, scope: Scope): Quantity {
  const unit = unitOfName(name)
  for (const known of CLOCK_NAMES)
    if (name === known) return { tree: { op: 'input', input: { from: 'clock', name: known } }, unit, literal: false }
  if (name === 'age_s') return { tree: { op: 'input', input: { from: 'age' } }, unit, literal: false }
  if (name === 'interval_s') return { tree: { op: 'input', input: { from: 'interval' } }, unit, literal: false }
  scope.uses.push({ name, as: 'value', node })
  return { tree: { op: 'input', input: { from: 'metric', name } }, unit, literal: false }
}

const named = ({ unit, literal }: Quantity): string => (unit === null ? (literal ? 'a number' : 'a plain number') : unit.text)

/** The second quantity in the unit of the first; a written number takes any. */
export function inUnitOf(node: MathNode, first: Quantity, second: Quantity): NumberTree {
  if (first.unit === null || second.unit === null) {
    const fits = first.unit === second.unit || (first.unit === null ? first.literal : second.literal)
    if (fits) return second.tree
    throw new Refusal(node, `${named(first)} and ${named(second)} cannot be compared or added; expected the same unit`)
  }
  if (!isAlike(first.unit, second.unit))
    throw new Refusal(node, `${named(first)} and ${named(second)} cannot be compared or added; expected the same unit`)
  return scaled(second.tree, second.unit.scale / first.unit.scale)
}

export function scaled(tree: NumberTree, factor: number): NumberTree {
  if (Math.abs(factor - 1) < 1e-12) return tree
  if (tree.op !== 'number') return { op: 'scale', factor, inner: tree }
  // Dividing by a whole number keeps 35 cm at 0.35 m to the last digit.
  const whole = Math.round(1 / factor)
  const value = factor < 1 && Math.abs(whole * factor - 1) < 1e-12 ? tree.value / whole : tree.value * factor
  return { op: 'number', value, ...(tree.shown === undefined ? {} : { shown: tree.shown }) }
}

/** Whichever of two has a unit, so that a written number in front of it takes it too. */
export const unitOfBoth = (a: Quantity, b: Quantity): Unit | null => a.unit ?? b.unit
