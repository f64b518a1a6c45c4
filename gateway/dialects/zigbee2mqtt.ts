/**
 * Zigbee2MQTT: `zigbee2mqtt/{friendly name}`, and a friendly name may hold slashes. A device that died goes on being repeated with the
 * values it had: `last_seen` is the time of the values, in ISO or epoch milliseconds by setting. Old versions wrote a battery as text.
 */
import { refusal } from '../mqtt/form.ts'
import { type Dialect, type DialectContext, type Drift, type Envelope, type Heard, heard, type Refused } from './dialect.ts'
import { entityOf } from './ids.ts'
import { asObject, type JsonObject, jsonOf, member, stringAt, textOf } from './json.ts'
import { metricName } from './naming.ts'
import { measurement } from './normal-form.ts'
import { fromAny } from './time.ts'
import { quantityOf, toContract } from './units.ts'

const PREFIX = 'zigbee2mqtt/'
const NOTHING = /^bridge(\/|$)|\/(set|get)(\/|$)/
const AVAILABILITY = '/availability'
const METRICS_MAX = 64

/** Units as zigbee-herdsman-converters gives them; what is not here keeps its name and has no unit. */
const UNITS: Readonly<Record<string, string>> = {
  battery: '%',
  humidity: '%',
  soil_moisture: '%',
  temperature: 'C',
  device_temperature: 'C',
  power: 'W',
  water_level: 'm',
}

export const zigbee2mqtt: Dialect = {
  id: 'zigbee2mqtt',
  title: { zh: 'Zigbee2MQTT 设备状态', en: 'Zigbee2MQTT device states' },
  recognise: ({ topic }) => topic?.startsWith(PREFIX) === true && topic.length > PREFIX.length,
  decode(envelope, context) {
    const name = (envelope.topic ?? '').slice(PREFIX.length)
    if (NOTHING.test(name)) return heard([])
    return name.endsWith(AVAILABILITY) ? availability(envelope, name.slice(0, -AVAILABILITY.length)) : state(envelope, context, name)
  },
}

/** `{"state":"online"}`, or the bare word of older versions. */
function availability(envelope: Envelope, name: string): Heard | Refused {
  const json = jsonOf(envelope)
  const word = json.ok ? (stringAt(asObject(json.value), 'state') ?? json.value) : textOf(envelope.payload)?.trim()
  const entity = entityOf('z2m', name)
  if (entity === null || (word !== 'online' && word !== 'offline')) return refusal('schema', 'payload: expected online or offline')
  return heard([
    {
      kind: 'device.presence',
      entity,
      ts: envelope.received,
      clock: 'arrival',
      heard: null,
      dedupeKey: null,
      online: word === 'online',
      battery_pct: null,
    },
  ])
}

function state(envelope: Envelope, { zone_min }: DialectContext, name: string): Heard | Refused {
  // What was retained of a device that is no more is taken back with nothing.
  if (envelope.payload.length === 0) return heard([])
  const json = jsonOf(envelope)
  if (!json.ok) return json
  const value = asObject(json.value)
  const entity = entityOf('z2m', name)
  if (value === null || entity === null) return refusal('schema', 'payload: expected an object with the state of a device')
  const drift: Drift[] = []
  const told = member(value, 'last_seen')
  const seen = fromAny(told, zone_min)
  if (told !== undefined && told !== null && seen === null) return refusal('time', 'last_seen: expected ISO 8601 or epoch milliseconds')
  const metrics = metricsOf(value, drift)
  if (Object.keys(metrics).length === 0) return refusal('schema', 'payload: no value in it')
  const ts = seen?.ts ?? envelope.received
  return heard([measurement({ entity, ts, clock: seen === null ? 'arrival' : 'gateway', heard: seen?.ts ?? null, metrics })], drift)
}

function metricsOf(value: JsonObject, drift: Drift[]): Record<string, number | boolean> {
  const metrics: Record<string, number | boolean> = {}
  for (const key of Object.keys(value).slice(0, METRICS_MAX)) {
    const name = metricName(key)
    const told = value[key]
    if (name === null || name === 'last_seen') continue
    if (typeof told === 'boolean') metrics[name] = told
    if (typeof told !== 'number' && typeof told !== 'string') continue
    const quantity = quantityOf(told)
    if (quantity === null) continue
    // A text that is a number by chance (a scene called "1") is no measurement; a battery is one whatever it is written as.
    const unit = unitOf(name, quantity.value)
    if (typeof told === 'string') {
      if (unit === null) continue
      drift.push({ field: key, what: 'type' })
    }
    const contract = unit === null ? null : toContract({ value: quantity.value, unit: quantity.unit || unit })
    if (contract === null) metrics[name] = quantity.value
    else metrics[`${name}_${contract.suffix}`] = contract.value
  }
  return metrics
}

/** A battery's voltage is in mV, a plug's in V: nothing else tells them apart, and no battery has less than a volt. */
function unitOf(name: string, value: number): string | null {
  if (name === 'voltage') return value < 1000 ? 'V' : 'mV'
  return Object.hasOwn(UNITS, name) ? UNITS[name] : null
}
