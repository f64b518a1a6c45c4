/** What robots and webhooks are sent, over real HTTP on loopback, and what is said of their addresses: nothing. */
import { createHmac } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createState, step } from '../../../engine/brain.ts'
import type { CityState } from '../../../engine/city-state.ts'
import { createContext } from '../../../engine/model/context.ts'
import type { Fact } from '../../../engine/model/fact.ts'
import { type Channel, readChannels } from '../../../gateway/notify/channels-file.ts'
import { noticesOf } from '../../../gateway/notify/notice.ts'
import { createNotifier } from '../../../gateway/notify/notifier.ts'
import { fitting, wecomPost } from '../../../gateway/notify/robots.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { createAnswers, requestsFor } from '../../support/solver.ts'

const KEY = 'robot-key-0123456789'
const BASE = 'https://brain.example.org/'
const city = smallCity()

interface Heard {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}
let server: Server
let url: string
let heard: Heard[]
let answer: { status: number; body: string; headers?: Record<string, string> }
let said: string

beforeEach(async () => {
  heard = []
  said = ''
  answer = { status: 200, body: '{"errcode":0,"errmsg":"ok"}' }
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      heard.push({ path: request.url ?? '', headers: request.headers, body })
      response.writeHead(answer.status, answer.headers).end(answer.body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/robot/send?key=${KEY}`
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

/** A person reports a flooded road, a crew is offered it: the facts of those steps. */
function flooded(text = 'water'): { readonly state: CityState; readonly facts: Fact[] } {
  const now = Date.now()
  const state = createState(createContext(city, 'test', 1))
  const answers = createAnswers(city)
  const act = { type: 'incident.report', class: 'road.flooded', severity: 'critical', at: city.nodes[5].at, text } as const
  const facts: Fact[] = []
  const reported = step(state, [{ kind: 'operator', ts: now, id: 'o1', by: 'ops', act }], now)
  const asked = requestsFor(reported.requests, 'assign')
  facts.push(...reported.facts, ...step(state, answers(asked, now + 1), now + 1).facts)
  return { state, facts }
}

function notifierOf(channels: readonly Channel[], state: CityState, public_url: string | null = BASE) {
  const hear = (fields: object, message: string): void => {
    said += `${JSON.stringify(fields)} ${message}\n`
  }
  const logger = { info: hear, warn: hear, error: hear }
  return createNotifier({ channels, push: null, state: () => state, public_url, now: Date.now, logger })
}
const json = (i: number): Record<string, never> => JSON.parse(heard[i].body)

describe('a step', () => {
  it('is worth a notice when an incident is new and when a crew is offered a job', () => {
    const { state, facts } = flooded()
    expect(noticesOf(facts, state).map(({ type, crew }) => [type, crew?.en ?? null])).toEqual([
      ['incident.created', null],
      ['task.offered', 'Drainage Crew 1'],
    ])
  })
})

describe('a robot', () => {
  it('of WeCom gets markdown, one message for all that waits', async () => {
    const { state, facts } = flooded()
    const notifier = notifierOf([{ name: 'duty', kind: 'wecom', url, on: ['task.offered'] }], state)
    notifier.note({ facts, commands: [] })
    await expect.poll(() => heard.length).toBe(1)
    await notifier.stop()
    expect(heard[0].path).toBe(`/robot/send?key=${KEY}`)
    const { content }: { content: string } = json(0).markdown
    expect(json(0)).toMatchObject({ msgtype: 'markdown' })
    expect(content).toMatch(
      /^\*\*【派单】\S+\*\* <font color="warning">critical<\/font>\n>地点:<font color="comment">\S+<\/font>\n>班组:<font color="comment">排水一组/,
    )
    expect(content).toMatch(
      /\n><font color="comment">请 \d+ 分钟内到场<\/font>\n>\[打开\]\(https:\/\/brain\.example\.org\/\?role=desk&sel=incident:/,
    )
    expect(notifier.counters).toMatchObject({ 'duty sent': 1, 'duty refused': 0 })
  })

  it('of DingTalk gets a signed card with buttons, and plain text where there is nowhere to go', async () => {
    const { state, facts } = flooded()
    const channel: Channel = { name: 'duty', kind: 'dingtalk', url, secret: 'SEC0123456789', on: ['incident.created'], language: 'en' }
    const [first, second] = [notifierOf([channel], state), notifierOf([channel], state, null)]
    first.note({ facts, commands: [] })
    await expect.poll(() => heard.length).toBe(1)
    second.note({ facts, commands: [] })
    await expect.poll(() => heard.length).toBe(2)
    await Promise.all([first.stop(), second.stop()])
    const { searchParams } = new URL(heard[0].path, 'http://x')
    const timestamp = searchParams.get('timestamp')
    expect(searchParams.get('sign')).toBe(createHmac('sha256', 'SEC0123456789').update(`${timestamp}\nSEC0123456789`).digest('base64'))
    expect(json(0)).toMatchObject({
      msgtype: 'actionCard',
      actionCard: {
        title: expect.stringMatching(/^New incident: /),
        btnOrientation: '0',
        btns: [{ title: 'Open' }, { title: 'Navigate' }],
      },
    })
    expect(json(1)).toMatchObject({ msgtype: 'markdown', markdown: { text: expect.stringMatching(/^### New incident: /) } })
  })

  it('that says it is asked too often is left alone, and nothing is lost', async () => {
    answer = { status: 200, body: '{"errcode":45009}' }
    const { state, facts } = flooded()
    const notifier = notifierOf([{ name: 'duty', kind: 'wecom', url }], state)
    notifier.note({ facts, commands: [] })
    await expect.poll(() => said).toContain('errcode 45009')
    await notifier.stop()
    expect(heard).toHaveLength(1)
    expect(notifier.counters).toMatchObject({ 'duty sent': 0, 'duty refused': 0, 'duty dropped': 0 })
  })

  it('never sees markup of a name, and never more bytes than it takes', () => {
    const { state, facts } = flooded()
    const [notice] = noticesOf(facts, state)
    const evil = { ...notice, title: { zh: '](http://evil) <font>\n# x', en: 'x' }, where: { zh: '路'.repeat(300), en: '' } }
    const many = Array.from({ length: 40 }, () => evil)
    const n = fitting(many, 'zh', BASE)
    expect(n).toBeGreaterThan(0)
    const { body } = wecomPost({ name: 'duty', kind: 'wecom', url }, many.slice(0, n), 'zh', BASE)
    const { content }: { content: string } = JSON.parse(String(body)).markdown
    expect(Buffer.byteLength(content)).toBeLessThanOrEqual(4096)
    expect(content).not.toContain('](http://evil)')
  })
})

describe('a webhook', () => {
  it('is signed as Standard Webhooks says', async () => {
    const key = Buffer.from('a key of thirty-two bytes length!')
    const { state, facts } = flooded()
    const notifier = notifierOf(
      [{ name: 'hook', kind: 'webhook', url, secret: `whsec_${key.toString('base64')}`, on: ['task.offered'] }],
      state,
    )
    notifier.note({ facts, commands: [] })
    await expect.poll(() => heard.length).toBe(1)
    await notifier.stop()
    const { headers, body } = heard[0]
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
    expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`)
    const [lon, lat] = city.nodes[5].at
    expect(JSON.parse(body)).toMatchObject({ type: 'task.offered', data: { kind: 'road.flooded', severity: 'critical', lat, lon } })
  })

  it('that is broken is told by name and status; no address, no key is in the log', async () => {
    answer = { status: 500, body: '' }
    const { state, facts } = flooded()
    const dead = 'http://127.0.0.1:1/robot/send?key=dead-key-0123456789'
    const channels: Channel[] = [
      { name: 'hook', kind: 'webhook', url, secret: 'hook-secret' },
      { name: 'dead', kind: 'wecom', url: dead },
    ]
    const notifier = notifierOf(channels, state)
    notifier.note({ facts, commands: [] })
    await expect.poll(() => said).toContain('HTTP 500')
    await expect.poll(() => said).toContain('"dead"')
    await notifier.stop()
    for (const secret of [KEY, 'dead-key', 'hook-secret', '127.0.0.1']) expect(said).not.toContain(secret)
  })
})

describe('the file of channels', () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'notices-'))
  })
  afterEach(() => rmSync(directory, { recursive: true }))
  function read(text: string, mode = 0o600): readonly Channel[] {
    const file = join(directory, 'notices.json')
    writeFileSync(file, text)
    chmodSync(file, mode)
    return readChannels(file)
  }

  it('is read whole, and none is none', () => {
    expect(readChannels('')).toEqual([])
    expect(read('[{"name":"duty","kind":"wecom","url":"https://example.org/?key=x","on":["task.offered"]}]')).toHaveLength(1)
  })

  it.each([
    ['[{"name":"duty","kind":"telegram","url":"https://x"}]', /notices\.json:1:\d+: \[0\]\.kind is not one of wecom, dingtalk, webhook/],
    ['[{"name":"duty","kind":"wecom","url":"SECRET-KEY"}]', /\[0\]\.url is not usable, expected an http or https address/],
    ['[{"name":"duty","kind":"webhook","url":"https://x","secret":"KEY"}]', /\[0\]\.secret is not usable/],
    ['[{"name":"duty","kind":"webhook","url":"https://x"}]', /is missing secret/],
    ['[{"name":"duty","kind":"wecom","url":"https://x","colour":"red"}]', /colour/],
    ['[{"name":"duty","kind":"wecom","url":"https://x","on":["everything"]}]', /on/],
    ['{"name":"duty"}', /expected a list of channels/],
    ['[', /not JSON/],
  ])('%s is refused with its place, without repeating a secret', (text, message) => {
    expect(() => read(text)).toThrow(message)
    expect(() => read(text)).not.toThrow(/KEY/)
  })

  it('that others may read is refused', () => {
    expect(() => read('[]', 0o644)).toThrow(/chmod 600/)
  })
})
