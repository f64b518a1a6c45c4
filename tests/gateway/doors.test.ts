/**
 * Other systems and the whole program: orders, cases, requests and warnings come in, become incidents and warnings, and whoever handed them in is told. And after `kill -9`: nothing is
 * taken or told twice.
 */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mqtt from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeCity } from '../../config/city.ts'
import { createAccess } from '../../gateway/access.ts'
import { createInbox } from '../../gateway/inbox.ts'
import { webhookSignature } from '../../gateway/notify/robots.ts'
import { smallCity } from '../fixtures/small-city.ts'
import { type Running, startProgram } from '../support/running.ts'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const city = smallCity()
const [west, south, east, north] = city.bounds
/** To the digits that a position keeps. */
const [lon, lat] = [(west + east) / 2, (south + north) / 2].map((degrees) => Number(degrees.toFixed(4)))

let directory: string
let data: string
let token: string
let bridge_password: string
let program: Running
let partner: Server
/** What the partner was told: their ids with stages; each signature is checked. */
let told: { readonly id: string; readonly stage: string; readonly status: string }[] = []
const told_ids: string[] = []
let partner_is_away = false

const start = (): Promise<Running> =>
  startProgram(['--city', join(directory, 'city'), '--data', data, '--set', `inbox=${join(directory, 'inbox.json')}`])

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'doors-'))
  data = join(directory, 'data')
  await writeCity(city, join(directory, 'city'))
  partner = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks)
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
      if (partner_is_away) response.statusCode = 503
      else {
        expect(createInbox([{ name: 'us', secret: SECRET }]).judge('us', headers, body, Date.now())).toBe('fresh')
        told_ids.push(headers['webhook-id'])
        told.push(JSON.parse(body.toString()).data)
      }
      response.end()
    })
  })
  partner.listen(0, '127.0.0.1')
  await once(partner, 'listening')
  const answers = `http://127.0.0.1:${(partner.address() as AddressInfo).port}/reports`
  writeFileSync(join(directory, 'inbox.json'), JSON.stringify([{ name: 'partner', secret: SECRET, answers }]))
  chmodSync(join(directory, 'inbox.json'), 0o600)
  bridge_password = createAccess(data).addDevice('bridge/lorawan', ['application/', 'alerts/', 'v3/'])
  program = await start()
  token = readFileSync(join(data, 'admin-token'), 'utf8').trim()
})
afterAll(async () => {
  await program.stop()
  partner.close()
  await rm(directory, { recursive: true, maxRetries: 3 })
})

const bearer = () => ({ authorization: `Bearer ${token}` })
const asked = async (path: string): Promise<Record<string, unknown>> =>
  (await fetch(`${program.http}${path}`, { headers: bearer() })).json()

function webhook(body: string, id = randomUUID(), type = 'application/json'): Promise<Response> {
  const timestamp = String(Math.floor(Date.now() / 1000))
  return fetch(`${program.http}/api/v1/inbox/partner`, {
    method: 'POST',
    headers: {
      'content-type': type,
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${webhookSignature(SECRET, id, timestamp, Buffer.from(body))}`,
    },
    body,
  })
}

const order = (over: object = {}): string =>
  JSON.stringify({
    orderNo: 'HZ202607180012345',
    acceptedAt: new Date().toISOString(),
    appealType: '求助',
    categoryPath: ['城乡建设', '市政设施', '路面破损'],
    title: '路面坑洼',
    content: '路面有坑，联系人13812345678',
    caller: { phone: '13812345678' },
    location: { lon, lat, crs: 'WGS84' },
    deadlines: { replyBy: new Date(Date.now() + 7_200_000).toISOString() },
    state: '派遣',
    ...over,
  })

/** Sent again as it was. */
const acceptedOrder = order()

interface Listed {
  readonly id: string
  readonly class: string
  readonly status: string
  readonly due: number
  readonly signals: number
  readonly active: boolean
  readonly reason: { readonly text: string }
}
const incidents = async (): Promise<Listed[]> => (await asked('/api/v1/incidents')).incidents as Listed[]
const ofClass = async (name: string): Promise<Listed[]> => (await incidents()).filter((one) => one.class === name)

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (await what()) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  expect.fail('it did not come to that within 10 s')
}

describe('a work order by signed webhook', () => {
  it('becomes an incident with its deadline, without who called, and each stage is told back', async () => {
    expect((await webhook(acceptedOrder)).status).toBe(204)
    const [incident] = await ofClass('road.damaged')
    expect(['confirmed', 'dispatched']).toContain(incident.status)
    expect(incident.signals).toBe(1)
    expect(Math.abs(incident.due - Date.now() - 7_200_000)).toBeLessThan(60_000)
    expect(JSON.stringify(incident)).not.toContain('13812345678')
    await until(() => told.length > 0)
    expect(told[0]).toMatchObject({ id: 'HZ202607180012345', status: 'open' })
    expect(['confirmed', 'dispatched']).toContain(told[0].stage)
  })

  it('changes nothing when it is sent again, and its incident when it says something else', async () => {
    const heard = async () => ((await asked('/api/v1/audit?kind=operator&limit=100')).lines as unknown[] | undefined)?.length
    const before = await heard()
    expect((await webhook(acceptedOrder)).status).toBe(204)
    expect((await ofClass('road.damaged'))[0].signals).toBe(1)
    expect(await heard()).toBe(before)
    const replyBy = new Date(Date.now() + 3_600_000).toISOString()
    expect((await webhook(order({ deadlines: { replyBy } }))).status).toBe(204)
    expect((await ofClass('road.damaged'))[0].due).toBe(Date.parse(replyBy))
  })

  it('without a place is refused with the reason', async () => {
    const answer = await webhook(order({ orderNo: 'nowhere', location: { address: '某处' } }))
    expect(answer.status).toBe(422)
    expect((await answer.json()).detail).toContain('neither position nor a grid')
  })

  it('is told back once the other side is there again, and nothing twice after a kill', async () => {
    partner_is_away = true
    told = []
    const [incident] = await ofClass('road.damaged')
    const close = await fetch(`${program.http}/api/v1/incidents/${incident.id}/close`, {
      method: 'POST',
      headers: { ...bearer(), 'content-type': 'application/json' },
      body: JSON.stringify({ reason: 'filled' }),
    })
    expect(close.status).toBe(200)
    const same = randomUUID()
    expect((await webhook(order({ orderNo: 'second' }), same)).status).toBe(204)
    await program.kill()
    partner_is_away = false
    program = await start()
    await until(() => told.length >= 2)
    expect(told.find(({ id }) => id === 'HZ202607180012345')).toMatchObject({ stage: 'closed', status: 'closed' })
    expect(told.find(({ id }) => id === 'second')).toMatchObject({ status: 'open' })
    // The delivery that was taken before the kill is a repeat after it.
    expect((await webhook(order({ orderNo: 'third' }), same)).status).toBe(204)
    expect((await ofClass('road.damaged')).filter(({ status }) => status !== 'closed')).toHaveLength(1)
    expect(new Set(told_ids).size).toBe(told_ids.length)
  })

  it('that its own system has closed ends its incident', async () => {
    expect((await webhook(order({ orderNo: 'second', state: '结案' }))).status).toBe(204)
    const open = (await ofClass('road.damaged')).filter(({ status }) => status !== 'closed')
    expect(open.map(({ active }) => active)).toEqual([false])
  })
})

describe('warnings in foreign formats', () => {
  const cap = (over: string) => `<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>X1</identifier><sender>met@x.cn</sender>
    <sent>${new Date().toISOString().slice(0, 19)}-00:00</sent><status>${over}</status><msgType>Alert</msgType><scope>Public</scope><info><category>Met</category>
    <event>暴雨</event><urgency>Immediate</urgency><severity>Severe</severity><certainty>Observed</certainty><headline>暴雨橙色预警</headline></info></alert>`
  const warnings = async () => (await asked('/api/v1/warnings')).warnings as { message: Record<string, unknown> }[]

  it('stand beside those of CAP over HTTP, with an end that is assumed where they say none', async () => {
    const client = await mqtt.connectAsync(program.mqtt, { username: 'bridge/lorawan', password: bridge_password })
    await client.publishAsync('alerts/cap', cap('Actual'), { qos: 1 })
    await client.endAsync()
    const [{ message }] = await warnings()
    expect(message).toMatchObject({
      identifier: 'X1',
      level: 'orange',
      hazard: 'rain',
      assumed: { en: expect.stringContaining('order 16') },
    })
    expect(Number(message.expires) - Number(message.effective)).toBe(3 * 3_600_000)
  })

  it('of a Smart Data Model are updated under their own id, and end when their time is over', async () => {
    const alert = (over: object) =>
      fetch(`${program.http}/ngsi-ld/v1/entities`, {
        method: 'POST',
        headers: { ...bearer(), 'content-type': 'application/ld+json' },
        body: JSON.stringify({
          id: 'urn:ngsi-ld:WeatherAlert:R1',
          type: 'WeatherAlert',
          category: 'weather',
          subCategory: 'rainfall',
          severity: 'high',
          alertSource: 'met',
          location: { type: 'Point', coordinates: [lon, lat] },
          ...over,
        }),
      })
    const [first, second] = [Date.now() - 60_000, Date.now() - 30_000].map((at) => new Date(at).toISOString())
    expect((await alert({ dateIssued: first })).status).toBe(201)
    expect((await alert({ dateIssued: second, severity: 'critical' })).status).toBe(201)
    const mine = async () => (await warnings()).filter(({ message }) => message.sender === 'met')
    expect(await mine()).toMatchObject([{ districts: ['d0'], message: { level: 'red', severity: 'Extreme' } }])
    expect((await alert({ dateIssued: second, validTo: new Date(Date.now() - 1).toISOString() })).status).toBe(201)
    expect(await mine()).toEqual([])
  })

  it('of an exercise do not reach the live city', async () => {
    const answer = await webhook(cap('Exercise').replace('X1', 'X2'), randomUUID(), 'application/cap+xml')
    expect(answer.status).toBe(422)
    expect((await answer.json()).detail).toContain('drill')
  })
})

describe('Open311', () => {
  const form = (over: Record<string, string> = {}) =>
    new URLSearchParams({
      service_code: 'street.stall',
      lat: String(lat + 0.004),
      long: String(lon + 0.004),
      description: 'a stall on the pavement, call 13812345678',
      first_name: 'Li',
      email: 'li@example.cn',
      api_key: token,
      ...over,
    }).toString()
  const post = (body: string, suffix = 'json') =>
    fetch(`${program.http}/open311/v2/requests.${suffix}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body,
    })

  it('lists what may be reported, takes a report once, and says what became of it', async () => {
    const services = (await asked('/open311/v2/services.json')) as unknown as { service_code: string }[]
    expect(services.map((one) => one.service_code)).toEqual(expect.arrayContaining(['street.stall', 'road.damaged', 'report.other']))
    const [first, again] = [await post(form()), await post(form())]
    expect([first.status, again.status]).toEqual([201, 201])
    const [{ service_request_id: id }] = await first.json()
    expect(await again.json()).toMatchObject([{ service_request_id: id }])
    expect(await ofClass('street.stall')).toHaveLength(1)
    const [request] = (await asked(`/open311/v2/requests/${id}.json`)) as unknown as Record<string, unknown>[]
    expect(request).toMatchObject({
      service_request_id: id,
      status: 'open',
      service_code: 'street.stall',
      lat: Number((lat + 0.004).toFixed(7)),
    })
    expect(JSON.stringify(request)).not.toMatch(/13812345678|Li|example/)
    const xml = await (await fetch(`${program.http}/open311/v2/requests/${id}.xml`)).text()
    expect(xml).toContain(`<service_request_id>${id}</service_request_id>`)
    const [incident] = await ofClass('street.stall')
    await fetch(`${program.http}/api/v1/incidents/${incident.id}/dismiss`, {
      method: 'POST',
      headers: { ...bearer(), 'content-type': 'application/json' },
      body: JSON.stringify({ reason: 'a permitted stall of Mr. Wang' }),
    })
    const [closed] = (await asked('/open311/v2/requests.json?status=closed')) as unknown as Record<string, unknown>[]
    expect(closed).toMatchObject({ service_request_id: id, status: 'closed' })
    // Why is the desk's business.
    expect(JSON.stringify(closed)).not.toContain('Wang')
  })

  it('answers mistakes as GeoReport does, and strangers not at all', async () => {
    const nowhere = await post(form({ lat: '', long: '' }))
    expect(nowhere.status).toBe(400)
    expect(await nowhere.json()).toEqual([{ code: 400, description: expect.stringContaining('lat and long') }])
    const stranger = await post(form({ api_key: 'nobody' }), 'xml')
    expect(stranger.status).toBe(401)
    expect(await stranger.text()).toContain('<errors><error><code>401</code>')
    expect((await fetch(`${program.http}/open311/v2/requests/none.json`)).status).toBe(404)
  })

  it('shows orders of hotlines to nobody', async () => {
    expect(JSON.stringify(await asked('/open311/v2/requests.json'))).not.toContain('HZ2026')
  })
})

describe('dialects.yaml', () => {
  it('takes effect while running, and with mistakes leaves in force what is', async () => {
    const before = await asked('/api/v1/dialects')
    expect(before).toMatchObject({ file: null, bindings: 0, problems: [] })
    const bin = city.devices.find(({ domain }) => domain === 'waste')
    writeFileSync(
      join(data, 'dialects.yaml'),
      `bindings:\n  - { entity: bin:24e124713b492114, device: d0/waste/${bin?.id}, depth_mm: 1200 }\n`,
    )
    await until(async () => (await asked('/api/v1/dialects')).bindings === 1)
    const client = await mqtt.connectAsync(program.mqtt, { username: 'bridge/lorawan', password: bridge_password })
    const uplink = { time: new Date().toISOString(), fCnt: 7, fPort: 85, data: 'AXVcA2cBAQSC8AAFAAA=', deduplicationId: randomUUID() }
    await client.publishAsync('application/1/device/24e124713b492114/event/up', JSON.stringify(uplink), { qos: 1 })
    // The same frame through another gateway.
    const other = { ...uplink, deduplicationId: randomUUID() }
    await client.publishAsync('application/1/device/24e124713b492114/event/up', JSON.stringify(other), { qos: 1 })
    await client.endAsync()
    const dialects = (await asked('/api/v1/dialects')).dialects as { id: string; heard: number; repeats: number }[]
    expect(dialects.find(({ id }) => id === 'chirpstack_v4')).toMatchObject({ heard: 2, repeats: 1 })
    writeFileSync(join(data, 'dialects.yaml'), 'bindings:\n  - { entity: x, device: d0/waste/nowhere }\n')
    const reload = await fetch(`${program.http}/api/v1/dialects/reload`, { method: 'POST', headers: bearer() })
    expect(await reload.json()).toEqual({ done: false, problems: [expect.stringContaining('dialects.yaml:2:')] })
    expect(await asked('/api/v1/dialects')).toMatchObject({ bindings: 1, problems: [expect.stringContaining('no device of the city')] })
  })
})
