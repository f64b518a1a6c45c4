import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createIntake, type Intake, type IntakeOptions } from '../../../gateway/mqtt/intake.ts'
import type { LogRecord, Taken } from '../../../gateway/parts.ts'
import { createPlaces } from '../../../gateway/places.ts'
import { createPseudonym } from '../../../gateway/privacy.ts'
import { type Log, openLog } from '../../../gateway/store/log.ts'
import type { ClockPayload } from '../../../gateway/wire/payloads.ts'
import { smallCity } from '../../fixtures/small-city.ts'
import { silent } from '../../support/brokers.ts'

const city = { ...smallCity(), bounds: [120, 30, 122, 32] as const }

const NOW = 1767225600000
const G1 = 'city/v1/d0/flood/G1/reading'
const CAMERA = 'city/v1/d0/camera/C1/event'
const pseudonym = createPseudonym({ seed: 1 })

let directory = ''
let log: Log
let intake: Intake
const taken: Taken[] = []
const order: string[] = []

async function start(over: Partial<IntakeOptions> = {}): Promise<void> {
  intake = createIntake({
    log,
    pseudonym,
    limits: { reading_age_h_max: 168, reading_ahead_s_max: 120 },
    quarantine_max: 100,
    places: createPlaces(city),
    onTaken: (one) => {
      taken.push(one)
      order.push(`taken ${one.topic}`)
    },
    ...over,
  })
}
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'urban-intake-'))
  log = openLog({ directory, sync_ms: 100, strict: false, segment_bytes: 1 << 20, log: silent })
  await log.start()
  await start()
})
afterEach(async () => {
  await log.stop()
  rmSync(directory, { recursive: true, force: true })
  taken.length = 0
  order.length = 0
})

/** Resolves when the message is to be acknowledged. */
const accept = (topic: string, payload: unknown, from = 'd0/flood/G1', received = NOW): Promise<void> =>
  new Promise((resolve, reject) => {
    const bytes = Buffer.isBuffer(payload) ? payload : Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload))
    intake.accept({ from, topic, payload: bytes, received }, (error) => (error === undefined ? resolve() : reject(error)))
  })

async function records(): Promise<LogRecord[]> {
  const found: LogRecord[] = []
  for await (const some of log.read(0)) found.push(...some)
  return found
}
const logText = (): string =>
  readdirSync(directory)
    .map((name) => readFileSync(join(directory, name), 'latin1'))
    .join('\n')
const lastReason = (): string => intake.quarantine.samples(1)[0]?.reason ?? 'nothing was refused'

describe('what is understood', () => {
  test.each([
    [
      'a reading',
      G1,
      { ts: NOW, seq: 4, v: { level_m: 0.3, rain_forecast_mm_h: [1, 2], unheard_of: 7 } },
      {
        kind: 'reading',
        device: 'd0/flood/G1',
        ts: NOW,
        seq: 4,
        values: { level_m: 0.3, rain_forecast_mm_h: [1, 2], unheard_of: 7 },
        backfill: false,
      },
    ],
    [
      'a count of traffic',
      'city/v1/d0/traffic/J1/reading',
      { ts: NOW, phase: 3, in: { road_1_0: [5, 2, 1], road_1_1: [4, 0] }, out: { road_2_0: [1, 0] } },
      {
        kind: 'traffic',
        device: 'd0/traffic/J1',
        ts: NOW,
        seq: null,
        phase: 3,
        target: 3,
        clearing: false,
        age_s: 0,
        in: { road_1_0: { vehicles: 5, queued: 2, approaching: 1 }, road_1_1: { vehicles: 4, queued: 0, approaching: null } },
        out: { road_2_0: { vehicles: 1, queued: 0, approaching: null } },
        backfill: false,
      },
    ],
    [
      'an event',
      CAMERA,
      { ts: NOW, id: 'e1', type: 'road.flooded', score: 0.9, lon: 121.4, lat: 31.2 },
      {
        kind: 'event',
        device: 'd0/camera/C1',
        ts: NOW,
        id: 'e1',
        type: 'road.flooded',
        score: 0.9,
        stage: 'new',
        at: [121.4, 31.2],
        subject: null,
        media: null,
      },
    ],
    [
      'a press on a crew phone',
      'city/v1/d0/crew/K1/event',
      { ts: NOW, id: 'p1', type: 'task.accepted', task: 't1' },
      { kind: 'crew', device: 'd0/crew/K1', ts: NOW, id: 'p1', type: 'task.accepted', task: 't1', note: null, photo: null },
    ],
    [
      'a last will, which has no time',
      'city/v1/d0/drain/P1/state',
      { online: false },
      { kind: 'presence', device: 'd0/drain/P1', ts: null, online: false, battery_pct: null, rssi_dbm: null, fw: null },
    ],
    [
      'an acknowledgement',
      'city/v1/d0/drain/P1/ack',
      { ts: NOW, command: 'c1', status: 'rejected', reason: 'no power' },
      { kind: 'ack', device: 'd0/drain/P1', ts: NOW, command: 'c1', status: 'rejected', reason: 'no power' },
    ],
  ])('%s', async (_what, topic, payload, observation) => {
    await accept(topic, payload)
    expect(taken.map(({ observations }) => observations)).toEqual([[observation]])
    expect(taken[0]).toMatchObject({ world: null, topic, payload: JSON.stringify(payload), received: NOW, position: log.end })
    expect((await records()).map(({ payload: bytes }) => bytes.toString())).toEqual([JSON.stringify(payload)])
  })

  test('a batch keeps its good members and says which were bad', async () => {
    await accept(G1, {
      batch: [
        { ts: NOW - 1000, v: { level_m: 1 } },
        { ts: NOW, v: { level_m: 'high' } },
        { ts: NOW, v: { level_m: 2 } },
      ],
    })
    expect(taken[0].observations).toEqual([
      expect.objectContaining({ ts: NOW - 1000, values: { level_m: 1 }, backfill: true }),
      expect.objectContaining({ ts: NOW, values: { level_m: 2 }, backfill: true }),
    ])
    expect(lastReason()).toBe('batch.1.v.level_m: must be number or must be array')
    expect((await records())[0].payload.toString()).toBe(
      JSON.stringify({
        batch: [
          { ts: NOW - 1000, v: { level_m: 1 } },
          { ts: NOW, v: { level_m: 2 } },
        ],
      }),
    )
  })
})

describe('what is refused', () => {
  const hour = 3_600_000
  test.each([
    ['broken JSON', G1, '{"ts":1', 'json', 'payload: not valid JSON, expected an object'],
    ['nothing', G1, '', 'json', 'payload: empty, expected a JSON object'],
    ['bytes', G1, Buffer.from([0xff, 0x00, 0xfe, 0x80]), 'json', 'payload: not valid JSON, expected an object'],
    ['NaN', G1, `{"ts":${NOW},"v":{"level_m":NaN}}`, 'json', 'payload: NaN and Infinity are not JSON, expected finite numbers'],
    ['Infinity', G1, `{"ts":${NOW},"v":{"level_m":-Infinity}}`, 'json', 'payload: NaN and Infinity are not JSON, expected finite numbers'],
    ['a number too large to be one', G1, `{"ts":${NOW},"v":{"level_m":1e999}}`, 'schema', 'v.level_m: must be number or must be array'],
    ['no object', G1, '[1,2]', 'schema', 'payload: must be object'],
    ['null', G1, 'null', 'schema', 'payload: must be object'],
    ['no time', G1, { v: { level_m: 1 } }, 'schema', 'payload: must have ts'],
    ['a time that is text', G1, { ts: '2026-01-01', v: {} }, 'schema', 'ts: must be integer'],
    [
      'a time in 1970',
      G1,
      { ts: 1767225600, v: {} },
      'time',
      'ts: 1970-01-21T10:53:45.600Z is more than 168 h old; expected epoch milliseconds',
    ],
    ['a time in 2090', G1, { ts: 3786912000000, v: {} }, 'time', 'ts: 2090-01-01T00:00:00.000Z is more than a year in the future'],
    ['the end of time', G1, { ts: Number.MAX_SAFE_INTEGER, v: {} }, 'time', 'ts: 9007199254740991 is more than a year in the future'],
    ['a time one step too old', G1, { ts: NOW - 168 * hour - 1, v: {} }, 'time', /^ts: .* is more than 168 h old$/],
    [
      'a stored time that is ahead',
      G1,
      { batch: [{ ts: NOW + 120_001, v: {} }] },
      'time',
      /^batch.0.ts: .* is more than 120 s in the future$/,
    ],
    ['a metric that is text', G1, { ts: NOW, v: { level_m: 'high' } }, 'schema', 'v.level_m: must be number or must be array'],
    ['a metric with a hole', G1, { ts: NOW, v: { forecast_mm_h: [1, null] } }, 'schema', 'v.forecast_mm_h.1: must be number'],
    ['a metric name with a space', G1, { ts: NOW, v: { 'level m': 1 } }, 'schema', 'v.level m: is no name that is allowed here'],
    ['a metric named __proto__', G1, `{"ts":${NOW},"v":{"__proto__":1}}`, 'schema', 'v.__proto__: is no name that is allowed here'],
    [
      'a lane with one number',
      'city/v1/d0/traffic/J1/reading',
      { ts: NOW, phase: 1, in: { a: [1] } },
      'schema',
      'in.a: must not have fewer than 2 items',
    ],
    [
      'a press nobody knows',
      'city/v1/d0/crew/K1/event',
      { ts: NOW, id: 'x', type: 'task.eaten' },
      'schema',
      /^type: expected task.accepted or task.refused/,
    ],
    ['a command', 'city/v1/d0/drain/P1/command', { id: 'x' }, 'topic', 'topic: command leads from the city to the device'],
    ['a topic of nobody', 'hello', '{}', 'topic', 'topic: expected city/v1/{district}/{domain}/{device}/{reading, event, state or ack}'],
    [
      'a domain of nobody',
      'city/v1/d0/sea/G1/reading',
      '{}',
      'topic',
      'topic: expected city/v1/{district}/{domain}/{device}/{reading, event, state or ack}',
    ],
    [
      'the clock, without --clock mqtt',
      'city/v1/clock',
      { world: 'w', step: 1, now: 1 },
      'clock',
      'clock: this engine keeps its own time (--clock wall)',
    ],
    ['depth', G1, `{"ts":${NOW},"v":{},"x":${'['.repeat(1000)}${']'.repeat(1000)}}`, 'json', 'x: nested deeper than 32 levels'],
    ['only depth', G1, '['.repeat(100_000) + ']'.repeat(100_000), 'schema', 'payload: must be object'],
  ])('%s', async (_what, topic, payload, kind, reason) => {
    await accept(topic, payload)
    expect(taken).toEqual([])
    expect(await records()).toEqual([])
    const [sample] = intake.quarantine.samples(10)
    expect(sample).toMatchObject({ kind, topic, from: 'd0/flood/G1', at: NOW })
    expect(sample.reason).toEqual(typeof reason === 'string' ? reason : expect.stringMatching(reason))
    expect(intake.quarantine.counters).toMatchObject({ [kind]: 1 })
  })

  test('a live time that is further ahead is dated by its arrival, and says by how much', async () => {
    await accept(G1, { ts: NOW + 28_800_000, v: { level_m: 1 } })
    expect(taken[0].observations[0]).toMatchObject({ ts: NOW, ahead_s: 28_800 })
    const [record] = await records()
    expect(JSON.parse(record.payload.toString()).ts).toBe(NOW + 28_800_000)
    expect(intake.observe(record)?.observations).toEqual(taken[0].observations)
  })

  test('times at the very limits are taken', async () => {
    await accept(G1, { ts: NOW + 120_000, v: {} })
    await accept(G1, { ts: NOW - 168 * hour, v: {} })
    expect(taken).toHaveLength(2)
  })

  test('never makes it throw', async () => {
    const topics = fc.oneof(
      fc.constantFrom(G1, CAMERA, 'city/v1/d0/traffic/J1/reading', 'city/v1/d0/crew/K1/event', 'world/x/v1/clock'),
      fc.string(),
    )
    const shaped = fc.record({
      ts: fc.oneof(fc.constant(NOW), fc.anything()),
      v: fc.anything(),
      id: fc.anything(),
      in: fc.anything(),
      batch: fc.anything(),
    })
    const payloads = fc.oneof(
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      fc.json().map((text) => Buffer.from(text)),
      shaped.map((value) => Buffer.from(stringify(value))),
    )
    await fc.assert(
      fc.asyncProperty(topics, payloads, (topic, payload) => accept(topic, payload)),
      { numRuns: 300 },
    )
  })
  const stringify = (value: unknown): string => {
    try {
      return JSON.stringify(value) ?? ''
    } catch {
      return ''
    }
  }

  test('is acknowledged in its turn, not before what came earlier', async () => {
    const done = (name: string) => () => void order.push(`acknowledged ${name}`)
    const send = (name: string, payload: string): void =>
      intake.accept({ from: 'x', topic: G1, payload: Buffer.from(payload), received: NOW }, done(name))
    send('good', `{"ts":${NOW},"v":{}}`)
    send('bad', 'x')
    send('good too', `{"ts":${NOW},"v":{}}`)
    await new Promise<void>((resolve) => log.after(() => resolve()))
    expect(order.filter((line) => line.startsWith('ack'))).toEqual(['acknowledged good', 'acknowledged bad', 'acknowledged good too'])
  })

  test('keeps the newest samples, of bounded size', async () => {
    await start({ quarantine_max: 3 })
    for (let i = 0; i < 5; i++) await accept(G1, `${i}`.repeat(5000))
    expect(intake.quarantine.samples(10).map(({ sample }) => sample)).toEqual(['4'.repeat(512), '3'.repeat(512), '2'.repeat(512)])
    expect(intake.quarantine.samples(1)).toHaveLength(1)
    expect(intake.quarantine.samples(10)[0].bytes).toBe(5000)
    expect(intake.counters.refused).toBe(5)
  })
})

describe('personal data', () => {
  test('is a pseudonym before the log and behind it', async () => {
    await accept(CAMERA, { ts: NOW, id: 'e1', type: 'road.illegal_parking', subject: '沪A12345', owner: '沪A12345' })
    const expected = pseudonym('沪A12345')
    expect(taken[0].observations[0]).toMatchObject({ subject: expected })
    expect(JSON.parse(taken[0].payload)).toEqual({ ts: NOW, id: 'e1', type: 'road.illegal_parking', subject: expected })
    expect(logText()).not.toContain(Buffer.from('沪A12345').toString('latin1'))
  })

  test('that a key said twice would hide does not reach the log', async () => {
    await accept(CAMERA, `{"ts":${NOW},"id":"e","type":"road.flooded","subject":"PLATE-1","subject":"PLATE-2"}`)
    expect(logText()).not.toContain('PLATE')
    expect(taken).toHaveLength(1)
  })

  test.each([
    ['a payload that does not fit', `{"ts":1.5,"id":"e","type":"road.flooded","subject":"PLATE-1"}`],
    ['broken JSON', '{"subject": "PLATE-1", "ts":'],
    ['broken JSON that is cut in the subject', '{"ts":1,"subject":"PLATE-1'],
    ['a subject with quotes', '{"subject":"PLATE-1\\"PLATE-1"'],
    ['a subject that is no text', '{"subject": PLATE-1 ,"ts":'],
  ])('is redacted in the quarantine: %s', async (_what, payload) => {
    await accept(CAMERA, payload)
    const [{ sample, reason }] = intake.quarantine.samples(1)
    expect(sample).not.toContain('PLATE')
    expect(sample).toContain('[redacted]')
    expect(reason).not.toContain('PLATE')
  })
})

test('keys that nobody knows are dropped from the log too; a prototype is not theirs to set', async () => {
  await accept(G1, `{"ts":${NOW},"v":{"level_m":1},"__proto__":{"polluted":1},"constructor":{},"name":"张三"}`)
  await accept('city/v1/d0/traffic/J1/reading', `{"ts":${NOW},"phase":1,"in":{"__proto__":[1,2],"a":[1,2]}}`)
  expect(JSON.parse(taken[0].payload)).toEqual({ ts: NOW, v: { level_m: 1 } })
  expect(taken[1].observations[0]).toMatchObject({ in: { a: { vehicles: 1, queued: 2, approaching: null } } })
  expect(Object.keys({ ...taken[1].observations[0] })).not.toContain('polluted')
  expect('polluted' in {}).toBe(false)
})

test('other worlds are ignored and counted', async () => {
  await accept('world/drill-1/v1/d0/flood/G1/reading', { ts: NOW, v: {} }, 'simulator')
  await accept('world/drill-1/v1/clock', { world: 'drill-1', step: 1, now: 1 }, 'simulator')
  expect(taken).toEqual([])
  expect(await records()).toEqual([])
  expect(intake.counters).toMatchObject({ other_worlds: 2, refused: 0 })
})

test('what the log cannot keep is neither taken nor acknowledged', async () => {
  const full: Log = { ...log, append: (_kind, _topic, _payload, _received, done) => done(new Error('disk full'), 0) }
  await start({ log: full })
  await expect(accept(G1, { ts: NOW, v: {} })).rejects.toThrow('disk full')
  expect(taken).toEqual([])
  expect(intake.counters.unkept).toBe(1)
})

describe('replay', () => {
  test('means again what it meant', async () => {
    await accept(G1, { ts: NOW, v: { level_m: 1 }, x: 1 })
    await accept(CAMERA, { ts: NOW, id: 'e1', type: 'road.flooded', subject: 'PLATE' })
    await accept(G1, {
      batch: [
        { ts: NOW, v: { level_m: 1 } },
        { ts: 5, v: {} },
      ],
    })
    await accept(G1, 'broken')
    const before = [...taken]
    expect((await records()).map((record) => intake.observe(record))).toEqual(before)
    expect(intake.counters.refused).toBe(2)
  })
})

describe('lockstep', () => {
  const clocks: ClockPayload[] = []
  beforeEach(async () => {
    clocks.length = 0
    await start({
      onClock: (clock) => {
        clocks.push(clock)
        order.push(`clock ${clock.step}`)
      },
    })
  })

  test('the clock comes after everything that came before it', async () => {
    const all = [
      accept(G1, { ts: 300_000, v: { level_m: 1 } }, 'simulator'),
      accept(G1, { ts: 300_001, v: { level_m: 2 } }, 'simulator'),
      accept('city/v1/clock', { world: 'w', step: 1, now: 300_000, ok: false }, 'simulator'),
      accept(G1, { ts: 600_000, v: { level_m: 3 } }, 'simulator'),
    ]
    await Promise.all(all)
    expect(order).toEqual([`taken ${G1}`, `taken ${G1}`, 'clock 1', `taken ${G1}`])
    expect(clocks).toMatchObject([{ world: 'w', step: 1, now: 300_000 }])
    expect((await records()).map((record) => intake.observe(record)?.observations.length ?? 0)).toEqual([1, 1, 0, 1])
  })

  test.each([
    ['from a device', 'd0/flood/G1', { world: 'w', step: 1, now: 1 }, 'clock: only the simulator tells the time'],
    ['without a step', 'simulator', { world: 'w', now: 1 }, 'clock: must have step and now, or end'],
    ['without a world', 'simulator', { step: 1, now: 1 }, 'payload: must have world'],
    ['that is broken', 'simulator', '{', 'payload: not valid JSON, expected an object'],
  ])('a clock message %s is refused', async (_what, from, payload, reason) => {
    await accept('city/v1/clock', payload, from)
    expect(clocks).toEqual([])
    expect(lastReason()).toBe(reason)
  })
})
