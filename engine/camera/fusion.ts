/**
 * What cameras, sensors and people say of one place and type, as one probability. Each source has a precision p, the share of what it says that is true, and adds
 * w · ln(p / (1 − p)) to the log-odds, w being how sure it is of itself (naive Bayes with equal odds before; Pearl 1988, section 2.2). A sensor that sees nothing where
 * it would have to counts against.
 */
import { distance_m, insideRing, type LonLat } from '../base/geo.ts'
import { type EpochMs, HOUR_MS, MINUTE_MS } from '../base/time.ts'
import type { Context } from '../model/context.ts'
import { findValue, type SenseState } from '../sense/state.ts'
import type { Evidence, PersonReport, SeenEvent } from './event.ts'
import { precisionOf, type Trust } from './trust.ts'

export const NEAR_M = 150
export const NEAR_MS = 10 * MINUTE_MS
export const REPORT_MS = HOUR_MS
const BIN_M = 50
const SENSOR_PRECISION = 0.95
const PERSON_PRECISION = 0.9
/** A gauge that reads so little stands in no water. */
const DRY_M = 0.02
const HOT_C = 60

const weight = (precision: number, sureness = 1): number => sureness * Math.log(precision / (1 - precision))
/** Detectors that score below 0.3 guess; above 0.9 they do not get surer. */
const sureness = (score: number): number => Math.min(1, Math.max(0, (score - 0.3) / 0.6))
const rounded = (value: number): number => Math.round(value * 100) / 100

export const probability = (evidence: readonly Evidence[]): number =>
  1 / (1 + Math.exp(-evidence.reduce((sum, { log_odds }) => sum + log_odds, 0)))

function cameraEvidence(trust: Trust, event: SeenEvent): Evidence {
  const precision = precisionOf(trust, event.device, event.type)
  return {
    from: 'camera',
    source: event.device,
    said: `${event.type} score ${event.score.toFixed(2)}, precision ${precision.toFixed(2)}`,
    log_odds: rounded(weight(precision, sureness(event.score))),
  }
}

/** Gauges of the low point around a flooded road, bins beside an overflow or smoke. Only what is believed and fresh. */
function sensorEvidence(sense: SenseState, context: Context, type: string, at: LonLat, now: EpochMs): Evidence[] {
  const told = (source: string, metric: string, value: number, yes: boolean): Evidence => ({
    from: 'sensor',
    source,
    said: `${metric} ${value}`,
    log_odds: rounded(yes ? weight(SENSOR_PRECISION) : -weight(PERSON_PRECISION)),
  })
  if (type === 'road.flooded') {
    const point = context.city.low_points.find(({ outline }) => insideRing(at, outline))
    return (point?.gauges ?? []).flatMap((gauge) => {
      const level_m = findValue(sense, gauge, 'level_m', now)
      if (level_m === null || point === undefined || (level_m < point.threshold_m && level_m > DRY_M)) return []
      return [told(gauge, 'level_m', level_m, level_m >= point.threshold_m)]
    })
  }
  const metric = type === 'waste.overflow' ? 'fill_pct' : type === 'fire.smoke' ? 'temperature_c' : null
  if (metric === null) return []
  const limit = metric === 'fill_pct' ? 90 : HOT_C
  return [...context.devices].flatMap(([key, device]) => {
    if (device.kind !== 'bin' || distance_m(device.at, at) > BIN_M) return []
    const value = findValue(sense, key, metric, now)
    return value === null || value <= limit ? [] : [told(key, metric, value, true)]
  })
}

export interface Around {
  readonly trust: Trust
  readonly events: Iterable<SeenEvent>
  readonly reports: readonly PersonReport[]
  readonly sense: SenseState
  readonly placeOf: (event: SeenEvent) => LonLat
}

/** The event's own camera first; other cameras once each, by their surest event. */
export function evidenceOf(event: SeenEvent, around: Around, context: Context, now: EpochMs): Evidence[] {
  const at = around.placeOf(event)
  const others = new Map<string, SeenEvent>()
  for (const other of around.events) {
    const near = other.type === event.type && other.device !== event.device && other.over === null && now - other.ts <= NEAR_MS
    if (!near || distance_m(around.placeOf(other), at) > NEAR_M) continue
    const known = others.get(other.device)
    if (known === undefined || other.score > known.score) others.set(other.device, other)
  }
  const people = around.reports
    .filter(({ type, at: place, ts }) => type === event.type && now - ts <= REPORT_MS && distance_m(place, at) <= NEAR_M)
    .map(
      (): Evidence => ({ from: 'person', source: 'report', said: `reported ${event.type}`, log_odds: rounded(weight(PERSON_PRECISION)) }),
    )
  return [
    cameraEvidence(around.trust, event),
    ...[...others.values()].map((other) => cameraEvidence(around.trust, other)),
    ...sensorEvidence(around.sense, context, event.type, at, now),
    ...people,
  ]
}
