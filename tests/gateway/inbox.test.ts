/** Signed webhooks: that a message is its sender's, fresh and no repeat. */
import { appendFileSync, chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createInbox, readSenders, WINDOW_MS } from '../../gateway/inbox.ts'
import { webhookPost, webhookSignature } from '../../gateway/notify/robots.ts'
import { openTakenIds } from '../../gateway/taken-ids.ts'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const NOW = 1_784_356_215_000
const body = Buffer.from('{"type":"incident.created","data":{"id":"inc-0007"}}')
const signed = (over: Record<string, string> = {}, at = NOW) => {
  const timestamp = String(Math.floor(at / 1000))
  return {
    'webhook-id': 'msg_01J2',
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${webhookSignature(SECRET, 'msg_01J2', timestamp, body)}`,
    ...over,
  }
}
const inbox = () => createInbox([{ name: 'partner', secret: SECRET }])

describe('a signed webhook', () => {
  it('is taken once, and then a repeat', () => {
    const box = inbox()
    expect(box.judge('partner', signed(), body, NOW)).toBe('fresh')
    // What could not be kept may come again.
    expect(box.judge('partner', signed(), body, NOW)).toBe('fresh')
    box.taken('partner', signed(), NOW)
    expect(box.judge('partner', signed(), body, NOW + 1000)).toBe('repeat')
  })

  it.each([
    ['of another body', signed(), Buffer.from('{}'), NOW],
    ['with another id', signed({ 'webhook-id': 'msg_2' }), body, NOW],
    ['with another time', signed({ 'webhook-timestamp': String(NOW / 1000 + 1) }), body, NOW],
    ['without a signature', signed({ 'webhook-signature': '' }), body, NOW],
    ['of another version', signed({ 'webhook-signature': signed()['webhook-signature'].replace('v1,', 'v2,') }), body, NOW],
    ['without an id', signed({ 'webhook-id': '' }), body, NOW],
    ['that is old', signed(), body, NOW + WINDOW_MS + 1000],
    ['from the future', signed(), body, NOW - WINDOW_MS - 1000],
  ])('%s is refused', (_name, headers, bytes, now) => {
    expect(inbox().judge('partner', headers, bytes, now)).toHaveProperty('why')
  })

  it('may be signed by one of several secrets while they change, and only by its own sender', () => {
    const both = createInbox([
      { name: 'partner', secret: 'an-older-secret' },
      { name: 'partner', secret: SECRET },
      { name: 'other', secret: 'another-secret' },
    ])
    expect(both.judge('partner', signed({ 'webhook-signature': `v1,AAAA ${signed()['webhook-signature']}` }), body, NOW)).toBe('fresh')
    expect(both.judge('other', signed(), body, NOW)).toHaveProperty('why')
    expect(both.judge('nobody', signed(), body, NOW)).toBe('unknown')
  })

  it('of our own making is right', () => {
    const notice = {
      id: 'n1',
      type: 'incident.created',
      ts: NOW,
      until: NOW,
      incident: 'i',
      task: null,
      kind: 'flood',
      severity: 'critical',
      title: { zh: '', en: '' },
      where: { zh: '', en: '' },
      at: [120, 30],
      district: 'd',
      crew: null,
      due: NOW,
    } as const
    const { headers, body: sent } = webhookPost({ name: 'x', kind: 'webhook', url: 'https://x', secret: SECRET }, notice, NOW)
    expect(inbox().judge('partner', headers, Buffer.from(String(sent)), NOW)).toBe('fresh')
  })
})

describe('the file of senders', () => {
  const directory = mkdtempSync(join(tmpdir(), 'inbox-'))
  afterAll(() => rmSync(directory, { recursive: true }))
  const file = join(directory, 'inbox.json')
  const read = (text: string, mode = 0o600) => {
    writeFileSync(file, text)
    chmodSync(file, mode)
    return () => readSenders(file)
  }
  it('is read when nobody else may, and never repeats a secret', () => {
    expect(readSenders('')).toEqual([])
    expect(read(`[{"name":"partner","secret":"${SECRET}"}]`)()).toEqual([{ name: 'partner', secret: SECRET }])
    expect(read('[]', 0o644)).toThrow(/chmod 600/)
    expect(read('{')).toThrow(/inbox\.json/)
    expect(read('[{"name":"partner","secret":"short7"}]')).toThrow(/\[0\]\.secret is not usable/)
    expect(read('[{"name":"partner","secret":"short7"}]')).not.toThrow(/short7/)
  })
})

describe('ids that were taken', () => {
  const directory = mkdtempSync(join(tmpdir(), 'taken-'))
  afterAll(() => rmSync(directory, { recursive: true }))
  const file = join(directory, 'webhooks.jsonl')
  const open = () => createInbox([{ name: 'partner', secret: SECRET }], file)

  it('are known to the process after this one, also when it was killed in the middle of a line', () => {
    open().taken('partner', signed(), NOW)
    expect(open().judge('partner', signed(), body, NOW + 1000)).toBe('repeat')
    appendFileSync(file, '["partner msg_9')
    expect(open().judge('partner', signed(), body, NOW + 1000)).toBe('repeat')
  })

  it('are as many as the window needs, and no more lines in the file', () => {
    const ids = openTakenIds(file, 2 * WINDOW_MS)
    for (let i = 0; i < 45_000; i++) ids.add(`partner ${i}`, NOW + i)
    expect(ids.size).toBeLessThanOrEqual(10_000)
    expect(readFileSync(file, 'utf8').split('\n').length).toBeLessThanOrEqual(20_001)
    expect(openTakenIds(file, 2 * WINDOW_MS).has('partner 44999')).toBe(true)
    ids.add('partner later', NOW + 3 * WINDOW_MS)
    expect(ids.size).toBe(1)
  })
})
