/** An offer reaches a phone whose page is closed: encrypted, signed, once, and no longer after the browser is gone. */
import { createECDH, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Command } from '../../../engine/model/command.ts'
import { createPush, type PushOptions, readVapidKeys } from '../../../gateway/notify/push.ts'
import type { PushSubscription } from '../../../gateway/wire/phone.ts'
import { decryptPush } from './decrypt-push.ts'

const CREW = 'd0/crew/crew-1'
const browser = createECDH('prime256v1')
browser.generateKeys()
const auth = randomBytes(16).toString('base64url')

interface Heard {
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}
let server: Server
let endpoint: string
let heard: Heard[]
let status: number
let subscriptions: { phone: string; subscription: PushSubscription }[]
let directory: string

beforeEach(async () => {
  heard = []
  status = 201
  directory = mkdtempSync(join(tmpdir(), 'push-'))
  server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      heard.push({ headers: request.headers, body: Buffer.concat(chunks) })
      response.writeHead(status).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/send/abc`
  subscriptions = [{ phone: 'p1', subscription: { endpoint, keys: { p256dh: browser.getPublicKey('base64url'), auth }, language: 'zh' } }]
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  rmSync(directory, { recursive: true })
})

function offer(id = 'c1', priority: 1 | 2 | 3 = 1): Command {
  const ts = Date.now()
  const task = {
    id: 'T-0001-1',
    kind: 'road.flooded',
    title: { zh: '下穿积水', en: 'Underpass flooded' },
    where: { at: [120.2, 30.27] as const, text: { zh: '秋涛北路下穿', en: 'Qiutao underpass' } },
    window: { from: ts, until: ts + 3_600_000 },
    steps: [],
    kit: [],
    priority,
    service_s: 600,
    eta: ts + 12 * 60_000,
    route: [],
  }
  const reason = { policy: 'assign', text: '', text_zh: '', evidence: [] }
  return { id, device: CREW, ts, expires: ts + 120_000, reason, kind: 'crew.task', task }
}

function pushOf() {
  const ended: string[] = []
  const phones: PushOptions['phones'] = {
    subscriptions: (crew) => (crew === CREW ? subscriptions : []),
    subscribe: (phone) => void ended.push(phone),
  }
  const logger = { info: () => {}, warn: () => {}, error: () => {} }
  const keys = readVapidKeys(join(directory, 'push-keys.json'))
  return { push: createPush({ phones, keys: () => keys, contact: 'mailto:duty@example.org', now: Date.now, logger }), ended }
}

describe('an offer', () => {
  it('is pushed to the phones of its crew, as RFC 8030 and the phone want it', async () => {
    const { push } = pushOf()
    push.note([offer(), { ...offer('c2'), device: 'd0/crew/crew-2' }])
    await expect.poll(() => heard.length).toBe(1)
    await push.stop()
    const [{ headers, body }] = heard
    expect(headers).toMatchObject({
      'content-encoding': 'aes128gcm',
      urgency: 'high',
      authorization: expect.stringMatching(/^vapid t=.+, k=.+$/),
    })
    expect(Number(headers.ttl)).toBeGreaterThan(100)
    expect(String(headers.topic)).toMatch(/^[A-Za-z0-9_-]{1,32}$/)
    const text = decryptPush(body, browser.getPrivateKey('base64url'), browser.getPublicKey('base64url'), auth)
    expect(JSON.parse(text)).toMatchObject({
      t: 'dispatch',
      id: 'T-0001-1',
      title: '下穿积水',
      body: '秋涛北路下穿，约 12 分钟可到',
      lat: 30.27,
      lon: 120.2,
      url: '/crew/',
    })
  })

  it('is one message, however often the command is sent again, and its recall takes its place', async () => {
    const { push } = pushOf()
    const command = offer()
    push.note([command])
    push.note([command])
    push.note([{ ...command, id: 'c9', kind: 'crew.recall', task: 'T-0001-1', text: 'gone', text_zh: '已消除' }])
    await expect.poll(() => heard.length).toBe(2)
    await push.stop()
    expect(heard.map(({ headers }) => headers.urgency)).toEqual(['high', 'normal'])
    expect(heard[1].headers.topic).toBe(heard[0].headers.topic)
  })

  it('ends the subscription when the browser is gone', async () => {
    status = 410
    const { push, ended } = pushOf()
    push.note([offer()])
    await expect.poll(() => ended).toEqual(['p1'])
    await push.stop()
    expect(push.counters).toMatchObject({ sent: 0, refused: 1 })
  })
})

describe('the key pair of the server', () => {
  it('is made once, for its owner alone', () => {
    const file = join(directory, 'push-keys.json')
    const made = readVapidKeys(file)
    expect(readVapidKeys(file)).toEqual(made)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(made)
  })
  it('is not guessed when its file is damaged', () => {
    const file = join(directory, 'push-keys.json')
    writeFileSync(file, '{}')
    expect(() => readVapidKeys(file)).toThrow(/delete it/)
  })
})
