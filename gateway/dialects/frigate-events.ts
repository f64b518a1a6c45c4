/**
 * Frigate 0.14 and newer, `{prefix}/events` and `{prefix}/reviews` (docs/integrations/mqtt.md). The same id comes again from new to end.
 * Times are epoch seconds with fractions. A plate, a face's name, or whatever a camera's owner calls somebody stands in several members:
 * all of them become one pseudonym, and nothing else of the object is taken over than what is named here.
 */
import { refusal } from '../mqtt/form.ts'
import { type Dialect, type DialectContext, type Heard, heard, type Refused } from './dialect.ts'
import { entityOf } from './ids.ts'
import {
  asArray,
  asObject,
  booleanAt,
  type Json,
  type JsonObject,
  jsonOf,
  member,
  numberAt,
  objectAt,
  stringAt,
  stringsAt,
} from './json.ts'
import type { Phase } from './normal-form.ts'
import { fromSeconds } from './time.ts'

/** The prefix is the installation's own choice; what stands behind it and inside the message is not. */
const TOPIC = /(?:^|\/)(events|reviews)$/

export const frigateEvents: Dialect = {
  id: 'frigate_events',
  title: { zh: 'Frigate 事件与回顾', en: 'Frigate events and reviews' },
  recognise(envelope, { frigate_prefixes }) {
    const { topic } = envelope
    if (topic === null || !TOPIC.test(topic)) return false
    if (frigate_prefixes.includes(topic.slice(0, topic.lastIndexOf('/')))) return true
    const json = jsonOf(envelope)
    return json.ok && objectAt(asObject(json.value), 'after') !== null && stringAt(asObject(json.value), 'type') !== null
  },
  decode(envelope, context) {
    const json = jsonOf(envelope)
    if (!json.ok) return json
    const value = asObject(json.value)
    const after = objectAt(value, 'after')
    const phase = phaseOf(stringAt(value, 'type'))
    // What a language model says of a review: names can be anywhere in it.
    if (stringAt(value, 'type') === 'genai') return heard([])
    if (after === null || phase === null) return refusal('schema', 'payload: expected type (new, update or end) and after')
    const id = stringAt(after, 'id', 96)
    const entity = entityOf('camera', stringAt(after, 'camera') ?? '')
    if (id === null || entity === null) return refusal('schema', 'after: expected id and camera')
    return TOPIC.exec(envelope.topic ?? '')?.[1] === 'reviews'
      ? reviewOf(after, phase, id, entity)
      : objectOf(context, after, phase, id, entity)
  },
}

const phaseOf = (type: string | null): Phase | null => (type === 'new' || type === 'update' || type === 'end' ? type : null)

function objectOf(context: DialectContext, after: JsonObject, phase: Phase, id: string, entity: string): Heard | Refused {
  const label = labelOf(stringAt(after, 'label'))
  if (label === null) return refusal('schema', 'after.label: expected the name of a kind of object')
  // At the end the frame may be long ago: what ends has its own time.
  const told = (phase === 'end' ? numberAt(after, 'end_time') : null) ?? numberAt(after, 'frame_time') ?? numberAt(after, 'start_time')
  const ts = told === null ? null : fromSeconds(told)
  if (ts === null) return refusal('time', 'after.frame_time: expected epoch seconds')
  const subject = subjectOf(after)
  const speed = numberAt(after, 'current_estimated_speed')
  return heard(
    [
      {
        kind: 'camera.object',
        entity,
        ts,
        clock: 'device',
        heard: null,
        dedupeKey: id,
        trackId: id,
        phase,
        label,
        score: ratioOf(numberAt(after, 'top_score') ?? numberAt(after, 'score')),
        zones: stringsAt(after, 'current_zones'),
        entered: stringsAt(after, 'entered_zones'),
        stationary: booleanAt(after, 'stationary') ?? false,
        // Frigate's metric setting; 0 where no speed zone is drawn.
        speed_kmh: speed !== null && speed > 0 ? speed : null,
        false_positive: booleanAt(after, 'false_positive') ?? false,
        subject: subject === null ? null : context.pseudonym(subject),
      },
    ],
    typeof member(after, 'false_positive') === 'string' ? [{ field: 'after.false_positive', what: 'type' }] : [],
  )
}

function reviewOf(after: JsonObject, phase: Phase, id: string, entity: string): Heard | Refused {
  const told = (phase === 'end' ? numberAt(after, 'end_time') : null) ?? numberAt(after, 'start_time')
  const ts = told === null ? null : fromSeconds(told)
  const severity = labelOf(stringAt(after, 'severity'))
  if (ts === null) return refusal('time', 'after.start_time: expected epoch seconds')
  if (severity === null) return refusal('schema', 'after.severity: expected alert or detection')
  const data = objectAt(after, 'data')
  return heard([
    {
      kind: 'camera.review',
      entity,
      ts,
      clock: 'device',
      heard: null,
      dedupeKey: id,
      phase,
      severity,
      // `car-verified` says that a known car or face was in it; not whose.
      objects: stringsAt(data, 'objects').flatMap((object) => labelOf(object) ?? []),
      zones: stringsAt(data, 'zones'),
      trackIds: stringsAt(data, 'detections'),
    },
  ])
}

/** A plate, else the name that a face or a known car goes by; null, a text, or `[text, score]` by version. */
function subjectOf(after: JsonObject): string | null {
  return firstText(member(after, 'recognized_license_plate')) ?? firstText(member(after, 'sub_label'))
}

function firstText(value: Json | undefined): string | null {
  const text = asArray(value)?.[0] ?? value
  return typeof text === 'string' && text.trim() !== '' ? text.slice(0, 256) : null
}

/** What a model calls a kind of object; a longer or odder text may be somebody's name. */
export const labelOf = (text: string | null): string | null => (text !== null && /^[a-z][a-z0-9_ -]{0,31}$/.test(text) ? text : null)

const ratioOf = (score: number | null): number | null => (score !== null && score >= 0 && score <= 1 ? score : null)
