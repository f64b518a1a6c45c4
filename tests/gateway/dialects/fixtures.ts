/**
 * The sample messages of ../shared/formats, which say themselves what a gateway should make of them (`expect`). They are not part of the
 * repository; what belongs to it is the whole normal form of each, in tests/fixtures/dialects.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PROJECT_ROOT } from '../../../config/project-root.ts'
import type { DialectContext, Envelope, HttpDoor } from '../../../gateway/dialects/dialect.ts'
import { createSparkplugMemory } from '../../../gateway/dialects/sparkplug-memory.ts'

const FORMATS = join(PROJECT_ROOT, '../shared/formats')
export const FORMATS_MISSING = !existsSync(FORMATS)

export interface Fixture {
  readonly transport: Readonly<Record<string, unknown>>
  // biome-ignore lint/suspicious/noExplicitAny: each format has its own shape, which its test knows.
  readonly payload: any
  readonly expect: Readonly<Record<string, unknown>>
  readonly notes: readonly string[]
}

export const fixture = (name: string): Fixture => JSON.parse(readFileSync(join(FORMATS, `${name}.json`), 'utf8'))

export const fixtureNames = (): string[] => JSON.parse(readFileSync(join(FORMATS, 'INDEX.json'), 'utf8'))

/** A second after the fixtures' moment, 2026-07-18 14:30:15 in China. */
export const RECEIVED = Date.UTC(2026, 6, 18, 6, 30, 16, 500)

export const context = (over: Partial<DialectContext> = {}): DialectContext => ({
  pseudonym: (subject) => `p:${subject.length}-letters`,
  zone_min: 480,
  box: [119.9, 30.0, 120.5, 30.5],
  frigate_prefixes: ['frigate'],
  sparkplug: createSparkplugMemory(),
  simulated: false,
  ...over,
})

type Body = string | Uint8Array | object

const bytesOf = (body: Body): Uint8Array =>
  body instanceof Uint8Array ? body : new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body))

export const byMqtt = (topic: string, body: Body): Envelope => ({
  topic,
  http: null,
  content_type: null,
  payload: bytesOf(body),
  received: RECEIVED,
})

export const byHttp = (door: Partial<HttpDoor>, body: Body, content_type = 'application/json'): Envelope => ({
  topic: null,
  http: { method: 'POST', path: '/', headers: {}, ...door },
  content_type,
  payload: bytesOf(body),
  received: RECEIVED,
})

/** A ChirpStack uplink of the bin that the fixtures are about, with other members. */
export const chirpStackUp = (over: object): Envelope =>
  byMqtt('application/17c82e96-be03-4f38-aef3-f83d48582d97/device/24e124713b492114/event/up', {
    time: '2026-07-18T06:30:15.775023242+00:00',
    fCnt: 1203,
    ...over,
  })
