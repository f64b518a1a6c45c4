/** Orders and refusals: what may be asked by whom, refusals as problem documents, nobody in who should not be. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readCap } from '../../../gateway/cap/read.ts'
import { ask, CREW, city, crew, OPERATOR, PHONE, served, serveEach, T0, VIEWER } from './served.ts'

serveEach()

describe('editing rules', () => {
  const files = [{ name: 'a.yaml', text: 'rules: []\n' }]
  const add = {
    id: 'wet',
    title: { zh: '湿', en: 'Wet' },
    why: '',
    domain: 'flood',
    kind: null,
    when: 'level_m > 30 cm',
    for: null,
    clear: null,
    clear_for: null,
    severity: 'watch',
    class: 'flood.waterlogging',
    deadline: '2 h',
    skill: null,
    service: null,
  }
  const edit = (payload: object, headers: Record<string, string> = OPERATOR) =>
    ask('/api/v1/rules/edit', { method: 'POST', headers, payload })

  it('gives the changed texts to an operator and changes nothing', async () => {
    const added = (await edit({ files, edit: { add, file: 'b.yaml' } })).json()
    expect(added).toMatchObject({
      file: 'b.yaml',
      files: [files[0], { name: 'b.yaml', text: expect.stringContaining('when: level_m > 30 cm') }],
    })
    expect((await edit({ files: added.files, edit: { remove: 'wet' } })).json().files[1].text).toBe('rules: []\n')
    expect((await edit({ files, edit: { remove: 'wet' } })).json()).toMatchObject({ status: 409, code: 'rule_edit' })
    expect((await edit({ files, edit: { add: { ...add, id: 'not one' }, file: 'b.yaml' } })).statusCode).toBe(400)
    expect((await edit({ files, edit: { add, file: '../b.yaml' } })).statusCode).toBe(400)
    expect((await edit({ files, edit: { remove: 'wet' } }, VIEWER)).statusCode).toBe(403)
    expect(served.orders).toEqual([])
  })
})

describe('warnings', () => {
  const xml = readFileSync(join(import.meta.dirname, '../../fixtures/cap/rain-orange.xml'), 'utf8')
  const give = (payload: string, headers: Record<string, string> = {}) =>
    ask('/api/v1/warnings/cap', { method: 'POST', payload, headers: { ...OPERATOR, 'content-type': 'application/cap+xml', ...headers } })

  it('gives own warnings as JSON, as CAP by warning and by message, and as a feed that leads there', async () => {
    const [own] = (await ask('/api/v1/warnings')).json().warnings
    expect(own).toMatchObject({ origin: 'own', districts: ['d0'], message: { level: 'orange', type: 'Alert' } })
    const feed = await ask('/api/v1/warnings/cap')
    expect(feed.headers['content-type']).toContain('application/atom+xml')
    const [, link] = /href="([^"]+)"/.exec(feed.body) ?? []
    const cap = await ask(link)
    expect(cap.headers['content-type']).toContain('application/cap+xml')
    expect(readCap(cap.body)).toMatchObject({ ok: true, message: own.message })
    expect((await ask(`/api/v1/warnings/cap/${own.message.identifier}.xml`)).body).toBe(cap.body)
    expect((await ask('/api/v1/warnings/cap/none.xml')).json()).toMatchObject({ status: 404, code: 'warning' })
  })

  it('takes an alert in for the operator, and answers what is wrong with it place by place', async () => {
    expect((await give(xml)).json()).toMatchObject({ done: true })
    expect(served.orders.map(({ order: given }) => given)).toMatchObject([
      { type: 'warning.receive', message: { identifier: 'SC-2026-0001', level: 'orange' } },
    ])
    const wrong = (await give(xml.replace('>Actual<', '>Real<').replace('120.10', '520.10'))).json()
    expect(wrong).toMatchObject({ status: 400, code: 'validation' })
    expect(wrong.errors.map(({ where }: { where: string }) => where)).toEqual([
      expect.stringMatching(/^line \d+ alert\/status$/),
      expect.stringMatching(/^line \d+ alert\/info\/area\/polygon$/),
    ])
    expect((await give(xml, VIEWER)).statusCode).toBe(403)
    expect((await give(JSON.stringify(xml), { 'content-type': 'application/json' })).json()).toMatchObject({
      status: 415,
      code: 'media_type',
    })
    expect((await give(xml.replace('暴雨<', `${'x'.repeat(70_000)}<`))).json()).toMatchObject({ status: 413, code: 'body_too_large' })
    expect((await give('')).statusCode).toBe(400)
    served.outcome = {
      kind: 'operator',
      ts: T0,
      id: 'x',
      by: 'ops',
      act: 'warning.receive',
      done: false,
      why: 'status Test belongs to a drill world',
    }
    expect((await give(xml)).json()).toMatchObject({ status: 409, detail: 'status Test belongs to a drill world' })
    expect(served.orders).toHaveLength(2)
  })
})

describe('refusals', () => {
  it.each([
    ['nothing there', '/api/v1/nothing', {}, 404, 'not_found'],
    ['wrong method', '/api/v1/kpis', { method: 'DELETE' }, 405, 'method'],
    ['no such device', '/api/v1/devices/d0/waste/none', {}, 404, 'device'],
    ['bad query', '/api/v1/devices?limit=0', {}, 400, 'validation'],
    ['bad domain', '/api/v1/devices?domain=magic', {}, 400, 'validation'],
    [
      'not JSON',
      '/api/v1/incidents',
      { method: 'POST', payload: '{', headers: { ...OPERATOR, 'content-type': 'application/json' } },
      400,
      'body_not_json',
    ],
    ['wrong body', '/api/v1/incidents', { method: 'POST', payload: { class: 'x' }, headers: OPERATOR }, 400, 'validation'],
    [
      'wrong type is not bent',
      '/api/v1/incidents',
      { method: 'POST', payload: { class: 'a.b', severity: 'watch', lon: '1', lat: 1, text: 'x' }, headers: OPERATOR },
      400,
      'validation',
    ],
    [
      'another media type',
      '/api/v1/incidents',
      { method: 'POST', payload: 'a', headers: { ...OPERATOR, 'content-type': 'text/plain' } },
      415,
      'media_type',
    ],
    [
      'too large',
      '/api/v1/incidents',
      { method: 'POST', payload: { text: 'x'.repeat(100_000) }, headers: OPERATOR },
      413,
      'body_too_large',
    ],
    ['no such arterial', '/api/v1/arterials/none/time-space', {}, 404, 'arterial'],
    ['too far ahead', '/api/v1/arterials/A1/time-space?ahead_s=9000', {}, 400, 'validation'],
    ['no such road', '/api/v1/roads/none/close', { method: 'POST', payload: { reason: 'x' }, headers: OPERATOR }, 404, 'road'],
    ['no such incident', '/api/v1/incidents/none/acknowledge', { method: 'POST', headers: OPERATOR }, 404, 'incident'],
    [
      'no such crew',
      '/api/v1/crews/none/events',
      { method: 'POST', payload: { ts: 1, id: 'a', type: 'task.done' }, headers: OPERATOR },
      404,
      'crew',
    ],
  ] as const)('%s', async (_what, url, asked, status, code) => {
    const answer = await ask(url, asked)
    expect(answer.json()).toMatchObject({ status, code })
    if (status === 405) expect(answer.headers.allow).toBe('GET, HEAD')
  })

  it('names each place of a mistake', async () => {
    const { errors } = (await ask('/api/v1/devices?limit=zero')).json()
    expect(errors[0].where).toBe('querystring/limit')
  })
})

describe('who may', () => {
  it.each([
    ['read from loopback', 'GET', {}, '127.0.0.1', 200],
    ['read from ::1', 'GET', { host: '[::1]:8080' }, '::1', 200],
    ['read from elsewhere without a token', 'GET', {}, '192.0.2.7', 401],
    ['read from elsewhere with a token', 'GET', VIEWER, '192.0.2.7', 200],
    ['read through a proxy on this machine', 'GET', { 'x-forwarded-for': '127.0.0.1' }, '127.0.0.1', 401],
    ['read under a stranger’s name', 'GET', { host: 'evil.example' }, '127.0.0.1', 421],
    ['read for a stranger’s page', 'GET', { origin: 'http://evil.example' }, '127.0.0.1', 403],
    ['read for our own page', 'GET', { origin: 'http://127.0.0.1:8080' }, '127.0.0.1', 200],
    ['read with a wrong token', 'GET', { authorization: 'Bearer nonsense' }, '127.0.0.1', 401],
    ['report without a token', 'POST', {}, '127.0.0.1', 401],
    ['report as viewer', 'POST', VIEWER, '127.0.0.1', 403],
    ['report as operator', 'POST', OPERATOR, '192.0.2.7', 200],
  ] as const)('%s', async (_what, method, headers, from, status) => {
    const payload = method === 'POST' ? { class: 'road.flooded', severity: 'watch', lon: 120, lat: 30, text: 'x' } : undefined
    expect((await ask('/api/v1/incidents', { method, headers, from, payload })).statusCode).toBe(status)
  })

  it('lets a phone do what belongs to its crew, and nothing else', async () => {
    const press = { ts: T0, type: 'task.accepted', task: 't1', id: 'p-1' }
    const get = async (url: string): Promise<number> => (await ask(url, { headers: PHONE, from: '192.0.2.7' })).statusCode
    const post = async (url: string, payload: object): Promise<number> =>
      (await ask(url, { method: 'POST', headers: PHONE, from: '192.0.2.7', payload })).statusCode
    const other = city.crews[1].id
    expect(await get(`/api/v1/crews/${crew.id}/view`)).toBe(200)
    expect(await get('/api/v1/city/around?lon=120.15&lat=30.27')).toBe(200)
    expect(await post(`/api/v1/crews/${crew.id}/events`, press)).toBe(200)
    expect(await get(`/api/v1/crews/${other}/view`)).toBe(403)
    expect(await get(`/api/v1/crews/${crew.id}/view?district=d9`)).toBe(403)
    expect(await post(`/api/v1/crews/${other}/events`, press)).toBe(403)
    const place = { ts: T0, lon: 120.15, lat: 30.27 }
    expect(await post(`/api/v1/crews/${crew.id}/place`, place)).toBe(204)
    expect(await post(`/api/v1/crews/${crew.id}/place`, { ...place, lat: 91 })).toBe(400)
    expect(await post(`/api/v1/crews/${crew.id}/place`, { ...place, imei: 1 })).toBe(400)
    expect(await post(`/api/v1/crews/${other}/place`, place)).toBe(403)
    for (const path of ['crews', 'incidents', 'tasks', 'phones', 'audit', 'city', 'tasks/t1/photos', 'health'])
      expect(await get(`/api/v1/${path}`), path).toBe(403)
    expect(await get('/metrics')).toBe(403)
    expect(await post('/api/v1/phones/invitations', { crew: CREW })).toBe(403)
    expect(await post('/api/v1/incidents', {})).toBe(403)
    expect((await ask(`/api/v1/phones/${'0'.repeat(16)}`, { method: 'DELETE', headers: PHONE })).statusCode).toBe(403)
    const photo = { method: 'PUT', headers: { ...PHONE, 'content-type': 'image/jpeg' }, payload: 'x' } as const
    expect((await ask(`/api/v1/crews/${other}/photos/a?task=t1&stage=after&ts=1`, photo)).statusCode).toBe(403)
    expect((await ask(`/api/v1/crews/${crew.id}/photos/a?task=t1&stage=after&ts=1`, photo)).json()).toMatchObject({ code: 'task' })
  })

  it('makes guessing tokens slow for the guesser and for nobody else', async () => {
    const guess = () => ask('/api/v1/kpis', { headers: { authorization: `Bearer ${Math.random()}` }, from: '192.0.2.9' })
    for (let i = 0; i < 10; i++) expect((await guess()).statusCode).toBe(401)
    const refused = await guess()
    expect(refused.statusCode).toBe(429)
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    expect((await ask('/api/v1/kpis', { headers: VIEWER, from: '192.0.2.10' })).statusCode).toBe(200)
  })

  it('answers with headers that let nothing foreign in', async () => {
    const { headers } = await ask('/api/v1/kpis')
    expect(headers['content-security-policy']).toContain("default-src 'self'")
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['cache-control']).toBe('no-store')
  })
})

describe('orders', () => {
  it('carry the token’s name, and a key that makes a repeat the same order', async () => {
    const payload = { class: 'road.flooded', severity: 'watch', lon: 120, lat: 30, text: 'x' }
    const answer = await ask('/api/v1/incidents', { method: 'POST', payload, headers: { ...OPERATOR, 'idempotency-key': 'press-1' } })
    expect(answer.json()).toEqual({ id: 'press-1', done: true })
    expect(served.orders).toMatchObject([{ by: 'ops', id: 'press-1', order: { type: 'incident.report', at: [120, 30] } }])
  })

  it('close and open a road with a reason', async () => {
    const road = city.roads[0].id
    for (const verb of ['close', 'open']) {
      const answer = await ask(`/api/v1/roads/${road}/${verb}`, { method: 'POST', payload: { reason: 'works' }, headers: OPERATOR })
      expect(answer.json()).toMatchObject({ done: true })
      expect(
        (await ask(`/api/v1/roads/${road}/${verb}`, { method: 'POST', payload: { reason: 'works' }, headers: VIEWER })).statusCode,
      ).toBe(403)
    }
    expect(served.orders.map(({ order }) => order)).toEqual([
      { type: 'road.close', road, reason: 'works' },
      { type: 'road.open', road, reason: 'works' },
    ])
  })

  it('say why they were not carried out', async () => {
    served.outcome = { kind: 'operator', ts: T0, id: 'x', by: 'ops', act: 'command', done: false, why: 'no such device' }
    const payload = { device: 'd0/drain/X', kind: 'drain.setting', fields: { setting: 1 }, hold_s: 60 }
    const answer = await ask('/api/v1/commands', { method: 'POST', payload, headers: OPERATOR })
    expect(answer.json()).toMatchObject({ status: 409, code: 'order_refused', detail: 'no such device' })
  })

  it('take a press of a crew, with its id in the body or as Idempotency-Key', async () => {
    const url = `/api/v1/crews/${crew.id}/events`
    const press = { ts: T0, type: 'task.accepted', task: 't1' }
    expect((await ask(url, { method: 'POST', payload: press, headers: OPERATOR })).statusCode).toBe(400)
    const answer = await ask(url, { method: 'POST', payload: press, headers: { ...OPERATOR, 'idempotency-key': 'p-1' } })
    expect(answer.json()).toMatchObject({ id: 'p-1', crew: CREW, accepted: true })
  })
})
