/**
 * One day's round: which bins, by which lorry, in which order, with tips on the way, or no round at all. The routing problem chooses among bins by what they are worth and what the
 * way to them costs; a bin that is not worth its detour is left for another day.
 */
import type { RoundAnswer, RoundProblem } from '../../model/solve.ts'
import { type Job, NO_WAY, type Travel, type Vehicle, type VrpProblem } from '../../solve/vrp/problem.ts'
import { solveVrp } from '../../solve/vrp/search.ts'
import { afterSteps } from '../../solve/vrp/stop.ts'

/**
 * Rounds over an area grow with the root of the number of stops (Beardwood, Halton and Hammersley 1959): joining today's bins with as many of tomorrow's saves
 * 2 − √2 of a round. It is driven today only if waiting would risk more.
 */
export const WAIT_SHARE = 2 - Math.SQRT2

/** Places of the matrix: first the depots of the lorries, then tips, then bins, each in the order of the problem. */
export function planRound(problem: RoundProblem, travel_s: Float64Array): RoundAnswer {
  const bins = problem.bins.filter(({ urgent_s, ride_s }) => urgent_s + ride_s > 0)
  const none: RoundAnswer = { type: 'round', drive: false, routes: [], spared_s: 0, cost_s: 0 }
  if (bins.length === 0 || problem.lorries.length === 0) return none
  const plan = solveVrp(vrpOf(problem, travel_s), { seed: problem.seed, stop: afterSteps(problem.steps) })
  const urgent = new Map(bins.map(({ id, urgent_s }) => [id, urgent_s]))
  const routes = plan.routes.map(({ vehicle, visits, end, cost }) => ({
    lorry: vehicle,
    end_s: end,
    drive_s: cost,
    visits: visits.flatMap(({ kind, id, arrive }) => (kind === 'stop' || kind === 'tip' ? [{ kind, id, arrive_s: arrive }] : [])),
  }))
  const spared_s = routes.reduce(
    (sum, { visits }) => sum + visits.reduce((own, { kind, id }) => own + (kind === 'stop' ? (urgent.get(id) ?? 0) : 0), 0),
    0,
  )
  const cost_s = routes.reduce((sum, { drive_s }) => sum + drive_s, 0)
  if (routes.length === 0 || spared_s < problem.wait_share * cost_s) return { ...none, spared_s, cost_s }
  return { type: 'round', drive: true, routes, spared_s, cost_s }
}

function vrpOf({ lorries, tips, bins }: RoundProblem, travel_s: Float64Array): VrpProblem {
  const places = lorries.length + tips.length + bins.length
  const time = Int32Array.from(travel_s, (seconds) => (Number.isFinite(seconds) ? Math.round(seconds) : NO_WAY))
  const travel: Travel = { places, cost: time, time }
  const day = { from: 0, to: Math.max(...lorries.map(({ shift_s }) => shift_s)) }
  const vehicles = lorries.map(
    ({ id, shift_s, capacity_l }, i): Vehicle => ({
      id,
      start: i,
      end: i,
      shift: { from: 0, to: shift_s },
      capacity: Math.round(capacity_l),
      skills: [],
      breaks: [],
      fixed_cost: 0,
      promised: [],
      // Where there is no tip, it is emptied at the depot.
      ends_empty: tips.length > 0,
    }),
  )
  const jobs = bins.flatMap(({ id, load_l, service_s, urgent_s, ride_s, window_s }, b): Job[] =>
    urgent_s + ride_s <= 0
      ? []
      : [
          {
            id,
            stop: { place: lorries.length + tips.length + b, service: Math.round(service_s), window: window_s ?? day },
            demand: Math.max(1, Math.round(load_l)),
            skills: [],
            price: Math.round(urgent_s + ride_s),
          },
        ],
  )
  return {
    travel,
    vehicles,
    jobs,
    tips: tips.map(({ id, service_s }, t) => ({ id, place: lorries.length + t, service: Math.round(service_s), window: day })),
  }
}
