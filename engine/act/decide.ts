/** From proposals to commands: at most one a slot and step, guarded, named, remembered; then retries and expiry of older ones. */
import { setDeadline, takeDue } from '../base/deadlines.ts'
import { isEqual } from '../base/equal.ts'
import { type EpochMs, SECOND_MS } from '../base/time.ts'
import { ulid } from '../base/ulid.ts'
import type { DeviceKey } from '../model/city.ts'
import type { Command, CommandBody } from '../model/command.ts'
import type { Context } from '../model/context.ts'
import type { Reason } from '../model/incident.ts'
import type { OperatorAct } from '../model/observation.ts'
import { answerOperator, type Outcome } from '../model/outcome.ts'
import type { Proposal } from '../model/proposal.ts'
import { type AnswerPolicy, answerPolicy } from './answer.ts'
import { type Allowed, judge } from './guard.ts'
import { readManual } from './manual.ts'
import { nearExpiry, rankOf, slotOf } from './slot.ts'
import { type ActState, type Hold, moveCommand, stopWaiting } from './state.ts'

export type CommandProposal = Extract<Proposal, { kind: 'command' }>

/** Commands remembered beyond those still in force. */
export const FINISHED_KEPT = 2000
const REFUSED_KEPT = 1000
/** A person may keep a slot for a day; then the order has to be given again. */
const HOLD_S_MAX = 86_400

interface Step {
  readonly now: EpochMs
  readonly step: number
  /** Index of the next command in this step. */
  index: number
  readonly commands: Command[]
  readonly out: Outcome
}

/** What goes into one slot in this step. */
interface Wanted {
  readonly device: DeviceKey
  readonly slot: string
  readonly body: CommandBody
  readonly expires_s: number
  readonly reason: Reason
  readonly auto: boolean
}

/** The commands to publish now: new ones, renewals and retries. */
export function act(
  state: ActState,
  context: Context,
  proposals: readonly CommandProposal[],
  now: EpochMs,
  step: number,
  out: Outcome,
): Command[] {
  const turn: Step = { now, step, index: 0, commands: [], out }
  state.stepped = { at: now, interval_ms: state.stepped.at === 0 ? 0 : now - state.stepped.at }
  endHolds(state, turn)
  for (const obs of state.manual.splice(0)) {
    if (obs.act.type === 'command.release') release(state, obs, obs.act.device, turn)
    else actManually(state, context, obs, turn)
  }
  restoreHolds(state, context, turn)
  for (const wanted of bestPerSlot(proposals)) {
    if (isHeld(state, context, wanted) || isStanding(state, wanted, now)) continue
    const verdict = judge(context, wanted.device, wanted.body, wanted.expires_s, now)
    if ('why' in verdict) refuse(state, context, wanted, verdict.why, turn)
    else issue(state, context, { ...wanted, body: verdict.allowed }, turn)
  }
  const policy = answerPolicy(context)
  for (const id of takeDue(state.due, now)) followUp(state, policy, id, turn)
  return turn.commands
}

/** The last proposal for each slot among those of the highest rank, in the order in which slots were first named. */
function bestPerSlot(proposals: readonly CommandProposal[]): Iterable<Wanted> {
  const best = new Map<string, Wanted>()
  for (const { device, body, slot: proposed, expires_s, reason } of proposals) {
    const slot = slotOf(device, body, proposed)
    const other = best.get(slot)
    if (other === undefined || rankOf(body) >= rankOf(other.body)) best.set(slot, { device, slot, body, expires_s, reason, auto: true })
  }
  return best.values()
}

/** Nobody overrules a person, except an emergency corridor where the policy lets it. */
const isHeld = (state: ActState, { signal_policy }: Context, { slot, body }: Wanted): boolean =>
  state.holds.has(slot) && !(body.kind === 'signal.preempt' && signal_policy.preempt_over_hand)

/** Nothing to do: the slot is set so already and will be for a while, or something of higher rank stands there. */
function isStanding(state: ActState, { slot, body }: Wanted, now: EpochMs): boolean {
  const standing = state.slots.get(slot)
  if (standing === undefined || standing.expires <= now) return false
  if (standing.rank > rankOf(body)) return true
  return !nearExpiry(standing, now, state.stepped.interval_ms) && isEqual(standing.body, body)
}

function issue(state: ActState, context: Context, wanted: Wanted & { readonly body: Allowed }, turn: Step): void {
  const { now, out } = turn
  const { device, slot, body, reason, auto } = wanted
  const id = ulid(now, context.world, turn.step, turn.index++)
  const expires = now + Math.round(wanted.expires_s * SECOND_MS)
  const command: Command = { id, device, ts: now, expires, reason, ...body }
  const replaced = state.slots.get(slot)
  if (replaced !== undefined) stopWaiting(state, device, replaced.id)
  state.slots.set(slot, { id, body, rank: rankOf(body), ts: now, expires })
  state.issued.set(id, { command, status: 'issued', auto, tries: 1, updated: now })
  state.live.set(id, slot)
  state.waiting.set(device, [...(state.waiting.get(device) ?? []), id])
  state.refused.delete(slot)
  setDeadline(state.due, id, nextLook(answerPolicy(context), command, now))
  turn.commands.push(command)
  out.facts.push({ kind: 'command', ts: now, id, device, command: command.kind, status: 'issued', why: reason.text })
  forgetOldest(state)
}

function refuse(state: ActState, context: Context, wanted: Wanted, why: string, turn: Step): void {
  if (state.refused.get(wanted.slot) === why) return
  state.refused.set(wanted.slot, why)
  for (const [slot] of state.refused) {
    if (state.refused.size <= REFUSED_KEPT) break
    state.refused.delete(slot)
  }
  const id = ulid(turn.now, context.world, turn.step, turn.index++)
  const { device, body } = wanted
  turn.out.facts.push({ kind: 'command', ts: turn.now, id, device, command: body.kind, status: 'rejected', why: `guard: ${why}` })
}

/** A person's command goes first and keeps its slot from automatic ones until it ends. */
function actManually(state: ActState, context: Context, obs: OperatorAct, turn: Step): void {
  if (obs.act.type !== 'command') return
  const { device, command, fields, hold_s } = obs.act
  const read = readManual(command, fields)
  const verdict =
    'why' in read
      ? read
      : hold_s > HOLD_S_MAX
        ? { why: 'hold_s is above a day / 保持时间超过一天' }
        : judge(context, device, read.body, hold_s, turn.now)
  answerOperator(turn.out, obs, 'why' in verdict ? verdict.why : null, turn.now)
  if ('why' in verdict) return
  const body = verdict.allowed
  const slot = slotOf(device, body, `${device} notice ${obs.id}`)
  const reason: Reason = {
    policy: 'operator',
    text: `Given by ${obs.by}`,
    text_zh: `${obs.by} 手动下达`,
    evidence: [`order ${obs.id} at ${obs.ts}`],
  }
  if (body.kind !== 'notice') {
    const hold: Hold = { device, by: obs.by, since: turn.now, until: turn.now + hold_s * SECOND_MS, body, reason }
    state.holds.set(slot, hold)
    sayHand(hold, 'taken', turn)
  }
  issue(state, context, { device, slot, body, expires_s: hold_s, reason, auto: false }, turn)
}

function sayHand({ device, by, since, until }: Hold, change: 'taken' | 'released' | 'ended', { now, out }: Step): void {
  out.facts.push({ kind: 'hand', ts: now, device, by, since, until, change })
}

function endHolds(state: ActState, turn: Step): void {
  for (const [slot, hold] of state.holds) {
    if (turn.now < hold.until) continue
    state.holds.delete(slot)
    sayHand(hold, 'ended', turn)
  }
}

/** Gives a device back to the automation: what the person had set no longer stands in the way. */
function release(state: ActState, obs: OperatorAct, device: DeviceKey, turn: Step): void {
  const held = [...state.holds].filter(([, hold]) => hold.device === device)
  answerOperator(turn.out, obs, held.length === 0 ? `nobody holds ${device} / ${device} 未处于手动控制` : null, turn.now)
  for (const [slot, hold] of held) {
    state.holds.delete(slot)
    const standing = state.slots.get(slot)
    if (standing !== undefined && isEqual(standing.body, hold.body)) state.slots.delete(slot)
    sayHand(hold, 'released', turn)
  }
}

/** A person's command that something of higher rank has replaced stands again when that has ended. */
function restoreHolds(state: ActState, context: Context, turn: Step): void {
  for (const [slot, { device, body, until, reason }] of state.holds) {
    const standing = state.slots.get(slot)
    if (standing !== undefined && standing.expires > turn.now) continue
    const expires_s = (until - turn.now) / SECOND_MS
    const verdict = judge(context, device, body, expires_s, turn.now)
    if ('allowed' in verdict) issue(state, context, { device, slot, body: verdict.allowed, expires_s, reason, auto: false }, turn)
  }
}

/** When to look at a live command again, at the earliest just after `now`. */
function nextLook(policy: AnswerPolicy, { ts, expires }: Command, now: EpochMs): EpochMs {
  const looks = [...policy.retry_after_s, ...(policy.give_up_after_s === null ? [] : [policy.give_up_after_s])]
  const next = looks.map((after_s) => ts + after_s * SECOND_MS).find((at) => at > now)
  return next === undefined ? expires : Math.min(next, expires)
}

/** Retries, gives up or ends a live command whose time has come. */
function followUp(state: ActState, policy: AnswerPolicy, id: string, turn: Step): void {
  const { now, out } = turn
  const issued = state.issued.get(id)
  if (issued === undefined) return
  const { command, status, tries } = issued
  const slot = state.live.get(id)
  const unanswered = status === 'issued' || status === 'retried'
  const inForce = slot !== undefined && state.slots.get(slot)?.id === id
  if (now >= command.expires) {
    if (unanswered && inForce && policy.silence_is_failure) moveCommand(state, id, 'expired', 'no acknowledgement before its end', now, out)
    stopWaiting(state, command.device, id)
    state.live.delete(id)
    if (slot !== undefined && inForce) {
      state.slots.delete(slot)
    }
    return
  }
  // A command that was replaced, or answered, only waits for its end.
  if (unanswered && inForce) {
    const silent_s = (now - command.ts) / SECOND_MS
    if (policy.give_up_after_s !== null && silent_s >= policy.give_up_after_s) {
      moveCommand(state, id, 'given_up', `no acknowledgement after ${tries} tries`, now, out)
    } else {
      moveCommand(state, id, 'retried', null, now, out)
      turn.commands.push(command)
    }
  }
  setDeadline(state.due, id, nextLook(policy, command, now))
}

function forgetOldest(state: ActState): void {
  let excess = state.issued.size - state.live.size - FINISHED_KEPT
  if (excess <= 0) return
  for (const id of state.issued.keys()) {
    if (excess <= 0) break
    if (state.live.has(id)) continue
    state.issued.delete(id)
    excess--
  }
}
