/**
 * Ours: every junction plans its next minute on a queue model (beam.ts), with arrivals from its own lanes and from what its neighbours
 * plan to release (arrivals.ts), does the first step, tells the plan, and plans again a second later. Decided in turn within a second,
 * each junction already sees the new plans of those before it.
 */
import { SECOND_MS } from '../../base/time.ts'
import { foreseeArrivals } from '../arrivals.ts'
import { type Arrivals, type Plan, type PlanProblem, planStages } from '../beam.ts'
import { SPACING_M } from '../lane-track.ts'
import type { Choice, Controller, Site } from './controller.ts'

/** Between two vehicles over the stop line, and between one already gone and the next. */
const HEADWAY_S = 2.5
const FOLLOW_S = 2.4
const HORIZON_S = 60
const GREENS_S: readonly number[] = [10, 12, 15, 18, 22, 27, 33, 40, 50]
/** With decisions every 15 s: first green 10 s, then whole intervals. */
const SLOW_HORIZON_S = 75
/** A plan made without a decision is as old as this at most. */
const REFRESH_MS = 3 * SECOND_MS

function problemOf(site: Site, arrivals: Arrivals): PlanProblem {
  const { junction, green_s, clearing_left_s, decision_s, next_decision_s, phase } = site
  const slow = decision_s > 1
  const horizon_s = slow ? SLOW_HORIZON_S : HORIZON_S
  const { green_s_min } = junction.described
  const holds_s: number[] = []
  if (green_s !== null) {
    const from = Math.max(0, Math.ceil(green_s_min - green_s), next_decision_s)
    for (let hold_s = from; hold_s < horizon_s; hold_s += Math.max(1, Math.round(decision_s))) holds_s.push(hold_s)
    holds_s.push(horizon_s)
  }
  const greens_s = slow
    ? Array.from({ length: 4 }, (_, i) => Math.max(green_s_min, decision_s - junction.clearance_s) + i * decision_s)
    : GREENS_S
  return {
    arrivals,
    phases: junction.phases,
    phase,
    holds_s,
    clearing_s: Math.ceil(clearing_left_s),
    clearance_s: junction.clearance_s,
    greens_s,
    horizon_s,
    follow_s: Float64Array.from(junction.lanes, (_, lane) => nextAfter_s(site, lane)),
    room_veh: Float64Array.from(junction.lanes, (_, lane) => roomBehind(site, lane)),
    headway_s: HEADWAY_S,
  }
}

/** How long the next vehicle has to keep its distance from the one that was seen to leave last. */
function nextAfter_s({ memory, now }: Site, lane: number): number {
  const { left } = memory.lanes[lane]
  return left === null ? 0 : Math.max(0, FOLLOW_S - (now - left) / SECOND_MS)
}

/** Vehicles that still fit into the roads that a lane leads to; without a count downstream there is room. */
export function roomBehind({ junction, memory }: Site, lane: number): number {
  let room = 0
  for (const { id, length_m } of junction.lanes[lane].into) {
    const counted = memory.count.out[id]
    if (counted === undefined) return Number.POSITIVE_INFINITY
    room += Math.max(0, Math.floor(length_m / SPACING_M) - counted.vehicles)
  }
  return junction.lanes[lane].into.length === 0 ? Number.POSITIVE_INFINITY : room
}

/** Free lanes release as vehicles come, one after the other. */
function withFreeLanes({ junction }: Site, plan: Plan, { first, at_s, weight_veh }: Arrivals): Plan {
  const departures = plan.departures.map((planned, lane) => {
    if (!junction.lanes[lane].free) return planned
    const out = { at_s: [] as number[], weight_veh: [] as number[] }
    let free_s = 0
    for (let k = first[lane]; k < first[lane + 1]; k++) {
      const leaves_s = Math.max(at_s[k], free_s)
      free_s = leaves_s + HEADWAY_S
      out.at_s.push(leaves_s)
      out.weight_veh.push(weight_veh[k])
    }
    return out
  })
  return { ...plan, departures }
}

function makePlan(site: Site): Plan {
  const problem = problemOf(site, foreseeArrivals(site, site.decision_s > 1 ? SLOW_HORIZON_S : HORIZON_S))
  const plan = withFreeLanes(site, planStages(problem), problem.arrivals)
  site.memory.plan = { made: site.now, plan }
  return plan
}

/** What it costs one vehicle more to be left standing for a phase of others and their clearance. */
const LEFT_S = 20

const scoresOf = ({ costs }: Plan): (number | null)[] => costs.map((cost) => (Number.isFinite(cost) ? -cost : null))

export const planner: Controller = {
  name: 'planner',
  score: { zh: '预计延误（车·秒）', en: 'planned delay, veh·s' },
  vehicle_score: LEFT_S,
  choose(site): Choice {
    const plan = makePlan(site)
    const [now, next] = plan.stages
    const ends = next !== undefined && now.end_s <= 0
    return { phase: ends ? next.phase : site.phase, scores: scoresOf(plan) }
  },
  retarget(site): Choice {
    const plan = makePlan(site)
    return { phase: plan.stages[0]?.phase ?? site.phase, scores: scoresOf(plan) }
  },
  foresee(site) {
    const { plan } = site.memory
    if (plan === null || site.now - plan.made >= REFRESH_MS) makePlan(site)
  },
}
