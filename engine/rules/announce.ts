/** What the world hears of a rule that changed: the fact, the signal for its incident, the commands of its actions. */

import { dropDeadline } from '../base/deadlines.ts'
import type { EpochMs } from '../base/time.ts'
import type { DeviceKey } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import { placeOfDevice } from '../model/context.ts'
import type { Reason } from '../model/incident.ts'
import type { Outcome } from '../model/outcome.ts'
import type { Rule, RuleAction } from '../model/rule.ts'
import { withdrawnReason } from './reasons.ts'
import type { RulesState } from './state.ts'

function targets(context: Context, key: DeviceKey, to: string): readonly DeviceKey[] {
  if (to === 'self') return [key]
  if (to === 'pumps') return context.low_point_of.get(key)?.pumps ?? []
  return [to]
}

function proposeSetting(context: Context, key: DeviceKey, action: RuleAction, setting: number, reason: Reason, out: Outcome): void {
  for (const device of targets(context, key, action.to)) {
    const body = { kind: 'drain.setting', setting } as const
    out.proposals.push({ kind: 'command', slot: `${device} setting`, device, body, expires_s: action.expires_s, reason })
  }
}

/** A notice goes to the officer of the device's grid, or to the operators. */
function proposeNotice(context: Context, rule: Rule, key: DeviceKey, action: RuleAction, reason: Reason, out: Outcome): void {
  if (action.text === null) return
  const grid = context.devices.get(key)?.grid ?? null
  const to = (grid === null ? undefined : context.grids.get(grid)?.officer.id) ?? 'operator'
  for (const device of targets(context, key, action.to)) {
    const body = { kind: 'notice', text: action.text.en, text_zh: action.text.zh, to } as const
    const slot = `${device} notice ${rule.id} ${key}`
    out.proposals.push({ kind: 'command', slot, device, body, expires_s: action.expires_s, reason })
  }
}

export function announce(
  state: RulesState,
  context: Context,
  rule: Rule,
  device: DeviceKey,
  reason: Reason,
  raised: boolean,
  now: EpochMs,
  out: Outcome,
): void {
  const { severity } = rule
  out.facts.push({ kind: 'rule', rule: rule.id, device, ts: now, raised, severity, reason })
  proposeSignal(context, rule, device, reason, raised, out)
  // A notice is said once; a setting is held by `proposeActions` for as long as the rule is raised.
  if (raised) for (const action of rule.actions) if (action.command === 'notice') proposeNotice(context, rule, device, action, reason, out)
  actOn(state, context, rule, device, reason, raised, out)
}

/** Settings follow the rule whether anybody is told or not: a pump runs through the night in which alarms are held back. */
function actOn(state: RulesState, context: Context, rule: Rule, device: DeviceKey, reason: Reason, raised: boolean, out: Outcome): void {
  if (rule.actions.length === 0) return
  const key = `${rule.id} ${device}`
  if (raised) state.acting.add(key)
  else state.acting.delete(key)
  if (raised) return
  for (const action of rule.actions)
    if (action.clear_setting !== null) proposeSetting(context, device, action, action.clear_setting, reason, out)
}

/** An alarm that is held back by a suppression, or that passed before anybody heard of it. */
export function noteHeld(
  state: RulesState,
  context: Context,
  rule: Rule,
  device: DeviceKey,
  by: string | null,
  reason: Reason,
  change: 'held' | 'passed',
  now: EpochMs,
  out: Outcome,
): void {
  out.facts.push({ kind: 'suppressed', rule: rule.id, device, ts: now, by, change })
  actOn(state, context, rule, device, reason, change === 'held', out)
}

/** A rule that stands became worse or milder. */
export function announceStep(
  context: Context,
  rule: Rule,
  device: DeviceKey,
  reason: Reason,
  change: 'escalated' | 'eased',
  now: EpochMs,
  out: Outcome,
): void {
  const { severity } = rule
  out.facts.push({ kind: 'rule', rule: rule.id, device, ts: now, raised: true, severity, change, reason })
  proposeSignal(context, rule, device, reason, true, out, change === 'eased')
}

function proposeSignal(
  context: Context,
  rule: Rule,
  device: DeviceKey,
  reason: Reason,
  active: boolean,
  out: Outcome,
  eases = false,
): void {
  if (rule.incident === null) return
  const { severity, incident: template } = rule
  const place = context.low_point_of.get(device)?.id ?? context.devices.get(device)?.place ?? null
  const at = placeOfDevice(context, device)
  const key = `rule:${rule.id} ${device}`
  out.proposals.push({ kind: 'signal', key, active, template, severity, at, device, place, reason, ...(eases && { eases }) })
}

/** The settings that raised rules ask for, again at every step: `act` renews a command before it expires and drops the repeats. */
export function proposeActions(state: RulesState, context: Context, out: Outcome): void {
  if (state.acting.size === 0) return
  const rules = new Map(state.rules.map((rule) => [rule.id, rule]))
  for (const key of state.acting) {
    const instance = state.instances.get(key)
    const rule = instance === undefined ? undefined : rules.get(instance.rule)
    if (instance === undefined || rule === undefined || instance.reason === null) continue
    for (const action of rule.actions) {
      if (action.setting !== null) proposeSetting(context, instance.device, action, action.setting, instance.reason, out)
    }
  }
}

/** Forgets a rule that is no longer in force; what it had raised is cleared. */
export function withdraw(state: RulesState, context: Context, rule: Rule, now: EpochMs, out: Outcome): void {
  for (const [key, instance] of state.instances) {
    if (instance.rule !== rule.id) continue
    state.instances.delete(key)
    dropDeadline(state.timers, key)
    if (!instance.memory.raised) continue
    const reason = withdrawnReason(rule.id)
    if (instance.alarm?.told ?? true) announce(state, context, rule, instance.device, reason, false, now, out)
    else noteHeld(state, context, rule, instance.device, instance.alarm?.held ?? null, reason, 'passed', now, out)
  }
}
