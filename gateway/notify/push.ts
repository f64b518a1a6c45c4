/** Offers and recalls to crews' phones whose page is not open, by Web Push (RFC 8030). What phones say of themselves decides where it goes. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import webPush from 'web-push'
import { UrbanError } from '../../engine/base/errors.ts'
import { type EpochMs, MINUTE_MS } from '../../engine/base/time.ts'
import type { DeviceKey } from '../../engine/model/city.ts'
import type { Command } from '../../engine/model/command.ts'
import type { Logger } from '../parts.ts'
import type { PushSubscription } from '../wire/phone.ts'
import { createOutbox, type Delivered, type Outbox } from './outbox.ts'
import { post } from './post.ts'

interface Pushed {
  readonly phone: string
  readonly subscription: PushSubscription
  readonly text: string
  /** A newer message of the same topic replaces one that was not delivered. */
  readonly topic: string
  readonly urgency: 'high' | 'normal'
  readonly until: EpochMs
}

export interface PushOptions {
  readonly phones: {
    subscriptions(crew: DeviceKey): readonly { readonly phone: string; readonly subscription: PushSubscription }[]
    subscribe(phone: string, subscription: null): void
  }
  readonly keys: () => VapidKeys
  /** Setting push.contact. */
  readonly contact: string
  readonly now: () => EpochMs
  readonly logger: Logger
}

export interface Push {
  note(commands: readonly Command[]): void
  stop(): Promise<void>
  readonly counters: Outbox<Pushed>['counters']
}

const SENT_KEPT = 1000
/** RFC 8188: one record of 4096 bytes, less tag, padding mark and head. */
const TEXT_BYTES_MAX = 3800
/** RFC 8030, 5.4: at most 32 characters of base64url. */
const topicOf = (task: string): string => Buffer.from(task).toString('base64url').slice(-32)

function offerText(command: Extract<Command, { kind: 'crew.task' }>, language: 'zh' | 'en'): string {
  const { id, title, where, eta } = command.task
  const minutes = Math.max(1, Math.ceil((eta - command.ts) / MINUTE_MS))
  const [lon, lat] = where.at
  return JSON.stringify({
    t: 'dispatch',
    id,
    title: title[language],
    body: language === 'zh' ? `${where.text.zh}，约 ${minutes} 分钟可到` : `${where.text.en}, about ${minutes} min away`,
    lat,
    lon,
    ackBy: new Date(command.expires).toISOString(),
    url: '/crew/',
  })
}

const recallText = ({ task, text, text_zh }: Extract<Command, { kind: 'crew.recall' }>, language: 'zh' | 'en'): string =>
  JSON.stringify({
    t: 'recall',
    id: task,
    title: language === 'zh' ? '任务已撤回' : 'Job called back',
    body: language === 'zh' ? text_zh : text,
    url: '/crew/',
  })

/** `content-length` is the client's own business. */
const textsOf = (headers: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      name.toLowerCase() === 'content-length' ? [] : [[name.toLowerCase(), String(value)]],
    ),
  )

export function createPush({ phones, keys, contact, now, logger }: PushOptions): Push {
  /** A command that is sent to the device again is no second message here. */
  const sent = new Set<string>()
  const outbox = createOutbox<Pushed>({ name: 'push', pace_ms: 0, take: () => 1, deliver: ([message]) => deliver(message), now, logger })

  async function deliver({ phone, subscription, text, topic, urgency, until }: Pushed): Promise<Delivered> {
    const { endpoint, keys: own } = subscription
    const { public_key, private_key } = keys()
    const { headers, body } = webPush.generateRequestDetails({ endpoint, keys: own }, text, {
      vapidDetails: { subject: contact, publicKey: public_key, privateKey: private_key },
      contentEncoding: 'aes128gcm',
      TTL: Math.max(1, Math.ceil((until - now()) / 1000)),
      urgency,
      topic,
    })
    return post({ url: new URL(endpoint), headers: textsOf(headers), body: new Uint8Array(body) }, async ({ status }) => {
      // RFC 8030, 7.3: the browser has gone for good.
      if (status !== 404 && status !== 410) return null
      phones.subscribe(phone, null)
      return { outcome: 'refused', why: `HTTP ${status}, the subscription is over` }
    })
  }

  function push(command: Extract<Command, { kind: 'crew.task' | 'crew.recall' }>): void {
    for (const { phone, subscription } of phones.subscriptions(command.device)) {
      const offer = command.kind === 'crew.task'
      const text = offer ? offerText(command, subscription.language) : recallText(command, subscription.language)
      if (Buffer.byteLength(text) > TEXT_BYTES_MAX) continue
      const topic = topicOf(offer ? command.task.id : command.task)
      const urgency = offer && command.task.priority === 1 ? 'high' : 'normal'
      outbox.put({ phone, subscription, text, topic, urgency, until: command.expires })
    }
  }

  return {
    note(commands) {
      for (const command of commands) {
        if ((command.kind !== 'crew.task' && command.kind !== 'crew.recall') || sent.has(command.id)) continue
        sent.add(command.id)
        for (const oldest of sent) {
          if (sent.size <= SENT_KEPT) break
          sent.delete(oldest)
        }
        push(command)
      }
    },
    stop: () => outbox.stop(),
    get counters() {
      return outbox.counters
    },
  }
}

const KeyFile = Type.Object({
  private_key: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }),
  public_key: Type.String({ pattern: '^[A-Za-z0-9_-]{87}$' }),
})
/** A P-256 key pair in base64url: the private number and the uncompressed public point. */
export type VapidKeys = Static<typeof KeyFile>
const keyFile = Compile(KeyFile)

/** The server's key pair, made on first use (mode 0600): with another one every phone would have to be asked again. @throws UrbanError input `push_keys` */
export function readVapidKeys(file: string): VapidKeys {
  if (!existsSync(file)) {
    const { publicKey, privateKey } = webPush.generateVAPIDKeys()
    const fresh = { private_key: privateKey, public_key: publicKey }
    writeFileSync(file, `${JSON.stringify(fresh)}\n`, { mode: 0o600, flush: true })
    return fresh
  }
  let read: unknown
  try {
    read = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    read = null
  }
  if (keyFile.Check(read)) return read
  throw new UrbanError('input', 'push_keys', `${file} is no key pair for Web Push; delete it to get another`, { place: { file } })
}
