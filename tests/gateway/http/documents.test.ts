/** The doors for documents of other systems and the desk of mappings, as a caller sees them. */
import { describe, expect, it } from 'vitest'
import { ask, GROUP, OPERATOR, served, serveEach, VIEWER } from './served.ts'

serveEach()

const post = (url: string, payload: string | object, headers: Record<string, string> = OPERATOR, type = 'application/json') =>
  ask(url, {
    method: 'POST',
    payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
    headers: { ...headers, 'content-type': type },
  })
const bin = (id: string) => ({ id: `urn:ngsi-ld:WasteContainer:${id}`, type: 'WasteContainer', fillingLevel: 0.5 })

describe('the door for NGSI-LD', () => {
  it('takes one entity, and hands everything on but the token', async () => {
    const answer = await post('/ngsi-ld/v1/entities', bin('1'), OPERATOR, 'application/ld+json')
    expect(answer.statusCode).toBe(201)
    expect(answer.headers.location).toBe('/ngsi-ld/v1/entities/urn%3Angsi-ld%3AWasteContainer%3A1')
    expect(served.documents).toMatchObject([
      { method: 'POST', path: '/ngsi-ld/v1/entities', content_type: 'application/ld+json', by: 'ops' },
    ])
    expect(JSON.stringify(served.documents[0].headers)).not.toContain('operator-token')
    expect((await post('/ngsi-ld/v1/entities', [bin('1'), bin('2')])).statusCode).toBe(400)
    expect((await post('/ngsi-ld/v1/entities', { ...bin('1'), status: 'bad' })).json()).toMatchObject({ status: 422, code: 'unbound' })
  })

  it('takes a batch entity by entity and says which was not taken', async () => {
    const url = '/ngsi-ld/v1/entityOperations/upsert?options=keyValues'
    expect((await post(url, [bin('1'), bin('2')])).statusCode).toBe(204)
    const mixed = await post(url, [bin('1'), { ...bin('2'), status: 'bad' }])
    expect(mixed.statusCode).toBe(207)
    expect(mixed.json()).toEqual({
      success: ['urn:ngsi-ld:WasteContainer:1'],
      errors: [
        {
          entityId: 'urn:ngsi-ld:WasteContainer:2',
          error: { type: 'urn:urban-brain:problem:unbound', title: 'Refused', detail: 'no device of the city' },
        },
      ],
    })
    expect((await post(url, '[')).json()).toMatchObject({ status: 400, code: 'body_not_json' })
    expect((await post(url, `[${Array.from({ length: 1001 }, () => '1').join()}]`)).statusCode).toBe(413)
    expect((await post(url, `"${'x'.repeat(1_100_000)}"`)).json()).toMatchObject({ status: 413, code: 'body_too_large' })
  })

  it('takes notifications, and is closed to strangers and other formats', async () => {
    expect((await post('/notify', { type: 'Notification', data: [bin('1')] })).statusCode).toBe(204)
    for (const url of ['/notify', '/ngsi-ld/v1/entities', '/ngsi-ld/v1/entityOperations/upsert']) {
      expect((await post(url, bin('1'), {})).statusCode).toBe(401)
      expect((await post(url, bin('1'), VIEWER)).statusCode).toBe(403)
      expect((await post(url, 'a=1', OPERATOR, 'application/x-www-form-urlencoded')).statusCode).toBe(415)
    }
    expect(served.documents).toHaveLength(1)
  })
})

describe('the inbox', () => {
  it('knows its senders by their signature and tells strangers nothing', async () => {
    expect((await post('/api/v1/inbox/partner', { type: 'a' }, {})).statusCode).toBe(204)
    expect((await post('/api/v1/inbox/stranger', { type: 'a' }, {})).json()).toMatchObject({ status: 401, code: 'signature' })
  })
})

describe('the desk of mappings', () => {
  const draft = GROUP.suggestion?.mapping
  it('shows what waits to operators only', async () => {
    expect((await ask('/api/v1/quarantine/groups', { headers: OPERATOR })).json().groups).toEqual([GROUP])
    expect((await ask('/api/v1/quarantine/groups')).statusCode).toBe(401)
    expect((await ask('/api/v1/quarantine/groups', { headers: VIEWER })).statusCode).toBe(403)
    expect((await ask('/api/v1/mappings', { headers: OPERATOR })).json()).toEqual({ mappings: [], ignored: [], problems: [] })
    // What was refused may be read as before.
    expect((await ask('/api/v1/quarantine')).statusCode).toBe(200)
  })

  it('tries, accepts, withdraws and ignores, each in the audit trail', async () => {
    expect((await post('/api/v1/mappings/try', { group: GROUP.id, mapping: draft })).json()).toEqual({ forms: [], faults: ['nothing'] })
    expect((await post('/api/v1/mappings', { group: GROUP.id, mapping: draft })).json()).toEqual({ done: true })
    expect((await post(`/api/v1/quarantine/${GROUP.id}/ignore`, { note: 'chatter' })).statusCode).toBe(200)
    expect((await ask('/api/v1/mappings/acme', { method: 'DELETE', headers: OPERATOR })).statusCode).toBe(200)
    expect((await ask('/api/v1/mappings/other', { method: 'DELETE', headers: OPERATOR })).statusCode).toBe(404)
    expect((await post('/api/v1/quarantine/heed', { topic: 'a/b' })).statusCode).toBe(404)
    expect(served.accepted).toEqual(['acme-up'])
    expect(served.orders.map(({ order }) => order)).toEqual([
      { type: 'mapping.accept', about: 'acme-up acme/+/up' },
      { type: 'mapping.ignore', about: 'acme/+/up: chatter' },
      { type: 'mapping.withdraw', about: 'acme' },
    ])
  })

  it('refuses what is no mapping, of no group, or without a note', async () => {
    expect((await post('/api/v1/mappings', { group: 'ffffffffffff', mapping: draft })).json()).toMatchObject({ status: 404, code: 'group' })
    expect((await post('/api/v1/mappings', { group: GROUP.id, mapping: { ...draft, colour: 'red' } })).statusCode).toBe(400)
    expect((await post('/api/v1/mappings/try', { group: GROUP.id, mapping: { id: 'x' } })).statusCode).toBe(400)
    expect((await post(`/api/v1/quarantine/${GROUP.id}/ignore`, { note: '' })).statusCode).toBe(400)
    expect((await post('/api/v1/mappings', { group: GROUP.id, mapping: draft }, VIEWER)).statusCode).toBe(403)
    expect(served.accepted).toEqual([])
  })
})
