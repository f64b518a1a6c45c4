/**
 * Rule expressions: mathjs reads the text once, this file checks the tree and fuses it into one function over a frame of values.
 * mathjs evaluates nothing, so that a rule costs tens of nanoseconds and can never reach more than its device's values.
 *
 * Two kinds of value, number and truth, are kept apart: `not level_m > 3`, which mathjs reads as `(not level_m) > 3`, is an error
 * here and no silent surprise. NaN stands for "unknown" and stays unknown through every operator.
 */
import type { MathNode, OperatorNode, OperatorNodeFn, OperatorNodeOp } from 'mathjs'
import {
  create,
  isAccessorNode,
  isConditionalNode,
  isConstantNode,
  isFunctionNode,
  isOperatorNode,
  isParenthesisNode,
  isRelationalNode,
  isSymbolNode,
  parseDependencies,
} from 'mathjs/number'
import { FUNCTION_NAMES, findFunction } from './functions.ts'

const { parse } = create({ parseDependencies })

export type FrameValue = number | readonly number[]
/** One value per name of the expression, in the order of its slots. */
export type Frame = readonly FrameValue[]

export interface Expression {
  readonly text: string
  /** 1 when it holds, 0 when not, NaN when that cannot be said. */
  readonly evaluate: (frame: Frame) => number
}

/** A name that an expression uses, and where it stands first; columns count from 1. */
export interface NameUse {
  readonly name: string
  readonly column: number
}

export interface ExpressionError {
  readonly column: number
  /** What is wrong and what was expected. */
  readonly message: string
}

type Run = (frame: Frame) => number
interface Piece {
  readonly kind: 'number' | 'truth'
  readonly run: Run
}

class Refusal extends Error {
  readonly node: MathNode
  constructor(node: MathNode, message: string) {
    super(message)
    this.node = node
  }
}

/**
 * @param slots where each name stands in the frame; names that are new to it are appended, so that several expressions can share one.
 */
export function compileExpression(
  text: string,
  slots: Map<string, number>,
): { readonly expression: Expression; readonly uses: readonly NameUse[] } | { readonly error: ExpressionError } {
  let tree: MathNode
  try {
    tree = parse(text)
  } catch (error) {
    const at = error instanceof SyntaxError ? Reflect.get(error, 'char') : undefined
    const message = error instanceof Error ? error.message.replace(/ \(char \d+\)$/, '') : 'not an expression'
    return { error: { column: typeof at === 'number' ? Math.min(at, text.length + 1) : 1, message: firstLower(message) } }
  }
  const columns = leafColumns(tree, text)
  try {
    const piece = fuse(tree, slots)
    if (piece.kind !== 'truth') throw new Refusal(tree, 'gives a number; expected a condition such as level_m > 0.3')
    return { expression: { text, evaluate: piece.run }, uses: namesOf(tree, columns) }
  } catch (error) {
    if (error instanceof Refusal) return { error: { column: columnOf(error.node, columns), message: error.message } }
    throw error
  }
}

const firstLower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)

/** Names, numbers and the words true and false, in the order of the text: exactly the leaves of the tree. */
const LEAF = /[A-Za-z_][A-Za-z0-9_]*|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|"[^"]*"|'[^']*'/g
const OPERATOR_WORDS = new Set(['and', 'or', 'xor', 'not', 'mod', 'to', 'in'])

/** mathjs keeps no positions in its tree: the n-th leaf is the n-th such word of the text. */
function leafColumns(tree: MathNode, text: string): ReadonlyMap<MathNode, number> {
  const leaves: MathNode[] = []
  tree.traverse((node) => {
    if (isSymbolNode(node) || isConstantNode(node)) leaves.push(node)
  })
  const starts = [...text.matchAll(LEAF)].filter(([word]) => !OPERATOR_WORDS.has(word)).map((match) => match.index + 1)
  return new Map(leaves.length === starts.length ? leaves.map((leaf, i) => [leaf, starts[i]]) : [])
}

function columnOf(node: MathNode, columns: ReadonlyMap<MathNode, number>): number {
  let column = Number.POSITIVE_INFINITY
  node.traverse((part) => {
    column = Math.min(column, columns.get(part) ?? Number.POSITIVE_INFINITY)
  })
  return Number.isFinite(column) ? column : 1
}

function namesOf(tree: MathNode, columns: ReadonlyMap<MathNode, number>): NameUse[] {
  const uses = new Map<string, number>()
  tree.traverse((node, _path, parent) => {
    if (!isSymbolNode(node) || (isFunctionNode(parent) && parent.fn === node)) return
    if (!uses.has(node.name)) uses.set(node.name, columns.get(node) ?? 1)
  })
  return [...uses].map(([name, column]) => ({ name, column }))
}

function fuse(node: MathNode, slots: Map<string, number>): Piece {
  if (isParenthesisNode(node)) return fuse(node.content, slots)
  if (isConstantNode(node)) return constant(node, node.value)
  if (isSymbolNode(node)) {
    const slot = slotOf(node.name, slots)
    return { kind: 'number', run: (frame) => numberIn(frame[slot]) }
  }
  if (isOperatorNode(node)) return operator(node, slots)
  if (isRelationalNode(node)) return chain(node, node.conditionals, node.params, slots)
  if (isConditionalNode(node)) return choice(node.condition, node.trueExpr, node.falseExpr, slots)
  if (isFunctionNode(node)) return call(node, node.fn, node.args, slots)
  if (isAccessorNode(node)) return element(node, node.object, node.index.dimensions, slots)
  throw new Refusal(node, `${node.type.replace(/Node$/, '').toLowerCase()} is not allowed in a rule; expected comparisons of numbers`)
}

function slotOf(name: string, slots: Map<string, number>): number {
  const known = slots.get(name)
  if (known !== undefined) return known
  slots.set(name, slots.size)
  return slots.size - 1
}

const numberIn = (value: FrameValue | undefined): number => (typeof value === 'number' ? value : Number.NaN)

function constant(node: MathNode, value: unknown): Piece {
  if (typeof value === 'boolean') {
    const truth = value ? 1 : 0
    return { kind: 'truth', run: () => truth }
  }
  if (typeof value === 'number' && Number.isFinite(value)) return { kind: 'number', run: () => value }
  throw new Refusal(node, value === undefined ? 'is empty; expected a condition' : `${String(value)} is not a number; expected a number`)
}

function expectKind(node: MathNode, kind: Piece['kind'], slots: Map<string, number>): Run {
  const piece = fuse(node, slots)
  if (piece.kind === kind) return piece.run
  const hint =
    kind === 'truth' ? 'is a number; expected a condition (write not (a > b), a > 1 or b > 1)' : 'is a condition; expected a number'
  throw new Refusal(node, `${node.toString()} ${hint}`)
}

const truth = (run: Run): Piece => ({ kind: 'truth', run })
const number = (run: Run): Piece => ({ kind: 'number', run })

function operator(node: OperatorNode<OperatorNodeOp, OperatorNodeFn>, slots: Map<string, number>): Piece {
  if (node.implicit) throw new Refusal(node, `${node.toString()}: an operator is missing between two values; write * to multiply`)
  const [left, right] = node.args
  if (right === undefined) return unary(node, left, slots)
  const comparison = COMPARISONS[node.fn]
  if (comparison !== undefined) return truth(comparison(expectKind(left, 'number', slots), expectKind(right, 'number', slots)))
  const connective = CONNECTIVES[node.fn]
  if (connective !== undefined) return truth(connective(expectKind(left, 'truth', slots), expectKind(right, 'truth', slots)))
  const arithmetic = ARITHMETIC[node.fn]
  if (arithmetic !== undefined) return number(arithmetic(expectKind(left, 'number', slots), expectKind(right, 'number', slots)))
  throw new Refusal(node, `operator ${node.op} is not allowed in a rule`)
}

function unary(node: OperatorNode<OperatorNodeOp, OperatorNodeFn>, inner: MathNode, slots: Map<string, number>): Piece {
  if (node.fn === 'not') {
    const run = expectKind(inner, 'truth', slots)
    return truth((frame) => 1 - run(frame))
  }
  const run = expectKind(inner, 'number', slots)
  if (node.fn === 'unaryMinus') return number((frame) => -run(frame))
  if (node.fn === 'unaryPlus') return number(run)
  throw new Refusal(node, `operator ${node.op} is not allowed in a rule`)
}

type Join = (a: Run, b: Run) => Run
/** Partial: looked up by whatever name mathjs gives an operator. */
type Operators = Readonly<Partial<Record<string, Join>>>

// Written out one by one, so that each closure compares on the spot; whatever is neither true nor false is unknown.
const COMPARISONS: Operators = {
  larger: (a, b) => (frame) => {
    const x = a(frame)
    const y = b(frame)
    return x > y ? 1 : x <= y ? 0 : Number.NaN
  },
  largerEq: (a, b) => (frame) => {
    const x = a(frame)
    const y = b(frame)
    return x >= y ? 1 : x < y ? 0 : Number.NaN
  },
  smaller: (a, b) => (frame) => {
    const x = a(frame)
    const y = b(frame)
    return x < y ? 1 : x >= y ? 0 : Number.NaN
  },
  smallerEq: (a, b) => (frame) => {
    const x = a(frame)
    const y = b(frame)
    return x <= y ? 1 : x > y ? 0 : Number.NaN
  },
  equal: (a, b) => (frame) => {
    const x = a(frame)
    const y = b(frame)
    return x === y ? 1 : x < y || x > y ? 0 : Number.NaN
  },
  unequal: (a, b) => (frame) => {
    const x = a(frame)
    const y = b(frame)
    return x === y ? 0 : x < y || x > y ? 1 : Number.NaN
  },
}

/** 1 and 0 multiply like truths, and NaN makes every product and sum unknown. */
const CONNECTIVES: Operators = {
  and: (a, b) => (frame) => a(frame) * b(frame),
  or: (a, b) => (frame) => {
    const sum = a(frame) + b(frame)
    return Math.min(sum, 1)
  },
  xor: (a, b) => (frame) => Math.abs(a(frame) - b(frame)),
}

const ARITHMETIC: Operators = {
  add: (a, b) => (frame) => a(frame) + b(frame),
  subtract: (a, b) => (frame) => a(frame) - b(frame),
  multiply: (a, b) => (frame) => a(frame) * b(frame),
  divide: (a, b) => (frame) => {
    const divisor = b(frame)
    return divisor === 0 ? Number.NaN : a(frame) / divisor
  },
  pow: (a, b) => (frame) => a(frame) ** b(frame),
  // As in mathjs, the remainder has the sign of the divisor.
  mod: (a, b) => (frame) => {
    const divisor = b(frame)
    const dividend = a(frame)
    return divisor === 0 ? Number.NaN : dividend - divisor * Math.floor(dividend / divisor)
  },
}

/** `0.1 < level_m <= 0.3`: every neighbouring pair must hold. */
function chain(node: MathNode, names: readonly string[], params: readonly MathNode[], slots: Map<string, number>): Piece {
  const runs = params.map((param) => expectKind(param, 'number', slots))
  const links = names.map((name, i) => {
    const comparison = COMPARISONS[name]
    if (comparison === undefined) throw new Refusal(node, `comparison ${name} is not allowed in a rule`)
    return comparison(runs[i], runs[i + 1])
  })
  return truth((frame) => links.reduce((all, link) => all * link(frame), 1))
}

function choice(condition: MathNode, yes: MathNode, no: MathNode, slots: Map<string, number>): Piece {
  const test = expectKind(condition, 'truth', slots)
  const first = fuse(yes, slots)
  const second = expectKind(no, first.kind, slots)
  return {
    kind: first.kind,
    run: (frame) => {
      const holds = test(frame)
      if (Number.isNaN(holds)) return Number.NaN
      return holds === 1 ? first.run(frame) : second(frame)
    },
  }
}

/** Functions take numbers and whole lists: `max(rain_forecast_mm_h)`, `min(level_m, 1)`. */
function call(node: MathNode, fn: unknown, args: readonly MathNode[], slots: Map<string, number>): Piece {
  const name = isSymbolNode(fn) ? fn.name : ''
  const found = findFunction(name)
  if (found === null) throw new Refusal(node, `unknown function ${name}; known are ${FUNCTION_NAMES.join(', ')}`)
  const { from, to } = found.arity
  if (args.length < from || args.length > to)
    throw new Refusal(node, `${name} takes ${from === to ? from : `${from} or more`} values, not ${args.length}`)
  const readers = args.map((arg): ((frame: Frame) => FrameValue) => {
    if (!isSymbolNode(arg)) return expectKind(arg, 'number', slots)
    const slot = slotOf(arg.name, slots)
    return (frame) => frame[slot]
  })
  return number((frame) => found.run(readers.flatMap((read) => read(frame))))
}

/** `rain_forecast_mm_h[1]`: the first is 1, as mathjs counts. */
function element(node: MathNode, object: MathNode, dimensions: readonly MathNode[], slots: Map<string, number>): Piece {
  if (!isSymbolNode(object) || dimensions.length !== 1) throw new Refusal(node, 'expected one index on a metric: rain_forecast_mm_h[1]')
  const [dimension] = dimensions
  if (isConstantNode(dimension) && typeof dimension.value !== 'number')
    throw new Refusal(node, 'expected a number as index: rain_forecast_mm_h[1]')
  const index = expectKind(dimension, 'number', slots)
  const slot = slotOf(object.name, slots)
  return number((frame) => {
    const list = frame[slot]
    return typeof list === 'number' ? Number.NaN : numberIn(list[index(frame) - 1])
  })
}
