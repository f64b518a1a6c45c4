/**
 * Frigate's many small topics below its prefix: bare numbers, ON and OFF, and JPEG, which is not looked into here. Cameras and zones
 * share one namespace: `{prefix}/{camera or zone}/{object}`.
 */
import { refusal } from '../mqtt/form.ts'
import { type Dialect, type Envelope, type Heard, heard, type Refused } from './dialect.ts'
import { labelOf } from './frigate-events.ts'
import { entityOf } from './ids.ts'
import { textOf } from './json.ts'
import type { NormalForm } from './normal-form.ts'

/** Below a camera, what is no kind of object but a setting or an answer; nothing of it is about the city. */
const SETTINGS = new Set([
  'detect',
  'recordings',
  'snapshots',
  'audio',
  'birdseye',
  'improve_contrast',
  'ptz',
  'review_alerts',
  'review_detections',
  'review_status',
  'enabled',
])
/** Directly below the prefix: `tracked_object_update` may hold a face's name or a plate, and comes as an event as well. */
const GENERAL = new Set(['stats', 'restart', 'camera_activity', 'tracked_object_update', 'notifications', 'model_state', 'triggers'])
const TEXT_BYTES_MAX = 64

export const frigateTopics: Dialect = {
  id: 'frigate_topics',
  title: { zh: 'Frigate 摄像机主题', en: 'Frigate camera topics' },
  recognise: ({ topic }, { frigate_prefixes }) => topic !== null && rest(topic, frigate_prefixes) !== null,
  decode(envelope, { frigate_prefixes }) {
    const [first, second, third] = (rest(envelope.topic ?? '', frigate_prefixes) ?? '').split('/')
    if (GENERAL.has(first)) return heard([])
    if (first === 'available' && second === undefined)
      return presence(envelope, 'service', frigate_prefixes.find(isPrefixOf(envelope)) ?? '')
    if (second === undefined) return refusal('dialect', 'topic: no topic of Frigate')
    // A camera sees as long as its detection runs; what becomes of recordings is another matter.
    if (second === 'status') return third === 'detect' ? presence(envelope, 'camera', first) : heard([])
    if (second === 'motion') return third === undefined ? motion(envelope, first) : heard([])
    if (SETTINGS.has(second)) return heard([])
    if (third === 'snapshot') return still(envelope, first, second)
    return count(envelope, first, second, third)
  },
}

const isPrefixOf =
  ({ topic }: Envelope) =>
  (prefix: string): boolean =>
    topic?.startsWith(`${prefix}/`) === true

function rest(topic: string, prefixes: readonly string[]): string | null {
  for (const prefix of prefixes) if (topic.startsWith(prefix) && topic[prefix.length] === '/') return topic.slice(prefix.length + 1)
  return null
}

const shortText = ({ payload }: Envelope): string | null => (payload.length > TEXT_BYTES_MAX ? null : (textOf(payload)?.trim() ?? null))

const said = ({ received }: Envelope, entity: string) => ({ entity, ts: received, clock: 'arrival', heard: null, dedupeKey: null }) as const

function one(entity: string | null, form: (entity: string) => NormalForm): Heard | Refused {
  return entity === null ? refusal('schema', 'topic: expected a name in it') : heard([form(entity)])
}

function presence(envelope: Envelope, kind: string, name: string): Heard | Refused {
  const text = shortText(envelope)
  if (text === 'disabled') return heard([])
  if (text !== 'online' && text !== 'offline') return refusal('schema', 'payload: expected online or offline')
  return one(entityOf(kind, name), (entity) => ({
    ...said(envelope, entity),
    kind: 'device.presence',
    online: text === 'online',
    battery_pct: null,
  }))
}

/** Which event it belongs to is for whoever has heard the events. */
function still(envelope: Envelope, camera: string, object: string): Heard | Refused {
  const label = labelOf(object)
  if (label === null) return heard([])
  return one(entityOf('camera', camera), (entity) => ({ ...said(envelope, entity), kind: 'camera.still', label }))
}

function motion(envelope: Envelope, camera: string): Heard | Refused {
  const text = shortText(envelope)
  if (text !== 'ON' && text !== 'OFF') return refusal('schema', 'payload: expected ON or OFF')
  return one(entityOf('camera', camera), (entity) => ({
    ...said(envelope, entity),
    kind: 'camera.state',
    what: 'motion',
    state: text === 'ON',
  }))
}

function count(envelope: Envelope, camera: string, object: string, third: string | undefined): Heard | Refused {
  const label = labelOf(object)
  if (label === null || (third !== undefined && third !== 'active')) return heard([])
  const text = shortText(envelope)
  if (text === null || !/^\d{1,6}$/.test(text)) return refusal('schema', 'payload: expected a whole number')
  return one(entityOf('camera', camera), (entity) => ({
    ...said(envelope, entity),
    kind: 'camera.count',
    label,
    value: Number(text),
    active: third === 'active',
  }))
}
