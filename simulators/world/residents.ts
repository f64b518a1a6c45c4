/**
 * People who report what they see. Until residents have channels of their own they press the help button of the nearest camera pole
 * (一键报警柱), so a report is an event of that camera with a middling score and the caller's number as its subject.
 */
import { distance_m, type LonLat } from '../../engine/base/geo.ts'
import type { Random } from '../../engine/base/random.ts'
import { type EpochMs, MINUTE_MS } from '../../engine/base/time.ts'
import { type CityDevice, type DeviceKey, deviceKey } from '../../engine/model/city.ts'
import type { Bins } from './bins.ts'
import type { Water } from './water.ts'

export interface ResidentReport {
  readonly id: string
  readonly type: 'waste.overflow' | 'road.flooded'
  readonly at: LonLat
  readonly score: number
  readonly subject: string
  readonly due: EpochMs
}

export interface Residents {
  step(now: EpochMs): void
  /** Reports that are made at this pole by now; each is handed out once. */
  take(pole: DeviceKey, now: EpochMs): readonly ResidentReport[]
  readonly state: ResidentsState
}

export interface ResidentsState {
  /** Since when each bin or low point has been in the episode that was looked at last. */
  readonly seen: Record<string, EpochMs>
  readonly pending: Record<DeviceKey, ResidentReport[]>
  totals: { reports: number }
}

/** Nobody walks further to report a bin. */
const WALK_M_MAX = 500
const LOOK_EVERY_MS = 30_000
const NOTICE_MINUTES = 8

interface Options {
  readonly devices: readonly CityDevice[]
  readonly report_share: number
  readonly water: Water
  readonly bins: Bins
  readonly random: Random
}

export function createResidents({ devices, report_share, water, bins, random }: Options): Residents {
  const state: ResidentsState = { seen: {}, pending: {}, totals: { reports: 0 } }
  const poles = devices.filter(({ domain }) => domain === 'camera')
  const nearest = new Map<string, DeviceKey | null>()

  const poleFor = (place: string, at: LonLat): DeviceKey | null => {
    const known = nearest.get(place)
    if (known !== undefined) return known
    let best: DeviceKey | null = null
    let least_m = WALK_M_MAX
    for (const pole of poles) {
      const away_m = distance_m(pole.at, at)
      if (away_m <= least_m) [best, least_m] = [deviceKey(pole.district, pole.domain, pole.id), away_m]
    }
    nearest.set(place, best)
    return best
  }

  const consider = (place: string, type: ResidentReport['type'], at: LonLat, since: EpochMs | null): void => {
    if (since === null || state.seen[place] === since) return
    state.seen[place] = since
    const draw = random.fork(`${place}/${since}`)
    const pole = poleFor(place, at)
    if (pole === null || !draw.chance(report_share)) return
    const report: ResidentReport = {
      id: `resident-${place.replaceAll('/', '.')}-${since}`,
      type,
      at,
      score: draw.uniform(0.5, 0.75),
      subject: `138${draw.integer(10_000_000, 99_999_999)}`,
      due: Math.round(since + draw.exponential(NOTICE_MINUTES * MINUTE_MS)),
    }
    state.pending[pole] = [...(state.pending[pole] ?? []), report]
  }

  return {
    state,
    step(now) {
      if (now % LOOK_EVERY_MS !== 0) return
      for (const [point, { flooded_since }] of water.points()) consider(point.id, 'road.flooded', point.at, flooded_since)
      for (const { key, device, state: bin } of bins.all) consider(key, 'waste.overflow', device.at, bin.overflow_since)
    },
    take(pole, now) {
      const pending = state.pending[pole]
      if (pending === undefined) return []
      const due = pending.filter((report) => report.due <= now)
      if (due.length === 0) return due
      state.totals.reports += due.length
      state.pending[pole] = pending.filter((report) => report.due > now)
      return due
    },
  }
}
