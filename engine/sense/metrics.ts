/**
 * What can be true of a metric, in one table: the physical range, how fast it can move, how long it can stand still. Metrics that
 * are not listed fall back to the range of their unit suffix; those that nobody knows are taken as they come.
 */

import { HOUR_MS, MINUTE_MS } from '../base/time.ts'
import type { CityDevice } from '../model/city.ts'

export interface MetricPolicy {
  readonly min: number
  readonly max: number
  /** A believable change between two readings: `step` at once, and `per_s` for every second between them. */
  readonly jump?: { readonly step: number; readonly per_s: number }
  /** Exactly this value for `after_ms` means a stuck sensor, unless it rests (`|value| ≤ rest`), stands at `full`, or, where said, while it is dry. */
  readonly stuck?: { readonly after_ms: number; readonly rest: number; readonly only_wet: boolean; readonly full?: number }
}

export const METRICS: Readonly<Record<string, MetricPolicy>> = {
  // Water on a road climbs some ten centimetres a minute in the worst storms; half a metre at once is a splash or a cable. In rain
  // standing water always moves by the gauge's centimetre; a dry gauge rests at zero for weeks.
  level_m: {
    min: -1,
    max: 50,
    jump: { step: 0.5, per_s: 0.002 },
    stuck: { after_ms: 30 * MINUTE_MS, rest: 0.02, only_wet: true },
  },
  flow_m3_s: { min: -1_000, max: 1_000 },
  // Minute intensities above 500 mm/h have been measured nowhere in China. Rain never keeps one intensity for two hours.
  rain_mm_h: { min: 0, max: 500, stuck: { after_ms: 2 * HOUR_MS, rest: 0, only_wet: false } },
  rain_forecast_mm_h: { min: 0, max: 500 },
  rain_mm: { min: 0, max: 2_000 },
  setting: { min: 0, max: 1 },
  power_w: { min: -10_000_000, max: 10_000_000 },
  // Bags piled on an open lid read as more than full.
  fill_pct: { min: 0, max: 130 },
  // No jump: a fire heats a bin within one report. The daily course always moves a thermometer within a day.
  temperature_c: { min: -60, max: 1_000, stuck: { after_ms: 24 * HOUR_MS, rest: 0, only_wet: false } },
  tilt_deg: { min: -180, max: 180 },
  // A switch: 1 when it is not level.
  tilt: { min: 0, max: 1 },
  weight_kg: { min: -50, max: 20_000 },
  lon: { min: -180, max: 180 },
  lat: { min: -90, max: 90 },
  heading_deg: { min: -360, max: 360 },
  battery_pct: { min: 0, max: 100 },
}

/** Ranges by the unit that a metric name carries (contract section 2); longer suffixes first. */
const SUFFIXES: readonly (readonly [string, MetricPolicy])[] = [
  ['_mm_h', { min: 0, max: 500 }],
  ['_m3_s', { min: -10_000, max: 10_000 }],
  ['_mps', { min: -150, max: 150 }],
  ['_kmh', { min: -500, max: 500 }],
  ['_veh', { min: 0, max: 10_000 }],
  ['_dbm', { min: -200, max: 50 }],
  ['_deg', { min: -360, max: 360 }],
  ['_pct', { min: -1_000, max: 1_000 }],
  ['_db', { min: -200, max: 200 }],
  ['_c', { min: -273.15, max: 2_000 }],
]

/** Water higher than this above the rim of its manhole stands in no street. */
const ABOVE_RIM_M = 5

const bySuffix = (metric: string): MetricPolicy | null => SUFFIXES.find(([suffix]) => metric.endsWith(suffix))?.[1] ?? null

/** The policy of a metric, null when nothing is known of it; a gauge that knows its rim has a tighter range. */
export function findPolicy(metric: string, device: CityDevice | undefined): MetricPolicy | null {
  const policy = METRICS[metric] ?? bySuffix(metric)
  const rim_m = device?.params.rim_m
  if (metric !== 'level_m' || policy === null || rim_m === undefined) return policy
  // Water that runs over the rim stands there for as long as it does.
  const stuck = policy.stuck === undefined ? {} : { stuck: { ...policy.stuck, full: rim_m } }
  return { ...policy, max: rim_m + ABOVE_RIM_M, ...stuck }
}
