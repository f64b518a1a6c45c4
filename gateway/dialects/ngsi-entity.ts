/** One NGSI entity of a Smart Data Model as a normal form. What strays from the published model is understood, normalised and counted as drift. */

import type { LonLat } from '../../engine/base/geo.ts'
import type { EpochMs } from '../../engine/base/time.ts'
import { type Refusal, refusal } from '../mqtt/form.ts'
import type { DialectContext, Drift } from './dialect.ts'
import { foldId } from './ids.ts'
import { asArray, asObject, type Json, type JsonObject, member } from './json.ts'
import { type Attribute, attributeOf } from './ngsi-attribute.ts'
import { type MeasuredRow, NGSI_TYPES, type NgsiType } from './ngsi-types.ts'
import type { Clock, Entity, Scalar } from './normal-form.ts'
import { placeOfGeometry } from './place.ts'
import { fromAny, fromInterval, type IsoTime } from './time.ts'
import { inUnit, quantityOf, tidy, toContract } from './units.ts'

export type EntityAnswer = { readonly ok: true; readonly entity: Entity; readonly drift: readonly Drift[] } | Refusal

const TEXT_MAX = 256
const LIST_MAX = 32
/** Where a relationship of the published example names a number (`urn:ngsi-ld:4.2`). */
const NUMBER_URN = /^urn:ngsi-ld:(-?\d+(?:\.\d+)?)$/

/** The last part of a full name: `https://smartdatamodels.org/dataModel.Environment/FloodMonitoring`. */
const shortName = (name: string): string =>
  /^https?:/.test(name) ? name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('#')) + 1) : name

export function typeOf(object: JsonObject | null): string | null {
  const type = member(object, 'type') ?? member(object, '@type')
  const first = asArray(type)?.[0] ?? type
  return typeof first === 'string' && first.length <= TEXT_MAX ? shortName(first) : null
}

export const isKnownType = (type: string | null): type is string => type !== null && Object.hasOwn(NGSI_TYPES, type)

class EntityReader {
  readonly drift: Drift[] = []
  private readonly attributes = new Map<string, Attribute>()
  private readonly context: DialectContext

  constructor(object: JsonObject, context: DialectContext) {
    this.context = context
    for (const [key, raw] of Object.entries(object)) {
      const name = shortName(key)
      if (name !== key) this.drift.push({ field: name.slice(0, 64), what: 'key' })
      if (!this.attributes.has(name)) this.attributes.set(name, attributeOf(name.slice(0, 64), raw, this.drift))
    }
  }

  stray(field: string, what: Drift['what']): void {
    this.drift.push({ field, what })
  }

  value(name: string): Json | undefined {
    return this.attributes.get(name)?.value
  }

  /** In the contract's unit. */
  measured(name: string, row: MeasuredRow): number | null {
    const attribute = this.attributes.get(name)
    const { value: raw, unit: code = null, relation = false } = attribute ?? {}
    if (raw === undefined || raw === null) return null
    const named = relation && typeof raw === 'string' ? NUMBER_URN.exec(raw) : null
    const quantity = quantityOf(named === null ? raw : Number(named[1]))
    if (quantity === null) {
      this.stray(name, 'type')
      return null
    }
    if (typeof raw === 'string') this.stray(name, 'type')
    const converted = this.converted(name, row, quantity.value, code ?? quantity.unit)
    const [min, max] = row.range
    if (converted >= min && converted <= max) return converted
    this.stray(name, 'range')
    return null
  }

  private converted(name: string, { suffix, unit }: MeasuredRow, value: number, said: string): number {
    if (suffix === '') return value
    if (said !== '' && said !== 'C62') {
      const explicit = inUnit({ value, unit: said }, suffix)
      if (explicit !== null) {
        if (inUnit({ value: 1, unit: said }, suffix) !== inUnit({ value: 1, unit }, suffix)) this.stray(name, 'unit')
        return explicit
      }
      this.stray(name, 'unit')
      // A unit of another kind: whatever the number is, it is not this.
      if (toContract({ value, unit: said }) !== null) return Number.NaN
    }
    const meant = likelyUnit(unit, value)
    if (meant !== unit) this.stray(name, 'unit')
    return inUnit({ value, unit: meant }, suffix) ?? tidy(value)
  }

  private timeAt(name: string): IsoTime | null {
    const raw = this.value(name)
    if (raw === undefined || raw === null) return null
    const time = fromAny(raw, this.context.zone_min)
    if (time === null || time.zoneless) this.stray(name, 'time')
    return time
  }

  /** When it was observed, and since when. */
  times({ times, interval }: NgsiType, received: EpochMs): { readonly ts: EpochMs; readonly clock: Clock; readonly from: EpochMs | null } {
    const [from, to] = interval === undefined ? [null, null] : interval.map((name) => this.timeAt(name))
    for (const name of times) {
      const raw = this.value(name)
      const both = typeof raw === 'string' ? fromInterval(raw, this.context.zone_min) : null
      const time = this.timeAt(name)
      if (time !== null) return { ts: time.ts, clock: 'device', from: both?.from.ts ?? from?.ts ?? null }
    }
    if (to !== null) return { ts: to.ts, clock: 'device', from: from?.ts ?? null }
    const observed = [...this.attributes.values()].map((one) => fromAny(one.observed ?? undefined, this.context.zone_min)?.ts ?? 0)
    const newest = Math.max(0, ...observed)
    return newest > 0 ? { ts: newest, clock: 'device', from: null } : { ts: received, clock: 'arrival', from: null }
  }

  place(): LonLat | null {
    const placed = placeOfGeometry(this.value('location'), this.context.box)
    if (placed?.strays === true) this.stray('location', 'position')
    if (placed === null && this.value('location') !== undefined) this.stray('location', 'type')
    return placed?.at ?? null
  }

  kept(names: readonly string[]): Record<string, Scalar | readonly Scalar[]> {
    const kept: Record<string, Scalar | readonly Scalar[]> = {}
    for (const name of names) {
      const value = keptOf(this.value(name))
      if (value !== null) kept[name] = value
    }
    const street = asObject(this.value('address'))
    const parts = ['addressRegion', 'addressLocality', 'streetAddress'].map((name) => keptOf(member(street, name)))
    const address = parts.filter((part) => typeof part === 'string').join('')
    return address === '' ? kept : { ...kept, address }
  }
}

const isScalar = (value: Json | undefined): value is Scalar =>
  typeof value === 'boolean' ||
  (typeof value === 'number' && Number.isFinite(value)) ||
  (typeof value === 'string' && value !== '' && value.length <= TEXT_MAX)

function keptOf(value: Json | undefined): Scalar | readonly Scalar[] | null {
  if (isScalar(value)) return value
  const list = asArray(value)?.filter(isScalar).slice(0, LIST_MAX) ?? []
  return list.length > 0 ? list : null
}

/** Where the message names no unit: shares of 80 are percentages, percentages of 0.8 shares, and nothing in a street has 300 °C. */
function likelyUnit(published: string, value: number): string {
  if (published === 'ratio' && value > 1.3) return '%'
  if (published === '%' && value > 0 && value < 1) return 'ratio'
  return published === '°C' && value > 200 && value < 340 ? 'K' : published
}

/** `currentLevel` is `referenceLevel` less `measuredDistance`; some send only those. */
function derivedLevel(metrics: Readonly<Record<string, number | boolean>>): Record<string, number> {
  const { level_m, reference_level_m, distance_m } = metrics
  if (level_m !== undefined || typeof reference_level_m !== 'number' || typeof distance_m !== 'number') return {}
  return { level_m: tidy(reference_level_m - distance_m) }
}

/** @param heard when a context broker sent it; null when it came straight */
export function readEntity(value: Json | undefined, context: DialectContext, received: EpochMs, heard: EpochMs | null): EntityAnswer {
  const object = asObject(value)
  if (object === null) return refusal('schema', 'entity: expected an object')
  const type = typeOf(object)
  if (!isKnownType(type)) return refusal('schema', `type: expected one of ${Object.keys(NGSI_TYPES).join(', ')}`)
  const id = member(object, 'id') ?? member(object, '@id')
  if (typeof id !== 'string' || foldId(id) === null) return refusal('schema', 'id: expected a URN of at most 128 characters')
  const model = NGSI_TYPES[type]
  const reader = new EntityReader(object, context)
  const named = /^urn:ngsi-ld:([A-Za-z]\w*):/.exec(id)?.[1]
  if (named !== undefined && named !== type) reader.stray('id', 'id')
  const metrics: Record<string, number | boolean> = {}
  for (const [name, row] of Object.entries(model.measured)) {
    const measured = reader.measured(name, row)
    if (measured !== null) metrics[row.metric] = measured
  }
  for (const name of model.flags) {
    const flag = reader.value(name)
    if (typeof flag === 'boolean') metrics[name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)] = flag
  }
  const attributes = reader.kept(model.kept)
  if (Object.keys(metrics).length + Object.keys(attributes).length === 0)
    return refusal('schema', `${type}: none of its attributes has a value`)
  const { ts, clock, from } = reader.times(model, heard ?? received)
  const entity: Entity = {
    kind: 'entity',
    type,
    entity: id,
    ts,
    clock: clock === 'arrival' && heard !== null ? 'gateway' : clock,
    heard,
    dedupeKey: null,
    metrics: { ...metrics, ...derivedLevel(metrics) },
    at: reader.place(),
    from,
    attributes,
  }
  return { ok: true, entity, drift: reader.drift }
}
