/**
 * From mathjs's tree to a checked one. Two kinds of value, number and truth, are kept apart: `not level_m > 3`, which mathjs reads as
 * `(not level_m) > 3`, is an error here and no silent surprise. Units are checked and converted (units.ts).
 */
import type { MathNode, OperatorNode, OperatorNodeFn, OperatorNodeOp } from 'mathjs'
import {
  isAccessorNode,
  isConditionalNode,
  isConstantNode,
  isFunctionNode,
  isOperatorNode,
  isParenthesisNode,
  isRelationalNode,
  isSymbolNode,
} from 'mathjs/number'
import { checkCall } from './calls.ts'
import { checkLiteral, isUnitExpression } from './literals.ts'
import {
  type Checked,
  checkNumber,
  expectTruth,
  inUnitOf,
  plain,
  type Quantity,
  quantityOf,
  type Scope,
  scaled,
  TRUTHS,
  unitOfBoth,
} from './quantity.ts'
import { Refusal } from './refusal.ts'
import type { Arithmetic, Comparison, TruthTree } from './tree.ts'
import { productOf, unitOfName } from './units.ts'

export const createScope = (): Scope => ({ uses: [], check, inner: false })

const number = (quantity: Quantity): Checked => ({ kind: 'number', quantity })
const truth = (tree: TruthTree): Checked => ({ kind: 'truth', tree })

function check(node: MathNode, scope: Scope): Checked {
  if (isParenthesisNode(node)) return check(node.content, scope)
  if (isConstantNode(node)) return constant(node, node.value)
  const literal = checkLiteral(node)
  if (literal !== null) return number(literal)
  if (isSymbolNode(node)) return symbol(node, node.name, scope)
  if (isOperatorNode(node)) return operator(node, scope)
  if (isRelationalNode(node)) return truth(chain(node, node.conditionals, node.params, scope))
  if (isConditionalNode(node)) return choice(node.condition, node.trueExpr, node.falseExpr, scope)
  if (isFunctionNode(node)) return checkCall(node, isSymbolNode(node.fn) ? node.fn.name : '', node.args, scope)
  if (isAccessorNode(node)) return number(element(node, node.object, node.index.dimensions, scope))
  throw new Refusal(node, `${node.type.replace(/Node$/, '').toLowerCase()} is not allowed in a rule; expected comparisons of numbers`)
}

function constant(node: MathNode, value: unknown): Checked {
  if (typeof value === 'boolean') return truth({ op: 'truth', value })
  if (typeof value === 'number' && Number.isFinite(value)) return number(plain(value))
  throw new Refusal(node, value === undefined ? 'is empty; expected a condition' : `${String(value)} is not a number; expected a number`)
}

function symbol(node: MathNode, name: string, scope: Scope): Checked {
  for (const known of TRUTHS) if (name === known) return truth({ op: 'flag', input: { from: 'clock', name: known } })
  return number(quantityOf(node, name, scope))
}

const COMPARISONS: Readonly<Partial<Record<string, Comparison>>> = {
  larger: 'larger',
  largerEq: 'largerEq',
  smaller: 'smaller',
  smallerEq: 'smallerEq',
  equal: 'equal',
  unequal: 'unequal',
}
const CONNECTIVES: Readonly<Partial<Record<string, 'and' | 'or' | 'xor'>>> = { and: 'and', or: 'or', xor: 'xor' }
const ARITHMETIC: Readonly<Partial<Record<string, Arithmetic>>> = {
  add: 'add',
  subtract: 'subtract',
  multiply: 'multiply',
  divide: 'divide',
  pow: 'pow',
  mod: 'mod',
}

function operator(node: OperatorNode<OperatorNodeOp, OperatorNodeFn>, scope: Scope): Checked {
  const [left, right] = node.args
  if (node.implicit) {
    const hint = isUnitExpression(right) ? 'only a number takes a unit' : 'an operator is missing between two values; write * to multiply'
    throw new Refusal(node, `${node.toString()}: ${hint}`)
  }
  if (right === undefined) return unary(node, left, scope)
  const comparison = COMPARISONS[node.fn]
  if (comparison !== undefined) return truth(compare(node, comparison, checkNumber(left, scope), checkNumber(right, scope)))
  const connective = CONNECTIVES[node.fn]
  if (connective !== undefined) return truth({ op: connective, left: expectTruth(left, scope), right: expectTruth(right, scope) })
  const arithmetic = ARITHMETIC[node.fn]
  if (arithmetic !== undefined) return number(calculate(node, arithmetic, checkNumber(left, scope), checkNumber(right, scope)))
  throw new Refusal(node, `operator ${node.op} is not allowed in a rule`)
}

function unary(node: OperatorNode<OperatorNodeOp, OperatorNodeFn>, inner: MathNode, scope: Scope): Checked {
  if (node.fn === 'not') return truth({ op: 'not', inner: expectTruth(inner, scope) })
  const quantity = checkNumber(inner, scope)
  if (node.fn === 'unaryPlus') return number(quantity)
  if (node.fn !== 'unaryMinus') throw new Refusal(node, `operator ${node.op} is not allowed in a rule`)
  const { tree } = quantity
  if (tree.op === 'number' && tree.shown === undefined) return number({ ...quantity, tree: { op: 'number', value: -tree.value } })
  return number({ ...quantity, tree: { op: 'negate', inner: tree } })
}

function compare(node: MathNode, op: Comparison, left: Quantity, right: Quantity): TruthTree {
  return { op, left: left.tree, right: inUnitOf(node, left, right) }
}

function calculate(node: MathNode, op: Arithmetic, left: Quantity, right: Quantity): Quantity {
  const literal = left.literal && right.literal
  switch (op) {
    case 'add':
    case 'subtract':
    case 'mod':
      return { tree: { op, left: left.tree, right: inUnitOf(node, left, right) }, unit: unitOfBoth(left, right), literal }
    case 'multiply':
    case 'divide': {
      const { unit, factor } = productOf([
        [left.unit, 1],
        [right.unit, op === 'multiply' ? 1 : -1],
      ])
      return { tree: scaled({ op, left: left.tree, right: right.tree }, factor), unit, literal }
    }
    case 'pow': {
      if (right.unit !== null) throw new Refusal(node, `an exponent in ${right.unit.text}; expected a plain number`)
      if (left.unit === null) return { tree: { op, left: left.tree, right: right.tree }, unit: null, literal }
      if (right.tree.op !== 'number') throw new Refusal(node, `${left.unit.text} to a power that varies; expected a written number`)
      const { unit, factor } = productOf([[left.unit, right.tree.value]])
      return { tree: scaled({ op, left: left.tree, right: right.tree }, factor), unit, literal }
    }
  }
}

/** `0.1 < level_m <= 0.3`: every neighbouring pair must hold. */
function chain(node: MathNode, names: readonly string[], params: readonly MathNode[], scope: Scope): TruthTree {
  const quantities = params.map((param) => checkNumber(param, scope))
  const links = names.map((name, i): TruthTree => {
    const op = COMPARISONS[name]
    if (op === undefined) throw new Refusal(node, `comparison ${name} is not allowed in a rule`)
    return compare(node, op, quantities[i], quantities[i + 1])
  })
  return links.reduce((left, right) => ({ op: 'and', left, right }))
}

function choice(condition: MathNode, yes: MathNode, no: MathNode, scope: Scope): Checked {
  const test = expectTruth(condition, scope)
  const first = check(yes, scope)
  if (first.kind === 'truth') return truth({ op: 'select', test, yes: first.tree, no: expectTruth(no, scope) })
  const second = checkNumber(no, scope)
  const { quantity } = first
  return number({
    tree: { op: 'choice', test, yes: quantity.tree, no: inUnitOf(no, quantity, second) },
    unit: unitOfBoth(quantity, second),
    literal: quantity.literal && second.literal,
  })
}

/** `rain_forecast_mm_h[1]`: the first is 1, as mathjs counts. */
function element(node: MathNode, object: MathNode, dimensions: readonly MathNode[], scope: Scope): Quantity {
  if (!isSymbolNode(object) || dimensions.length !== 1) throw new Refusal(node, 'expected one index on a metric: rain_forecast_mm_h[1]')
  const [dimension] = dimensions
  if (!isConstantNode(dimension) || typeof dimension.value !== 'number')
    throw new Refusal(node, 'expected a number as index: rain_forecast_mm_h[1]')
  scope.uses.push({ name: object.name, as: 'value', node: object })
  const tree = { op: 'input', input: { from: 'element', name: object.name, index: dimension.value } } as const
  return { tree, unit: unitOfName(object.name), literal: false }
}
