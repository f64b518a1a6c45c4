/** When things first happened at each low point, as the world knows it: water above the threshold, own pumps running, a mobile pump there. */

import { type EpochMs, MINUTE_MS } from '../../engine/base/time.ts'
import type { LowPoint } from '../../engine/model/city.ts'
import { splitKey } from '../../engine/model/city.ts'
import type { Metrics } from '../score.ts'

export interface PointMoments {
  flooded: EpochMs | null
  /** Its own pumps first ran. */
  pumps: EpochMs | null
  /** A crew's pump first ran, and last. */
  mobile: EpochMs | null
  mobile_until: EpochMs | null
}

export type PointLog = Record<string, PointMoments>

export const createPointLog = (lowPoints: readonly LowPoint[]): PointLog =>
  Object.fromEntries(lowPoints.map(({ id }) => [id, { flooded: null, pumps: null, mobile: null, mobile_until: null }]))

/** Looks at a point at the end of a second; `pumps` are those that ask for water there. */
export function notePoint(log: PointLog, id: string, above: boolean, pumps: Iterable<string>, now: EpochMs): void {
  const moments = log[id]
  if (above) moments.flooded ??= now
  for (const pump of pumps) {
    if (splitKey(pump).domain === 'crew') {
      moments.mobile ??= now
      moments.mobile_until = now
    } else moments.pumps ??= now
  }
}

/** Minutes from the start; what never happened is left out. */
export function pointMetrics(log: PointLog, start: EpochMs): Metrics {
  const metrics: Record<string, number> = {}
  const note = (name: string, id: string, at: EpochMs | null): void => {
    if (at !== null) metrics[`${name}.${id}`] = (at - start) / MINUTE_MS
  }
  for (const [id, { flooded, pumps, mobile, mobile_until }] of Object.entries(log)) {
    note('flood.flooded_from_min', id, flooded)
    note('flood.pumps_from_min', id, pumps)
    note('crews.pumping_from_min', id, mobile)
    note('crews.pumping_until_min', id, mobile_until)
  }
  return metrics
}
