/** What the detectors of a junction count, and how detectors go wrong: miscounts, silent lanes, a silent junction, lanes that lie. */
import type { Random } from '../../engine/base/random.ts'
import type { EpochMs } from '../../engine/base/time.ts'
import { deviceKey, type Junction } from '../../engine/model/city.ts'
import type { LaneCount, TrafficCount } from '../../engine/model/observation.ts'
import type { SignalHead } from './signal-plant.ts'
import type { Streets } from './streets.ts'

/** Slower vehicles count as queued (contract section 2). */
const QUEUED_MPS = 0.1

export interface Faults {
  /** Each number is one too many or one too few with this probability. */
  readonly miscount: number
  /** Share of entering lanes that never report. */
  readonly silent_lanes: number
  /** Junctions that say nothing while the predicate holds. */
  readonly silent: (junction: string, now_s: number) => boolean
  /** What a faulty lane reports instead of what is there; null reports nothing. */
  readonly distort?: (lane: string, counted: LaneCount, now_s: number) => LaneCount | null
}

export const NO_FAULTS: Faults = { miscount: 0, silent_lanes: 0, silent: () => false }

export interface LaneDetectors {
  /** The junction's message, or null when it is silent. */
  read(junction: Junction, head: SignalHead, now: EpochMs): TrafficCount | null
}

export function createLaneDetectors(streets: Streets, faults: Faults, random: Random): LaneDetectors {
  const { lanes, length_m } = streets.network
  const { position_m, speed_mps } = streets.vehicles
  const lane_of = new Map(lanes.map(({ id }, lane) => [id, lane]))
  const dead = new Set(lanes.flatMap(({ id }) => (random.fork(`silent/${id}`).chance(faults.silent_lanes) ? [id] : [])))
  const noise = random.fork('noise')
  const miscounted = (value: number): number =>
    faults.miscount > 0 && noise.chance(faults.miscount) ? Math.max(0, value + (noise.chance(0.5) ? 1 : -1)) : value

  function count(lane: number, detection_m: number): LaneCount {
    let queued = 0
    let approaching = 0
    for (const v of streets.on[lane]) {
      if (speed_mps[v] < QUEUED_MPS) queued++
      else if (length_m[lane] - position_m[v] <= detection_m) approaching++
    }
    return { vehicles: miscounted(streets.on[lane].length), queued: miscounted(queued), approaching: miscounted(approaching) }
  }

  function countLanes(ids: readonly { readonly id: string }[], detection_m: number): Record<string, LaneCount> {
    const counts: Record<string, LaneCount> = {}
    for (const { id } of ids) {
      const lane = lane_of.get(id)
      if (lane === undefined || dead.has(id)) continue
      const seen = count(lane, detection_m)
      const told = faults.distort === undefined ? seen : faults.distort(id, seen, streets.now_s)
      if (told !== null) counts[id] = told
    }
    return counts
  }

  return {
    read(junction, { phase, target, clearing, age_s }, now) {
      if (faults.silent(junction.id, streets.now_s)) return null
      return {
        kind: 'traffic',
        device: deviceKey(junction.district, 'traffic', junction.id),
        ts: now,
        seq: null,
        phase,
        target,
        clearing,
        age_s,
        in: countLanes(junction.entering, junction.detection_m),
        out: countLanes(junction.leaving, junction.detection_m),
        backfill: false,
      }
    },
  }
}
