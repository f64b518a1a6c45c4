/** Calls: functions of numbers, windows over time, counts of events, and what other devices say. */
import type { MathNode } from 'mathjs'
import { isConstantNode, isFunctionNode, isSymbolNode } from 'mathjs/number'
import { HOUR_MS, SECOND_MS } from '../base/time.ts'
import { FUNCTION_NAMES, findFunction, type RuleFunction } from './functions.ts'
import { checkLiteral } from './literals.ts'
import { type Checked, checkAny, checkNumber, checkTruth, inUnitOf, plain, type Quantity, quantityOf, type Scope } from './quantity.ts'
import { Refusal } from './refusal.ts'
import type { SetFunction, SetSpec, WindowFunction } from './tree.ts'
import { HOUR, isAlike, METRE, productOf, SECOND, unitOfName } from './units.ts'

const WINDOWS: Readonly<Partial<Record<string, WindowFunction>>> = {
  mean_over: 'mean_over',
  max_over: 'max_over',
  min_over: 'min_over',
  delta: 'delta',
  rate_h: 'rate_h',
}
/** Longer windows belong to history, not to a rule's memory. */
const SPAN_MS_MAX = 48 * HOUR_MS
const SETS = ['near', 'upstream', 'downstream', 'grid', 'group', 'kind', 'place', 'district'] as const
const SET_FUNCTIONS: Readonly<Partial<Record<string, SetFunction>>> = {
  any: 'any',
  all: 'all',
  count: 'count',
  share: 'share',
  mean: 'mean',
  max: 'max',
  min: 'min',
  sum: 'sum',
}

/** Every word that a rule may call. */
export const CALL_NAMES: readonly string[] = [
  ...new Set([...FUNCTION_NAMES, ...Object.keys(WINDOWS), 'events', 'at', ...Object.keys(SET_FUNCTIONS), ...SETS]),
].sort()

export function checkCall(node: MathNode, name: string, args: readonly MathNode[], scope: Scope): Checked {
  const window = WINDOWS[name]
  if (window !== undefined) return { kind: 'number', quantity: windowOf(node, window, args, scope) }
  if (name === 'events') return { kind: 'number', quantity: eventsOf(node, args) }
  if (name === 'at') return elsewhere(node, args, scope)
  const by = SET_FUNCTIONS[name]
  const last = args.at(-1)
  if (by !== undefined && last !== undefined && isSetCall(last)) return overSet(node, by, args, last, scope)
  const found = findFunction(name)
  if (found !== null) return { kind: 'number', quantity: plainCall(node, name, found, args, scope) }
  if (by !== undefined) throw new Refusal(node, `${name} needs devices: ${name}(level_m > 0.3, near(500 m)); known are ${SETS.join(', ')}`)
  if (SETS.some((set) => set === name)) throw new Refusal(node, `${name} names devices; expected it within any, all, count, mean, max …`)
  throw new Refusal(node, `unknown function ${name}; known are ${CALL_NAMES.join(', ')}`)
}

/** What stands between quotes; null for anything else. */
function textOf(node: MathNode | undefined): string | null {
  const value: unknown = isConstantNode(node) ? node.value : null
  return typeof value === 'string' ? value : null
}

const isSetCall = (node: MathNode): boolean => isFunctionNode(node) && isSymbolNode(node.fn) && SETS.some((name) => isNamed(node, name))
const isNamed = (node: MathNode, name: string): boolean => isFunctionNode(node) && isSymbolNode(node.fn) && node.fn.name === name

function plainCall(node: MathNode, name: string, found: RuleFunction, args: readonly MathNode[], scope: Scope): Quantity {
  const { from, to } = found.arity
  if (args.length < from || args.length > to)
    throw new Refusal(node, `${name} takes ${from === to ? from : `${from} or more`} values, not ${args.length}`)
  const quantities = args.map((arg) => argument(arg, name, args.length, scope))
  const [first] = quantities
  // A written number takes the unit of the others, wherever it stands.
  const lead = quantities.find(({ unit, literal }) => unit !== null || !literal) ?? first
  const trees = quantities.map((quantity, i) => (quantity === lead ? quantity.tree : inUnitOf(args[i], lead, quantity)))
  const literal = quantities.every((quantity) => quantity.literal)
  const tree = { op: 'call', name, args: trees } as const
  switch (found.units) {
    case 'same':
      return { tree, unit: lead.unit, literal }
    case 'drop':
      return { tree, unit: null, literal }
    case 'none':
      if (first.unit !== null) throw new Refusal(node, `${name} of ${first.unit.text}; expected a plain number`)
      return { tree, unit: null, literal }
    case 'root':
      return { tree, unit: productOf([[first.unit, 0.5]]).unit, literal }
  }
}

/** Lists are folded where they are read: `max(rain_forecast_mm_h)`. */
function argument(arg: MathNode, name: string, count: number, scope: Scope): Quantity {
  const quantity = checkNumber(arg, scope)
  const { tree } = quantity
  if (tree.op !== 'input' || tree.input.from !== 'metric') return quantity
  if (name === 'max' || name === 'min' || name === 'sum' || (name === 'mean' && count === 1))
    return { ...quantity, tree: { op: 'input', input: { from: 'fold', name: tree.input.name, by: name } } }
  return quantity
}

function spanOf(node: MathNode, arg: MathNode | undefined): number {
  const span = arg === undefined ? null : checkLiteral(arg)
  if (span === null || span.unit === null || span.tree.op !== 'number' || !isAlike(span.unit, SECOND))
    throw new Refusal(arg ?? node, 'expected a length of time such as 10 min')
  const span_ms = Math.round(span.tree.value * span.unit.scale * SECOND_MS)
  if (span_ms <= 0 || span_ms > SPAN_MS_MAX) throw new Refusal(arg ?? node, 'expected a length of time of at most 48 h')
  return span_ms
}

/** `rate_h` is the change in an hour: its unit is that of the metric per hour. */
function windowOf(node: MathNode, by: WindowFunction, args: readonly MathNode[], scope: Scope): Quantity {
  const [metric, span] = args
  if (args.length !== 2 || !isSymbolNode(metric)) throw new Refusal(node, `expected a metric and a length of time: ${by}(level_m, 10 min)`)
  const { tree } = quantityOf(metric, metric.name, scope)
  if (tree.op !== 'input' || tree.input.from !== 'metric')
    throw new Refusal(metric, `${metric.name} has no history; expected a metric of the device`)
  const unit = unitOfName(metric.name)
  const input = { from: 'window', by, name: metric.name, span_ms: spanOf(node, span) } as const
  const own =
    by === 'rate_h' && unit !== null
      ? productOf([
          [unit, 1],
          [HOUR, -1],
        ]).unit
      : unit
  return { tree: { op: 'input', input }, unit: own, literal: false }
}

function eventsOf(node: MathNode, args: readonly MathNode[]): Quantity {
  const [type, span] = args
  const name = textOf(type)
  if (args.length !== 2 || name === null)
    throw new Refusal(node, 'expected a type of event and a length of time: events("road.accident", 1 h)')
  return { ...plain(0), tree: { op: 'input', input: { from: 'events', type: name, span_ms: spanOf(node, span) } }, literal: false }
}

function innerScope(node: MathNode, scope: Scope): Scope {
  if (scope.inner) throw new Refusal(node, 'other devices within other devices; expected one level only')
  return { ...scope, inner: true }
}

function elsewhere(node: MathNode, args: readonly MathNode[], scope: Scope): Checked {
  const [inner, device] = args
  const name = textOf(device)
  if (args.length !== 2 || name === null || name.split('/').length !== 3)
    throw new Refusal(node, 'expected a value and a device: at(level_m, "d1/flood/G2")')
  const any = checkAny(inner, innerScope(node, scope))
  scope.uses.push({ name, as: 'device', node: device })
  const input = { from: 'device', device: name, tree: any } as const
  if (any.kind === 'truth') return { kind: 'truth', tree: { op: 'flag', input } }
  return { kind: 'number', quantity: { tree: { op: 'input', input }, unit: any.unit, literal: false } }
}

function overSet(node: MathNode, by: SetFunction, args: readonly MathNode[], last: MathNode, scope: Scope): Checked {
  if (args.length !== 2) throw new Refusal(node, `${by} over devices takes one value and the devices: ${by}(level_m, near(500 m))`)
  const set = setOf(last, scope)
  const inner = innerScope(node, scope)
  if (by === 'any' || by === 'all') {
    const tree = { kind: 'truth', tree: checkTruth(args[0], inner) } as const
    return { kind: 'truth', tree: { op: 'flag', input: { from: 'set', by, set, tree } } }
  }
  if (by === 'count' || by === 'share') {
    const tree = { kind: 'truth', tree: checkTruth(args[0], inner) } as const
    return { kind: 'number', quantity: { tree: { op: 'input', input: { from: 'set', by, set, tree } }, unit: null, literal: false } }
  }
  const { tree, unit } = checkNumber(args[0], inner)
  const input = { from: 'set', by, set, tree: { kind: 'number', tree } } as const
  return { kind: 'number', quantity: { tree: { op: 'input', input }, unit, literal: false } }
}

function setOf(node: MathNode, scope: Scope): SetSpec {
  if (!isFunctionNode(node) || !isSymbolNode(node.fn)) throw new Refusal(node, 'expected devices, such as near(500 m)')
  const [arg] = node.args
  const { name } = node.fn
  if (name === 'near') return { of: 'near', distance_m: distanceOf(node, arg) }
  if (name === 'upstream' || name === 'downstream' || name === 'place' || name === 'district') {
    if (node.args.length > 0) throw new Refusal(node, `${name} takes nothing: ${name}()`)
    return { of: name }
  }
  if (name === 'grid' && arg === undefined) return { of: 'grid', code: null }
  const text = textOf(arg)
  if (text === null || node.args.length !== 1) throw new Refusal(node, `expected a name: ${name}("…")`)
  if (name === 'grid') {
    scope.uses.push({ name: text, as: 'grid', node: arg })
    return { of: 'grid', code: text }
  }
  scope.uses.push({ name: text, as: name === 'kind' ? 'kind' : 'group', node: arg })
  return name === 'kind' ? { of: 'kind', kind: text } : { of: 'group', name: text }
}

function distanceOf(node: MathNode, arg: MathNode | undefined): number {
  const distance = arg === undefined ? null : checkLiteral(arg)
  if (distance === null || distance.unit === null || distance.tree.op !== 'number' || !isAlike(distance.unit, METRE))
    throw new Refusal(arg ?? node, 'expected a distance such as near(500 m)')
  return distance.tree.value * distance.unit.scale
}
