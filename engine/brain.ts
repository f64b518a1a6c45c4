/**
 * The brain: one function from state, observations and time to facts, commands and requests. Read `step` from top to bottom and you
 * have read what happens to a message. No part calls another; each leaves facts and proposals in the outcome for those after it.
 */
import { act } from './act/decide.ts'
import { createAct, handOf, observeAct } from './act/state.ts'
import { UrbanError, unreachable } from './base/errors.ts'
import type { EpochMs } from './base/time.ts'
import { SECOND_MS } from './base/time.ts'
import { decideCamera } from './camera/decide.ts'
import { observeCameraOrder } from './camera/doubts.ts'
import { decidePatrol } from './camera/patrol/decide.ts'
import { createCamera, observeCamera } from './camera/state.ts'
import type { CityState, Remembered } from './city-state.ts'
import { decideDispatch } from './dispatch/decide.ts'
import { createDispatch, observeDispatch } from './dispatch/state.ts'
import { decideFlood } from './flood/decide.ts'
import { askForForecasts, takeForecasts } from './flood/foresee.ts'
import { createFlood, observeFlood } from './flood/state.ts'
import { pumpCrews } from './flood-input.ts'
import { correlate } from './incidents/correlate.ts'
import { createIncidents, incidentOf, observeIncidents } from './incidents/state.ts'
import { createTrials, observeTrials } from './kpi/experiment.ts'
import { createKpi, dispatchTimes_s, updateKpi } from './kpi/kpi.ts'
import { createEffect, observeEffect } from './kpi/signal-effect.ts'
import { kpiInput } from './kpi-input.ts'
import { amendFigures, noteLivePart } from './kpi-parts.ts'
import { whyUnassessed } from './model/assessment.ts'
import type { DeviceKey } from './model/city.ts'
import { splitKey } from './model/city.ts'
import type { Command } from './model/command.ts'
import type { Context } from './model/context.ts'
import type { Fact } from './model/fact.ts'
import type { DeviceEvent, Observation, OperatorAct, Reading, TrafficCount } from './model/observation.ts'
import { answerOperator, emptyOutcome, type Outcome } from './model/outcome.ts'
import type { Proposal } from './model/proposal.ts'
import type { SolverRequest } from './model/solve.ts'
import { patrolInput } from './patrol-input.ts'
import { createReports, followReports, observeReport } from './reports/state.ts'
import { roundGround, roundInput } from './round-input.ts'
import { proposeActions } from './rules/announce.ts'
import { compileRules } from './rules/compile.ts'
import { evaluateRules, replaceRules, restoreRules } from './rules/evaluate.ts'
import { perceive } from './rules/perceive.ts'
import { createRules } from './rules/state.ts'
import { takeSilent } from './sense/intake.ts'
import { createSense, type QualifiedCount, type QualifiedReading } from './sense/state.ts'
import { observeRoadOrder } from './traffic/area/closures.ts'
import { decideTraffic } from './traffic/decide.ts'
import { believe } from './traffic/detectors/believe.ts'
import { followPlans, observePlan } from './traffic/observed-plan.ts'
import { approvedCommand, observeSignalOrder } from './traffic/orders.ts'
import { followPaces } from './traffic/pace.ts'
import { observeBus } from './traffic/priority/bus.ts'
import { observeCall } from './traffic/priority/walks.ts'
import { createTraffic, isNoisyAt, observeTraffic, sumLanes } from './traffic/state.ts'
import { closedRoads, commandedPlan, urgentTrips } from './traffic-input.ts'
import { decideWarnings } from './warnings/decide.ts'
import { observeWarningOrder } from './warnings/receive.ts'
import { createWarnings, observeWarnings } from './warnings/state.ts'
import { decideBlocked } from './waste/blocked.ts'
import { decideWaste } from './waste/decide.ts'
import { observeDuty } from './waste/duty.ts'
import { askForFills, takeFills } from './waste/foresee.ts'
import { decideSorting, observeSorting } from './waste/mis-sorting.ts'
import { decideRounds, observeRoundOrder, takeRound } from './waste/rounds/decide.ts'
import { createWaste, observeWaste } from './waste/state.ts'
import { noteOverflows, noteVisits } from './waste/visits.ts'
import { collectionsIn } from './waste-input.ts'

export interface StepOutcome {
  readonly state: CityState
  readonly facts: readonly Fact[]
  readonly commands: readonly Command[]
  readonly requests: readonly SolverRequest[]
}

/** A state that has seen nothing. Rules arrive as the observation `rules`. */
export function createState(context: Context): CityState {
  return {
    context,
    compiled: compileRules([]).compiled,
    now: 0,
    step: 0,
    kpi_at: 0,
    sense: createSense(),
    rules: createRules(),
    traffic: createTraffic(),
    flood: createFlood(context),
    warnings: createWarnings(),
    waste: createWaste(),
    camera: createCamera(),
    reports: createReports(),
    incidents: createIncidents(),
    dispatch: createDispatch(context),
    act: createAct(),
    kpi: createKpi(),
    effect: createEffect(),
    trials: createTrials(),
  }
}

/**
 * One step as of `now`, which never lies before the last one. The state is handed over: it is changed in place and returned; keep no
 * other reference to it. Observations are taken in the order in which they are given.
 */
export function step(state: CityState, observations: readonly Observation[], now: EpochMs): StepOutcome {
  const previous = state.now
  state.now = now
  state.step += 1
  const { context, sense, rules, traffic, flood, waste, camera, incidents, dispatch } = state
  const out = emptyOutcome()
  const changed = new Set<DeviceKey>()

  for (const observation of observations) fenced(observation.kind, now, out, () => observe(state, observation, previous, changed, out))
  for (const key of takeSilent(sense, now, out)) changed.add(key)

  fenced('rules', now, out, () => evaluateRules(rules, state.compiled, context, sense, changed, now, out))
  fenced('rules', now, out, () => proposeActions(rules, context, out))
  fenced('traffic', now, out, () => decideTraffic(traffic, context, { trips: urgentTrips(state), closed: closedRoads(state) }, now, out))
  fenced('pace', now, out, () => followPaces(traffic, context, now))
  fenced('traffic', now, out, () => followPlans(traffic.observed, context, (device) => commandedPlan(state, device), now, out))
  fenced('flood', now, out, () => decideFlood(flood, context, () => pumpCrews(state), now, out))
  fenced('warnings', now, out, () => decideWarnings(state.warnings, context, now, out))
  fenced('forecast', now, out, () => askForForecasts(flood, context, now, out))
  fenced('waste', now, out, () => noteVisits(waste, context, out.facts, now, out))
  fenced('waste', now, out, () => decideBlocked(waste, context, collectionsIn(state, out.facts), now, out))
  fenced('waste', now, out, () => decideWaste(waste, context, out))
  fenced('waste', now, out, () => decideSorting(waste.sorting, context, now, out))
  fenced('waste', now, out, () => askForFills(waste, context, now, out))
  fenced('camera', now, out, () => decideCamera(camera, context, sense, now, out))
  fenced('patrol', now, out, () => decidePatrol(camera, context, patrolInput(state), now, out))

  fenced('incidents', now, out, () => correlate(incidents, context, out.proposals.filter(isSignal), now, out))
  fenced('waste', now, out, () => noteOverflows(waste, context, out.facts, now))
  fenced('dispatch', now, out, () => decideDispatch(dispatch, context, incidents, roundGround(state), now, out))
  fenced('reports', now, out, () => followReports(state.reports, (signal, id) => incidentOf(incidents, signal, id), now, out))
  fenced('rounds', now, out, () => decideRounds(waste.rounds, context, out.facts, () => roundInput(state), now, out))
  const commands: Command[] = []
  fenced('act', now, out, () => commands.push(...act(state.act, context, out.proposals.filter(isCommand), now, state.step, out)))
  fenced('kpi', now, out, () => figure(state, out))
  fenced('kpi', now, out, () => amendFigures(state))
  return { state, facts: out.facts, commands, requests: out.requests }
}

const isSignal = (proposal: Proposal): proposal is Extract<Proposal, { kind: 'signal' }> => proposal.kind === 'signal'
const isCommand = (proposal: Proposal): proposal is Extract<Proposal, { kind: 'command' }> => proposal.kind === 'command'

/** Runs one part; if it throws, what it has said in this step is taken back, the fault is told, and everybody else goes on. */
function fenced(part: string, now: EpochMs, out: Outcome, run: () => void): void {
  const { facts, proposals, requests } = out
  const [facts_n, proposals_n, requests_n] = [facts.length, proposals.length, requests.length]
  try {
    run()
  } catch (error) {
    facts.length = facts_n
    proposals.length = proposals_n
    requests.length = requests_n
    facts.push({ kind: 'fault', ts: now, part, message: error instanceof Error ? error.message : String(error) })
  }
}

/** Takes one observation in: who hears it, in which order. */
function observe(state: CityState, observation: Observation, previous: EpochMs, changed: Set<DeviceKey>, out: Outcome): void {
  const { context, now, sense, incidents, dispatch } = state
  if (observation.kind === 'event' && !mayBeSeen(context, observation)) return
  const live = perceive(state, observation, previous, changed, out)
  switch (observation.kind) {
    case 'reading':
      if (live !== null && 'values' in live) observeReading(state, observation, live, out)
      return
    case 'traffic':
      if (live !== null && 'phase' in live) observeCount(state, observation, live, out)
      return
    case 'event':
      if (observeCall(state.traffic.priority.calls, context, observation, now)) return
      observeSorting(state.waste.sorting, observation, now)
      observeCamera(state.camera, observation, now)
      return
    case 'presence':
      observeDispatch(dispatch, context, observation, incidents, now, out)
      return
    case 'ack':
      observeAct(state.act, observation, now, out)
      return
    case 'crew':
      observeAct(state.act, observation, now, out)
      observeDuty(state.waste.duty, context, observation)
      observeDispatch(dispatch, context, observation, incidents, now, out)
      return
    case 'operator':
      observeOrder(state, observation, out)
      return
    case 'solution':
      takeForecasts(state.flood, context, observation, now, out)
      takeFills(state.waste, observation, now)
      takeRound(state.waste.rounds, context, observation, () => roundInput(state), now, out)
      observeDispatch(dispatch, context, observation, incidents, now, out)
      return
    case 'rules':
      state.compiled = replaceRules(state.rules, context, observation.rules, now, out)
      for (const key of sense.devices.keys()) changed.add(key)
      return
    default:
      unreachable(observation)
  }
}

/** The gateway has refused it already; whoever else hands observations in gets no further either. */
const mayBeSeen = ({ assessments, localHour }: Context, { device, type, ts }: DeviceEvent): boolean =>
  whyUnassessed(assessments, device, type, localHour(ts)) === null

/** Domains see what is live and believed; dispatch follows its crews, and act finds its commands confirmed. */
function observeReading(state: CityState, reading: Reading, qualified: QualifiedReading, out: Outcome): void {
  const { context, now } = state
  noteLivePart(state, qualified)
  const live: Reading = qualified.values === reading.values ? reading : { ...reading, values: qualified.values }
  const { domain } = splitKey(reading.device)
  switch (domain) {
    case 'flood':
    case 'weather':
      observeFlood(state.flood, context, qualified, now)
      observeWarnings(state.warnings, qualified, now)
      return
    case 'drain':
      observeFlood(state.flood, context, qualified, now)
      observeAct(state.act, live, now, out)
      return
    case 'signal':
      observePlan(state.traffic.observed, reading.device, qualified.ts, qualified.values)
      observeAct(state.act, live, now, out)
      return
    case 'waste':
      observeWaste(state.waste, context, qualified)
      return
    case 'crew':
      observeDispatch(state.dispatch, context, live, state.incidents, now, out)
      observeBus(state.traffic.priority.buses, context, live)
      return
    case 'traffic':
    case 'camera':
      return
    default:
      unreachable(domain)
  }
}

function observeCount(state: CityState, count: TrafficCount, qualified: QualifiedCount, out: Outcome): void {
  const { context, now } = state
  const { queued_veh } = sumLanes(qualified)
  noteLivePart(state, { device: qualified.device, ts: qualified.ts, values: { queued_veh } })
  const believed = believe(state.traffic, context, qualified, now, out)
  observeTraffic(state.traffic, context, believed, now)
  const sums = observeEffect(state.effect, context, believed, isNoisyAt(state.traffic, count.device))
  if (sums !== null && handOf(state.act, count.device) === null) observeTrials(state.trials, state.traffic.experiments, believed, sums)
  observeAct(state.act, count, now, out)
}

/** An order goes to whoever knows it; dispatch and act leave the others' orders alone. */
function observeOrder(state: CityState, order: OperatorAct, out: Outcome): void {
  const { context, now, incidents } = state
  if (observeCameraOrder(state.camera, context, order, now, out)) return
  if (observeIncidents(incidents, context, order, now, out) || observeSignalOrder(state.traffic, context, order, now, out)) return
  if (observeRoundOrder(state.waste.rounds, order, () => roundInput(state), now, out)) return
  if (observeRoadOrder(state.traffic.area, context, order, now, out)) return
  if (observeReport(state.reports, context, order, now, out)) return
  if (observeWarningOrder(state.warnings, context, order, now, out)) return
  if ('about' in order.act) {
    answerOperator(out, order, null, now)
    return
  }
  observeDispatch(state.dispatch, context, order, incidents, now, out)
  observeAct(state.act, approvedCommand(state.traffic, context, order) ?? order, now, out)
}

/** The figures move once a second, and whenever a crew was sent. */
function figure(state: CityState, out: Outcome): void {
  const dispatch_s = dispatchTimes_s(out.facts)
  if (dispatch_s.length === 0 && state.now - state.kpi_at < SECOND_MS) return
  state.kpi_at = state.now
  updateKpi(state.kpi, kpiInput(state, dispatch_s), state.now)
}

/** Raised whenever the meaning of anything remembered changes. */
const STATE_VERSION = 8

export interface SavedState {
  readonly version: number
  readonly remembered: Remembered
}

/** Plain data without context and compiled rules. It shares the state's memory: serialise it before the next step. */
export function saveState(state: CityState): SavedState {
  const { context: _context, compiled: _compiled, ...remembered } = state
  return { version: STATE_VERSION, remembered }
}

/** @throws UrbanError input `state_version` when it was written by a program that remembered otherwise. */
export function restoreState(context: Context, saved: SavedState): CityState {
  if (saved.version !== STATE_VERSION) {
    throw new UrbanError('input', 'state_version', `the saved state has version ${saved.version}, expected ${STATE_VERSION}`)
  }
  return { ...saved.remembered, context, compiled: restoreRules(saved.remembered.rules, context) }
}
