/**
 * ONVIF metadata over MQTT, `{prefix}/onvif-mj/VideoAnalytics/{profile}/{module}` and `…/SensorData/{type}` (ONVIF Analytics, "JSON over
 * MQTT"). Attributes are `@name`, text is `#text`. The standard's own sample has times without a zone: they are UTC. Of an appearance only
 * class and box are taken: the same place may hold a plate or a face.
 */
import { refusal } from '../mqtt/form.ts'
import { type Dialect, type Drift, type Heard, heard, type Refused } from './dialect.ts'
import { entityOf } from './ids.ts'
import { asArray, asObject, type Json, type JsonObject, jsonOf, member, numberAt, objectAt, stringAt } from './json.ts'
import { type CameraFrame, measurement, type NormalForm } from './normal-form.ts'
import { fromIso } from './time.ts'
import { inUnit, quantityOf, tidy } from './units.ts'

const TOPIC = /^(.+)\/onvif-mj\/(VideoAnalytics|SensorData)\/(.+)$/
const FRAMES_MAX = 64
const OBJECTS_MAX = 256

type Detection = CameraFrame['detections'][number]

export const onvifMetadata: Dialect = {
  id: 'onvif_metadata',
  title: { zh: 'ONVIF 元数据(MQTT)', en: 'ONVIF metadata over MQTT' },
  recognise: ({ topic }) => topic?.includes('/onvif-mj/') === true && TOPIC.test(topic),
  decode(envelope) {
    const [, prefix = '', family, rest = ''] = TOPIC.exec(envelope.topic ?? '') ?? []
    const json = jsonOf(envelope)
    if (!json.ok) return json
    const value = asObject(json.value)
    return family === 'SensorData' ? sensorOf(prefix, rest, value) : framesOf(prefix, value)
  },
}

/** JSON made from XML: one element is an object, several are an array. */
const listOf = (value: Json | undefined): readonly Json[] => asArray(value) ?? (value === undefined || value === null ? [] : [value])

/** Metadata counts in SI: a temperature in Kelvin. */
const SENSORS: Readonly<Record<string, { readonly metric: string; readonly unit: string; readonly suffix: string }>> = {
  Temperature: { metric: 'temperature_c', unit: 'K', suffix: 'c' },
  Humidity: { metric: 'humidity_pct', unit: '%', suffix: 'pct' },
}

function sensorOf(prefix: string, type: string, value: JsonObject | null): Heard | Refused {
  const known = Object.hasOwn(SENSORS, type) ? SENSORS[type] : undefined
  if (known === undefined) return refusal('dialect', 'topic: a kind of sensor data whose unit nobody knows')
  const data = objectAt(value, 'SensorData')
  const time = fromIso(stringAt(data, '@UtcTime') ?? '', 0)
  if (time === null) return refusal('time', 'SensorData.@UtcTime: expected a time of ISO 8601')
  const quantity = quantityOf(member(data, 'Value'))
  const measured = quantity === null ? null : inUnit({ value: quantity.value, unit: quantity.unit || known.unit }, known.suffix)
  if (measured === null) return refusal('schema', 'SensorData.Value: expected a number')
  const entity = entityOf('sensor', `${prefix}/${stringAt(data, '@SensorID') ?? type}`)
  if (entity === null) return refusal('schema', 'topic: expected the name of a camera before onvif-mj')
  const drift: Drift[] = time.zoneless ? [{ field: 'SensorData.@UtcTime', what: 'time' }] : []
  return heard([measurement({ entity, ts: time.ts, clock: 'device', metrics: { [known.metric]: measured } })], drift)
}

function framesOf(prefix: string, value: JsonObject | null): Heard | Refused {
  const entity = entityOf('camera', prefix)
  if (entity === null) return refusal('schema', 'topic: expected the name of a camera before onvif-mj')
  const frames = listOf(member(value, 'Frame')).slice(0, FRAMES_MAX)
  if (frames.length === 0) return refusal('schema', 'Frame: expected at least one')
  const forms: NormalForm[] = []
  const drift: Drift[] = []
  for (const item of frames) {
    const frame = asObject(item)
    const time = fromIso(stringAt(frame, '@UtcTime') ?? '', 0)
    if (time === null) return refusal('time', 'Frame.@UtcTime: expected a time of ISO 8601')
    if (time.zoneless) drift.push({ field: 'Frame.@UtcTime', what: 'time' })
    forms.push(frameOf(entity, time.ts, frame))
  }
  return heard(forms, drift)
}

function frameOf(entity: string, ts: number, frame: JsonObject | null): CameraFrame {
  const objects = listOf(member(frame, 'Object')).slice(0, OBJECTS_MAX)
  const transformation = objectAt(frame, 'Transformation')
  const detections = objects.flatMap((item) => detectionOf(asObject(item), transformation))
  const likeliest = detections.reduce<Detection | null>(
    (best, one) => ((one.likelihood ?? 0) > (best?.likelihood ?? -1) ? one : best),
    null,
  )
  return {
    kind: 'camera.frame',
    entity,
    ts,
    clock: 'device',
    heard: null,
    dedupeKey: null,
    objects: detections.length,
    class: likeliest?.class ?? null,
    detections,
  }
}

function detectionOf(object: JsonObject | null, transformation: JsonObject | null): Detection[] {
  const id = member(object, '@ObjectId')
  if (typeof id !== 'number' && typeof id !== 'string') return []
  const appearance = objectAt(object, 'Appearance')
  const types = listOf(member(objectAt(appearance, 'Class'), 'Type'))
  const type = asObject(types[0])
  return [
    {
      id: String(id).slice(0, 64),
      class: stringAt(type, '#text', 64) ?? (typeof types[0] === 'string' ? types[0].slice(0, 64) : null),
      likelihood: likelihoodOf(numberAt(type, '@Likelihood')),
      box: boxOf(objectAt(objectAt(appearance, 'Shape'), 'BoundingBox'), transformation),
    },
  ]
}

const likelihoodOf = (value: number | null): number | null => (value !== null && value >= 0 && value <= 1 ? value : null)

/** In the normalised image, as the transformation says: scaled, then translated (ONVIF Analytics, "Spatial Relation"). */
function boxOf(box: JsonObject | null, transformation: JsonObject | null): Detection['box'] {
  const translate = objectAt(transformation, 'Translate')
  const scale = objectAt(transformation, 'Scale')
  const [left, top, right, bottom] = ['@left', '@top', '@right', '@bottom'].map((key) => numberAt(box, key))
  if (left === null || top === null || right === null || bottom === null) return null
  const x = (value: number): number => tidy(value * (numberAt(scale, '@x') ?? 1) + (numberAt(translate, '@x') ?? 0))
  const y = (value: number): number => tidy(value * (numberAt(scale, '@y') ?? 1) + (numberAt(translate, '@y') ?? 0))
  return [x(left), y(top), x(right), y(bottom)]
}
