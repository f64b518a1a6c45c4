/** From rules as written to rules that run: expressions fused, scopes bound to devices. Never saved: made again from the rules. */
import { SECOND_MS } from '../base/time.ts'
import type { DeviceKey } from '../model/city.ts'
import { splitKey } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { Rule } from '../model/rule.ts'
import { compileExpression, type Expression, type NameUse } from './expression.ts'
import type { Durations } from './hysteresis.ts'

export interface CompiledRule {
  readonly rule: Rule
  readonly when: Expression
  readonly clear: Expression
  /** Names of both expressions, by slot of their common frame. */
  readonly names: readonly string[]
  readonly durations: Durations
}

/** Where a slot of the frame gets its value from. */
export type Source =
  | { readonly from: 'constant'; readonly name: string; readonly value: number }
  | { readonly from: 'metric'; readonly name: string }
  | { readonly from: 'age' }

/** A rule at one device. */
export interface BoundRule {
  readonly compiled: CompiledRule
  readonly device: DeviceKey
  /** `<rule> <device>`: names this pair in the state and in signals. */
  readonly key: string
  readonly sources: readonly Source[]
  readonly uses_metrics: boolean
  readonly uses_age: boolean
}

export interface CompiledRules {
  readonly rules: readonly CompiledRule[]
  /** Filled as devices speak. */
  readonly bound: Map<DeviceKey, readonly BoundRule[]>
}

export interface Rejected {
  readonly rule: string
  readonly why: string
}

/** What every device has besides its metrics and params. */
export const AGE = 'age_s'
export const INTERVAL = 'interval_s'

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
  const slots = new Map<string, number>()
  const when = compileExpression(rule.when, slots)
  if ('error' in when) return { error: { where: 'when', ...when.error } }
  const clear = compileExpression(rule.clear, slots)
  if ('error' in clear) return { error: { where: 'clear', ...clear.error } }
  const durations = { for_ms: rule.for_s * SECOND_MS, clear_for_ms: rule.clear_for_s * SECOND_MS }
  return {
    compiled: { rule, when: when.expression, clear: clear.expression, names: [...slots.keys()], durations },
    uses: { when: when.uses, clear: clear.uses },
  }
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
  return { compiled: { rules: [...good.values()], bound: new Map() }, rejected }
}

function inScope(rule: Rule, context: Context, key: DeviceKey): boolean {
  const { domain, kind, device } = rule.scope
  if (splitKey(key).domain !== domain) return false
  if (device !== null && device !== key && device !== splitKey(key).id) return false
  return kind === null || context.devices.get(key)?.kind === kind
}

function sourceOf(name: string, context: Context, key: DeviceKey, interval_ms: number): Source {
  if (name === AGE) return { from: 'age' }
  if (name === INTERVAL) return { from: 'constant', name, value: interval_ms / SECOND_MS }
  const param = context.devices.get(key)?.params[name]
  return param === undefined ? { from: 'metric', name } : { from: 'constant', name, value: param }
}

/** The rules whose scope holds the device, in the order of the files. */
export function rulesOf(compiled: CompiledRules, context: Context, key: DeviceKey, interval_ms: number): readonly BoundRule[] {
  const known = compiled.bound.get(key)
  if (known !== undefined) return known
  const bound = compiled.rules
    .filter(({ rule }) => inScope(rule, context, key))
    .map((one): BoundRule => {
      const sources = one.names.map((name) => sourceOf(name, context, key, interval_ms))
      return {
        compiled: one,
        device: key,
        key: `${one.rule.id} ${key}`,
        sources,
        uses_metrics: sources.some(({ from }) => from === 'metric'),
        uses_age: sources.some(({ from }) => from === 'age'),
      }
    })
  compiled.bound.set(key, bound)
  return bound
}
