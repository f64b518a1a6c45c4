/** The API as a caller sees it: answers that fit their own schemas, refusals as problem documents, nobody in who should not be. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { UrbanError } from '../../../engine/base/errors.ts'
import { createState, step } from '../../../engine/brain.ts'
import { crewViews } from '../../../engine/crew-view.ts'
import { createContext } from '../../../engine/model/context.ts'
import type { Fact } from '../../../engine/model/fact.ts'
import type { OperatorOrder } from '../../../engine/model/observation.ts'
import { DEFAULT_POLICY } from '../../../engine/model/signals.ts'
import { buildRoadGraph } from '../../../engine/solve/network.ts'
import { solveReach } from '../../../engine/solve/roads/door.ts'
import { readCap } from '../../../gateway/cap/read.ts'
import type { Caller } from '../../../gateway/http/guard.ts'
import type { HttpParts, OrderOutcome } from '../../../gateway/http/parts.ts'
import { createHttp, type Http } from '../../../gateway/http/server.ts'
import { ProblemDocument } from '../../../gateway/wire/api.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { count } from '../../support/brain.ts'
import { createAnswers, requestsFor } from '../../support/solver.ts'

const T0 = 1_767_225_600_000
const city = smallCity()
const gauge = city.low_points[0].gauges[0]
const crew = city.crews[0]
const CREW = `${crew.district}/crew/${crew.id}`
const FRAME = { type: 'crew', now: T0, world: 'test', timezone: 'Asia/Shanghai', call_centre: null, push_key: null } as const
const PHONE = { authorization: 'Bearer phone-token' }
const OPERATOR = { authorization: 'Bearer operator-token' }
const VIEWER = { authorization: 'Bearer viewer-token' }

const [junction] = city.junctions
const DETECTOR = `d0/traffic/${junction.id}`
const LANES = { in: junction.entering.map(({ id }) => id), out: junction.leaving.map(({ id }) => id) }
const passing = (s: number) => ({ [LANES.in[1]]: { vehicles: s % 3, queued: s % 2, approaching: 0 } })
const order = (id: string, act: OperatorOrder) => ({ kind: 'operator' as const, ts: T0 + 2000, id, by: 'ops', act })
const experiment = order('o2', {
  type: 'experiment.start',
  id: 'x1',
  a: 'max_pressure',
  b: 'planner',
  area: null,
  slot_min: 5,
  washout_min: 1,
  seed: 1,
})
const hand = order('o3', {
  type: 'command',
  device: `d0/signal/${junction.id}`,
  command: 'signal.phase',
  fields: { phase: 1, hold_s: 600 },
  hold_s: 600,
})

const CALLERS: Readonly<Record<string, Caller>> = {
  'operator-token': { name: 'ops', role: 'operator' },
  'viewer-token': { name: 'eyes', role: 'viewer' },
  'phone-token': { name: 'phone:1', role: 'crew', phone: { id: '1'.repeat(16), crew: CREW } },
}

let http: Http
let orders: { order: unknown; by: string; id: string }[]
let outcome: OrderOutcome | null
let storeAway: boolean

const answers = createAnswers(city)

function partsOf(): HttpParts {
  const facts: Fact[] = []
  const signal_policy = { ...DEFAULT_POLICY, shadow: 'planner' as const, human_share: 0.5 }
  const state = createState(createContext(city, 'test', 1, { signal_policy }))
  // Two readings that agree: a storm begins.
  for (const ts of [T0 - 1000, T0])
    step(state, [{ kind: 'reading', device: gauge, ts, seq: ts, values: { level_m: 0.3 }, backfill: false }], ts)
  const nowcast = { rain_mm_h: 0, rain_forecast_mm_h: new Array<number>(24).fill(30), forecast_step_s: 300 }
  step(
    state,
    [
      { kind: 'reading', device: gauge, ts: T0, seq: 1, values: { level_m: 0.3 }, backfill: false },
      { kind: 'reading', device: 'd0/weather/W1', ts: T0, seq: 1, values: nowcast, backfill: false },
    ],
    T0,
  )
  step(
    state,
    [
      {
        kind: 'operator',
        ts: T0 + 1000,
        id: 'o1',
        by: 'test',
        act: { type: 'incident.report', class: 'road.flooded', severity: 'warning', at: [...city.nodes[0].at], text: 'water' },
      },
    ],
    T0 + 1000,
  )
  for (let s = 2; s < 400; s++) {
    const { [LANES.in[0]]: _silent, ...heard } = count(DETECTOR, s, LANES, {}).in
    const { requests } = step(
      state,
      s === 2 ? [experiment, hand] : [{ ...count(DETECTOR, s, LANES, {}), in: { ...heard, ...passing(s) } }],
      T0 + s * 1000,
    )
    facts.push(...step(state, answers(requestsFor(requests, 'forecast'), T0 + s * 1000), T0 + s * 1000).facts)
  }
  return {
    city,
    state: () => state,
    now: () => T0 + 1000,
    history: {
      async history() {
        if (storeAway) throw new UrbanError('neighbour', 'store_away', 'the history store is away')
        return [{ ts: T0, mean: 0.3, min: 0.3, max: 0.3, count: 1 }]
      },
      metrics: async () => ['level_m'],
    },
    async order(order, by, id) {
      orders.push({ order, by, id })
      return outcome
    },
    press: async () => null,
    public_url: null,
    maySubscribe: () => false,
    crewFrame: (asked) => {
      const view = crewViews(state, new Set([asked])).get(asked)
      return view === undefined ? null : { ...FRAME, view }
    },
    phones: {
      invite: (invited) => ({ crew: invited, code: '123456', ticket: 't'.repeat(24), expires: T0 + 600_000 }),
      signIn: () => ({ why: 'unknown' }),
      end: () => null,
      list: () => [
        { id: '0'.repeat(16), crew: CREW, signed_in: T0, invited_by: 'ops', expires: T0 + 1, synced: T0, waiting: null, push: false },
      ],
      subscribe: () => {},
    },
    photos: { put: async () => null, list: async () => [], read: async () => null },
    journal: {
      recent: async ({ limit, accept }) => ({
        lines: facts
          .flatMap((fact, seq) => (accept(fact) ? [{ seq, prev: '', sha: '', fact }] : []))
          .slice(-limit)
          .reverse(),
        next: null,
      }),
    },
    quarantine: { samples: () => [], counters: { schema: 2 } },
    ruleProblems: () => [],
    drills: { list: async () => [], read: async () => null },
    flood_model: null,
    solve: async (problem) =>
      problem.type === 'reach' ? solveReach(buildRoadGraph(city), problem) : { type: 'failed', why: 'not asked for' },
    health: () => ({
      status: 'ok',
      version: '0',
      world: 'test',
      mode: 'live',
      city: city.id,
      started: T0,
      now: T0,
      devices_reporting: 1,
      parts: [{ name: 'broker', ok: true, detail: '' }],
    }),
    metrics: () => [{ name: 'urban_brain_x', help: 'h', type: 'gauge', samples: [{ labels: { a: 'q"\n' }, value: 1 }] }],
  }
}

beforeEach(async () => {
  orders = []
  storeAway = false
  outcome = { kind: 'operator', ts: T0, id: 'x', by: 'ops', act: 'incident.acknowledge', done: true, why: null }
  http = await createHttp({
    host: '127.0.0.1',
    port: 0,
    tls: null,
    version: '0',
    dashboard: '/nowhere',
    parts: partsOf(),
    verifyToken: (token) => CALLERS[token] ?? null,
    upgrades: {},
    logger: { info: () => {}, warn: () => {}, error: () => {} },
  })
})
afterEach(() => http.stop())

const problem = Compile(ProblemDocument)

interface Asked {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly headers?: Record<string, string>
  readonly payload?: string | object
  readonly from?: string
}

async function ask(url: string, { method = 'GET', headers = {}, payload, from = '127.0.0.1' }: Asked = {}) {
  const answer = await http.app.inject({ method, url, headers: { host: '127.0.0.1:8080', ...headers }, payload, remoteAddress: from })
  if (answer.statusCode >= 400) {
    expect(answer.headers['content-type']).toContain('application/problem+json')
    expect(problem.Check(answer.json()), answer.body).toBe(true)
    expect(answer.json().status).toBe(answer.statusCode)
  }
  return answer
}

interface Document {
  paths: Record<string, Record<string, { responses: Record<string, { content?: Record<string, { schema: TSchema }> }> }>>
}

describe('the API', () => {
  it('answers every read as its OpenAPI document says', async () => {
    const document: Document = (await ask('/api/v1/openapi.json')).json()
    expect(document).toMatchObject({ openapi: '3.1.0' })
    const incident = (await ask('/api/v1/incidents')).json().incidents[0]
    const storm = (await ask('/api/v1/storms')).json().storms[0]
    const [district, domain, id] = gauge.split('/')
    const filled: Record<string, string> = { district, domain, id: domain === undefined ? '' : id }
    let checked = 0
    for (const [path, operations] of Object.entries(document.paths)) {
      const content = operations.get?.responses['200']?.content?.['application/json']
      if (content === undefined) continue
      const ids: Record<string, string> = {
        incidents: incident.id,
        signals: city.junctions[0].id,
        arterials: city.arterials[0].id,
        storms: storm.id,
        crews: crew.id,
        tasks: 'T1',
        city: '',
      }
      const own = ids[path.split('/')[3]]
      const names: Record<string, string> = own === undefined ? filled : { id: own }
      const url = path.replace(/\{(\w+)\}/g, (_all, name) => names[name])
      const answer = await ask(path.startsWith('/api/v1/city/') ? `${url}?lon=120.15&lat=30.27` : url, { headers: OPERATOR })
      if (path === '/api/v1/drills/{id}') expect(answer.statusCode).toBe(404)
      else {
        expect(answer.statusCode, url).toBe(200)
        const validator = Compile(content.schema)
        expect(validator.Errors(answer.json()), url).toEqual([])
        checked++
      }
    }
    expect(checked).toBeGreaterThanOrEqual(16)
  })

  it('gives the city as GeoJSON once per version, zipped for those who can', async () => {
    const plain = await ask('/api/v1/city')
    expect(plain.headers['content-type']).toContain('application/geo+json')
    expect(plain.json().features.length).toBeGreaterThan(20)
    const zipped = await ask('/api/v1/city', { headers: { 'accept-encoding': 'gzip' } })
    expect(zipped.headers['content-encoding']).toBe('gzip')
    expect(zipped.rawPayload.length).toBeLessThan(plain.rawPayload.length)
    expect((await ask('/api/v1/city', { headers: { 'if-none-match': String(plain.headers.etag) } })).statusCode).toBe(304)
  })

  it('shows one junction with its lanes where they come from and lead to', async () => {
    const junction = (await ask(`/api/v1/signals/${city.junctions[1].id}`)).json()
    expect(junction).toMatchObject({ mode: 'local', hand: null, stage: null, plan: null, reason: null, commands: [] })
    expect(junction.approaches.map(({ bearing_deg }: { bearing_deg: number }) => bearing_deg)).toEqual([0, 90, 180, 270])
    const [north] = junction.approaches
    expect(north.lanes.map(({ turns }: { turns: string[] }) => turns)).toEqual([['left'], ['through', 'right']])
    const bearings = new Map(junction.exits.map(({ road, bearing_deg }: { road: string; bearing_deg: number }) => [road, bearing_deg]))
    // Who comes from the north and turns left leaves to the east.
    expect(north.lanes[0].exits.map((road: string) => bearings.get(road))).toEqual([90])
    expect((await ask('/api/v1/signals/J99')).json()).toMatchObject({ status: 404, code: 'junction' })
  })

  it('tells the forecasts of the low points, those of earlier, and how good they were', async () => {
    const [{ id: point }] = city.low_points
    const { forecasts, model, scores } = (await ask(`/api/v1/forecasts?point=${point}`)).json()
    expect(forecasts).toMatchObject([{ point, basis: 'physical', issued: T0 + 300_000 }])
    expect(forecasts[0].leads.map(({ lead_min }: { lead_min: number }) => lead_min)).toEqual(
      Array.from({ length: 24 }, (_, i) => 5 * (i + 1)),
    )
    expect(model).toBeNull()
    expect(scores.lately.leads.map(({ lead_min }: { lead_min: number }) => lead_min)).toEqual([15, 30, 60, 120])
    const then = (await ask(`/api/v1/forecasts?point=${point}&at=${new Date(T0 + 340_000).toISOString()}`)).json().forecasts
    expect(then).toMatchObject([
      { point, issued: T0 + 300_000, leads: [{ lead_min: 15 }, { lead_min: 30 }, { lead_min: 60 }, { lead_min: 120 }] },
    ])
    expect((await ask(`/api/v1/forecasts?at=${T0 - 1}`)).json().forecasts).toEqual([])
    expect((await ask('/api/v1/forecasts?point=nowhere')).statusCode).toBe(404)
    expect((await ask('/api/v1/forecasts?at=yesterday')).statusCode).toBe(400)
  })

  it('filters and pages devices', async () => {
    const all = (await ask('/api/v1/devices?limit=1000')).json().items
    const first = (await ask('/api/v1/devices?limit=3')).json()
    const second = (await ask(`/api/v1/devices?limit=1000&after=${encodeURIComponent(first.next)}`)).json()
    expect([...first.items, ...second.items]).toEqual(all)
    expect(second.next).toBeNull()
    const flood = (await ask('/api/v1/devices?domain=flood')).json().items
    expect(flood.length).toBeGreaterThan(0)
    expect(flood.every(({ domain }: { domain: string }) => domain === 'flood')).toBe(true)
    const [one] = (await ask(`/api/v1/devices/${gauge}`)).json() === null ? [] : flood
    expect(one).toBeDefined()
  })

  it('takes times as ISO 8601 or epoch milliseconds', async () => {
    const iso = await ask(`/api/v1/devices/${gauge}/history?metric=level_m&from=2026-01-01T00:00:00Z&to=2026-01-01T01:00:00Z&step=300`)
    expect(iso.json()).toMatchObject({ from: T0, to: T0 + 3_600_000, step_s: 300, metric: 'level_m' })
    expect((await ask(`/api/v1/devices/${gauge}/history?from=yesterday`)).json().detail).toContain('ISO 8601')
    expect((await ask(`/api/v1/devices/${gauge}/history?from=${T0}&to=${T0}`)).statusCode).toBe(400)
    storeAway = true
    expect((await ask(`/api/v1/devices/${gauge}/history`)).statusCode).toBe(503)
  })

  it('writes metrics as Prometheus reads them', async () => {
    const { body, headers } = await ask('/metrics')
    expect(headers['content-type']).toContain('version=0.0.4')
    expect(body).toBe('# HELP urban_brain_x h\n# TYPE urban_brain_x gauge\nurban_brain_x{a="q\\"\\n"} 1\n')
  })
})

describe('signals', () => {
  it('says who controls each junction, what is wrong there and what it achieves', async () => {
    const answer = (await ask('/api/v1/signals')).json()
    expect(answer).toMatchObject({ shadow: 'planner', human_share: 0.5 })
    expect(answer.signals[0]).toMatchObject({ id: junction.id, mode: 'hand', hand: { by: 'ops', since: T0 + 2000 } })
    expect(answer.signals[0].faults).toMatchObject([{ lane: LANES.in[0], cause: 'silent' }])
    expect(answer.signals[0].effect.figures.throughput_veh_h).toBeGreaterThan(0)
    const effect = (await ask(`/api/v1/signals/effect?by=district&from=${T0}&to=${T0 + 600_000}`)).json()
    expect(effect.rows[0].slots).toHaveLength(2)
    expect(effect.formulas.map(({ id }: { id: string }) => id).sort()).toEqual(Object.keys(effect.rows[0].total).sort())
    expect((await ask('/api/v1/signals/effect?by=planet')).statusCode).toBe(400)
    expect((await ask(`/api/v1/signals/effect?from=${T0}&to=${T0}`)).statusCode).toBe(400)
    expect((await ask('/api/v1/signals/experiments')).json().experiments[0]).toMatchObject({ id: 'x1', by: 'ops' })
  })

  it('hands experiments, releases and approvals on under the caller’s name', async () => {
    const body = { id: 'x2', a: 'planner', b: 'fixed', slot_min: 30, washout_min: 5 }
    const post = (path: string, payload: object, headers: Record<string, string> = OPERATOR) =>
      ask(`/api/v1/signals/${path}`, { method: 'POST', headers, payload })
    expect((await post('experiments', body)).statusCode).toBe(200)
    expect((await post('experiments/x2/stop', {})).statusCode).toBe(200)
    expect((await post(`${junction.id}/release`, {})).statusCode).toBe(200)
    expect((await post(`${junction.id}/approve`, { suggestion: 's', hold_s: 30 })).statusCode).toBe(200)
    expect(orders.map(({ by }) => by)).toEqual(['ops', 'ops', 'ops', 'ops'])
    expect(orders.map(({ order: given }) => given)).toEqual([
      { type: 'experiment.start', ...body, area: null, seed: 1 },
      { type: 'experiment.stop', experiment: 'x2' },
      { type: 'command.release', device: `d0/signal/${junction.id}` },
      { type: 'signal.approve', junction: junction.id, suggestion: 's', hold_s: 30 },
    ])
    expect((await post('experiments', { ...body, a: 'best' })).statusCode).toBe(400)
    expect((await post('experiments', body, VIEWER)).statusCode).toBe(403)
    expect((await post('nowhere/release', {})).statusCode).toBe(404)
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
    expect(orders.map(({ order: given }) => given)).toMatchObject([
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
    outcome = {
      kind: 'operator',
      ts: T0,
      id: 'x',
      by: 'ops',
      act: 'warning.receive',
      done: false,
      why: 'status Test belongs to a drill world',
    }
    expect((await give(xml)).json()).toMatchObject({ status: 409, detail: 'status Test belongs to a drill world' })
    expect(orders).toHaveLength(2)
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
    expect(orders).toMatchObject([{ by: 'ops', id: 'press-1', order: { type: 'incident.report', at: [120, 30] } }])
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
    expect(orders.map(({ order }) => order)).toEqual([
      { type: 'road.close', road, reason: 'works' },
      { type: 'road.open', road, reason: 'works' },
    ])
  })

  it('say why they were not carried out', async () => {
    outcome = { kind: 'operator', ts: T0, id: 'x', by: 'ops', act: 'command', done: false, why: 'no such device' }
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
