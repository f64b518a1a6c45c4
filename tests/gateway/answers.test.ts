/** Answers to other systems: what is told, again when it could not be, never twice, and not for ever. */
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { DAY_MS } from '../../engine/base/time.ts'
import type { OutsideReport } from '../../engine/model/report.ts'
import { incidents } from '../../engine/view.ts'
import { type Answers, createAnswers } from '../../gateway/answers.ts'
import { createInbox } from '../../gateway/inbox.ts'
import { smallCity } from '../fixtures/small-city.ts'
import { createBrain, T0 } from '../support/brain.ts'
import { silent } from '../support/brokers.ts'

const SECRET = 'an-ordinary-secret'
const [west, south, east, north] = smallCity().bounds
let server: Server
let directory: string
let heard: { id: string; stage: string; webhook: string }[]
/** Statuses of the next answers of the other side; then 204. */
let statuses: number[]
let now: number
let answers: Answers | null

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'answers-'))
  heard = []
  statuses = []
  answers = null
  now = T0 + 20_000
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      response.statusCode = statuses.shift() ?? 204
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
      const verdict = createInbox([{ name: 'us', secret: SECRET }]).judge('us', headers, Buffer.from(body), now)
      if (response.statusCode === 204)
        heard.push({ ...JSON.parse(body).data, webhook: verdict === 'fresh' ? headers['webhook-id'] : 'unsigned' })
      response.end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterEach(async () => {
  await answers?.stop()
  server.close()
  rmSync(directory, { recursive: true })
})

const brain = () => {
  const made = createBrain()
  let orders = 0
  return {
    get state() {
      return made.state
    },
    take(seconds: number, over: Partial<OutsideReport> = {}) {
      const report: OutsideReport = {
        source: 'partner',
        kind: 'order',
        id: 'HZ1',
        class: 'street.stall',
        title: { zh: '占道', en: 'Stall' },
        severity: 'warning',
        text: '',
        at: [(west + east) / 2, (south + north) / 2],
        grid: null,
        address: null,
        due: null,
        state: 'open',
        code: null,
        ...over,
      }
      made.at(seconds, { kind: 'operator', ts: T0, id: `o${orders++}`, by: 'x', act: { type: 'report.take', report } })
    },
    close(seconds: number) {
      const [incident] = incidents(made.state)
      made.at(seconds, {
        kind: 'operator',
        ts: T0,
        id: `o${orders++}`,
        by: 'x',
        act: { type: 'incident.close', incident: incident.id, reason: 'done' },
      })
    },
  }
}

async function open(city: ReturnType<typeof brain>): Promise<Answers> {
  const { port } = server.address() as AddressInfo
  const made = createAnswers({
    senders: [{ name: 'partner', secret: SECRET, answers: `http://127.0.0.1:${port}/` }],
    state: () => city.state,
    file: join(directory, 'answers.json'),
    now: () => now,
    logger: silent,
    wait_ms: () => 5,
  })
  await made.start()
  answers = made
  return made
}

async function until(what: () => boolean): Promise<void> {
  for (let i = 0; i < 200 && !what(); i++) await new Promise((resolve) => setTimeout(resolve, 20))
  expect(what()).toBe(true)
}

it('each stage is told once, signed, and only to whom it concerns', async () => {
  const city = brain()
  const made = await open(city)
  city.take(10)
  city.take(11, { source: 'somebody else', id: 'X' })
  made.note()
  made.note()
  await until(() => heard.length === 1)
  city.close(20)
  made.note()
  await until(() => heard.length === 2)
  expect(heard).toMatchObject([
    { id: 'HZ1', stage: 'confirmed' },
    { id: 'HZ1', stage: 'closed' },
  ])
  expect(heard.every(({ webhook }) => webhook.startsWith('partner/HZ1@'))).toBe(true)
  expect(made.counters).toEqual({ sent: 2, later: 0, refused: 0, dropped: 0 })
})

it('what could not be told is told later, what is refused is not, and what was told is known after a restart', async () => {
  const city = brain()
  statuses = [503, 429, 500]
  const made = await open(city)
  city.take(10)
  made.note()
  await until(() => heard.length === 1)
  expect(made.counters).toMatchObject({ sent: 1, later: 3 })
  statuses = [410]
  city.take(12, { id: 'HZ2' })
  made.note()
  await until(() => made.counters.refused === 1)
  await made.stop()
  const next = await open(city)
  next.note()
  city.close(20)
  next.note()
  await until(() => heard.length === 3)
  expect(heard.slice(1).map(({ stage }) => stage)).toEqual(['closed', 'closed'])
})

it('nobody is told of what lies three days back', async () => {
  const city = brain()
  city.take(10)
  now = T0 + 4 * DAY_MS
  const made = await open(city)
  await until(() => made.counters.dropped === 1)
  expect(heard).toEqual([])
})
