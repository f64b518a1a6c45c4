/** What reports of all kinds share: the blank form, free text without personal data, positions of any datum, ids and times as they come. */
import { toWgs84 } from '../../engine/base/datum.ts'
import type { LonLat } from '../../engine/base/geo.ts'
import { type EpochMs, HOUR_MS } from '../../engine/base/time.ts'
import { datumOf } from './datum.ts'
import type { DialectContext, Drift } from './dialect.ts'
import { foldId } from './ids.ts'
import { type Json, type JsonObject, member } from './json.ts'
import type { CitizenReport } from './normal-form.ts'
import { withoutPersonal } from './personal.ts'
import { placeOf } from './place.ts'
import { fromAny } from './time.ts'

export const TEXT_MAX = 4_000

/** What every report has; the rest is the format's own. */
export const blankReport = (kind: CitizenReport['kind'], entity: string, ts: EpochMs): CitizenReport => ({
  kind,
  entity,
  ts,
  clock: 'device',
  heard: null,
  dedupeKey: null,
  category: null,
  code: null,
  at: null,
  grid: null,
  address: null,
  description: null,
  state: null,
  due: null,
  slaHours: null,
  media: [],
  attributes: {},
})

export const freeText = (text: string | null): string | null => (text === null ? null : withoutPersonal(text.slice(0, TEXT_MAX)))
export const hoursBetween = (from: EpochMs, until: EpochMs | null): number | null =>
  until === null || until < from ? null : Math.round(((until - from) / HOUR_MS) * 100) / 100

/** A number or a number as text. */
function coordinate(value: Json | undefined): number | null {
  const number = typeof value === 'number' ? value : typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN
  return Number.isFinite(number) ? number : null
}

/** To a centimetre: a conversion leaves more digits than anybody measured. */
const roundPlace = ([lon, lat]: LonLat): LonLat => [Number(lon.toFixed(7)), Number(lat.toFixed(7))]

/** @param crs what the message calls its datum; GeoReport itself says WGS84 */
export function positionOf(
  lon: Json | undefined,
  lat: Json | undefined,
  crs: string | null,
  context: DialectContext,
  drift: Drift[],
): LonLat | null {
  const [x, y] = [coordinate(lon), coordinate(lat)]
  if (x === null || y === null) return null
  const datum = datumOf(crs)
  if (datum === null) {
    drift.push({ field: 'crs', what: 'key' })
    return null
  }
  const placed = placeOf(roundPlace(toWgs84([x, y], datum)), context.box)
  if (placed.strays) drift.push({ field: 'position', what: 'position' })
  return placed.at
}

/** An id that comes as number or text. */
export function idAt(object: JsonObject | null, key: string): string | null {
  const value = member(object, key)
  return (typeof value === 'string' || typeof value === 'number') && foldId(value) !== null ? String(value).trim() : null
}

export function timeAt(object: JsonObject | null, key: string, context: DialectContext): EpochMs | null {
  return fromAny(member(object, key), context.zone_min)?.ts ?? null
}
