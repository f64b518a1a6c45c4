/**
 * How many messages one core understands in a second: the contract's own through the decoder and through the whole intake, and each
 * dialect's beside them, from bytes to normal forms. Processor time, since machines are shared.
 */
import type { DialectContext, Envelope } from '../../gateway/dialects/dialect.ts'
import { understand } from '../../gateway/dialects/list.ts'
import { decode } from '../../gateway/mqtt/decode.ts'
import { createIntake } from '../../gateway/mqtt/intake.ts'
import type { EventLog, Inbound } from '../../gateway/parts.ts'
import { createPlaces } from '../../gateway/places.ts'
import { parseDeviceTopic } from '../../gateway/wire/topics.ts'
import { smallCity } from '../fixtures/small-city.ts'
import { FIXTURE_CASES } from '../gateway/dialects/fixture-cases.ts'
import { context, FORMATS_MISSING, fixture } from '../gateway/dialects/fixtures.ts'
import { FUZZ_SEEDS } from '../gateway/dialects/fuzz-seeds.ts'
import type { Figure } from './report.ts'

const NOW = Date.UTC(2026, 6, 18, 6, 30, 16)
const CPU_S = 1
const WARM_UP = 5_000
const GOAL = '≥ 300,000'
const LIMITS = { reading_age_h_max: 168, reading_ahead_s_max: 120 }

/** What devices send most: one or two values; junctions with eight lanes are the longest. */
const MIX: readonly (readonly [topic: string, payload: object])[] = [
  ['city/v1/d0/flood/G1/reading', { ts: NOW, seq: 42, v: { level_m: 0.32, rain_mm_h: 12.4 } }],
  ['city/v1/d0/flood/G2/reading', { ts: NOW, v: { level_m: 0.02 } }],
  ['city/v1/d0/waste/B1/reading', { ts: NOW, seq: 7, v: { fill_pct: 61.5, temperature_c: 21.3, tilt_deg: 2 } }],
  ['city/v1/d0/drain/P1/reading', { ts: NOW, v: { setting: 1, flow_m3_s: 0.41, power_w: 5200 } }],
  ['city/v1/d0/waste/B1/state', { ts: NOW, online: true, battery_pct: 92 }],
  ['city/v1/d0/camera/C1/event', { ts: NOW, id: 'e1', type: 'road.illegal_parking', score: 0.91, stage: 'new', lon: 120.1, lat: 30.2 }],
]
const lanes = Object.fromEntries([...Array(8).keys()].map((i) => [`r11-12_${i}`, [i, i >> 1, 1]]))
const JUNCTION: (typeof MIX)[number] = ['city/v1/d0/traffic/J1/reading', { ts: NOW, phase: 3, target: 3, age_s: 12, in: lanes, out: lanes }]

/** Messages per second of processor time. */
function rateOf(one: (i: number) => void): number {
  for (let i = 0; i < WARM_UP; i++) one(i)
  const start = process.cpuUsage()
  let done = 0
  let spent_s = 0
  while (spent_s < CPU_S) {
    for (let i = 0; i < 500; i++) one(done + i)
    done += 500
    const { user, system } = process.cpuUsage(start)
    spent_s = (user + system) / 1e6
  }
  return done / spent_s
}

const messagesOf = (mix: typeof MIX): Inbound[] =>
  mix.map(([topic, payload]) => ({ from: 'bench', topic, payload: Buffer.from(JSON.stringify(payload)), received: NOW }))

function decoding(mix: typeof MIX): number {
  const messages = messagesOf(mix).map((message) => ({ message, topic: parseDeviceTopic(message.topic) }))
  return rateOf((i) => {
    const { message, topic } = messages[i % messages.length]
    const decoded =
      topic === null ? null : decode(topic, message.payload.toString(), NOW, { limits: LIMITS, pseudonym: (subject) => subject })
    if (decoded?.ok !== true) throw new Error(`${message.topic}: ${decoded?.reason ?? 'no topic'}`)
  })
}

/** It keeps nothing and says at once that it did. */
const NO_LOG: EventLog = {
  start: async () => {},
  stop: async () => {},
  append: (_kind, _topic, _payload, _received, done) => done(null, 1),
  after: (done) => done(null),
  async *read() {},
  end: 0,
  release: async () => {},
}

function intaking(mix: typeof MIX): number {
  const messages = messagesOf(mix)
  const intake = createIntake({
    log: NO_LOG,
    pseudonym: (subject) => subject,
    limits: LIMITS,
    places: createPlaces(smallCity()),
    quarantine_max: 0,
    onTaken: () => {},
  })
  const rate = rateOf((i) => intake.accept(messages[i % messages.length], () => {}))
  if (intake.counters.refused > 0) throw new Error('a message was refused')
  return rate
}

function dialecting(envelopes: readonly Envelope[], id: string): number {
  let memory: DialectContext = context()
  return rateOf((i) => {
    const at = i % envelopes.length
    // Their order means something where a dialect remembers: a birth and its data.
    if (at === 0) memory = context()
    const { said } = understand({ ...envelopes[at] }, memory)
    if (!said.ok) throw new Error(`${id}: ${said.reason}`)
  })
}

/** The sample messages where they are, else the made-up ones; those that a dialect remembers nothing of are not measured without. */
function samples(): ReadonlyMap<string, readonly Envelope[]> {
  const found = new Map<string, Envelope[]>()
  const add = (name: string, envelopes: readonly Envelope[]) => found.set(name, [...(found.get(name) ?? []), ...envelopes])
  if (!FORMATS_MISSING) for (const { name, dialect, envelopes } of FIXTURE_CASES) add(`${dialect}: ${name}`, envelopes(fixture(name)))
  else {
    for (const envelope of FUZZ_SEEDS) {
      const { dialect, said } = understand(envelope, context())
      if (dialect !== null && said.ok) add(dialect.id, [envelope])
    }
  }
  return found
}

export async function bench(): Promise<Figure[]> {
  const unit = 'messages/core-s'
  return [
    { name: 'contract: readings, states and events, decoded', value: decoding(MIX), unit, goal: GOAL },
    { name: 'contract: the same through the whole intake', value: intaking(MIX), unit, goal: GOAL },
    { name: 'contract: junctions of 8 lanes in and out, decoded', value: decoding([JUNCTION]), unit },
    ...[...samples()].map(([name, envelopes]): Figure => ({ name, value: dialecting(envelopes, name), unit })),
  ]
}
