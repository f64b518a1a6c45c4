/** What speaks for looking somewhere, and whose the cameras are, gathered for their patrol from what others know. */
import { presetSlot } from './act/slot.ts'
import type { PatrolInput } from './camera/patrol/decide.ts'
import type { CityState } from './city-state.ts'

export const patrolInput = ({ act, sense, incidents, flood, waste }: CityState): PatrolInput => ({
  sense,
  incidents: [...incidents.open.values()].filter(({ incident }) => incident.active),
  floods: flood.forecasts,
  fills: waste.forecasts,
  holdOf(camera) {
    const hold = act.holds.get(presetSlot(camera))
    return hold?.body.kind === 'camera.preset' ? { by: hold.by, until: hold.until, preset: hold.body.preset } : null
  },
  statusOf(camera) {
    const standing = act.slots.get(presetSlot(camera))
    return standing === undefined ? null : (act.issued.get(standing.id)?.status ?? null)
  },
})
