/** Smart Data Models over NGSI: single entities, batches, and the notifications of a context broker's subscription. */
import { type Refusal, refusal } from '../mqtt/form.ts'
import { type Dialect, type DialectContext, type Drift, type Envelope, heard } from './dialect.ts'
import { arrayAt, asArray, asObject, type Json, type JsonObject, jsonOf, member, objectAt, stringAt } from './json.ts'
import { ALERT_TYPES, alertOfEntity } from './ngsi-alert.ts'
import { attributeOf } from './ngsi-attribute.ts'
import { isKnownType, readEntity, typeOf } from './ngsi-entity.ts'
import type { Alert, Entity } from './normal-form.ts'
import { fromIso } from './time.ts'

const ENTITIES_MAX = 1_000

const alertFrom = (item: Json, entity: Entity, context: DialectContext, { from, received }: Envelope): Alert | null =>
  alertOfEntity(entity, attributeOf('location', member(asObject(item), 'location'), []).value, from ?? 'ngsi', context, received)

/** Each is read by itself: one bad entity does not cost the others. */
function entitiesOf(list: readonly Json[], context: DialectContext, envelope: Envelope, notified: number | null, key: string | null) {
  if (list.length > ENTITIES_MAX) return refusal('size', `entities: ${list.length}, at most ${ENTITIES_MAX} are allowed`)
  const entities: Entity[] = []
  const alerts: Alert[] = []
  const drift: Drift[] = []
  let first: Refusal | null = null
  for (const [i, item] of list.entries()) {
    const answer = readEntity(item, context, envelope.received, notified)
    if (answer.ok) {
      entities.push(key === null ? answer.entity : { ...answer.entity, dedupeKey: `${key} ${i}` })
      drift.push(...answer.drift)
      const alert = ALERT_TYPES.has(answer.entity.type) ? alertFrom(item, answer.entity, context, envelope) : null
      if (alert !== null) alerts.push(alert)
    } else {
      first ??= refusal(answer.kind, list.length > 1 ? `entities.${i}.${answer.reason}` : answer.reason)
      drift.push({ field: `entities.${i}`, what: 'syntax' })
    }
  }
  return entities.length === 0 ? (first ?? refusal('schema', 'entities: expected at least one')) : heard([...entities, ...alerts], drift)
}

const parsed = (envelope: Envelope): Json | undefined => {
  const json = jsonOf(envelope)
  return json.ok ? json.value : undefined
}

export const ngsiEntities: Dialect = {
  id: 'ngsi-entity',
  title: { zh: '智慧数据模型（NGSI 实体）', en: 'Smart Data Models (NGSI entities)' },
  recognise(envelope) {
    if (envelope.http?.path.startsWith('/ngsi-ld/v1/') || envelope.topic?.startsWith('ngsi/')) return true
    const value = parsed(envelope)
    const first = asObject(asArray(value)?.[0] ?? value)
    return isKnownType(typeOf(first)) && typeof (member(first, 'id') ?? member(first, '@id')) === 'string'
  },
  decode(envelope, context) {
    const json = jsonOf(envelope)
    if (!json.ok) return json
    return entitiesOf(asArray(json.value) ?? [json.value], context, envelope, null, null)
  },
}

/** Over MQTT a notification is wrapped with the headers it would have had (ETSI GS CIM 009, 7.2). */
function notificationOf(value: Json | undefined): JsonObject | null {
  const object = asObject(value)
  const body = objectAt(object, 'metadata') === null ? null : objectAt(object, 'body')
  const notification = body ?? object
  // NGSIv2 says no type; its subscription names it.
  const isOne = stringAt(notification, 'type') === 'Notification' || stringAt(notification, 'subscriptionId') !== null
  return isOne && arrayAt(notification, 'data') !== null ? notification : null
}

export const ngsiNotification: Dialect = {
  id: 'ngsi-notification',
  title: { zh: 'NGSI-LD 订阅通知', en: 'NGSI-LD notifications' },
  recognise: (envelope) => envelope.http?.path.split('?')[0] === '/notify' || notificationOf(parsed(envelope)) !== null,
  decode(envelope, context) {
    const json = jsonOf(envelope)
    if (!json.ok) return json
    const notification = notificationOf(json.value)
    if (notification === null) return refusal('schema', 'expected an NGSI-LD Notification with data')
    const notified = fromIso(stringAt(notification, 'notifiedAt') ?? '', context.zone_min)
    const data = arrayAt(notification, 'data') ?? []
    return entitiesOf(data, context, envelope, notified?.ts ?? null, stringAt(notification, 'id'))
  },
}
