/** The classics: fixed time, Webster's splits from measured flows, vehicle-actuated. */
import { SECOND_MS } from '../../base/time.ts'
import { phaseOfPlan } from '../fixed-plan.ts'
import { earliestArrival_s } from '../lane-track.ts'
import { phaseAt } from '../state.ts'
import { type Controller, countOf, cycleOf, nextInCycle, type Site } from './controller.ts'

const NO_SCORES = { zh: '', en: '' }
/** Clearance and green of every phase, as in the published comparisons. */
const SLOT_S = 30

const keepUntil = (site: Site, cycle: readonly number[], green_s: number) => ({
  phase: (site.green_s ?? 0) >= green_s ? nextInCycle(cycle, site.phase) : site.phase,
  scores: [],
})

/** The plan of the hour; without one every phase in turn, 30 s each with its clearance. */
export const fixed: Controller = {
  name: 'fixed',
  score: NO_SCORES,
  choose(site) {
    const { plan, junction, now } = site
    if (plan === null) return keepUntil(site, cycleOf(junction), SLOT_S - junction.clearance_s)
    const wanted = phaseAt(junction, phaseOfPlan(junction, plan, now / SECOND_MS))
    return { phase: wanted < 0 ? site.phase : wanted, scores: [] }
  },
}

/** Start-up and clearance lost with every phase, beyond the clearance itself. */
const LOST_S = 2
const CYCLE_S_MAX = 120

/** Webster, "Traffic signal settings", Road Research Technical Paper 39, 1958: cycle (1.5 L + 5) / (1 − Y), greens in proportion to y. */
export const webster: Controller = {
  name: 'webster',
  score: NO_SCORES,
  choose(site) {
    const { junction, memory } = site
    const cycle = cycleOf(junction)
    const loads = cycle.map((phase) =>
      Math.max(0.01, ...junction.phases[phase].map((lane) => memory.lanes[lane].flow_veh_s / junction.lanes[lane].saturation_veh_s)),
    )
    const load = loads.reduce((sum, y) => sum + y, 0)
    const lost_s = cycle.length * (junction.clearance_s + LOST_S)
    const cycle_s = Math.min(CYCLE_S_MAX, (1.5 * lost_s + 5) / Math.max(0.05, 1 - load))
    const own = loads[cycle.indexOf(site.phase)] ?? 0
    return keepUntil(site, cycle, Math.max(junction.green_min_s[site.phase], ((cycle_s - lost_s) * own) / load))
  },
}

/** A green goes on while the next vehicle follows within this time (unit extension; FHWA Signal Timing Manual 2008, section 5.4). */
const GAP_S = 3

const hasCaller = (site: Site, phase: number): boolean =>
  site.junction.phases[phase].some((lane) => countOf(site, lane).queued + countOf(site, lane).approaching > 0)

function isFollowed({ junction, memory }: Site, phase: number): boolean {
  return junction.phases[phase].some((lane) => {
    const { x_m, queued } = memory.lanes[lane].track
    return x_m.length > 0 && earliestArrival_s(x_m[0], queued === 0, junction.lanes[lane].speed_mps) <= GAP_S
  })
}

/** Gap-out, max-out, and phases without a caller are skipped. */
export const actuated: Controller = {
  name: 'actuated',
  score: NO_SCORES,
  choose(site) {
    const { junction, phase } = site
    const stay = { phase, scores: [] }
    const maxOut = (site.green_s ?? 0) >= junction.green_max_s[phase]
    if (!maxOut && isFollowed(site, phase)) return stay
    const cycle = cycleOf(junction)
    for (let next = nextInCycle(cycle, phase), tried = 0; tried < cycle.length; next = nextInCycle(cycle, next), tried++) {
      if (next !== phase && hasCaller(site, next)) return { phase: next, scores: [] }
    }
    return stay
  },
}
