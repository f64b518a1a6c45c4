/**
 * ONVIF events over MQTT, `{prefix}/onvif-ej/{topic path}/&{source values}` (ONVIF Core, "JSON Event Payload"). Values come quoted or bare.
 * An empty payload that is retained says that the property is no more. Plates and names in the data become a pseudonym or are left out.
 */
import { refusal } from '../mqtt/form.ts'
import { type Dialect, type DialectContext, type Drift, type Envelope, type Heard, heard, type Refused } from './dialect.ts'
import { entityOf } from './ids.ts'
import { asObject, isPlainKey, type Json, type JsonObject, jsonOf, member, objectAt, stringAt } from './json.ts'
import { measurement, type Scalar } from './normal-form.ts'
import { fromIso } from './time.ts'
import { quantityOf } from './units.ts'

const TOPIC = /^(.+)\/onvif-ej\/([^&]+?)(?:\/&.*)?$/
const DATA_MAX = 32
const PLATE = /plate/i
/** Whatever may name or describe a person, also in keys that a vendor made up. */
const PERSONAL = /plate|face|name|person|phone|owner|card|text|image|gender|age|recogni/i

interface Event {
  readonly entity: string
  readonly path: string
  readonly ts: number
  readonly source: JsonObject | null
  readonly data: JsonObject | null
}

export const onvifEvent: Dialect = {
  id: 'onvif_event',
  title: { zh: 'ONVIF 事件(MQTT)', en: 'ONVIF events over MQTT' },
  recognise: ({ topic }) => topic?.includes('/onvif-ej/') === true && TOPIC.test(topic),
  decode(envelope, context) {
    const [, prefix = '', path = ''] = TOPIC.exec(envelope.topic ?? '') ?? []
    const entity = entityOf('camera', prefix)
    if (entity === null) return refusal('schema', 'topic: expected the name of a camera before onvif-ej')
    if (envelope.payload.length === 0) return deleted(envelope, entity, path)
    const json = jsonOf(envelope)
    if (!json.ok) return json
    const value = asObject(json.value)
    const time = fromIso(stringAt(value, 'UtcTime') ?? '', 0)
    if (time === null) return refusal('time', 'UtcTime: expected a time of ISO 8601')
    const drift: Drift[] = time.zoneless ? [{ field: 'UtcTime', what: 'time' }] : []
    return eventOf({ entity, path, ts: time.ts, source: objectAt(value, 'Source'), data: objectAt(value, 'Data') }, context, drift)
  },
}

const deleted = ({ received }: Envelope, entity: string, topicPath: string): Heard =>
  heard([{ kind: 'deleted', entity, ts: received, clock: 'arrival', heard: null, dedupeKey: null, topicPath }])

/** A fault of the camera: the last word of the topic is its name, without `Failure`. */
const FAULT =
  /^(?:Device\/HardwareFailure|VideoSource)\/(\w*(?:Failure|Critical|Loss|TooBlurry|TooDark|TooBright|SceneChange\w*))(?:\/\w+)?$/
const MOTION = /^(?:VideoSource\/MotionAlarm|RuleEngine\/CellMotionDetector\/Motion)$/
/** In events the degree is Celsius, in metadata Kelvin. */
const TEMPERATURE = /(?:^|\/)Temperature$/

function eventOf(event: Event, context: DialectContext, drift: readonly Drift[]): Heard | Refused {
  const { entity, path, ts, source, data } = event
  const said = { entity, ts, clock: 'device', heard: null, dedupeKey: null } as const
  const fault = FAULT.exec(path)?.[1]
  const state = firstBoolean(data)
  if (fault !== undefined && state !== null) return heard([{ ...said, kind: 'device.fault', fault: faultName(fault), state }], drift)
  if (MOTION.test(path) && state !== null) return heard([{ ...said, kind: 'camera.state', what: 'motion', state }], drift)
  const temperature = TEMPERATURE.test(path) ? firstNumber(data) : null
  if (temperature !== null) return heard([measurement({ ...said, metrics: { temperature_c: temperature } })], drift)
  const plate = plateOf(data)
  const rule = stringAt(source, 'Rule') ?? stringAt(source, 'RuleName') ?? path.slice(path.lastIndexOf('/') + 1)
  return heard(
    [
      {
        ...said,
        kind: 'camera.rule',
        rule: rule.slice(0, 96),
        topicPath: path,
        data: scalarsOf(data),
        subject: plate === null ? null : context.pseudonym(plate),
      },
    ],
    drift,
  )
}

/** `StorageFailure` is `storage`, `ImageTooBlurry` is `image_too_blurry`. */
const faultName = (word: string): string =>
  word
    .replace(/Failure$/, '')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()

/** `true`, `"true"`, `1` and `"1"` are all written. */
function booleanOf(value: Json | undefined): boolean | null {
  if (value === true || value === 'true' || value === 'True' || value === 1 || value === '1') return true
  return value === false || value === 'false' || value === 'False' || value === 0 || value === '0' ? false : null
}

const firstBoolean = (data: JsonObject | null): boolean | null =>
  Object.values(data ?? {})
    .map(booleanOf)
    .find((value) => value !== null) ?? null

const firstNumber = (data: JsonObject | null): number | null =>
  Object.values(data ?? {})
    .map(quantityOf)
    .find((value) => value !== null)?.value ?? null

function plateOf(data: JsonObject | null): string | null {
  const key = Object.keys(data ?? {}).find((name) => PLATE.test(name))
  return key === undefined ? null : stringAt(data, key)
}

function scalarsOf(data: JsonObject | null): Record<string, Scalar> {
  const scalars: Record<string, Scalar> = {}
  for (const key of Object.keys(data ?? {}).slice(0, DATA_MAX)) {
    const value = member(data, key)
    if (!isPlainKey(key) || PERSONAL.test(key) || key.length > 64) continue
    if (typeof value === 'string' ? value.length <= 64 : typeof value === 'boolean' || Number.isFinite(value))
      scalars[key] = toScalar(value)
  }
  return scalars
}

/** Quoted or bare, it is the same value. */
function toScalar(value: Json | undefined): Scalar {
  if (value === 'true') return true
  if (value === 'false') return false
  if (typeof value === 'string') return /^-?\d{1,15}(\.\d{1,15})?$/.test(value) ? Number(value) : value
  return typeof value === 'number' || typeof value === 'boolean' ? value : ''
}
