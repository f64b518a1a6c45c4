/**
 * From rules as written to rules that run: the rules of a device become one fused function over columns of inputs, and each column gets a reader
 * at each device. Never saved: made again from the rules.
 */
import { SECOND_MS } from '../base/time.ts'
import type { DeviceKey } from '../model/city.ts'
import { splitKey } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { Acceptable, Rule } from '../model/rule.ts'
import { type Binder, createBinder, type Reader } from './bind.ts'
import { compileExpression, type Expression, type NameUse } from './expression.ts'
import { type FusedRules, fuseRules } from './fuse.ts'
import type { Durations } from './hysteresis.ts'
import type { Groups } from './sets.ts'
import { type Input, inputsOf } from './tree.ts'
import type { Spans } from './windows.ts'

export interface CompiledRule {
  readonly rule: Rule
  readonly when: Expression
  readonly clear: Expression
  /** Inputs of both, in the order of the text. */
  readonly inputs: readonly Input[]
  readonly durations: Durations
  readonly uses_age: boolean
  readonly uses_clock: boolean
  readonly uses_others: boolean
}

/** The rules that devices of one kind share, as one function. */
export interface Program {
  readonly rules: readonly CompiledRule[]
  readonly columns: readonly Column[]
  /** Two conditions a rule: `when`, `clear`. */
  readonly run: FusedRules
}

/** A value that rules read, with the qualities that they accept. */
export interface Column {
  readonly input: Input
  readonly accepts: readonly Acceptable[]
  readonly groups: Groups
}

/** A rule at one device. */
export interface BoundRule {
  readonly compiled: CompiledRule
  readonly device: DeviceKey
  /** `<rule> <device>`: names this pair in the state and in signals. */
  readonly key: string
  /** One for each input of the rule. */
  readonly readers: readonly Reader[]
}

export interface BoundDevice {
  readonly key: DeviceKey
  readonly program: Program
  readonly rules: readonly BoundRule[]
  /** One a column. */
  readonly readers: readonly Reader[]
}

export interface CompiledRules {
  readonly rules: readonly CompiledRule[]
  readonly spans: Spans
  /** Filled as devices speak. */
  readonly bound: Map<DeviceKey, BoundDevice>
  readonly programs: Map<string, Program>
  readonly binder: Binder
}

export interface Rejected {
  readonly rule: string
  readonly why: string
}

export interface RuleError {
  readonly where: 'when' | 'clear'
  readonly column: number
  readonly message: string
}

/** Compiles both expressions of a rule; also says which names they use, so that a loader can look for misspelt ones. */
export function compileRule(
  rule: Rule,
):
  | { readonly compiled: CompiledRule; readonly uses: Readonly<Record<'when' | 'clear', readonly NameUse[]>> }
  | { readonly error: RuleError } {
  const when = compileExpression(rule.when)
  if ('error' in when) return { error: { where: 'when', ...when.error } }
  const clear = compileExpression(rule.clear)
  if ('error' in clear) return { error: { where: 'clear', ...clear.error } }
  const inputs = distinct([when.expression, clear.expression].flatMap(({ tree }) => inputsOf({ kind: 'truth', tree })))
  return {
    compiled: {
      rule,
      when: when.expression,
      clear: clear.expression,
      inputs,
      durations: { for_ms: rule.for_s * SECOND_MS, clear_for_ms: rule.clear_for_s * SECOND_MS },
      uses_age: inputs.some(({ from }) => from === 'age'),
      uses_clock: inputs.some(({ from }) => from === 'clock'),
      uses_others: inputs.some(({ from }) => from === 'set' || from === 'device'),
    },
    uses: { when: when.uses, clear: clear.uses },
  }
}

/** Two inputs are the same when they say the same. */
export const keyOf = (input: Input): string => JSON.stringify(input)

function distinct(inputs: readonly Input[]): Input[] {
  return [...new Map(inputs.map((input) => [keyOf(input), input])).values()]
}

export function compileRules(rules: readonly Rule[]): { readonly compiled: CompiledRules; readonly rejected: readonly Rejected[] } {
  const good = new Map<string, CompiledRule>()
  const rejected: Rejected[] = []
  for (const rule of rules) {
    const result = compileRule(rule)
    if ('error' in result) {
      const { where, column, message } = result.error
      rejected.push({ rule: rule.id, why: `${where}, column ${column}: ${message}` })
    } else if (good.has(rule.id)) {
      rejected.push({ rule: rule.id, why: 'another rule has this id' })
    } else {
      good.set(rule.id, result.compiled)
    }
  }
  const all = [...good.values()]
  return {
    compiled: { rules: all, spans: spansOf(all), bound: new Map(), programs: new Map(), binder: createBinder() },
    rejected,
  }
}

/** The longest windows, those over other devices included. */
function spansOf(rules: readonly CompiledRule[]): Spans {
  const metrics = new Map<string, number>()
  const events = new Map<string, number>()
  const longer = (spans: Map<string, number>, name: string, span_ms: number): void => {
    spans.set(name, Math.max(spans.get(name) ?? 0, span_ms))
  }
  const visit = (inputs: readonly Input[]): void => {
    for (const input of inputs) {
      if (input.from === 'window') longer(metrics, input.name, input.span_ms)
      if (input.from === 'events') longer(events, input.type, input.span_ms)
      if (input.from === 'set' || input.from === 'device') visit(inputsOf(input.tree))
    }
  }
  for (const { inputs } of rules) visit(inputs)
  return { metrics, events }
}

export function inScope(rule: Rule, context: Context, key: DeviceKey): boolean {
  const { domain, kind, device } = rule.scope
  if (splitKey(key).domain !== domain) return false
  if (device !== null && device !== key && device !== splitKey(key).id) return false
  return kind === null || context.devices.get(key)?.kind === kind
}

function makeProgram(rules: readonly CompiledRule[]): Program {
  const columns: Column[] = []
  const slots = new Map<string, number>()
  for (const { rule, inputs } of rules) {
    for (const input of inputs) {
      const key = slotKey(rule, input)
      if (slots.has(key)) continue
      slots.set(key, columns.length)
      columns.push({ input, accepts: rule.accepts ?? [], groups: rule.groups ?? {} })
    }
  }
  const conditions = rules.flatMap(({ rule, when, clear }) => {
    const slotOf = (input: Input): number => slots.get(slotKey(rule, input)) ?? 0
    return [when, clear].map(({ tree }) => ({ tree, slotOf }))
  })
  return { rules, columns, run: fuseRules(conditions) }
}

/** Rules that accept other qualities, or mean other devices by a group, read other columns. */
function slotKey({ accepts = [], groups = {} }: Pick<Rule, 'accepts' | 'groups'>, input: Input): string {
  const named = input.from === 'set' && input.set.of === 'group' ? (groups[input.set.name] ?? []) : []
  return [keyOf(input), ...accepts, ...named].join(' ')
}

/** The rules whose scope holds the device, in the order of the files, with readers for all they read. */
export function bindDevice(compiled: CompiledRules, context: Context, key: DeviceKey): BoundDevice {
  const known = compiled.bound.get(key)
  if (known !== undefined) return known
  const rules = compiled.rules.filter(({ rule }) => inScope(rule, context, key))
  const name = rules.map(({ rule }) => rule.id).join(' ')
  let program = compiled.programs.get(name)
  if (program === undefined) {
    program = makeProgram(rules)
    compiled.programs.set(name, program)
  }
  const readers = program.columns.map((column) => compiled.binder.bind(column, context, key))
  const bySlot = new Map(program.columns.map((column, c) => [slotKey(column, column.input), readers[c]]))
  const bound: BoundDevice = {
    key,
    program,
    rules: rules.map((one) => ({
      compiled: one,
      device: key,
      key: `${one.rule.id} ${key}`,
      readers: one.inputs.flatMap((input) => bySlot.get(slotKey(one.rule, input)) ?? []),
    })),
    readers,
  }
  compiled.bound.set(key, bound)
  return bound
}

/** Devices with rules that look at others must be known before they speak themselves. */
export function bindWatchers(compiled: CompiledRules, context: Context): void {
  const watching = compiled.rules.filter(({ uses_others }) => uses_others)
  if (watching.length === 0) return
  for (const key of context.devices.keys()) if (watching.some(({ rule }) => inScope(rule, context, key))) bindDevice(compiled, context, key)
}
