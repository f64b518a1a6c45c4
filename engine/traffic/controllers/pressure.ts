/**
 * Max pressure and its kin: green to the phase whose queues upstream exceed those downstream by most.
 * - max pressure: Varaiya, "Max pressure control of a network of signalized intersections", Transp. Res. C 36, 2013;
 * - efficient: downstream the mean over the lanes a movement may enter (Wu et al., "Efficient pressure", 2021);
 * - advanced: the running phase also counts the vehicles that will still pass (Zhang et al., "Expression might be enough", ICML 2022).
 * The running phase wins ties, because each change costs yellow and all-red.
 */
import type { SignalLane } from '../../model/signal-network.ts'
import { type Choice, type Controller, countOf, type Site } from './controller.ts'

/** Queued vehicles on the lanes that it may enter; a lane that is silent there counts as empty. */
const downstream = ({ into }: SignalLane, { memory }: Site): number =>
  into.reduce((sum, { id }) => sum + (memory.count.out[id]?.queued ?? 0), 0)

const plainPressure = (site: Site, lane: number): number => countOf(site, lane).queued - downstream(site.junction.lanes[lane], site)

function efficientPressure(site: Site, lane: number): number {
  const target = site.junction.lanes[lane]
  return countOf(site, lane).queued - downstream(target, site) / Math.max(1, target.into.length)
}

function choose(site: Site, pressure: (site: Site, lane: number) => number, bonus: (site: Site, lane: number) => number): Choice {
  const scores = site.junction.phases.map((lanes, phase) =>
    lanes.reduce((sum, lane) => sum + pressure(site, lane) + (phase === site.phase ? bonus(site, lane) : 0), 0),
  )
  const phase = scores.reduce((best, score, one) => (score > scores[best] + 1e-9 ? one : best), site.phase)
  return { phase, scores }
}

const SCORE = { zh: '压力', en: 'pressure' }
const none = (): number => 0

export const maxPressure: Controller = {
  name: 'max_pressure',
  score: SCORE,
  vehicle_score: 1,
  choose: (site) => choose(site, plainPressure, none),
}

export const efficientMaxPressure: Controller = {
  name: 'efficient_max_pressure',
  score: SCORE,
  vehicle_score: 1,
  choose: (site) => choose(site, efficientPressure, none),
}

export const advancedMaxPressure: Controller = {
  name: 'advanced_max_pressure',
  score: SCORE,
  vehicle_score: 1,
  choose: (site) => choose(site, efficientPressure, (at, lane) => countOf(at, lane).approaching),
}
