/**
 * Rounds of the bin lorries as acts of the city: at its planning times, and when somebody asks, the solver is asked which bins are worth a visit today. What it answers becomes a
 * fact, and where it is worth driving a proposal for the crews of the lorries. A lorry takes one kind of waste a round: the kind that is most urgent is asked for first.
 */
import type { LonLat } from '../../base/geo.ts'
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../base/time.ts'
import { type Bilingual, splitKey } from '../../model/city.ts'
import type { WasteKind } from '../../model/collection.ts'
import type { Context } from '../../model/context.ts'
import type { Fact } from '../../model/fact.ts'
import type { FillForecast } from '../../model/fill.ts'
import type { OperatorAct, Solution } from '../../model/observation.ts'
import { answerOperator, type Outcome } from '../../model/outcome.ts'
import type { PlannedRound, RoundDecision, RoundStop, SkippedBin } from '../../model/round.ts'
import type { RoadState, RoundAnswer, RoundProblem } from '../../model/solve.ts'
import { clockAt } from '../clock.ts'
import { WAIT_SHARE } from './plan-round.ts'
import { type Sector, sectorsOf } from './sectors.ts'
import { type Planning, type RoundsState, startPlanning } from './state.ts'
import { type RoundFigures, roundReason } from './words.ts'

/** What others know, for a planning (round-input.ts). */
export interface RoundInput {
  readonly roads: RoadState
  /** That could begin a round now. */
  readonly lorries: readonly (RoundProblem['lorries'][number] & { readonly wastes?: readonly WasteKind[] })[]
  readonly tips: readonly (RoundProblem['tips'][number] & { readonly wastes?: readonly WasteKind[] })[]
  /** That are worth a visit and can be reached. */
  readonly bins: readonly (RoundProblem['bins'][number] & { readonly waste: WasteKind; readonly forecast: FillForecast })[]
  /** Of the bins that have a forecast. */
  readonly known: number
  readonly skipped: readonly SkippedBin[]
}

/** A second or so of the solver. */
const STEPS = 8_000
const ANSWER_MS = 3 * MINUTE_MS
const AGAIN_MS = MINUTE_MS
const TRIES = 3
/** Lorries may come on duty just after the time of planning, or have a round to end. */
const LORRY_WAIT_MS = 2 * HOUR_MS
/** A planning time that was slept through by more is over. */
const LATE_MS = 2 * HOUR_MS
const BY_PLAN = 'policy:rounds'

/** Takes the order to plan a round now; false leaves it to others. */
export function observeRoundOrder(state: RoundsState, obs: OperatorAct, input: () => RoundInput, now: EpochMs, out: Outcome): boolean {
  if (obs.act.type !== 'round.plan') return false
  const why =
    state.planning !== null && (state.planning.request !== null || state.planning.by !== BY_PLAN)
      ? 'a plan is being computed / 正在计算'
      : input().lorries.length === 0
        ? 'no lorry on duty is without a round / 没有当班且空闲的清运车辆'
        : null
  answerOperator(out, obs, why, now)
  if (why === null) startPlanning(state, `operator:${obs.by}`, now)
  return true
}

/** @param facts of this step: a round that its crew has not taken is planned again */
export function decideRounds(
  state: RoundsState,
  context: Context,
  facts: readonly Fact[],
  input: () => RoundInput,
  now: EpochMs,
  out: Outcome,
): void {
  const failed = facts.some((fact) => fact.kind === 'round' && fact.change === 'failed')
  if ((isPlanningTime(state, context, now) || failed) && state.planning === null) startPlanning(state, BY_PLAN, now)
  const { planning } = state
  if (planning === null) return
  if (planning.request !== null && now - planning.request.asked >= ANSWER_MS) fail(state, planning, now, out)
  if (planning.request === null && now >= planning.ask_at && state.planning === planning) ask(state, planning, context, input(), now, out)
}

/** When rounds are planned next, as brain time; null where the city names no times. */
export function nextPlanning(context: Context, now: EpochMs): EpochMs | null {
  const local = clockAt(context, now)
  const day = Math.floor(local / DAY_MS) * DAY_MS
  const times = context.city.plan_rounds_at_h.flatMap((hour) => [0, DAY_MS].map((later) => day + later + Math.round(hour * HOUR_MS)))
  const next = Math.min(...times.filter((time) => time > local))
  return Number.isFinite(next) ? now + (next - local) : null
}

/** A time of planning has come since the last look. */
function isPlanningTime(state: RoundsState, context: Context, now: EpochMs): boolean {
  const local = clockAt(context, now)
  const { looked } = state
  state.looked = Math.max(looked, local)
  if (looked === 0) return false
  const from = Math.max(looked, local - LATE_MS)
  const day = Math.floor(local / DAY_MS) * DAY_MS
  return context.city.plan_rounds_at_h.some((hour) =>
    [-DAY_MS, 0].some((earlier) => {
      const time = day + earlier + Math.round(hour * HOUR_MS)
      return time > from && time <= local
    }),
  )
}

function ask(state: RoundsState, planning: Planning, context: Context, input: RoundInput, now: EpochMs, out: Outcome): void {
  const { lorries } = input
  if (lorries.length === 0 && planning.parts.length === 0) {
    if (planning.by === BY_PLAN && now - planning.since < LORRY_WAIT_MS) planning.ask_at = now + AGAIN_MS
    else end(state, planning, input, 'no_lorry', now, out)
    return
  }
  if (planning.sectors.length === 0) chooseKind(planning, input)
  const sector = planning.sectors.shift()
  const waste = planning.asked.at(-1)
  if (sector === undefined || waste === undefined) {
    end(state, planning, input, 'nothing', now, out)
    return
  }
  const id = `B-${now}-${planning.parts.length}`
  planning.request = { id, asked: now, sector, waste }
  out.requests.push({
    id,
    problem: {
      type: 'round',
      roads: input.roads,
      seed: context.seed,
      steps: STEPS,
      wait_share: WAIT_SHARE,
      lorries: lorries.flatMap(({ wastes: _wastes, ...lorry }) => (sector.lorries.includes(lorry.id) ? [lorry] : [])),
      tips: input.tips.flatMap(({ wastes, ...tip }) => (wastes === undefined || wastes.includes(waste) ? [tip] : [])),
      bins: binsOf(input, sector).map(({ waste: _waste, forecast: _forecast, ...bin }) => bin),
    },
  })
}

function binsOf({ bins }: RoundInput, sector: Sector): RoundInput['bins'] {
  const ids = new Set(sector.bins)
  return bins.filter(({ id }) => ids.has(id))
}

/** The kind of waste that is most urgent of those that are left and that a lorry takes. */
function chooseKind({ asked, taken, sectors }: Planning, { lorries, bins }: RoundInput): void {
  const kinds = [...new Set(bins.map(({ waste }) => waste))].filter((waste) => !asked.includes(waste))
  const choices = kinds.flatMap((waste) => {
    const own = bins.filter((bin) => bin.waste === waste)
    const able = lorries.filter(({ id, wastes }) => !taken.includes(id) && (wastes === undefined || wastes.includes(waste)))
    return able.length === 0 ? [] : [{ waste, own, able, urgent_s: own.reduce((sum, bin) => sum + bin.urgent_s, 0) }]
  })
  const [first] = choices.sort((a, b) => b.urgent_s - a.urgent_s)
  if (first === undefined) return
  asked.push(first.waste)
  sectors.push(
    ...sectorsOf(
      first.able,
      first.own.map(({ id, at, urgent_s, ride_s }) => ({ id, at, worth_s: urgent_s + ride_s })),
    ),
  )
}

/** The solver has failed, or does not answer. */
function fail(state: RoundsState, planning: Planning, now: EpochMs, out: Outcome): void {
  if (planning.request !== null) planning.sectors.unshift(planning.request.sector)
  planning.request = null
  planning.tries++
  planning.ask_at = now + AGAIN_MS
  if (planning.tries >= TRIES) conclude(state, planning, noFigures('failed'), [], [], now, out)
}

/** Takes the solver's answer in, when it is the one that is waited for. */
export function takeRound(state: RoundsState, context: Context, obs: Solution, input: () => RoundInput, now: EpochMs, out: Outcome): void {
  const { planning } = state
  const request = planning?.request
  if (planning === null || request == null || request.id !== obs.request) return
  if (obs.answer.type !== 'round') {
    fail(state, planning, now, out)
    return
  }
  const { answer } = obs
  const given = input()
  const { lorries, skipped } = given
  planning.request = null
  planning.ask_at = now
  const own = binsOf(given, request.sector)
  const stops = answer.routes.flatMap(({ visits }) => visits.filter(({ kind }) => kind === 'stop'))
  const figures: RoundFigures = {
    outcome: answer.drive ? 'drive' : 'wait',
    lorries: answer.drive ? answer.routes.length : request.sector.lorries.length,
    bins: request.sector.bins.length,
    chosen: stops.length,
    spared_s: answer.spared_s,
    cost_s: answer.cost_s,
    overflows: context.waste.overflow_s === 0 ? 0 : answer.spared_s / context.waste.overflow_s,
    km: answer.routes.reduce((sum, { distance_m }) => sum + (distance_m ?? 0), 0) / 1000,
  }
  const reason = roundReason(
    figures,
    own.map(({ forecast }) => forecast),
  )
  const left = answer.left.map(({ bin, why }): SkippedBin => ({ bin, why }))
  planning.parts.push({ ts: now, by: planning.by, ...figures, reason, skipped: [...skipped, ...left] })
  for (const route of answer.routes) {
    planning.taken.push(route.lorry)
    const capacity_l = lorries.find(({ id }) => id === route.lorry)?.capacity_l
    // Its crew has gone off duty, or has got another round, since it was asked.
    if (capacity_l === undefined) continue
    const plan: PlannedRound = {
      lorry: route.lorry,
      waste: request.waste,
      by: planning.by,
      stops: stopsOf(context, own, route, now),
      capacity_l,
      drive_s: route.drive_s,
      km: (route.distance_m ?? 0) / 1000,
      end: now + Math.round(route.end_s * SECOND_MS),
      reason,
    }
    out.proposals.push({ kind: 'round', plan })
  }
}

/** The stops of a route, numbered in driving order. */
function stopsOf(context: Context, bins: RoundInput['bins'], route: RoundAnswer['routes'][number], start: EpochMs): RoundStop[] {
  const levels = new Map(bins.map(({ id, forecast }) => [id, forecast.level_pct]))
  const services = new Map(bins.map(({ id, service_s }) => [id, service_s]))
  return route.visits.map(({ kind, id, arrive_s, way }, i) => {
    const { name, at, service_s } = placeOfVisit(context, kind, id)
    return {
      id: String(i + 1),
      kind: kind === 'tip' ? 'tip' : 'bin',
      ref: id,
      name,
      at,
      service_s: services.get(id) ?? service_s,
      state: 'left',
      eta: start + Math.round(arrive_s * SECOND_MS),
      ts: null,
      expected_pct: levels.get(id) ?? null,
      found_pct: null,
      why: null,
      way: way ?? [],
    }
  })
}

function placeOfVisit(context: Context, kind: 'stop' | 'tip', id: string): { name: Bilingual; at: LonLat; service_s: number } {
  if (kind === 'tip') {
    const tip = context.city.tips.find((one) => one.id === id)
    if (tip !== undefined) return tip
  }
  const device = context.devices.get(id)
  const plain = kind === 'tip' ? id : splitKey(id).id
  return { name: device?.name ?? { zh: plain, en: plain }, at: device?.at ?? [0, 0], service_s: 0 }
}

const noFigures = (outcome: RoundFigures['outcome'], bins = 0): RoundFigures => ({
  outcome,
  lorries: 0,
  bins,
  chosen: 0,
  spared_s: 0,
  cost_s: 0,
  overflows: 0,
  km: 0,
})

/** All kinds have been asked for. */
function end(state: RoundsState, planning: Planning, input: RoundInput, none: 'no_lorry' | 'nothing', now: EpochMs, out: Outcome): void {
  conclude(state, planning, noFigures(none, input.known), input.skipped, input.bins, now, out)
}

/** @param otherwise what it came to where no kind has been answered */
function conclude(
  state: RoundsState,
  planning: Planning,
  otherwise: RoundFigures,
  skipped: readonly SkippedBin[],
  bins: RoundInput['bins'],
  now: EpochMs,
  out: Outcome,
): void {
  state.planning = null
  const { parts, by } = planning
  const reason = roundReason(
    otherwise,
    bins.map(({ forecast }) => forecast),
  )
  state.decision = parts.length > 0 ? joined(parts, by, now) : { ts: now, by, ...otherwise, reason, skipped }
  const { outcome, reason: why } = state.decision
  out.facts.push({
    kind: 'round',
    ts: now,
    change: outcome === 'drive' ? 'planned' : 'waits',
    round: null,
    by,
    text: { zh: why.text_zh, en: why.text },
    reason: why,
  })
}

/** What all kinds together came to. */
function joined(parts: readonly RoundDecision[], by: string, now: EpochMs): RoundDecision {
  if (parts.length === 1) return parts[0]
  const sum = (of: (part: RoundDecision) => number): number => parts.reduce((all, part) => all + of(part), 0)
  const skipped = new Map(parts.flatMap((part) => part.skipped).map((one) => [one.bin, one]))
  return {
    ts: now,
    by,
    outcome: parts.some(({ outcome }) => outcome === 'drive') ? 'drive' : 'wait',
    lorries: sum(({ lorries }) => lorries),
    bins: sum(({ bins }) => bins),
    chosen: sum(({ chosen }) => chosen),
    spared_s: sum(({ spared_s }) => spared_s),
    cost_s: sum(({ cost_s }) => cost_s),
    overflows: sum(({ overflows }) => overflows),
    km: sum(({ km }) => km),
    reason: {
      policy: 'waste.round',
      text: parts.map(({ reason }) => reason.text).join('. '),
      text_zh: parts.map(({ reason }) => reason.text_zh).join('。'),
      evidence: parts.flatMap(({ reason }) => reason.evidence),
    },
    skipped: [...skipped.values()],
  }
}
