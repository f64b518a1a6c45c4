/**
 * JSONata expressions over one message, for devices nobody wrote code for. They see the message and, as `$topic`, the levels of its topic, and nothing else: no clock, no chance, no text made into code; and they
 * are bounded in time, depth and size. Whoever writes one is trusted with a city's data, but a slip must not stop the gateway.
 */
import jsonata from 'jsonata'

export interface Expression {
  /** @returns plain JSON, or why there is none. Never throws. */
  evaluate(message: unknown, topic: readonly string[]): Promise<Evaluated>
}
export type Evaluated = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly why: string }
export type Compiled =
  | { readonly ok: true; readonly expression: Expression }
  | { readonly ok: false; readonly why: string; readonly at: number }

/** A message of 64 kB is mapped within a few milliseconds. */
const TIME_MS_MAX = 100
const STACK_MAX = 120
const SEQUENCE_MAX = 20_000
const RESULT_CHARACTERS_MAX = 1_000_000
const SOURCE_CHARACTERS_MAX = 8_000
const RANGE_MAX = 1_000
const PAD_MAX = 1_000

/** Clock and chance would give another answer in a test than later; `$eval` makes code of what a stranger sent. */
const WITHHELD = ['eval', 'now', 'millis', 'random', 'shuffle']
/** Names by which a value would lead to the program's own objects. */
const INNER: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype))

interface Node {
  readonly type: string
  readonly value?: unknown
  readonly position?: number
  readonly lhs?: unknown
  readonly rhs?: unknown
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'

const literal = (value: unknown): number | null => (isNode(value) && typeof value.value === 'number' ? value.value : null)

/** Why this regular expression could take exponential time, or null: a group that repeats can match one text in many ways. */
function slowPattern(pattern: RegExp): string | null {
  const source = pattern.source.replace(/\\./g, '_').replace(/\[[^\]]*\]/g, '_')
  if (/\)[*+{]/.test(source)) return 'a group of a pattern may not repeat'
  return (source.match(/[*+]|\{\d+,\}/g) ?? []).length > 3 ? 'a pattern may have three open repeats at most' : null
}

/** What may not be in an expression, found in its tree. */
function forbidden(node: Node): string | null {
  const { type, value } = node
  if (type === 'variable' && typeof value === 'string' && WITHHELD.includes(value)) return `$${value} is not available`
  if (type === 'name' && typeof value === 'string' && INNER.has(value)) return `the name ${value} is not available`
  if (type === 'regex' && value instanceof RegExp) return slowPattern(value)
  if (value === '..') {
    const [from, to] = [literal(node.lhs), literal(node.rhs)]
    if (from === null || to === null || to - from > RANGE_MAX) return `a range needs two numbers at most ${RANGE_MAX} apart`
  }
  return null
}

function* nodesOf(value: unknown, depth = 0): Generator<Node> {
  if (typeof value !== 'object' || value === null || value instanceof RegExp || depth > 500) return
  if (isNode(value)) yield value
  for (const member of Object.values(value)) yield* nodesOf(member, depth + 1)
}

class ShortTextPattern extends RegExp {
  override exec(text: string): RegExpExecArray | null {
    if (text.length > 1_000) throw new Error('a pattern is matched against 1,000 characters at most')
    return super.exec(text)
  }
}

/** An own member by a computed name; the library's function would also give inherited ones. */
function lookup(value: unknown, name: unknown): unknown {
  if (typeof value !== 'object' || value === null || typeof name !== 'string') return undefined
  return Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined
}

function pad(text: unknown, width: unknown, fill: unknown = ' '): string | undefined {
  if (typeof text !== 'string' || typeof width !== 'number') return undefined
  if (Math.abs(width) > PAD_MAX) throw new Error(`$pad: at most ${PAD_MAX} characters`)
  return width < 0 ? text.padStart(-width, String(fill)) : text.padEnd(width, String(fill))
}

/** Messages have no prototype, so that no name in them leads out. */
export function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare)
  if (typeof value !== 'object' || value === null) return value
  const copy: Record<string, unknown> = Object.create(null)
  for (const [name, member] of Object.entries(value)) copy[name] = bare(member)
  return copy
}

const whyOf = (error: unknown): string => {
  const message = typeof error === 'object' && error !== null && 'message' in error ? error.message : error
  return String(message).slice(0, 300)
}
const positionOf = (error: unknown): number =>
  typeof error === 'object' && error !== null && 'position' in error && typeof error.position === 'number' ? error.position : 0

/** @returns the character at which it is wrong, from 0 */
export function compileExpression(source: string): Compiled {
  if (source.length > SOURCE_CHARACTERS_MAX) return { ok: false, why: `longer than ${SOURCE_CHARACTERS_MAX} characters`, at: 0 }
  let compiled: jsonata.Expression
  try {
    compiled = jsonata(source, {
      timeout: TIME_MS_MAX,
      stack: STACK_MAX,
      sequence: SEQUENCE_MAX,
      RegexEngine: ShortTextPattern as RegExpConstructor,
    })
  } catch (error) {
    return { ok: false, why: whyOf(error), at: Math.max(0, positionOf(error) - 1) }
  }
  for (const node of nodesOf(compiled.ast())) {
    const why = forbidden(node)
    if (why !== null) return { ok: false, why, at: Math.max(0, (node.position ?? 1) - 1) }
  }
  compiled.registerFunction('lookup', lookup)
  compiled.registerFunction('pad', pad)
  for (const name of WITHHELD) compiled.assign(name, undefined)
  return { ok: true, expression: { evaluate: (message, topic) => evaluate(compiled, message, topic) } }
}

async function evaluate(compiled: jsonata.Expression, message: unknown, topic: readonly string[]): Promise<Evaluated> {
  try {
    const value: unknown = await compiled.evaluate(bare(message), { topic })
    const text = JSON.stringify(value)
    if (text === undefined) return { ok: true, value: null }
    if (text.length > RESULT_CHARACTERS_MAX) return { ok: false, why: `the result is longer than ${RESULT_CHARACTERS_MAX} characters` }
    return { ok: true, value: JSON.parse(text) }
  } catch (error) {
    return { ok: false, why: whyOf(error) }
  }
}
