/**
 * OGC SensorThings 1.1 over MQTT: an Observation published to `v1.1/Datastreams(5)/Observations` or, with the datastream inside it, to
 * `v1.1/Observations`. Ids are numbers or texts in quotes; a topic may carry OData (`?$select=…`). What is measured is known to the
 * datastream: unless it comes along (`$expand`), the metric is called `result`, and the binding of the datastream says what it is.
 */
import { refusal } from '../mqtt/form.ts'
import { type Dialect, type Drift, type Heard, heard, type Refused } from './dialect.ts'
import { entityOf } from './ids.ts'
import { asArray, asObject, type Json, type JsonObject, jsonOf, member, objectAt, stringAt } from './json.ts'
import { metricName } from './naming.ts'
import { measurement, type Scalar } from './normal-form.ts'
import { fromInterval, fromIso } from './time.ts'
import { type Quantity, quantityOf, toContract } from './units.ts'

const TOPIC = /(?:^|\/)v1\.[01]\/(?:(?:Multi)?Datastreams\((\d+|'(?:[^']|'')+')\)\/)?Observations(?:\(.*\))?(?:\?.*)?$/

export const sensorThings: Dialect = {
  id: 'sensorthings',
  title: { zh: 'OGC SensorThings 观测', en: 'OGC SensorThings observations' },
  recognise: ({ topic, http }) => TOPIC.test(topic ?? http?.path ?? ''),
  decode(envelope, { zone_min }) {
    const json = jsonOf(envelope)
    if (!json.ok) return json
    const value = asObject(json.value)
    const stream = objectAt(value, 'Datastream')
    const id = TOPIC.exec(envelope.topic ?? envelope.http?.path ?? '')?.[1] ?? idOf(member(stream, '@iot.id'))
    const entity = id === null || id === undefined ? null : entityOf('datastream', unquoted(id))
    if (entity === null) return refusal('schema', 'Datastream: expected its id, in the topic or as @iot.id')
    const times = timesOf(value, zone_min)
    if (times === 'none') return refusal('time', 'phenomenonTime: expected a time or an interval of ISO 8601')
    const drift: Drift[] = times?.zoneless ? [{ field: 'phenomenonTime', what: 'time' }] : []
    const result = member(value, 'result')
    const several = asArray(result)
    if (several !== null) return severalOf(several, entity, times?.ts ?? null, envelope.received)
    const quantity = typeof result === 'boolean' ? result : quantityOf(result)
    if (quantity === null) return refusal('schema', 'result: expected a number or a truth value')
    if (typeof result === 'string') drift.push({ field: 'result', what: 'type' })
    const [name, number] = typeof quantity === 'boolean' ? [baseName(stream), quantity] : named(stream, quantity)
    const ts = times?.ts ?? envelope.received
    const clock = times === null ? 'arrival' : 'device'
    return heard(
      [measurement({ entity, ts, clock, from: times?.from ?? null, metrics: { [name]: number }, attributes: attributesOf(value) })],
      drift,
    )
  },
}

const RESULTS_MAX = 64

/** Of a MultiDatastream: the values in its order. */
function severalOf(list: readonly Json[], entity: string, ts: number | null, received: number): Heard | Refused {
  const metrics: Record<string, number> = {}
  list.slice(0, RESULTS_MAX).forEach((value, i) => {
    const quantity = quantityOf(value)
    if (quantity !== null) metrics[`result_${i}`] = quantity.value
  })
  if (Object.keys(metrics).length === 0) return refusal('schema', 'result: expected numbers')
  return heard([measurement({ entity, ts: ts ?? received, clock: ts === null ? 'arrival' : 'device', metrics })])
}

const idOf = (value: unknown): string | null => (typeof value === 'number' || typeof value === 'string' ? String(value) : null)

const unquoted = (id: string): string => (id.startsWith("'") ? id.slice(1, -1).replaceAll("''", "'") : id)

/** Null: nothing told, and the server takes the moment of arrival. */
function timesOf(value: JsonObject | null, zone_min: number): { ts: number; from: number | null; zoneless: boolean } | 'none' | null {
  const told = member(value, 'phenomenonTime') ?? member(value, 'resultTime')
  if (told === undefined || told === null) return null
  if (typeof told !== 'string') return 'none'
  const moment = fromIso(told, zone_min)
  if (moment !== null) return { ts: moment.ts, from: null, zoneless: moment.zoneless }
  const interval = fromInterval(told, zone_min)
  return interval === null ? 'none' : { ts: interval.to.ts, from: interval.from.ts, zoneless: interval.to.zoneless }
}

const baseName = (stream: JsonObject | null): string => metricName(stringAt(objectAt(stream, 'ObservedProperty'), 'name') ?? '') ?? 'result'

function named(stream: JsonObject | null, { value, unit }: Quantity): [name: string, value: number] {
  const base = baseName(stream)
  const symbol = unit === '' ? (stringAt(objectAt(stream, 'unitOfMeasurement'), 'symbol') ?? '') : unit
  const contract = toContract({ value, unit: symbol })
  return contract === null ? [base, value] : [`${base}_${contract.suffix}`, contract.value]
}

function attributesOf(value: JsonObject | null): Record<string, Scalar> {
  const quality = stringAt(objectAt(value, 'parameters'), 'quality', 64) ?? stringAt(value, 'resultQuality', 64)
  return quality === null ? {} : { quality }
}
