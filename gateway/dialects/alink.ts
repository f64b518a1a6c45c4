/**
 * Aliyun's Alink, `/sys/{product}/{device}/thing/event/property/post` and its batch and history topics: `params` holds values, bare or as
 * `{value, time}`. Topics begin with a slash.
 */
import type { EpochMs } from '../../engine/base/time.ts'
import { refusal } from '../mqtt/form.ts'
import { type Dialect, type Envelope, type Heard, heard, type Refused } from './dialect.ts'
import { entityOf } from './ids.ts'
import { arrayAt, asArray, asObject, isPlainKey, type Json, type JsonObject, jsonOf, member, objectAt, stringAt } from './json.ts'
import { deviceClass } from './naming.ts'
import { measurement, type NormalForm } from './normal-form.ts'
import { plainValue } from './plain-values.ts'
import { fromEpoch } from './time.ts'

const TOPIC = /^\/(?:sys|ext\/session)\/[^/]+\/([^/]+)\/thing\/(.+)$/
const PROPERTY = /^event\/property\/(pack\/|history\/|batch\/)?post$/
const EVENT = /^event\/([\w:.-]+)\/post$/
const VALUES_MAX = 512

export const alink: Dialect = {
  id: 'alink',
  title: { zh: '阿里云物联网 Alink', en: 'Aliyun IoT (Alink)' },
  recognise: ({ topic }) => topic?.startsWith('/') === true && TOPIC.test(topic),
  decode(envelope) {
    const [, name = '', channel = ''] = TOPIC.exec(envelope.topic ?? '') ?? []
    const property = PROPERTY.exec(channel)
    const event = property === null ? EVENT.exec(channel)?.[1] : undefined
    if (property === null && event === undefined) return heard([])
    const json = jsonOf(envelope)
    if (!json.ok) return json
    const params = member(asObject(json.value), 'params')
    if (event !== undefined) return eventOf(envelope, name, event, asObject(params))
    const late = property?.[1] === 'history/'
    const forms =
      late || property?.[1] === 'pack/' ? packed(envelope, name, params, late) : valuesOf(envelope, name, batchOf(params), false)
    return forms.length === 0 ? refusal('schema', 'params: no value with a believable time in it') : heard(forms)
  },
}

/** A batch has its values one level deeper. */
const batchOf = (params: Json | undefined): JsonObject | null => objectAt(asObject(params), 'properties') ?? asObject(params)

/** A gateway's pack of its own and its devices' values, or what they stored while they were cut off. */
function packed(envelope: Envelope, gateway: string, params: Json | undefined, late: boolean): NormalForm[] {
  const packs = Array.isArray(params) ? params : [params, ...(arrayAt(asObject(params), 'subDevices') ?? [])]
  return packs.slice(0, VALUES_MAX).flatMap((item: Json | undefined) => {
    const pack = asObject(item)
    const name = stringAt(objectAt(pack, 'identity'), 'deviceName') ?? gateway
    const sets = arrayAt(pack, 'properties') ?? [member(pack, 'properties')]
    return sets.slice(0, VALUES_MAX).flatMap((set) => valuesOf(envelope, name, asObject(set), late))
  })
}

interface Timed {
  readonly ts: EpochMs | null
  readonly name: string
  readonly value: number | boolean
}

const TIMED_MAX = 2_000

/** Bare, as `{value, time}`, or in a batch as a list of those. */
function timedOf(values: JsonObject | null): Timed[] {
  const timed: Timed[] = []
  for (const key of Object.keys(values ?? {}).slice(0, VALUES_MAX)) {
    if (!isPlainKey(key)) continue
    for (const told of asArray(member(values, key)) ?? [member(values, key)]) {
      if (timed.length >= TIMED_MAX) return timed
      const pair = asObject(told)
      const plain = plainValue(key, pair === null ? told : member(pair, 'value'))
      const time = member(pair, 'time') ?? member(pair, 'timestamp')
      const ts = typeof time === 'number' ? fromEpoch(time) : null
      if (plain !== null && (time === undefined || ts !== null)) timed.push({ ts, ...plain })
    }
  }
  return timed
}

/** One form for each time. A value without a time is of the newest that its message tells. */
function valuesOf({ received }: Envelope, name: string, values: JsonObject | null, late: boolean): NormalForm[] {
  const timed = timedOf(values)
  const newest = timed.reduce<EpochMs | null>((latest, { ts }) => (ts !== null && ts > (latest ?? 0) ? ts : latest), null)
  const names = timed.map((one) => one.name)
  const entity = entityOf(deviceClass(name, names), name)
  if (entity === null) return []
  const by_time = new Map<EpochMs | null, Record<string, number | boolean>>()
  for (const one of timed) {
    const ts = one.ts ?? newest
    const metrics = by_time.get(ts) ?? {}
    metrics[one.name] = one.value
    by_time.set(ts, metrics)
  }
  return [...by_time].map(([ts, metrics]) =>
    measurement({ entity, ts: ts ?? received, clock: ts === null ? 'arrival' : 'device', metrics, late }),
  )
}

function eventOf(envelope: Envelope, name: string, event: string, params: JsonObject | null): Heard | Refused {
  const time = member(params, 'time')
  const ts = typeof time === 'number' ? fromEpoch(time) : null
  const entity = entityOf(deviceClass(name, []), name)
  if (params === null || entity === null || (time !== undefined && ts === null))
    return refusal('schema', 'params: expected value and time of an event')
  const values = objectAt(params, 'value') ?? {}
  const metrics = Object.fromEntries(
    Object.keys(values)
      .slice(0, VALUES_MAX)
      .flatMap((key) => {
        const plain = isPlainKey(key) ? plainValue(key, member(values, key)) : null
        return plain === null ? [] : [[plain.name, plain.value]]
      }),
  )
  return heard([measurement({ entity, ts: ts ?? envelope.received, clock: ts === null ? 'arrival' : 'device', metrics, events: [event] })])
}
