/**
 * Rule expressions: mathjs reads the text once, check.ts checks the tree and its units, and fuse.ts makes one function of it. mathjs evaluates
 * nothing, so that a rule costs nanoseconds and can never reach more than the values it names.
 */
import type { MathNode } from 'mathjs'
import { create, isConstantNode, isOperatorNode, isSymbolNode, parseDependencies } from 'mathjs/number'
import { createScope } from './check.ts'
import { isPercentage } from './literals.ts'
import { checkNumber, checkTruth } from './quantity.ts'
import { Refusal } from './refusal.ts'
import type { NumberTree, TruthTree } from './tree.ts'

const { parse } = create({ parseDependencies })

export interface Expression {
  readonly text: string
  readonly tree: TruthTree
}

/** A name that an expression uses, and where it stands first; columns count from 1. */
export interface NameUse {
  readonly name: string
  readonly column: number
  /** A metric or constant, a group of devices, a grid, a kind of devices, or one device. */
  readonly as: 'value' | 'group' | 'grid' | 'kind' | 'device'
}

export interface ExpressionError {
  readonly column: number
  /** What is wrong and what was expected. */
  readonly message: string
}

export type Compiled<T> = { readonly expression: T; readonly uses: readonly NameUse[] } | { readonly error: ExpressionError }

export function compileExpression(text: string): Compiled<Expression> {
  const result = read(text, (tree, scope) => checkTruth(tree, scope))
  return 'error' in result ? result : { ...result, expression: { text, tree: result.expression } }
}

/** An expression that gives a number; for tests and benches of the language. */
export function compileNumber(text: string): Compiled<NumberTree> {
  return read(text, (tree, scope) => checkNumber(tree, scope).tree)
}

function read<T>(text: string, check: (tree: MathNode, scope: ReturnType<typeof createScope>) => T): Compiled<T> {
  let tree: MathNode
  try {
    tree = parse(text)
  } catch (error) {
    const at = error instanceof SyntaxError ? Reflect.get(error, 'char') : undefined
    const message = error instanceof Error ? error.message.replace(/ \(char \d+\)$/, '') : 'not an expression'
    return { error: { column: typeof at === 'number' ? Math.min(at, text.length + 1) : 1, message: firstLower(message) } }
  }
  const columns = leafColumns(tree, text)
  const scope = createScope()
  try {
    const expression = check(tree, scope)
    const seen = new Set<string>()
    const uses = scope.uses.flatMap(({ name, as, node }): NameUse[] => {
      const key = `${as} ${name}`
      if (seen.has(key)) return []
      seen.add(key)
      return [{ name, as, column: columns.get(node) ?? 1 }]
    })
    return { expression, uses }
  } catch (error) {
    if (error instanceof Refusal) return { error: { column: columnOf(error.node, columns), message: error.message } }
    throw error
  }
}

const firstLower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)

/** Names, numbers, texts and the words true and false, in the order of the text: exactly the leaves of the tree. */
const LEAF = /"[^"]*"|'[^']*'|[A-Za-z_][A-Za-z0-9_]*|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/g
const OPERATOR_WORDS = new Set(['and', 'or', 'xor', 'not', 'mod', 'to', 'in'])

/** mathjs keeps no positions in its tree: the n-th leaf is the n-th such word of the text. */
function leafColumns(tree: MathNode, text: string): ReadonlyMap<MathNode, number> {
  const leaves: MathNode[] = []
  const made = new Set<MathNode>()
  tree.traverse((node) => {
    // `90 %` is read as 90 / 100, of which the text has one number only.
    if (isOperatorNode(node) && isPercentage(node)) made.add(node.args[1])
    if ((isSymbolNode(node) || isConstantNode(node)) && !made.has(node)) leaves.push(node)
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
