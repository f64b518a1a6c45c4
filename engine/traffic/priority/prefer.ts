/** What speaks for a phase beyond the vehicles that are counted, on top of what its controller found. */
import type { Choice, Controller, Site } from '../controllers/controller.ts'
import { owed_veh } from './compensation.ts'

/** Vehicles that a lane counts for beyond those that are there. */
const extra_veh = (site: Site, lane: number): number => owed_veh(site.traffic.priority.owed, site, lane)

/** The choice with the extra vehicles' worth added to the score of every phase that serves them; the chosen phase wins ties. */
export function preferUrgent(site: Site, { vehicle_score }: Controller, choice: Choice): Choice {
  if (vehicle_score === undefined || choice.scores.length === 0) return choice
  const extra = site.junction.lanes.map((_, lane) => extra_veh(site, lane))
  if (extra.every((veh) => veh === 0)) return choice
  const scores = choice.scores.map((score, phase) =>
    score === null ? null : score + vehicle_score * site.junction.phases[phase].reduce((sum, lane) => sum + extra[lane], 0),
  )
  const worth = (phase: number): number => scores[phase] ?? Number.NEGATIVE_INFINITY
  const phase = scores.reduce<number>((best, _, one) => (worth(one) > worth(best) + 1e-9 ? one : best), choice.phase)
  return { phase, scores }
}
