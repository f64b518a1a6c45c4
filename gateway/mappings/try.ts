/** A mapping's own test cases, and the trial of a mapping on one message: the same way that a live message goes. */

import { pathText } from '../../config/check-schema.ts'
import type { DialectContext, Envelope } from '../dialects/dialect.ts'
import type { MappingDraft, MappingTest, TrialAnswer } from '../wire/mapping.ts'
import { type Said as Answer, type CompiledMapping, compileMapping, type Fault } from './compile.ts'

/** Messages of a test come at a fixed moment, so that a test gives the same everywhere. */
const TEST_RECEIVED = Date.UTC(2026, 0, 1)

export const payloadOf = (payload: unknown): Uint8Array =>
  new TextEncoder().encode(typeof payload === 'string' ? payload : JSON.stringify(payload))

export const envelopeOf = (topic: string, payload: unknown, received: number): Envelope => ({
  topic,
  http: null,
  content_type: null,
  payload: payloadOf(payload),
  received,
})

const sameNumber = (a: number, b: number): boolean => a === b || Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b))
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** The first place where `got` does not contain `wanted`; null when it does. */
export function firstDifference(wanted: unknown, got: unknown, path: readonly (string | number)[] = []): string | null {
  if (typeof wanted === 'number' && typeof got === 'number' && sameNumber(wanted, got)) return null
  if (!isObject(wanted))
    return Object.is(wanted, got) ? null : `${pathText(path)} is ${JSON.stringify(got) ?? 'missing'}, expected ${JSON.stringify(wanted)}`
  if (!isObject(got)) return `${pathText(path)} is ${JSON.stringify(got) ?? 'missing'}, expected ${JSON.stringify(wanted)}`
  if (Array.isArray(wanted) && (!Array.isArray(got) || got.length !== wanted.length))
    return `${pathText(path)} has another length than ${wanted.length}`
  for (const [name, value] of Object.entries(wanted)) {
    const different = firstDifference(value, Object.hasOwn(got, name) ? Reflect.get(got, name) : undefined, [
      ...path,
      Array.isArray(wanted) ? Number(name) : name,
    ])
    if (different !== null) return different
  }
  return null
}

async function testFault(
  mapping: CompiledMapping,
  { topic, payload, expect }: MappingTest,
  context: DialectContext,
): Promise<string | null> {
  if (!mapping.takes(topic.split('/'))) return `its topic ${topic} is none that the mapping takes`
  const answer = await mapping.decode(envelopeOf(topic, payload, TEST_RECEIVED), context)
  if (!answer.ok) return `the message is refused: ${answer.reason}`
  if (answer.forms.length !== expect.length) return `the message gives ${answer.forms.length} forms, expected ${expect.length}`
  const different = firstDifference(expect, answer.forms)
  return different === null ? null : `form ${different}`
}

/** Tests that fail, each with its place. */
export async function runTests(mapping: CompiledMapping, tests: readonly MappingTest[], context: DialectContext): Promise<Fault[]> {
  const faults: Fault[] = []
  for (const [i, test] of tests.entries()) {
    const why = await testFault(mapping, test, context)
    if (why !== null) faults.push({ path: ['tests', i], message: `fails: ${why}` })
  }
  return faults
}

const faultText = ({ path, message }: Fault): string => `${path.length === 0 ? 'the mapping' : pathText(path)} ${message}`

/** What a mapping makes of one message, without its being in force. */
export async function tryMapping(
  mapping: MappingDraft,
  topic: string,
  payload: unknown,
  received: number,
  context: DialectContext,
): Promise<TrialAnswer> {
  const compiled = compileMapping({ ...mapping, tests: [] })
  if (!compiled.ok) return { forms: [], faults: compiled.faults.map(faultText) }
  if (!compiled.mapping.takes(topic.split('/'))) return { forms: [], faults: [`topic does not take ${topic}`] }
  const answer: Answer = await compiled.mapping.decode(envelopeOf(topic, payload, received), context)
  if (!answer.ok) return { forms: [], faults: [answer.reason] }
  return { forms: answer.forms.map((form) => ({ ...form })), faults: answer.drift.map(({ field, what }) => `${field}: ${what}`) }
}
