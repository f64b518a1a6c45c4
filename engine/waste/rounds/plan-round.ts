/**
 * One day's round: which bins, by which lorry, in which order, with tips on the way, or no round at all. The routing problem chooses among bins by what they are worth and what the
 * way to them costs; a bin that is not worth its detour is left for another day.
 */
import type { RoundAnswer, RoundProblem } from '../../model/solve.ts'
import { type Job, type LeftWhy, NO_WAY, type Travel, type Vehicle, type VrpPlan, type VrpProblem } from '../../solve/vrp/problem.ts'
import { solveVrp } from '../../solve/vrp/search.ts'
import { afterSteps } from '../../solve/vrp/stop.ts'

/**
 * Rounds over an area grow with the root of the number of stops (Beardwood, Halton and Hammersley 1959): joining today's bins with as many of tomorrow's saves
 * 2 − √2 of a round. It is driven today only if waiting would risk more.
 */
export const WAIT_SHARE = 2 - Math.SQRT2

/** Places of the matrix. */
interface Places {
  readonly count: number
  end(lorry: number): number
  start(lorry: number): number
  tip(t: number): number
  bin(b: number): number
}

function placesOf({ lorries, tips, bins }: RoundProblem): Places {
  const under_way = lorries.map(({ from }) => from !== undefined)
  const first = lorries.length + tips.length + bins.length
  return {
    count: first + under_way.filter(Boolean).length,
    end: (lorry) => lorry,
    start: (lorry) => (under_way[lorry] ? first + under_way.slice(0, lorry).filter(Boolean).length : lorry),
    tip: (t) => lorries.length + t,
    bin: (b) => lorries.length + tips.length + b,
  }
}

/**
 * Places of the matrix: first the depots of the lorries, then tips, then bins, then where lorries are that are under way, each in the order of the problem.
 */
export function planRound(problem: RoundProblem, travel_s: Float64Array): RoundAnswer {
  const bins = problem.bins.filter(({ urgent_s, ride_s }) => urgent_s + ride_s > 0)
  const none: RoundAnswer = { type: 'round', drive: false, routes: [], left: [], spared_s: 0, cost_s: 0 }
  if (bins.length === 0 || problem.lorries.length === 0) return none
  const plan = solveTrips(problem, travel_s)
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
  const left = plan.left.flatMap(({ job, why }) => leftOf(problem, travel_s, job, why))
  if (routes.length === 0 || spared_s < problem.wait_share * cost_s) return { ...none, left, spared_s, cost_s }
  return { type: 'round', drive: true, routes, left, spared_s, cost_s }
}

/** Why a bin that is not in the plan could not be; nothing is said of one that is not worth its way. */
function leftOf(problem: RoundProblem, travel_s: Float64Array, id: string, why: LeftWhy): RoundAnswer['left'] {
  const { lorries, bins } = problem
  const places = placesOf(problem)
  const b = bins.findIndex((bin) => bin.id === id)
  const place = places.bin(b)
  const trips_s = lorries.map((_, l) => travel_s[places.start(l) * places.count + place] + travel_s[place * places.count + places.end(l)])
  const trip_s = Math.min(...trips_s)
  if (!Number.isFinite(trip_s)) return [{ bin: id, why: 'no_way' }]
  if (why === 'window' && bins[b].window_s !== undefined) return [{ bin: id, why: 'window' }]
  return bins[b].urgent_s + bins[b].ride_s > trip_s ? [{ bin: id, why: 'full' }] : []
}

/**
 * First one trip for each lorry, which ends at a tip: a plain problem, searched a hundred times faster than one with tips on the way. Only where lorries are too small for what is worth it are
 * tips put between stops, from that plan on.
 */
function solveTrips(problem: RoundProblem, travel_s: Float64Array): VrpPlan {
  const { seed, steps, lorries, tips } = problem
  const once = solveVrp(oneTrip(problem, travel_s), { seed, stop: afterSteps(steps) })
  const load_l = new Map(problem.bins.map((bin) => [bin.id, bin.load_l]))
  const room_l = lorries.map(({ id, capacity_l }) => {
    const visits = once.routes.find(({ vehicle }) => vehicle === id)?.visits ?? []
    return capacity_l - visits.reduce((sum, visit) => sum + (load_l.get(visit.id) ?? 0), 0)
  })
  const isTooSmall = once.left.some(({ job, why }) => why === 'room' && (load_l.get(job) ?? 0) > Math.max(...room_l))
  if (tips.length === 0 || !isTooSmall) return withTips(problem, once, travel_s)
  const tip_steps = Math.max(TIP_STEPS_MIN, Math.round(TIP_STEPS * Math.min(1, (TIP_BINS / problem.bins.length) ** 2)))
  return solveVrp(vrpOf(problem, travel_s), { seed, stop: afterSteps(tip_steps), start: once })
}

/** A step with tips is slow, with the square of the bins: so many with a hundred are a second or two. */
const TIP_STEPS = 60
const TIP_BINS = 100
const TIP_STEPS_MIN = 4

/** The tip at which a lorry ends its only trip: on its way home, and near the bins. */
function lastTip(problem: RoundProblem, travel_s: Float64Array, lorry: number): number {
  const { tips, bins, lorries } = problem
  const places = placesOf(problem)
  const costs_s = tips.map(({ window_s }, t) => {
    // Closed before the lorry could be there, or not yet open when it has to go home.
    if (window_s !== undefined && (window_s.to <= 0 || window_s.from >= lorries[lorry].shift_s)) return Number.POSITIVE_INFINITY
    const tip = places.tip(t)
    const from_bins_s = bins.reduce((sum, __, b) => sum + travel_s[places.bin(b) * places.count + tip], 0) / Math.max(1, bins.length)
    return from_bins_s + travel_s[tip * places.count + places.end(lorry)]
  })
  return costs_s.indexOf(Math.min(...costs_s))
}

/** Ends at the tip; the way from there is taken from the shift and put on the cost. */
function oneTrip(problem: RoundProblem, travel_s: Float64Array): VrpProblem {
  const { tips } = problem
  const vrp = vrpOf(problem, travel_s)
  if (tips.length === 0) return vrp
  const places = placesOf(problem)
  const vehicles = vrp.vehicles.map((vehicle, l): Vehicle => {
    const tip = lastTip(problem, travel_s, l)
    const home_s = travel_s[places.tip(tip) * places.count + places.end(l)]
    const rest_s = Math.ceil(home_s + tips[tip].service_s)
    const shift = { from: 0, to: Math.max(0, Math.min(vehicle.shift.to - rest_s, tips[tip].window_s?.to ?? vehicle.shift.to)) }
    return { ...vehicle, end: places.tip(tip), shift, fixed_cost: Math.round(home_s), ends_empty: false }
  })
  return { ...vrp, vehicles, tips: [] }
}

/** Tells the tip at the end of each only trip, and the way home. */
function withTips(problem: RoundProblem, plan: VrpPlan, travel_s: Float64Array): VrpPlan {
  const { lorries, tips } = problem
  if (tips.length === 0) return plan
  const places = placesOf(problem)
  const routes = plan.routes.map((route) => {
    const l = lorries.findIndex(({ id }) => id === route.vehicle)
    const tip = lastTip(problem, travel_s, l)
    const start = Math.max(route.end, Math.round(tips[tip].window_s?.from ?? 0))
    const leave = Math.round(start + tips[tip].service_s)
    const visit = { kind: 'tip' as const, id: tips[tip].id, arrive: route.end, start, leave }
    const home_s = travel_s[places.tip(tip) * places.count + places.end(l)]
    return { ...route, visits: [...route.visits, visit], end: Math.round(leave + home_s) }
  })
  return { ...plan, routes }
}

function vrpOf(problem: RoundProblem, travel_s: Float64Array): VrpProblem {
  const { lorries, tips, bins } = problem
  const places = placesOf(problem)
  const time = Int32Array.from(travel_s, (seconds) => (Number.isFinite(seconds) ? Math.round(seconds) : NO_WAY))
  const travel: Travel = { places: places.count, cost: time, time }
  const day = { from: 0, to: Math.max(...lorries.map(({ shift_s }) => shift_s)) }
  const vehicles = lorries.map(
    ({ id, shift_s, capacity_l }, i): Vehicle => ({
      id,
      start: places.start(i),
      end: places.end(i),
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
            stop: { place: places.bin(b), service: Math.round(service_s), window: window_s ?? day },
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
    tips: tips.map(({ id, service_s, window_s }, t) => ({
      id,
      place: places.tip(t),
      service: Math.round(service_s),
      window: window_s ?? day,
    })),
  }
}
