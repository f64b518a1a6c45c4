/** The API as a caller sees it: answers that fit their own schemas. */
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { describe, expect, it } from 'vitest'
import { ask, city, crew, gauge, junction, LANES, OPERATOR, served, serveEach, T0, VIEWER } from './served.ts'

serveEach()

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
    const [bin] = city.devices.filter(({ kind }) => kind === 'bin')
    const filled: Record<string, string> = { district, domain, id: domain === undefined ? '' : id, version: '1' }
    let checked = 0
    for (const [path, operations] of Object.entries(document.paths)) {
      const content = operations.get?.responses['200']?.content?.['application/json']
      if (content === undefined) continue
      if (path.startsWith('/open311/') && path.includes('{')) continue
      const ids: Record<string, string> = {
        incidents: incident.id,
        signals: city.junctions[0].id,
        arterials: city.arterials[0].id,
        storms: storm.id,
        kpis: 'bins',
        crews: crew.id,
        tasks: 'T1',
        bins: bin.id,
        city: '',
      }
      const own = ids[path.split('/')[3]]
      const names: Record<string, string> = own === undefined ? filled : { ...filled, id: own }
      const url = path.replace(/\{(\w+)\}/g, (_all, name) => names[name])
      const answer = await ask(path.startsWith('/api/v1/city/') ? `${url}?lon=120.15&lat=30.27` : url, { headers: OPERATOR })
      // Nothing of that kind has been yet.
      if (path === '/api/v1/drills/{id}' || path === '/api/v1/bins/round/{id}/ways') expect(answer.statusCode).toBe(404)
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

  it('tells the bins and the rounds', async () => {
    const { bins, model } = (await ask('/api/v1/bins')).json()
    expect(model).toBeNull()
    for (const { bin, fill_pct } of bins) expect([typeof bin, typeof fill_pct]).toEqual(['string', 'number'])
    expect((await ask('/api/v1/bins?within_h=soon')).statusCode).toBe(400)
    const round = (await ask('/api/v1/bins/round')).json()
    expect(round).toMatchObject({ plan_at: [], next: null, asking: null, decision: null, rounds: [] })
  })

  it('tells how a bin fills to anybody, and who sorts wrongly to operators only', async () => {
    const [{ district, id }] = city.devices.filter(({ kind }) => kind === 'bin')
    const { course, score, score_all } = (await ask(`/api/v1/bins/${district}/${id}/course`)).json()
    expect([course, score.issues, score_all.csi_24]).toEqual([null, 0, null])
    expect((await ask(`/api/v1/bins/${district}/none/course`)).json()).toMatchObject({ status: 404, code: 'device' })
    expect((await ask('/api/v1/bins/sorting')).statusCode).toBe(401)
    expect((await ask('/api/v1/bins/sorting', { headers: VIEWER })).statusCode).toBe(403)
    expect((await ask('/api/v1/bins/sorting', { headers: OPERATOR })).json()).toEqual({
      reminders: 0,
      handed_over: 0,
      subjects: [],
      places: [],
      volunteers: [],
    })
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
    served.storeAway = true
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
    expect(served.orders.map(({ by }) => by)).toEqual(['ops', 'ops', 'ops', 'ops'])
    expect(served.orders.map(({ order: given }) => given)).toEqual([
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
