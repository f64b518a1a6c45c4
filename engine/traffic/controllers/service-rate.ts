/**
 * The cheap fallback: green to the phase that serves most vehicles a second over the green that suits it best, the clearance of a change
 * counted as time that serves nobody. A few dozen additions a junction, no forecast, no neighbours; it needs counts only.
 */
import { type Choice, type Controller, countOf, type Site } from './controller.ts'
import { roomBehind } from './planner.ts'

/** Greens that are tried. */
const GREENS_S: readonly number[] = [10, 15, 20, 25, 30, 40]
/** Who approaches has arrived after this. */
const ARRIVED_S = 15
const HEADWAY_S = 2.5
/** Another phase has to serve this much more, so that two even queues do not take turns at the price of a clearance. */
const BETTER = 1.05

function rateOf(site: Site, phase: number): number {
  const { junction } = site
  const lost_s = phase === site.phase ? 0 : junction.clearance_s
  const lanes = junction.phases[phase].map((lane) => ({ ...countOf(site, lane), room: roomBehind(site, lane) }))
  const rates = GREENS_S.map((green_s) => {
    const arrived = Math.min(1, green_s / ARRIVED_S)
    const served = lanes.reduce(
      (sum, { queued, approaching, room }) => sum + Math.min(queued + approaching * arrived, green_s / HEADWAY_S, room),
      0,
    )
    return served / (green_s + lost_s)
  })
  return Math.max(...rates)
}

export const serviceRate: Controller = {
  name: 'service_rate',
  score: { zh: '服务率', en: 'service rate' },
  unit: { zh: '车/秒', en: 'veh/s' },
  choose(site): Choice {
    const scores = site.junction.phases.map((_, phase) => rateOf(site, phase))
    const best = scores.reduce((top, score, phase) => (score > scores[top] ? phase : top), site.phase)
    return { phase: scores[best] > BETTER * scores[site.phase] ? best : site.phase, scores }
  },
}
