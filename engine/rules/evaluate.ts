/**
 * Looks at the rules of devices that changed, of those that look at them, and of those whose time has come, and says what was raised and cleared.
 * A device that said nothing new and waits for nothing costs nothing.
 */

import { dropDeadline, setDeadline, takeDue } from '../base/deadlines.ts'
import type { EpochMs } from '../base/time.ts'
import type { DeviceKey } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { Outcome } from '../model/outcome.ts'
import type { Rule } from '../model/rule.ts'
import type { SenseState } from '../sense/state.ts'
import { type Alarm, advanceAlarm, needsAlarm, newAlarm, nextMinute } from './alarm.ts'
import { announce, announceStep, noteHeld, withdraw } from './announce.ts'
import { runPrograms } from './batch.ts'
import type { Moment } from './bind.ts'
import { type BoundDevice, type BoundRule, bindDevice, bindWatchers, type CompiledRules, compileRules } from './compile.ts'
import { FALSE, TRUE } from './fuse.ts'
import { advance, CALM, type Condition } from './hysteresis.ts'
import { ruleReason, stepReason } from './reasons.ts'
import type { RulesState } from './state.ts'
import { suppressedBy } from './suppression.ts'
import { nextLeaving, trimPasts } from './windows.ts'

const conditionOf = (code: number): Condition => (code === TRUE ? true : code === FALSE ? false : null)

/** Earlier of two times, either of which may be none. */
const sooner = (a: EpochMs | null, b: EpochMs | null): EpochMs | null => (a === null ? b : b === null ? a : Math.min(a, b))

/** When a rule's condition can change although nothing new comes. */
function changesAt({ compiled, device }: BoundRule, { pasts, sense, now }: Moment): EpochMs | null {
  let at: EpochMs | null = null
  if (compiled.uses_age) at = now + (sense.devices.get(device)?.interval_ms ?? 0)
  if (compiled.uses_clock) at = sooner(at, nextMinute(now))
  for (const input of compiled.inputs)
    if (input.from === 'events') at = sooner(at, nextLeaving(pasts, device, input.type, input.span_ms, now))
  return at
}

interface Look {
  readonly state: RulesState
  readonly moment: Moment
  readonly out: Outcome
}

function look({ state, moment, out }: Look, bound: BoundRule, when: Condition, clear: Condition): void {
  const { compiled, key } = bound
  const { rule } = compiled
  const { now, context } = moment
  const instance = state.instances.get(key)
  const before = instance?.memory ?? CALM
  const { memory, change, due } = advance(before, compiled.durations, before.raised ? clear : when, now)
  const stood = memory.raised && needsAlarm(rule)
  const alarm = stood ? stand(bound, instance?.alarm ?? newAlarm(rule, before.raised, now), when, moment) : null
  const at = sooner(sooner(due, changesAt(bound, moment)), alarm?.due ?? null)
  if (at !== null) setDeadline(state.timers, key, at)
  else if (before.since !== null || instance?.alarm !== undefined) dropDeadline(state.timers, key)
  if (memory === before && alarm === null) return

  const told = instance?.alarm?.told ?? true
  const reason = change === null ? (instance?.reason ?? null) : change === 'raised' ? ruleReason(bound, moment, true) : null
  if (!memory.raised && memory.since === null) state.instances.delete(key)
  else {
    const next = { rule: rule.id, device: bound.device, memory, reason, ...(alarm === null ? {} : { alarm: alarm.alarm }) }
    state.instances.set(key, next)
  }
  if (change === 'cleared') {
    const passed = ruleReason(bound, moment, false)
    if (told) announce(state, context, rule, bound.device, passed, false, now, out)
    else noteHeld(state, context, rule, bound.device, instance?.alarm?.held ?? null, passed, 'passed', now, out)
  } else if (change === 'raised' && alarm === null) {
    announce(state, context, rule, bound.device, reason ?? ruleReason(bound, moment, true), true, now, out)
  }
  if (alarm !== null) tell({ state, moment, out }, bound, alarm, instance?.alarm ?? null)
}

function stand({ compiled: { rule }, device }: BoundRule, alarm: Alarm, when: Condition, { context, now }: Moment) {
  const held = rule.suppress === undefined ? null : suppressedBy(rule.suppress, context, device, now)
  return advanceAlarm(rule, alarm, when, held?.id ?? null, now)
}

/** What people hear of an alarm that is held back, let go, or changes its severity. */
function tell({ state, moment, out }: Look, bound: BoundRule, next: ReturnType<typeof stand>, before: Alarm | null): void {
  const { alarm, tell: now_told, moved } = next
  const { compiled, device } = bound
  const { now, context } = moment
  const reason = state.instances.get(bound.key)?.reason
  if (reason === null || reason === undefined) return
  const held = !alarm.told && alarm.held !== null && before?.held !== alarm.held
  if (held) noteHeld(state, context, compiled.rule, device, alarm.held, reason, 'held', now, out)
  if (now_told) announce(state, context, compiled.rule, device, reason, true, now, out)
  if (moved === null) return
  const why = stepReason(compiled.rule, reason, alarm, moved)
  announceStep(context, { ...compiled.rule, severity: alarm.severity }, device, why, moved, now, out)
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
  const moment: Moment = { sense, pasts: state.pasts, context, now, shared: new Map() }
  const wanted = whatToLookAt(state, compiled, context, sense, changed, now)
  if (wanted.size === 0) return
  const codes = runPrograms([...wanted.keys()], moment)
  const looking: Look = { state, moment, out }
  for (const [device, accept] of wanted) {
    const row = codes.get(device)
    if (row === undefined) continue
    for (let r = 0; r < device.rules.length; r++) {
      if (accept(device.rules[r])) look(looking, device.rules[r], conditionOf(row[2 * r]), conditionOf(row[2 * r + 1]))
    }
  }
}

type Accept = (bound: BoundRule) => boolean

/** In the order: who changed, who looks at them, whose time has come. */
function whatToLookAt(
  state: RulesState,
  compiled: CompiledRules,
  context: Context,
  sense: SenseState,
  changed: ReadonlySet<DeviceKey>,
  now: EpochMs,
): Map<BoundDevice, Accept> {
  const wanted = new Map<BoundDevice, Accept>()
  const add = (key: DeviceKey, accept: Accept): void => {
    const device = bindDevice(compiled, context, key)
    if (device.rules.length === 0) return
    const before = wanted.get(device)
    wanted.set(device, before === undefined ? accept : (bound) => before(bound) || accept(bound))
  }
  for (const key of changed) if (sense.devices.has(key)) add(key, () => true)
  for (const key of changed) {
    for (const watcher of compiled.binder.watchersOf(key)) if (!changed.has(watcher)) add(watcher, usesOthers)
  }
  for (const key of takeDue(state.timers, now)) {
    const device = key.slice(key.indexOf(' ') + 1)
    if (!changed.has(device)) add(device, (bound) => bound.key === key)
  }
  return wanted
}

const usesOthers: Accept = ({ compiled }) => compiled.uses_others

/** Rules that judge alike keep what they remember, whatever else about them was rewritten. */
const sameJudgement = (a: Rule, b: Rule): boolean =>
  a.when === b.when &&
  a.clear === b.clear &&
  a.for_s === b.for_s &&
  a.clear_for_s === b.clear_for_s &&
  a.scope.domain === b.scope.domain &&
  a.scope.kind === b.scope.kind &&
  a.scope.device === b.scope.device &&
  JSON.stringify([a.accepts, a.groups]) === JSON.stringify([b.accepts, b.groups])

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
  trimPasts(state.pasts, compiled.spans)
  bindWatchers(compiled, context)
  out.facts.push({ kind: 'rules', ts: now, count: compiled.rules.length, rejected })
  return compiled
}

/** Rules that run, made again from those that were saved. */
export function restoreRules(state: RulesState, context: Context): CompiledRules {
  const { compiled } = compileRules(state.rules)
  bindWatchers(compiled, context)
  return compiled
}
