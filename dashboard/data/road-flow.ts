/**
 * How roads flow, held calm: every red light stops a road for half a minute, so colours follow the mean of the last minute. Five classes;
 * `version` changes only when a road comes or changes its class.
 */
import type { RoadRow } from '../../gateway/wire/frames.ts'

const MEAN_OVER_MS = 60_000
/** Upper ends of all classes but the fastest, % of free speed. */
export const SPEED_STEPS_PCT = [20, 40, 60, 80] as const
export type SpeedClass = 0 | 1 | 2 | 3 | 4
const CLASSES: readonly SpeedClass[] = [0, 1, 2, 3, 4]
/** A mean has to be so far inside another class before the road changes colour. */
const HYSTERESIS_PCT = 3

interface Mean {
  mean_pct: number
  last_pct: number
  at: number
  speed: SpeedClass
}

export interface RoadFlow {
  /** By the key of the live row. */
  readonly means: Map<string, Mean>
  version: number
}

export const createRoadFlow = (): RoadFlow => ({ means: new Map(), version: 0 })

/** 0 standing … 4 free. */
export const speedClass = (pct: number): SpeedClass => CLASSES[SPEED_STEPS_PCT.filter((step) => pct >= step).length]

function classAfter({ speed, mean_pct }: Mean): SpeedClass {
  const next = speedClass(mean_pct)
  const edge = SPEED_STEPS_PCT[next > speed ? next - 1 : next]
  return next === speed || Math.abs(mean_pct - edge) < HYSTERESIS_PCT ? speed : next
}

/** @param now brain time, epoch ms */
export function observeRoads(flow: RoadFlow, roads: ReadonlyMap<string, RoadRow>, now: number): void {
  let changed = false
  for (const [key, { speed_pct }] of roads) {
    const known = flow.means.get(key)
    if (speed_pct === null) {
      changed = flow.means.delete(key) || changed
    } else if (known === undefined) {
      flow.means.set(key, { mean_pct: speed_pct, last_pct: speed_pct, at: now, speed: speedClass(speed_pct) })
      changed = true
    } else {
      const weight = 1 - Math.exp(-Math.max(0, now - known.at) / MEAN_OVER_MS)
      known.mean_pct += weight * (known.last_pct - known.mean_pct)
      known.last_pct = speed_pct
      known.at = now
      const speed = classAfter(known)
      changed = changed || speed !== known.speed
      known.speed = speed
    }
  }
  for (const key of flow.means.keys()) if (!roads.has(key)) changed = flow.means.delete(key) || changed
  if (changed) flow.version++
}
