/** Numbers with a unit: `30 cm`, `5 cm/h`, `0.2 m^3/s`, `90 %`. */
import type { MathNode } from 'mathjs'
import { isConstantNode, isOperatorNode, isParenthesisNode, isSymbolNode } from 'mathjs/number'
import type { Quantity } from './quantity.ts'
import { literalUnit, productOf, type Unit } from './units.ts'

type Power = readonly [Unit, number]

/** `cm`, `m^3`, `m^3/s`. */
function unitParts(node: MathNode): readonly Power[] | null {
  if (isParenthesisNode(node)) return unitParts(node.content)
  if (isSymbolNode(node)) {
    const unit = literalUnit(node.name)
    return unit === null ? null : [[unit, 1]]
  }
  if (!isOperatorNode(node) || node.args.length !== 2) return null
  const [left, right] = node.args
  const base = unitParts(left)
  if (base === null) return null
  if (node.fn === 'pow') return isConstantNode(right) && typeof right.value === 'number' ? raised(base, right.value) : null
  const other = unitParts(right)
  if (other === null || (node.fn !== 'divide' && node.fn !== 'multiply')) return null
  return [...base, ...(node.fn === 'divide' ? raised(other, -1) : other)]
}

const raised = (parts: readonly Power[], power: number): readonly Power[] => parts.map(([unit, own]) => [unit, own * power])

export const isUnitExpression = (node: MathNode): boolean => unitParts(node) !== null

/** mathjs reads `90 %` as 90 / 100 and marks it; its type declaration leaves the mark out. */
export const isPercentage = (node: MathNode): boolean => Reflect.get(node, 'isPercentage') === true

interface Literal {
  readonly value: number
  readonly parts: readonly Power[]
}

function literalParts(node: MathNode): Literal | null {
  if (!isOperatorNode(node) || node.args.length !== 2) return null
  const [left, right] = node.args
  if (isPercentage(node)) {
    const unit = literalUnit('pct')
    return isConstantNode(left) && typeof left.value === 'number' && unit !== null ? { value: left.value, parts: [[unit, 1]] } : null
  }
  if (node.implicit) {
    const parts = unitParts(right)
    return isConstantNode(left) && typeof left.value === 'number' && parts !== null ? { value: left.value, parts } : null
  }
  // `5 cm / h` is read as (5 cm) / h.
  if (node.fn !== 'divide') return null
  const above = literalParts(left)
  const below = above === null ? null : unitParts(right)
  return above === null || below === null ? null : { value: above.value, parts: [...above.parts, ...raised(below, -1)] }
}

/** Null for what is no number with a unit. */
export function checkLiteral(node: MathNode): Quantity | null {
  const found = literalParts(node)
  if (found === null) return null
  const { unit, factor } = productOf(found.parts)
  const value = found.value * factor
  return { tree: { op: 'number', value, ...(unit === null ? {} : { shown: `${found.value} ${unit.text}` }) }, unit, literal: true }
}
