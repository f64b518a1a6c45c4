/** What of an observation is history: its numbers, one row each. Events and presses have their own place. */
import type { EpochMs } from '../../engine/base/time.ts'
import type { LaneCount, Observation, Reading, TrafficCount } from '../../engine/model/observation.ts'
import type { ReadingRow } from '../../engine/ports.ts'

/**
 * Rows of one observation, in the order of its metrics; none for observations without numbers. Numbers that are not finite are left out.
 * @param received left out where the clock of arrival is not that of the measurements
 */
export function rowsOf(observation: Observation, received?: EpochMs): ReadingRow[] {
  switch (observation.kind) {
    case 'reading':
      return readingRows(observation, received)
    case 'traffic':
      return trafficRows(observation, received)
    default:
      return []
  }
}

function readingRows({ device, ts, values }: Reading, received?: EpochMs): ReadingRow[] {
  const rows: ReadingRow[] = []
  const add = (metric: string, value: number): void => {
    if (Number.isFinite(value)) rows.push({ device, metric, ts, value, received })
  }
  for (const metric in values) {
    const value = values[metric]
    if (typeof value === 'number') add(metric, value)
    else for (let i = 0; i < value.length; i++) add(`${metric}[${i}]`, value[i])
  }
  return rows
}

/**
 * A junction's totals over its entering lanes, and its phase. A lane that is missing is silent: a sum says what was heard.
 * `approaching_veh` is left out unless every lane tells it, because a part of it would look like less traffic.
 */
function trafficRows({ device, ts, phase, in: entering }: TrafficCount, received?: EpochMs): ReadingRow[] {
  const row = (metric: string, value: number): ReadingRow => ({ device, metric, ts, value, received })
  const lanes: LaneCount[] = Object.values(entering)
  const rows: ReadingRow[] = []
  if (lanes.length > 0) {
    let vehicles = 0
    let queued = 0
    let approaching: number | null = 0
    for (const lane of lanes) {
      vehicles += lane.vehicles
      queued += lane.queued
      approaching = approaching === null || lane.approaching === null ? null : approaching + lane.approaching
    }
    rows.push(row('vehicles_veh', vehicles), row('queued_veh', queued))
    if (approaching !== null) rows.push(row('approaching_veh', approaching))
  }
  rows.push(row('phase', phase))
  return rows
}
