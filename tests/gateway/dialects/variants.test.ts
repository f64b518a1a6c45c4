/**
 * Messages as they are really sent, by other versions and makers than those of the fixtures: rewritten by hand after the public source that is named beside each, and what they have to
 * mean. Not only that nothing breaks.
 */

import { describe, expect, it } from 'vitest'
import type { DialectContext, Envelope } from '../../../gateway/dialects/dialect.ts'
import { understand } from '../../../gateway/dialects/list.ts'
import { toContract } from '../../../gateway/dialects/to-contract.ts'
import { byMqtt, context, RECEIVED } from './fixtures.ts'
import { CAMERAS, HOMES, LORA, PLATFORMS } from './variants-devices.ts'
import { CONTROLLERS, DOCUMENTS, UNITS } from './variants-documents.ts'

function meaning(envelopes: readonly Envelope[], memory: DialectContext = context()) {
  const said = envelopes.map((envelope) => understand(envelope, memory).said).at(-1)
  if (said === undefined) throw new Error('no message')
  return said
}

describe.each([
  ['network servers', LORA],
  ['cameras', CAMERAS],
  ['homes', HOMES],
  ['platforms', PLATFORMS],
  ['units', UNITS],
  ['controllers', CONTROLLERS],
  ['documents', DOCUMENTS],
] as const)('%s', (_group, variants) => {
  it.each([...variants])('$name', ({ envelopes, means, drift }) => {
    const said = meaning(envelopes)
    if (typeof means === 'string') {
      expect(said).toMatchObject({ ok: false, reason: expect.stringContaining(means) })
      return
    }
    expect(said).toMatchObject({ ok: true })
    if (!said.ok) return
    expect(said.forms).toHaveLength(means.length)
    for (const [i, form] of means.entries()) expect(said.forms[i]).toMatchObject(form)
    if (drift !== undefined) expect(said.drift.map(({ field }) => field)).toEqual(drift)
    // Names of people are nowhere in what is kept.
    expect(JSON.stringify(said.forms)).not.toMatch(/Zhang San|浙A12345|张三丰|13812345678|"Li"/)
  })
})

describe('rules of ONVIF cameras that tell a state', () => {
  const eventOf = (tamper: string | boolean) => {
    const said = meaning([
      byMqtt('cam7/onvif-ej/RuleEngine/TamperDetector/Tamper/&1', {
        UtcTime: '2026-07-18T06:30:10Z',
        Source: {},
        Data: { IsTamper: tamper },
      }),
    ])
    if (!said.ok) throw new Error(said.reason)
    const bound = { key: 'd0/camera/C1', domain: 'camera' as const, depth_mm: null, metrics: {}, events: {}, zones: [], phases: {} }
    return JSON.parse(toContract(said.forms[0], bound)?.[0].payload ?? '{}')
  }

  it('begin and end as one event: "false" is no alarm', () => {
    const [begins, ends] = [eventOf('true'), eventOf(false)]
    expect(begins).toMatchObject({ type: 'camera.tamper', stage: 'new' })
    expect(ends).toMatchObject({ type: 'camera.tamper', stage: 'end', id: begins.id })
  })
})

it('whatever the variant, ten megabytes of it, half of it and bytes instead of it are answered', () => {
  const all = [...LORA, ...CAMERAS, ...HOMES, ...PLATFORMS, ...UNITS, ...CONTROLLERS, ...DOCUMENTS].flatMap(({ envelopes }) => envelopes)
  const memory = context()
  for (const envelope of all) {
    const { payload } = envelope
    const broken = [
      payload.subarray(0, payload.length / 2),
      Buffer.concat([payload, payload]),
      new Uint8Array([0xff, 0xd8, 0, 1, 2]),
      Buffer.alloc(10_485_760, payload.length === 0 ? 32 : payload),
    ]
    for (const bytes of broken) {
      const { said } = understand({ ...envelope, payload: bytes, received: RECEIVED }, memory)
      if (!said.ok) expect(said.reason.length).toBeLessThan(400)
    }
  }
})
