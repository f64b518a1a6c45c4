/**
 * Alerts of Smart Data Models (WeatherAlert, Alert) in the terms of CAP. One entity keeps its id over all that is said of it, so its id is the identifier and the newest time of
 * issue counts. One that has ended is a cancellation.
 */
import type { LonLat } from '../../engine/base/geo.ts'
import type { EpochMs } from '../../engine/base/time.ts'
import type { Bilingual } from '../../engine/model/bilingual.ts'
import type { CapSeverity, WarningArea, WarningMessage } from '../../engine/model/warning.ts'
import { BY_SEVERITY, colourOf, defaultValidity, hazardOf } from '../cap/kinds.ts'
import { alertOf } from './alert-form.ts'
import type { DialectContext } from './dialect.ts'
import type { Json } from './json.ts'
import type { Alert, Entity } from './normal-form.ts'
import { ringsOfGeometry } from './place.ts'
import { fromAny } from './time.ts'

export const ALERT_TYPES: ReadonlySet<string> = new Set(['WeatherAlert', 'Alert'])

/** Severities of the published schema. */
const SEVERITIES: Readonly<Record<string, CapSeverity>> = {
  informational: 'Minor',
  low: 'Minor',
  medium: 'Moderate',
  high: 'Severe',
  critical: 'Extreme',
}

/** Sub-categories of the published schema, in words for people. */
const EVENTS: Readonly<Record<string, Bilingual>> = {
  rainfall: { zh: '暴雨', en: 'Rainstorm' },
  'rain flood': { zh: '暴雨内涝', en: 'Rain flood' },
  flood: { zh: '洪涝', en: 'Flood' },
  'snow/ice': { zh: '暴雪结冰', en: 'Snow and ice' },
  thunderstorms: { zh: '雷电', en: 'Thunderstorms' },
  wind: { zh: '大风', en: 'Gale' },
  fog: { zh: '大雾', en: 'Fog' },
  'high temperature': { zh: '高温', en: 'High temperature' },
  'low temperature': { zh: '寒潮', en: 'Low temperature' },
  hurricane: { zh: '台风', en: 'Hurricane' },
  tropicalcyclone: { zh: '台风', en: 'Tropical cyclone' },
  tornado: { zh: '龙卷风', en: 'Tornado' },
  heatwave: { zh: '高温', en: 'Heat wave' },
  coldwave: { zh: '寒潮', en: 'Cold wave' },
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '')
/** Names go into references, which divide by comma and space (CAP 1.2, section 3.2.1). */
const nameOf = (text: string): string => text.replace(/[\s,<&]+/g, '_').slice(0, 200)

function eventOf({ type, attributes }: Entity): Bilingual {
  const word = textOf(attributes.subCategory) || textOf(attributes.category) || type
  const key = word
    .replace(/[_-]/g, ' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
  const known = [key, key.replaceAll(' ', '')].find((one) => Object.hasOwn(EVENTS, one))
  return known === undefined ? { zh: word, en: word } : EVENTS[known]
}

function areaOf({ at, attributes }: Entity, location: Json | undefined): readonly WarningArea[] {
  const polygons: readonly (readonly LonLat[])[] = ringsOfGeometry(location)
  const text = textOf(attributes.address)
  if (polygons.length === 0 && at === null && text === '') return []
  const circles = polygons.length === 0 && at !== null ? [{ at, radius_km: 0 }] : []
  return [{ name: { zh: text, en: text }, polygons, circles, geocodes: [] }]
}

/** @param source whoever handed it in, where the entity names nobody */
export function alertOfEntity(
  entity: Entity,
  location: Json | undefined,
  source: string,
  { zone_min, simulated }: DialectContext,
  received: EpochMs,
): Alert | null {
  const { attributes, ts } = entity
  const time = (name: string): EpochMs | null => fromAny(textOf(attributes[name]) || undefined, zone_min)?.ts ?? null
  const event = eventOf(entity)
  const word = textOf(attributes.severity).toLowerCase()
  const severity = Object.hasOwn(SEVERITIES, word) ? SEVERITIES[word] : 'Unknown'
  const description = textOf(attributes.description)
  const level = colourOf([textOf(attributes.severity), description]) ?? BY_SEVERITY[severity]
  const effective = time('validFrom') ?? ts
  const until = time('validTo')
  const validity = until === null ? defaultValidity(`${event.zh} ${event.en}`, level, effective) : { expires: until }
  const over = !simulated && until !== null && until <= received
  const sender = nameOf(textOf(attributes.alertSource) || textOf(attributes.source) || source)
  const cap: WarningMessage = {
    identifier: nameOf(entity.entity),
    sender,
    sent: over ? until : ts,
    status: 'Actual',
    type: over ? 'Cancel' : 'Alert',
    scope: 'Public',
    restriction: null,
    references: [],
    hazard: hazardOf(`${event.zh} ${event.en}`),
    event,
    level,
    urgency: 'Unknown',
    severity,
    certainty: 'Unknown',
    effective,
    ...validity,
    sender_name: { zh: sender, en: sender },
    headline: event,
    description: { zh: description, en: description },
    instruction: { zh: '', en: '' },
    areas: areaOf(entity, location),
  }
  return alertOf(cap)
}
