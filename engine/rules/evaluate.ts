/**
 * Looks at the rules of devices that changed and of those whose time has come, and says what was raised and cleared. A device that
 * said nothing new and waits for nothing costs nothing.
 */

import { dropDeadline, setDeadline, takeDue } from '../base/deadlines.ts'
import type { EpochMs } from '../base/time.ts'
import { SECOND_MS } from '../base/time.ts'
import type { DeviceKey } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { Outcome } from '../model/outcome.ts'
import type { Rule } from '../model/rule.ts'
import { type DeviceSense, isFresh, type SenseState } from '../sense/state.ts'
import { announce, withdraw } from './announce.ts'
import { type BoundRule, type CompiledRules, compileRules, rulesOf } from './compile.ts'
import type { Expression, FrameValue } from './expression.ts'
import { advance, CALM, type Condition } from './hysteresis.ts'
import { ruleReason } from './reasons.ts'
import type { RulesState } from './state.ts'

/** The value of every name of the rule at this device, or null when one is missing, not believed or out of date. */
export function readFrame(bound: BoundRule, device: DeviceSense, now: EpochMs): FrameValue[] | null {
  if (bound.uses_metrics && !isFresh(device, now)) return null
  const frame: FrameValue[] = []
  for (const source of bound.sources) {
    if (source.from === 'constant') frame.push(source.value)
    else if (source.from === 'age') frame.push((now - (device.ts ?? device.heard)) / SECOND_MS)
    else {
      const sense = device.metrics.get(source.name)
      if (sense === undefined || sense.cause !== null) return null
      frame.push(sense.value)
    }
  }
  return frame
}

export function holds(expression: Expression, frame: readonly FrameValue[] | null): Condition {
  if (frame === null) return null
  const truth = expression.evaluate(frame)
  return Number.isNaN(truth) ? null : truth === 1
}

function look(state: RulesState, context: Context, bound: BoundRule, device: DeviceSense, now: EpochMs, out: Outcome): void {
  const { compiled, key } = bound
  const instance = state.instances.get(key)
  const before = instance?.memory ?? CALM
  const condition = holds(before.raised ? compiled.clear : compiled.when, readFrame(bound, device, now))
  const { memory, change, due } = advance(before, compiled.durations, condition, now)
  const again = bound.uses_age ? now + device.interval_ms : null
  const at = due === null ? again : again === null ? due : Math.min(due, again)
  if (at !== null) setDeadline(state.timers, key, at)
  else if (before.since !== null) dropDeadline(state.timers, key)
  if (memory === before) return
  const reason = change === null ? (instance?.reason ?? null) : change === 'raised' ? ruleReason(bound, device, true, now) : null
  if (!memory.raised && memory.since === null) state.instances.delete(key)
  else if (instance === undefined) state.instances.set(key, { rule: compiled.rule.id, device: bound.device, memory, reason })
  else {
    instance.memory = memory
    instance.reason = reason
  }
  if (change !== null)
    announce(state, context, compiled.rule, bound.device, reason ?? ruleReason(bound, device, false, now), change === 'raised', now, out)
}

/** @param changed devices that were heard, fell silent or came under new rules in this step. */
export function evaluateRules(
  state: RulesState,
  compiled: CompiledRules,
  context: Context,
  sense: SenseState,
  changed: ReadonlySet<DeviceKey>,
  now: EpochMs,
  out: Outcome,
): void {
  for (const key of changed) {
    const device = sense.devices.get(key)
    if (device === undefined) continue
    for (const bound of rulesOf(compiled, context, key, device.interval_ms)) look(state, context, bound, device, now, out)
  }
  for (const key of takeDue(state.timers, now)) {
    const device = sense.devices.get(key.slice(key.indexOf(' ') + 1))
    if (device === undefined || changed.has(device.key)) continue
    const bound = rulesOf(compiled, context, device.key, device.interval_ms).find((one) => one.key === key)
    if (bound !== undefined) look(state, context, bound, device, now, out)
  }
}

/** Rules that judge alike keep what they remember, whatever else about them was rewritten. */
const sameJudgement = (a: Rule, b: Rule): boolean =>
  a.when === b.when &&
  a.clear === b.clear &&
  a.for_s === b.for_s &&
  a.clear_for_s === b.clear_for_s &&
  a.scope.domain === b.scope.domain &&
  a.scope.kind === b.scope.kind &&
  a.scope.device === b.scope.device

/** A new rule set takes the old one's place; the caller then has every device looked at again. */
export function replaceRules(state: RulesState, context: Context, rules: readonly Rule[], now: EpochMs, out: Outcome): CompiledRules {
  const { compiled, rejected } = compileRules(rules)
  const kept = new Map(compiled.rules.map(({ rule }) => [rule.id, rule]))
  for (const old of state.rules) {
    const next = kept.get(old.id)
    if (next === undefined || !sameJudgement(old, next)) withdraw(state, context, old, now, out)
  }
  state.rules = compiled.rules.map(({ rule }) => rule)
  const acting = [...state.instances].filter(([, { rule, memory }]) => memory.raised && (kept.get(rule)?.actions.length ?? 0) > 0)
  state.acting.clear()
  for (const [key] of acting) state.acting.add(key)
  out.facts.push({ kind: 'rules', ts: now, count: compiled.rules.length, rejected })
  return compiled
}
