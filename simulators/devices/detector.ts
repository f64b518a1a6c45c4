import type { JunctionLane } from '../../engine/model/city.ts'
import { newState, nextReport, report, type Setup, type SimulatedDevice, unknownKind } from '../device.ts'

/** Traffic detectors of one junction: all lanes in one message (contract section 2). */
export function createDetector(setup: Setup): SimulatedDevice {
  const { device, key, world, city } = setup
  const state = newState(setup)
  const junction = city.junctions.find(({ id }) => id === device.id)
  const counts = (lanes: readonly JunctionLane[], now: number, withApproaching: boolean): Record<string, number[]> => {
    const byLane: Record<string, number[]> = {}
    for (const { id } of lanes) {
      const lane = world.streets.findCounts(id, now)
      if (lane !== null) byLane[id] = [lane.vehicles, lane.queued, ...(withApproaching ? [lane.approaching] : [])]
    }
    return byLane
  }
  return {
    key,
    device,
    state,
    wake(now) {
      const signal = world.signals.findState(device.id)
      report(setup, state, now, {
        phase: signal?.phase ?? 0,
        target: signal?.target ?? 0,
        clearing: signal?.clearing ?? false,
        age_s: world.signals.age_s(device.id, now),
        in: counts(junction?.entering ?? [], now, true),
        out: counts(junction?.leaving ?? [], now, false),
      })
      state.due = nextReport(setup, state, now)
    },
    obey: unknownKind,
  }
}
