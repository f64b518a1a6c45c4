/** Fixed cycle and offsets from area/coordination.ts; a junction without a plan keeps its phase until there is one. */
import { turnOf } from '../area/coordination-plan.ts'
import type { Controller } from './controller.ts'

export const coordinated: Controller = {
  name: 'coordinated',
  score: { zh: '', en: '' },
  choose({ traffic, junction, now, phase }) {
    traffic.area.wanted = true
    const turn = traffic.area.coordination === null ? null : turnOf(traffic.area.coordination, junction.id, now)
    return { phase: turn?.phase ?? phase, scores: [] }
  },
}
