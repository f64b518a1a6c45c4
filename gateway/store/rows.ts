/** What of an observation is history: its numbers, one row each. Events and presses have their own place. */
import type { LaneCount, Observation, Reading, TrafficCount } from '../../engine/model/observation.ts'
import type { ReadingRow } from '../../engine/ports.ts'

/** Rows of one observation, in the order of its metrics; none for observations without numbers. Numbers that are not finite are left out. */
export function rowsOf(observation: Observation): ReadingRow[] {
  switch (observation.kind) {
    case 'reading':
      return readingRows(observation)
    case 'traffic':
      return trafficRows(observation)
    default:
      return []
  }
}

function readingRows({ device, ts, values }: Reading): ReadingRow[] {
  const rows: ReadingRow[] = []
  const add = (metric: string, value: number): void => {
    if (Number.isFinite(value)) rows.push({ device, metric, ts, value })
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
function trafficRows({ device, ts, phase, in: entering }: TrafficCount): ReadingRow[] {
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
    rows.push({ device, metric: 'vehicles_veh', ts, value: vehicles }, { device, metric: 'queued_veh', ts, value: queued })
    if (approaching !== null) rows.push({ device, metric: 'approaching_veh', ts, value: approaching })
  }
  rows.push({ device, metric: 'phase', ts, value: phase })
  return rows
}
