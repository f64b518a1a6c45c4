/**
 * ThingsBoard's device and gateway API over MQTT (MqttTopics.java): `v1/devices/me/telemetry`, where the login says who `me` is, and
 * `v1/gateway/telemetry` for many devices. One topic, three shapes: `{k: v}`, `{ts, values}`, `[{ts, values}]`.
 */
import type { EpochMs } from '../../engine/base/time.ts'
import { refusal } from '../mqtt/form.ts'
import { type Dialect, type Drift, type Envelope, type Heard, heard, type Refused } from './dialect.ts'
import { entityOf } from './ids.ts'
import { asArray, asObject, type Json, type JsonObject, jsonOf, member, objectAt, stringAt } from './json.ts'
import { deviceClass } from './naming.ts'
import { measurement, type NormalForm } from './normal-form.ts'
import { plainValues } from './plain-values.ts'
import { fromAny } from './time.ts'

const TOPIC = /^v1\/(?:devices\/me|gateway)\/(telemetry|attributes|connect|disconnect|rpc|claim)(?:\/.*)?$/
const DEVICES_MAX = 1_000
const RECORDS_MAX = 5_000

export const thingsBoard: Dialect = {
  id: 'thingsboard',
  title: { zh: 'ThingsBoard 设备与网关', en: 'ThingsBoard devices and gateways' },
  recognise: ({ topic }) => topic?.startsWith('v1/') === true && TOPIC.test(topic),
  decode(envelope) {
    const channel = TOPIC.exec(envelope.topic ?? '')?.[1]
    if (channel !== 'telemetry' && channel !== 'connect' && channel !== 'disconnect') return heard([])
    const json = jsonOf(envelope)
    if (!json.ok) return json
    if (channel !== 'telemetry') return presence(envelope, asObject(json.value), channel === 'connect')
    return envelope.topic?.startsWith('v1/gateway/') === true
      ? gateway(envelope, json.value)
      : device(envelope, envelope.from ?? 'me', json.value)
  },
}

function presence({ received }: Envelope, value: JsonObject | null, online: boolean): Heard | Refused {
  const name = stringAt(value, 'device') ?? ''
  const entity = entityOf(deviceClass(name, []), name)
  if (entity === null) return refusal('schema', 'device: expected its name')
  return heard([
    { kind: 'device.presence', entity, ts: received, clock: 'arrival', heard: null, dedupeKey: null, online, battery_pct: null },
  ])
}

function gateway(envelope: Envelope, value: Json): Heard | Refused {
  const devices = asObject(value)
  if (devices === null) return refusal('schema', 'payload: expected an object of devices')
  const forms: NormalForm[] = []
  const drift: Drift[] = []
  let first: Refused | null = null
  for (const name of Object.keys(devices).slice(0, DEVICES_MAX)) {
    const one = device(envelope, name, member(devices, name) ?? null)
    if (!one.ok) first ??= one
    else if (forms.length < RECORDS_MAX) {
      forms.push(...one.forms)
      drift.push(...one.drift)
    }
  }
  if (forms.length > 0) return heard(forms, first === null ? drift : [...drift, { field: 'payload', what: 'syntax' }])
  return first ?? refusal('schema', 'payload: expected at least one device')
}

function device({ received }: Envelope, name: string, value: Json): Heard | Refused {
  const forms: NormalForm[] = []
  const drift: Drift[] = []
  for (const item of (asArray(value) ?? [value]).slice(0, RECORDS_MAX)) {
    const record = recordOf(asObject(item))
    if (record === null) return refusal('schema', 'payload: expected {key: value}, {ts, values} or a list of them')
    if (record === 'time') return refusal('time', 'ts: expected epoch milliseconds')
    const { metrics, texts } = plainValues(record.values)
    const names = Object.keys(metrics)
    const entity = entityOf(deviceClass(name, names), name)
    if (entity === null) return refusal('schema', 'device: expected its name')
    if (names.length === 0) continue
    drift.push(...texts.map((field): Drift => ({ field, what: 'type' })))
    forms.push(measurement({ entity, ts: record.ts ?? received, clock: record.ts === null ? 'arrival' : 'device', metrics }))
  }
  return forms.length === 0 ? refusal('schema', 'payload: no value in it') : heard(forms, drift)
}

function recordOf(record: JsonObject | null): { readonly ts: EpochMs | null; readonly values: JsonObject } | 'time' | null {
  if (record === null) return null
  const values = objectAt(record, 'values')
  if (values === null) return member(record, 'ts') === undefined ? { ts: null, values: record } : null
  const told = member(record, 'ts')
  if (told === undefined) return { ts: null, values }
  const ts = fromAny(told, 0)?.ts ?? null
  return ts === null ? 'time' : { ts, values }
}
