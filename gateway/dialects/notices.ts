/** Notices as services pass them on: signed webhooks (Standard Webhooks), Web Push before encryption, and group robots of WeCom and DingTalk. Whom they mention is left out. */
import { createHash } from 'node:crypto'
import type { EpochMs } from '../../engine/base/time.ts'
import { refusal } from '../mqtt/form.ts'
import { categoryOfWords } from './case-codes.ts'
import { type Dialect, type DialectContext, type Drift, type Envelope, heard } from './dialect.ts'
import { entityOf } from './ids.ts'
import { asObject, type JsonObject, jsonOf, member, objectAt, stringAt } from './json.ts'
import type { Notice, NoticeSubject } from './normal-form.ts'
import { withoutPersonal } from './personal.ts'
import { idAt, positionOf } from './report-parts.ts'
import { fromAny } from './time.ts'

const TEXT_MAX = 20_000
/** What robots and push services take; longer ones would have been refused there. */
const WECOM_TEXT_BYTES = 2_048
const WECOM_MARKDOWN_BYTES = 4_096
const PUSH_BYTES = 3_800

const documentOf = (envelope: Envelope): JsonObject | null => {
  const json = jsonOf(envelope)
  return json.ok ? asObject(json.value) : null
}

function noticeOf(
  channel: string,
  entity: string | null,
  title: string | null,
  text: string,
  at: EpochMs | null,
  envelope: Envelope,
): Notice {
  return {
    kind: 'notice',
    entity: entity ?? `notice:${channel}`,
    ts: at ?? envelope.received,
    clock: at === null ? 'arrival' : 'device',
    heard: null,
    dedupeKey: null,
    channel,
    title: title === null ? null : withoutPersonal(title),
    text: withoutPersonal(text),
  }
}

const OVER: ReadonlySet<string> = new Set(['closed', 'resolved', 'dismissed', 'done'])

/** An incident of a neighbouring system: its own id, what it is and where. */
function subjectOf(data: JsonObject | null, context: DialectContext): NoticeSubject | null {
  const id = idAt(data, 'id')
  const at = positionOf(member(data, 'lon'), member(data, 'lat'), stringAt(data, 'crs', 32), context, [])
  const code = stringAt(data, 'kind', 128)
  if (id === null || at === null || code === null) return null
  const status = stringAt(data, 'status', 32)?.toLowerCase() ?? null
  return { id, code, at, grid: null, state: status !== null && OVER.has(status) ? 'closed' : status }
}

const GRID_CODE = /(?<!\d)\d{15}(?!\d)/

/** A message to a group that names a grid and says what is wrong there; the same words on one day are one report. */
function spokenOf(text: string, received: EpochMs): NoticeSubject | null {
  const grid = GRID_CODE.exec(text)?.[0]
  const category = categoryOfWords([text])
  if (grid === undefined || category === null) return null
  const day = new Date(received).toISOString().slice(0, 10)
  const id = createHash('sha256').update(`${day} ${text}`).digest('hex').slice(0, 16)
  return { id, code: null, at: null, grid, state: null }
}

/** A robot's message, with what it reports when it does. */
function robotNotice(channel: string, title: string, text: string, envelope: Envelope): Notice {
  const about = spokenOf(text, envelope.received)
  return { ...noticeOf(channel, null, title, text, null, envelope), ...(about !== null && { about }) }
}

export const webhookNotice: Dialect = {
  id: 'webhook',
  title: { zh: '签名 Webhook', en: 'Signed webhooks' },
  recognise: ({ http }) => http?.headers['webhook-id'] !== undefined && http.headers['webhook-signature'] !== undefined,
  /** The door that it came through has verified the signature (gateway/inbox.ts). */
  decode(envelope, context) {
    const json = jsonOf(envelope)
    if (!json.ok) return json
    const document = asObject(json.value)
    const type = stringAt(document, 'type', 128)
    if (type === null) return refusal('schema', 'type: is missing')
    const data = objectAt(document, 'data')
    const id = member(data, 'id')
    const entity = typeof id === 'string' || typeof id === 'number' ? entityOf(type.split('.')[0], id) : null
    const words = ['id', 'kind', 'severity', 'status', 'text'].map((name) => stringAt(data, name)).filter((word) => word !== null)
    const notice = noticeOf(
      'webhook',
      entity,
      type,
      words.join(' '),
      fromAny(member(document, 'ts'), context.zone_min)?.ts ?? null,
      envelope,
    )
    const about = subjectOf(data, context)
    return heard([{ ...notice, dedupeKey: envelope.http?.headers['webhook-id'] ?? null, ...(about !== null && { about }) }])
  },
}

export const webPush: Dialect = {
  id: 'web-push',
  title: { zh: 'Web Push 通知', en: 'Web Push notices' },
  recognise(envelope) {
    const document = documentOf(envelope)
    return objectAt(document, 'subscription') !== null && objectAt(document, 'plaintext') !== null
  },
  decode(envelope) {
    const plain = objectAt(documentOf(envelope), 'plaintext')
    const text = stringAt(plain, 'body', TEXT_MAX) ?? ''
    const title = stringAt(plain, 'title')
    if (title === null && text === '') return refusal('schema', 'plaintext: expected title or body')
    const drift: Drift[] = Buffer.byteLength(JSON.stringify(plain)) > PUSH_BYTES ? [{ field: 'plaintext', what: 'range' }] : []
    const id = stringAt(plain, 'id')
    const entity = id === null ? null : entityOf(stringAt(plain, 't', 32) ?? 'notice', id)
    // The topic replaces an older notice that was not delivered.
    return heard([{ ...noticeOf('web-push', entity, title, text, null, envelope), dedupeKey: envelope.http?.headers.topic ?? id }], drift)
  },
}

/** The part of a robot's message that is named by its `msgtype`. */
function robotPart(envelope: Envelope): { readonly type: string; readonly part: JsonObject } | null {
  const document = documentOf(envelope)
  const type = stringAt(document, 'msgtype', 32)
  const part = type === null ? null : objectAt(document, type)
  return type === null || part === null ? null : { type, part }
}

const firstLine = (text: string): string =>
  text
    .split('\n', 1)[0]
    .replace(/[*#>]|<[^>]{0,64}>/g, '')
    .trim()
    .slice(0, 200)

/** WeCom has `content`, DingTalk's markdown and cards have `title` and `text`; plain texts of both have `content`. */
export const wecomRobot: Dialect = {
  id: 'wecom-robot',
  title: { zh: '企业微信群机器人', en: 'WeCom group robots' },
  recognise(envelope) {
    const found = robotPart(envelope)
    const isAt = Object.hasOwn(documentOf(envelope) ?? {}, 'at')
    return (
      found !== null && (found.type === 'text' || found.type === 'markdown') && !isAt && stringAt(found.part, 'content', TEXT_MAX) !== null
    )
  },
  decode(envelope) {
    const { type, part } = robotPart(envelope) ?? { type: '', part: null }
    const content = stringAt(part, 'content', TEXT_MAX)
    if (content === null) return refusal('schema', 'content: is missing or too long')
    const drift: Drift[] = []
    const bytes_max = type === 'text' ? WECOM_TEXT_BYTES : WECOM_MARKDOWN_BYTES
    if (Buffer.byteLength(content) > bytes_max) drift.push({ field: 'content', what: 'range' })
    return heard([robotNotice('wecom', firstLine(content), content, envelope)], drift)
  },
}

export const dingtalkRobot: Dialect = {
  id: 'dingtalk-robot',
  title: { zh: '钉钉自定义机器人', en: 'DingTalk custom robots' },
  recognise: (envelope) => robotPart(envelope) !== null,
  decode(envelope: Envelope, _context: DialectContext) {
    const { part } = robotPart(envelope) ?? { part: null }
    const text = stringAt(part, 'text', TEXT_MAX) ?? stringAt(part, 'content', TEXT_MAX)
    if (text === null) return refusal('schema', 'expected text, markdown or actionCard with a text')
    const title = stringAt(part, 'title') ?? firstLine(text)
    return heard([robotNotice('dingtalk', title, text, envelope)])
  },
}
