/**
 * Signals: which phase should have green at every junction that was heard. Which controller says so is in control.ts; what holds for all
 * of them is here: no word before the minimum green is over, nobody waits for ever, and silence leaves a junction to its local plan.
 */

import { base32 } from '../base/base32.ts'
import type { EpochMs } from '../base/time.ts'
import { SECOND_MS } from '../base/time.ts'
import { deviceKey } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { Reason } from '../model/incident.ts'
import type { Outcome } from '../model/outcome.ts'
import type { ClosedRoad, UrgentTrip } from '../model/priority.ts'
import type { SignalJunction } from '../model/signal-network.ts'
import { isShut } from './area/closures.ts'
import { decideArea } from './area/decide.ts'
import { type Control, controlOf } from './control.ts'
import { type Choice, type Controller, queuedOf, type Site } from './controllers/controller.ts'
import { CONTROLLERS } from './controllers/list.ts'
import { noteLocalPlans } from './detectors/local-plan.ts'
import { waited_s } from './lane-memory.ts'
import { payBack } from './priority/compensation.ts'
import { decideCorridors } from './priority/decide.ts'
import { preferUrgent } from './priority/prefer.ts'
import { answerCall, leastGreen_s, overdueCall } from './priority/walks.ts'
import { reasonOf } from './reason.ts'
import { askShadow } from './shadow.ts'
import { type JunctionState, phaseAt, retargets, type TrafficState } from './state.ts'

/** A count older than this says nothing of the queue; the controller's local plan takes over when the last command expires. */
const COUNT_MS = 10 * SECOND_MS
/** Long enough to bridge lost messages, short enough that a junction without us is on its local plan within half a minute. */
const HOLD_S = 20
/** Counts further apart are an outage, not a rhythm. */
const INTERVAL_S_MAX = 60
/** Who has stood this long without green is served at once. */
const STARVED_S = 300
/** Who has stood this long comes next as soon as the green changes anyway. */
const DUE_S = 180

/** What other parts of the brain know that changes who goes first. */
export interface Urgent {
  readonly trips: readonly UrgentTrip[]
  readonly closed: readonly ClosedRoad[]
}

type Duty = { readonly en: string; readonly zh: string }

/** Proposals for the junctions that were heard, in the order in which they were; those on the way of `trips` first. */
export function decideTraffic(state: TrafficState, context: Context, { trips, closed }: Urgent, now: EpochMs, out: Outcome): void {
  const look = (id: string): Turn | null => {
    const junction = context.signal_network.get(id)
    const memory = state.junctions.get(id)
    if (junction === undefined || memory === undefined) return null
    const control = controlOf(context, state.experiments.values(), id, now, memory.interval_s)
    const site = siteOf(state, context, junction, memory, control, now)
    return site === null ? null : { site, controller: CONTROLLERS[control.controller], out }
  }
  decideArea(state, context, closed, now, out)
  const corridors = decideCorridors(state.priority, context, trips, (id) => look(id)?.site ?? null, now, out)
  for (const id of state.waiting) {
    const turn = look(id)
    if (turn === null) continue
    if (corridors.has(id)) holdJunction(turn, corridors.get(id) === true)
    else decideJunction(turn)
  }
  state.waiting.clear()
  noteLocalPlans(state, context, now, out)
}

/** One junction's turn. */
interface Turn {
  readonly site: Site
  readonly controller: Controller
  readonly out: Outcome
}

/** The corridor has asked, or waits for the minimum green: whatever else was asked for is taken back. */
function holdJunction(turn: Turn, asked: boolean): void {
  const { site, controller } = turn
  controller.foresee?.(site)
  const { memory, phase, green_s, traffic, junction } = site
  if (green_s !== null) answerCall(traffic.priority.calls, junction.id, phase)
  if (!asked && green_s !== null && memory.asked !== null && memory.asked !== phase) propose(turn, { phase, scores: [] }, null)
}

/** Null when nothing can be said: the count is old, says no lane, or shows a phase that the description does not have. */
export function siteOf(
  traffic: TrafficState,
  context: Context,
  junction: SignalJunction,
  memory: JunctionState,
  control: Control,
  now: EpochMs,
): Site | null {
  const { count, clearing_since, decided } = memory
  if (now - count.ts > COUNT_MS || memory.lanes.every(({ heard }) => heard === null)) return null
  const phase = phaseAt(junction, count.clearing ? count.target : count.phase)
  if (phase < 0) return null
  const since_s = Math.max(0, now - count.ts) / SECOND_MS
  // Nothing can be decided between two counts: detectors that report every ten seconds make it a decision every ten seconds.
  const decision_s = Math.max(control.decision_s, Math.min(INTERVAL_S_MAX, Math.round(memory.interval_s)))
  const before = phaseAt(junction, count.phase)
  const clearance_s = before < 0 ? junction.clearance_s : junction.intergreen_s[before][phase]
  const left_s = clearing_since === null ? 0 : Math.max(0, clearance_s - (now - clearing_since) / SECOND_MS)
  return {
    junction,
    memory,
    traffic,
    context,
    now,
    phase,
    green_s: count.clearing ? null : count.age_s + since_s,
    clearing_left_s: count.clearing ? left_s : 0,
    decision_s,
    next_decision_s: decided === null ? 0 : Math.max(0, Math.ceil(decision_s - (now - decided) / SECOND_MS)),
    plan: control.plan,
  }
}

function decideJunction(turn: Turn): void {
  const { site, controller } = turn
  const { memory, green_s, junction, phase, traffic, context } = site
  payBack(traffic.priority.owed, site)
  if (green_s !== null) answerCall(traffic.priority.calls, junction.id, phase)
  if (green_s === null) {
    const last = site.decision_s <= 1 && site.clearing_left_s <= 1
    if (last && retargets(memory) && controller.retarget !== undefined) {
      settle(turn, controller.retarget(site))
      memory.retargeted = memory.asked !== phase
    } else controller.foresee?.(site)
    return
  }
  if (green_s < leastGreen_s(context, junction, phase, site.now) || site.next_decision_s > 0) {
    controller.foresee?.(site)
    // The request for another phase still stands with a controller that has not followed it: take it back before it is obeyed.
    if (memory.asked !== null && memory.asked !== phase) propose(turn, { phase, scores: [] }, null)
    return
  }
  memory.decided = site.now
  const choice = controller.choose(site)
  const { shadow } = context.signal_policy
  if (shadow !== null) askShadow(traffic.shadow, shadow, site, controller, choice)
  settle(turn, choice)
}

function settle(turn: Turn, chosen: Choice): void {
  const { site, controller } = turn
  const { choice, why } = preferUrgent(site, controller, chosen)
  const duty = dutyOf(site, choice)
  propose(turn, duty === null ? choice : { ...choice, phase: duty.phase }, duty?.why ?? why)
}

/** What no controller may overrule: somebody has waited too long, or the longest green is over and somebody else stands. */
function dutyOf(site: Site, choice: Choice): { readonly phase: number; readonly why: Duty } | null {
  const { junction, memory, now, green_s, phase, traffic, context } = site
  const call = overdueCall(traffic.priority.calls, context, junction.id, now)
  if (call !== null && call.phase !== choice.phase) {
    const wait = Math.round(call.waited_s)
    return { phase: call.phase, why: { en: `for people who have waited ${wait} s to cross`, zh: `行人已等待过街 ${wait} 秒` } }
  }
  const waits = memory.lanes.map((lane, l) => (isShut(traffic.area.closures, junction.id, l) ? 0 : waited_s(lane, now)))
  const longest = waits.reduce((top, wait, lane) => (wait > waits[top] ? lane : top), 0)
  const limit_s = green_s !== null && choice.phase === phase ? STARVED_S : DUE_S
  if (waits[longest] >= limit_s && junction.phases_of[longest].length > 0 && !junction.phases_of[longest].includes(choice.phase)) {
    const why = { en: `because somebody has waited ${Math.round(waits[longest])} s`, zh: `有车已等待 ${Math.round(waits[longest])} 秒` }
    return { phase: best(site, choice, junction.phases_of[longest]), why }
  }
  // The longest green runs from the first conflicting call, as in NEMA TS 2: an empty street needs no change.
  const green_s_max = junction.green_max_s[phase]
  if (green_s === null || choice.phase !== phase || green_s < green_s_max) return null
  const others = junction.phases.flatMap((lanes, one) => (one !== phase && lanes.some((lane) => waits[lane] >= green_s_max) ? [one] : []))
  if (others.length === 0) return null
  return { phase: best(site, choice, others), why: { en: 'after the longest green of the other', zh: '对方已达最长绿灯' } }
}

function best(site: Site, { scores }: Choice, among: readonly number[]): number {
  const merit = (phase: number): number => scores[phase] ?? queuedOf(site, phase) - 1e6
  return among.reduce((top, phase) => (merit(phase) > merit(top) ? phase : top))
}

function propose({ site, controller, out }: Turn, choice: Choice, duty: Duty | null): void {
  const { junction, memory, context } = site
  const phase = junction.described.phases[choice.phase].index
  const reason = reasonOf(site, controller, choice, duty)
  if (context.signal_areas.human.has(junction.id)) {
    suggest(site, phase, reason)
    return
  }
  const device = deviceKey(junction.described.district, 'signal', junction.id)
  memory.asked = choice.phase
  out.proposals.push({
    kind: 'command',
    slot: `${device} phase`,
    device,
    body: { kind: 'signal.phase', phase, hold_s: HOLD_S },
    expires_s: HOLD_S,
    reason,
  })
}

/** A suggestion keeps its name while it asks for the same phase. */
function suggest({ traffic, junction, now }: Site, phase: number, reason: Reason): void {
  const standing = traffic.suggestions.get(junction.id)
  const since = standing?.phase === phase ? standing.since : now
  traffic.suggestions.set(junction.id, { id: base32(since), phase, since, updated: now, reason })
}
