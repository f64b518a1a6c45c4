/**
 * Ours: every junction plans its next minute on a queue model (beam.ts), with arrivals from its own lanes and from what its neighbours
 * plan to release (arrivals.ts), does the first step, tells the plan, and plans again a second later. Decided in turn within a second,
 * each junction already sees the new plans of those before it.
 */
import { SECOND_MS } from '../../base/time.ts'
import type { LaneWays, SignalLane } from '../../model/signal-network.ts'
import { foreseeArrivals } from '../arrivals.ts'
import { planStages } from '../beam.ts'
import { SPACING_M } from '../lane-track.ts'
import type { Arrivals, LaneShare, Plan, PlanProblem } from '../plan.ts'
import { shareOfWays } from '../turn-split.ts'
import type { Choice, Controller, Site } from './controller.ts'

/** The next vehicle may follow one that was seen to leave so much sooner than a headway: it left a little before it was seen. */
const SEEN_LATE_S = 0.1
const HORIZON_S = 60
const GREENS_S: readonly number[] = [5, 6, 8, 10, 12, 15, 18, 22, 27, 33, 40, 50]
/** With decisions every ten seconds and more. */
const SLOW_HORIZON_S = 75
const SLOW_S = 10
/** A plan made without a decision is as old as this at most, or as two counts. */
const REFRESH_MS = 3 * SECOND_MS

function problemOf(site: Site, arrivals: Arrivals): PlanProblem {
  const { junction, green_s, clearing_left_s, decision_s, next_decision_s, phase } = site
  const horizon_s = horizonOf_s(site)
  const holds_s: number[] = []
  if (green_s !== null) {
    const from = Math.max(0, Math.ceil(junction.green_min_s[phase] - green_s), next_decision_s)
    for (let hold_s = from; hold_s < horizon_s; hold_s += Math.max(1, Math.round(decision_s))) holds_s.push(hold_s)
    holds_s.push(horizon_s)
  }
  const lanes = junction.lanes.length
  const follow_s = new Float64Array(lanes)
  const room_veh = new Float64Array(lanes)
  const headways_s = new Float64Array(lanes)
  for (let lane = 0; lane < lanes; lane++) {
    follow_s[lane] = nextAfter_s(site, lane)
    room_veh[lane] = roomBehind(site, lane)
    headways_s[lane] = headway_s(junction.lanes[lane])
  }
  return {
    arrivals,
    phases: junction.phases,
    yielding: junction.yielding.map((list) =>
      list.map((one) => ({ ...sharing(site, one), to: one.to.map((other) => sharing(site, other)) })),
    ),
    held: junction.lanes.map((_, lane) => isHeld(site, lane)),
    phase,
    holds_s,
    clearing_s: Math.ceil(clearing_left_s),
    clearance_s: junction.clearance_s,
    intergreen_s: junction.intergreen_s,
    greens_s: greensOf_s(site),
    green_min_s: junction.green_min_s,
    horizon_s,
    follow_s,
    room_veh,
    headway_s: headways_s,
  }
}

const horizonOf_s = ({ decision_s }: Site): number => (decision_s >= SLOW_S ? SLOW_HORIZON_S : HORIZON_S)

/** Green times worth trying: those after which, with the clearance before it, a decision is due. */
function greensOf_s({ junction, decision_s }: Site): number[] {
  const { green_min_s } = junction
  // The plan counts whole seconds, as beam.ts does.
  const clearance_s = Math.ceil(junction.clearance_s)
  const shortest_s = Math.min(...green_min_s)
  const whole = (green_s: number): number => Math.ceil((green_s + clearance_s) / decision_s) * decision_s - clearance_s
  const greens_s = [whole(shortest_s)]
  for (const green_s of GREENS_S) {
    const next_s = whole(green_s)
    if (green_s > shortest_s && next_s > greens_s[greens_s.length - 1]) greens_s.push(next_s)
  }
  return greens_s
}

/** Between two vehicles over the stop line. */
const headway_s = ({ saturation_veh_s }: SignalLane): number => 1 / saturation_veh_s

/** How long the next vehicle has to keep its distance from the one that was seen to leave last. */
function nextAfter_s({ junction, memory, now }: Site, lane: number): number {
  const { left } = memory.lanes[lane]
  return left === null ? 0 : Math.max(0, headway_s(junction.lanes[lane]) - SEEN_LATE_S - (now - left) / SECOND_MS)
}

const sharing = ({ memory }: Site, ways: LaneWays): LaneShare => ({ lane: ways.lane, share: shareOfWays(memory.lanes[ways.lane], ways) })

/** The first of a queue that could have gone for so long, and has not, waits for a gap. */
const HELD_S = 4

function isHeld({ junction, memory, now, green_s, phase }: Site, lane: number): boolean {
  if (green_s === null || !junction.yielding[phase].some((one) => one.lane === lane)) return false
  const { left, track } = memory.lanes[lane]
  const since_s = left === null ? green_s : Math.min(green_s, (now - left) / SECOND_MS)
  return track.queued > 0 && since_s >= HELD_S
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
      free_s = leaves_s + headway_s(junction.lanes[lane])
      out.at_s.push(leaves_s)
      out.weight_veh.push(weight_veh[k])
    }
    return out
  })
  return { ...plan, departures }
}

function makePlan(site: Site): Plan {
  const problem = problemOf(site, foreseeArrivals(site, horizonOf_s(site)))
  const plan = withFreeLanes(site, planStages(problem), problem.arrivals)
  site.memory.plan = { made: site.now, plan }
  return plan
}

/** What it costs one vehicle more to be left standing for a phase of others and their clearance. */
const LEFT_S = 20

const scoresOf = ({ costs }: Plan): (number | null)[] => costs.map((cost) => (Number.isFinite(cost) ? -cost : null))

export const planner: Controller = {
  name: 'planner',
  score: { zh: '预计延误', en: 'planned delay' },
  unit: { zh: '车·秒', en: 'veh·s' },
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
    const { interval_s } = site.memory
    if (plan === null || site.now - plan.made >= Math.max(REFRESH_MS, 2 * interval_s * SECOND_MS)) makePlan(site)
  },
}
