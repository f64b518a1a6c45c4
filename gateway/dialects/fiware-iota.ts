/**
 * FIWARE's IoT agents over MQTT: `/json/{api key}/{device}/attrs` and `/ul/{api key}/{device}/attrs` (UltraLight 2.0: `d|240#b|92`, a time
 * before the first name where the device has a clock). Topics begin with a slash. The api key is a secret: it is in no normal form.
 */
import { refusal } from '../mqtt/form.ts'
import { type Dialect, type DialectContext, type Drift, type Envelope, type Heard, heard, type Refused } from './dialect.ts'
import { entityOf } from './ids.ts'
import { asArray, asObject, type Json, type JsonObject, jsonOf, member, textOf } from './json.ts'
import { deviceClass } from './naming.ts'
import { type Measurement, measurement } from './normal-form.ts'
import { plainValue, plainValues } from './plain-values.ts'
import { fromIso, type IsoTime } from './time.ts'

const TOPIC = /^\/?(json|ul)\/[^/]+\/([^/]+)\/(attrs|cmdexe|configuration\/commands)(?:\/([\w-]+))?$/
const UL_BYTES_MAX = 65_536
const GROUPS_MAX = 512

export const fiwareIota: Dialect = {
  id: 'fiware_iota',
  title: { zh: 'FIWARE IoT Agent(JSON / UltraLight)', en: 'FIWARE IoT Agent (JSON and UltraLight)' },
  recognise: ({ topic }) => topic !== null && TOPIC.test(topic),
  decode(envelope, context) {
    const [, agent, device = '', channel, attribute] = TOPIC.exec(envelope.topic ?? '') ?? []
    if (channel !== 'attrs') return heard([])
    return agent === 'ul' ? ultraLight(envelope, context, device, attribute) : json(envelope, context, device, attribute)
  },
}

function json(envelope: Envelope, context: DialectContext, device: string, attribute: string | undefined): Heard | Refused {
  const read = jsonOf(envelope)
  if (!read.ok) return read
  if (attribute !== undefined) return one(envelope, device, [plainGroup(attribute, read.value)])
  const groups: Group[] = []
  for (const item of (asArray(read.value) ?? [read.value]).slice(0, GROUPS_MAX)) {
    const group = groupOf(asObject(item), context.zone_min)
    if (group === null) return refusal('schema', 'payload: expected an object of measures')
    if (group === 'time') return refusal('time', 'TimeInstant: expected a time of ISO 8601')
    groups.push(group)
  }
  return one(envelope, device, groups)
}

interface Group {
  readonly time: IsoTime | null
  readonly metrics: Readonly<Record<string, number | boolean>>
}

function groupOf(object: JsonObject | null, zone_min: number): Group | 'time' | null {
  if (object === null) return null
  const told = member(object, 'TimeInstant')
  const time = typeof told === 'string' ? fromIso(told, zone_min) : null
  if (told !== undefined && time === null) return 'time'
  return { time, metrics: plainValues(object, ['TimeInstant']).metrics }
}

function plainGroup(name: string, value: Json): Group {
  const plain = plainValue(name, value)
  return { time: null, metrics: plain === null ? {} : { [plain.name]: plain.value } }
}

function ultraLight(envelope: Envelope, { zone_min }: DialectContext, device: string, attribute: string | undefined): Heard | Refused {
  const text = envelope.payload.length > UL_BYTES_MAX ? null : textOf(envelope.payload)?.trim()
  if (text === null || text === undefined || text === '') return refusal('schema', 'payload: expected name|value pairs')
  if (attribute !== undefined) return one(envelope, device, [plainGroup(attribute, text)])
  const groups: Group[] = []
  for (const part of text.split('#').slice(0, GROUPS_MAX)) {
    const words = part.split('|')
    const time = words.length % 2 === 1 ? fromIso(words[0], zone_min) : null
    if (words.length % 2 === 1 && time === null)
      return refusal('schema', 'payload: expected name|value pairs, after a time of ISO 8601 or none')
    groups.push({ time, metrics: pairs(words.slice(words.length % 2)) })
  }
  return one(envelope, device, merged(groups))
}

function pairs(words: readonly string[]): Record<string, number | boolean> {
  const metrics: Record<string, number | boolean> = {}
  for (let i = 0; i + 1 < words.length; i += 2) {
    const word = words[i + 1]
    const plain = plainValue(words[i], word === 'true' || word === 'false' ? word === 'true' : word)
    if (plain !== null) metrics[plain.name] = plain.value
  }
  return metrics
}

/** Groups of one moment that do not speak of the same are one measurement: `d|240#b|92`. */
function merged(groups: readonly Group[]): readonly Group[] {
  const names = groups.flatMap(({ metrics }) => Object.keys(metrics))
  const together = groups.every(({ time }) => time === null) && new Set(names).size === names.length
  return together ? [{ time: null, metrics: Object.assign({}, ...groups.map(({ metrics }) => metrics)) }] : groups
}

function one({ received }: Envelope, device: string, groups: readonly Group[]): Heard | Refused {
  const forms: Measurement[] = []
  const drift: Drift[] = []
  for (const { time, metrics } of groups) {
    const names = Object.keys(metrics)
    const entity = entityOf(deviceClass(device, names), device)
    if (entity === null) return refusal('schema', 'topic: expected the id of a device')
    if (names.length === 0) continue
    if (time?.zoneless) drift.push({ field: 'TimeInstant', what: 'time' })
    forms.push(measurement({ entity, ts: time?.ts ?? received, clock: time === null ? 'arrival' : 'device', metrics }))
  }
  return forms.length === 0 ? refusal('schema', 'payload: no value in it') : heard(forms, drift)
}
