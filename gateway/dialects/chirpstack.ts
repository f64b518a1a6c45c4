/**
 * ChirpStack v4 over MQTT: `application/{id}/device/{dev_eui}/event/{event}` (chirpstack-docs, integrations/events). JSON made from
 * protobuf leaves out whatever is zero, false or empty: without `fCnt` it is 0.
 */
import { refusal } from '../mqtt/form.ts'
import { type Dialect, type DialectContext, type Drift, type Envelope, type Heard, heard, type Refused } from './dialect.ts'
import { entityOf } from './ids.ts'
import { arrayAt, asObject, type JsonObject, jsonOf, member, numberAt, objectAt, stringAt } from './json.ts'
import { bytesOf, countAt, readUplink } from './lora/uplink.ts'
import type { Scalar } from './normal-form.ts'
import { fromAny, fromIso } from './time.ts'
import { lengthMm, quantityOf } from './units.ts'

const TOPIC = /(?:^|\/)application\/[^/]+\/device\/([^/]+)\/event\/(up|status|join|ack|txack|log|location|integration)$/
const TEXT_MAX = 4096

export const chirpstack: Dialect = {
  id: 'chirpstack_v4',
  title: { zh: 'ChirpStack v4 上行', en: 'ChirpStack v4 events' },
  recognise: ({ topic }) => topic !== null && TOPIC.test(topic),
  decode(envelope, context) {
    const [, eui, event] = TOPIC.exec(envelope.topic ?? '') ?? []
    if (event !== 'up' && event !== 'status') return heard([])
    const json = jsonOf(envelope)
    if (!json.ok) return json
    const value = asObject(json.value)
    if (value === null) return refusal('schema', 'payload: expected a ChirpStack event')
    // Version 3 has the members of deviceInfo beside the others, and its devEUI in base64: the topic has it too.
    const info = objectAt(value, 'deviceInfo') ?? value
    const dev_eui = stringAt(info, 'devEui') ?? eui
    return event === 'up' ? uplinkOf(envelope, context, value, info, dev_eui) : statusOf(envelope, context, value, dev_eui)
  },
}

function uplinkOf(
  envelope: Envelope,
  { zone_min }: DialectContext,
  value: JsonObject,
  info: JsonObject | null,
  dev_eui: string,
): Heard | Refused {
  const tags = objectAt(info, 'tags')
  const time = fromAny(member(value, 'time'), zone_min)
  const drift: Drift[] = time?.zoneless ? [{ field: 'time', what: 'time' }] : []
  if (member(value, 'time') !== undefined && time === null) drift.push({ field: 'time', what: 'time' })
  const data = stringAt(value, 'data', TEXT_MAX)
  const bytes = bytesOf(data)
  if (data !== null && bytes === null) drift.push({ field: 'data', what: 'syntax' })
  const height = quantityOf(member(tags, 'binHeightMm'))
  return readUplink(
    {
      dev_eui,
      models: [stringAt(info, 'deviceProfileName')].filter((name) => name !== null),
      f_port: numberAt(value, 'fPort') ?? 0,
      bytes,
      object: objectAt(value, 'object') ?? objectOf(stringAt(value, 'objectJSON', TEXT_MAX)),
      normalized: [],
      seq: countAt(value, 'fCnt'),
      heard: time?.ts ?? firstHeard(value),
      received: envelope.received,
      dedupeKey: stringAt(value, 'deduplicationId'),
      height_mm: height === null ? null : positive(lengthMm(height)),
      attributes: attributesOf(info, tags),
    },
    drift,
  )
}

/** The decoder's object as a text, as version 3 has it. */
function objectOf(text: string | null): JsonObject | null {
  if (text === null) return null
  const json = jsonOf({ topic: null, http: null, content_type: null, payload: Buffer.from(text), received: 0 })
  return json.ok ? asObject(json.value) : null
}

const positive = (value: number | null): number | null => (value !== null && value > 0 ? value : null)

/** When the first gateway heard it, to the nanosecond, which milliseconds are enough of. */
function firstHeard(value: JsonObject): number | null {
  const times = (arrayAt(value, 'rxInfo') ?? []).slice(0, 32).flatMap((item) => {
    const rx = asObject(item)
    const time = fromIso(stringAt(rx, 'gwTime') ?? stringAt(rx, 'nsTime') ?? '', 0)
    return time === null ? [] : [time.ts]
  })
  return times.length === 0 ? null : Math.min(...times)
}

function attributesOf(info: JsonObject | null, tags: JsonObject | null): Record<string, Scalar> {
  const attributes: Record<string, Scalar> = {}
  const model = stringAt(info, 'deviceProfileName')
  const name = stringAt(info, 'deviceName')
  const grid = stringAt(tags, 'grid')
  if (model !== null) attributes.model = model
  if (name !== null) attributes.name = name
  if (grid !== null) attributes.grid = grid
  return attributes
}

function statusOf({ received }: Envelope, { zone_min }: DialectContext, value: JsonObject, dev_eui: string): Heard | Refused {
  const entity = entityOf('device', dev_eui)
  if (entity === null) return refusal('schema', 'devEui: expected the id of a device')
  const time = fromAny(member(value, 'time'), zone_min)
  const battery = numberAt(value, 'batteryLevel')
  const known = battery !== null && battery >= 0 && battery <= 100 && member(value, 'batteryLevelUnavailable') !== true
  return heard([
    {
      kind: 'device.presence',
      entity,
      ts: time?.ts ?? received,
      clock: time === null ? 'arrival' : 'gateway',
      heard: time?.ts ?? null,
      dedupeKey: stringAt(value, 'deduplicationId'),
      online: true,
      battery_pct: known ? battery : null,
    },
  ])
}
