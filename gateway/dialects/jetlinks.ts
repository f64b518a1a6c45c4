/** JetLinks' own MQTT topics: `/{product}/{device}/properties/report`, `…/online`, `…/offline`, `…/event/{id}`; of a gateway's devices `/{product}/{gateway}/child/{device}/…`. They begin with a slash. */
import type { EpochMs } from '../../engine/base/time.ts'
import { refusal } from '../mqtt/form.ts'
import { type Dialect, type Drift, heard } from './dialect.ts'
import { entityOf } from './ids.ts'
import { asObject, type JsonObject, jsonOf, member, objectAt, stringAt } from './json.ts'
import { deviceClass } from './naming.ts'
import { measurement } from './normal-form.ts'
import { plainValues } from './plain-values.ts'
import { fromEpoch } from './time.ts'

const TOPIC = /^\/([\w-]+)\/(?:[^/]+\/child\/)?([^/]+)\/(properties\/report|online|offline|event\/([\w:.-]+))$/

export const jetlinks: Dialect = {
  id: 'jetlinks',
  title: { zh: 'JetLinks 属性上报', en: 'JetLinks property reports' },
  recognise: ({ topic }) => topic?.startsWith('/') === true && TOPIC.test(topic),
  decode(envelope) {
    const [, product = '', device = '', channel, event] = TOPIC.exec(envelope.topic ?? '') ?? []
    const json = jsonOf(envelope)
    if (!json.ok) return json
    const value = asObject(json.value)
    const told = member(value, 'timestamp')
    const ts = typeof told === 'number' ? fromEpoch(told) : null
    if (told !== undefined && ts === null) return refusal('time', 'timestamp: expected epoch milliseconds')
    const id = stringAt(value, 'deviceId') ?? device
    const { metrics, texts } = plainValues(objectAt(value, channel === 'properties/report' ? 'properties' : 'data') ?? NONE)
    const kind = /^(waste|bin)/i.test(product) ? 'bin' : deviceClass(id, Object.keys(metrics))
    const entity = entityOf(kind, id)
    if (entity === null) return refusal('schema', 'deviceId: expected the id of a device')
    const said = { entity, ...timeOf(ts, envelope.received), dedupeKey: stringAt(value, 'messageId') }
    if (channel === 'online' || channel === 'offline') {
      return heard([{ ...said, kind: 'device.presence', heard: null, online: channel === 'online', battery_pct: null }])
    }
    if (event === undefined && Object.keys(metrics).length === 0) return refusal('schema', 'properties: no value in it')
    const drift = texts.map((field): Drift => ({ field, what: 'type' }))
    return heard([measurement({ ...said, metrics, events: event === undefined ? [] : [event] })], drift)
  },
}

const NONE: JsonObject = {}

const timeOf = (ts: EpochMs | null, received: EpochMs) =>
  ts === null ? ({ ts: received, clock: 'arrival' } as const) : ({ ts, clock: 'device' } as const)
