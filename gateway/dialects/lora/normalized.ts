/** The Things Stack's normalized payload (thethingsindustries.com/docs, "payload formatters"): measurements under fixed names in fixed units. */
import type { JsonObject } from '../json.ts'
import { numberAt, objectAt } from '../json.ts'
import { type LoraCodec, type LoraRead, type LoraReading, reading } from './codec.ts'

/** Where it stands, and what it is called here; the units are the same. */
const MEASURED: readonly (readonly [group: string | null, name: string, metric: string])[] = [
  ['air', 'temperature', 'temperature_c'],
  ['air', 'relativeHumidity', 'humidity_pct'],
  ['air', 'pressure', 'pressure_hpa'],
  ['wind', 'speed', 'wind_speed_mps'],
  ['wind', 'direction', 'wind_direction_deg'],
  ['rain', 'intensity', 'rain_mm_h'],
  ['rain', 'cumulative', 'rain_mm'],
  [null, 'battery', 'battery_v'],
]

function readingOf(item: JsonObject | null): LoraReading[] {
  const metrics: Record<string, number | boolean> = {}
  for (const [group, name, metric] of MEASURED) {
    const value = numberAt(group === null ? item : objectAt(item, group), name)
    if (value !== null) metrics[metric] = value
  }
  const leak = objectAt(item, 'water')?.leak
  if (typeof leak === 'boolean') metrics.water_leak = leak
  return Object.keys(metrics).length === 0 ? [] : [reading(metrics)]
}

/** Null: nothing in it that is known here. */
export function normalizedOf(
  list: readonly (JsonObject | null)[],
): { readonly codec: Pick<LoraCodec, 'kind'>; readonly read: LoraRead } | null {
  const readings = list.slice(0, 32).flatMap(readingOf)
  return readings.length === 0 ? null : { codec: { kind: 'device' }, read: { readings, drift: [] } }
}
