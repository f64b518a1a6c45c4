/** A million broken messages over all dialects: none may crash, none may fill the memory, none may pass for what it is not. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { DAY_MS } from '../../../engine/base/time.ts'
import type { Bound } from '../../../gateway/dialects/binding.ts'
import type { Envelope, Heard } from '../../../gateway/dialects/dialect.ts'
import { understand } from '../../../gateway/dialects/list.ts'
import type { NormalForm } from '../../../gateway/dialects/normal-form.ts'
import { toContract } from '../../../gateway/dialects/to-contract.ts'
import { decode } from '../../../gateway/mqtt/decode.ts'
import { parseDeviceTopic } from '../../../gateway/wire/topics.ts'
import { FIXTURE_CASES } from './fixture-cases.ts'
import { context, FORMATS_MISSING, fixture, RECEIVED } from './fixtures.ts'
import { FUZZ_SEEDS } from './fuzz-seeds.ts'
import { createDice, MUTATIONS, type Mutation, mutate, type Seed, seedOf } from './mutate.ts'

const MESSAGES = Number(process.env.FUZZ_MESSAGES ?? 1_000_000)
/** Ten megabytes each: enough to see what they do. */
const HUGE = 24
const NESTED = 3_000
const HEAP_GROWTH_MAX = 64 * 1024 * 1024

const fixtures = FORMATS_MISSING ? [] : FIXTURE_CASES.flatMap(({ name, envelopes }) => envelopes(fixture(name)))
const seeds: readonly Seed[] = [...FUZZ_SEEDS, ...fixtures].map(seedOf)
const BOUND: Bound = { key: 'd0/waste/B1', domain: 'waste', depth_mm: 1200, metrics: {}, events: {}, zones: [], phases: {} }
const LIMITS = { limits: { reading_age_h_max: 87_600, reading_ahead_s_max: 86_400 }, pseudonym: (subject: string) => subject }

const PCT = /_pct$/
const problems: string[] = []

function note(envelope: Envelope, mutation: Mutation, what: string): void {
  if (problems.length < 20)
    problems.push(
      `${mutation} of ${envelope.topic ?? envelope.http?.path}: ${what}: ${Buffer.from(envelope.payload).toString('latin1').slice(0, 400)}`,
    )
}

function check(form: NormalForm): string | null {
  if (form.entity.trim() === '' || /^[a-z0-9]*:$/.test(form.entity) || form.entity.length > 400) return `entity ${form.entity}`
  if (!Number.isSafeInteger(form.ts) || form.ts < Date.UTC(2001, 0, 1) || form.ts > RECEIVED + DAY_MS) return `time ${form.ts}`
  if (form.kind !== 'measurement' && form.kind !== 'entity') return null
  for (const [name, value] of Object.entries(form.metrics)) {
    if (typeof value === 'boolean') continue
    if (!Number.isFinite(value)) return `${name} is ${value}`
    if (PCT.test(name) && (value < 0 || value > (name.endsWith('fill_pct') ? 130 : 100))) return `${name} is ${value}`
  }
  return null
}

/** What is bound has to be right by the contract too: its decoder is the judge. */
function checkContract(form: NormalForm): string | null {
  for (const { topic, payload } of toContract(form, BOUND) ?? []) {
    const parsed = parseDeviceTopic(topic)
    const decoded = parsed === null ? null : decode(parsed, payload, RECEIVED, LIMITS)
    // Ages are the contract's own affair.
    if (decoded === null || (!decoded.ok && decoded.kind !== 'time')) return `contract: ${decoded?.reason} of ${payload}`
  }
  return null
}

/** Half a JSON document, two of them, or a picture in its place, is no message. */
const NO_MESSAGE: ReadonlySet<Mutation> = new Set(['truncated', 'doubled', 'binary', 'nested', 'huge'])

function judge(seed: Seed, envelope: Envelope, mutation: Mutation, said: Heard): void {
  if (seed.json !== null && NO_MESSAGE.has(mutation) && said.forms.length > 0) note(envelope, mutation, 'passed')
  for (const form of said.forms) {
    const wrong = check(form) ?? checkContract(form)
    if (wrong !== null) note(envelope, mutation, wrong)
  }
  if (mutation === 'value' && JSON.stringify(said.forms).includes('SECRET')) note(envelope, mutation, 'personal data')
}

setFlagsFromString('--expose_gc')
const collect: () => void = runInNewContext('gc')

function heap(): number {
  collect()
  return process.memoryUsage().heapUsed
}

it(`${MESSAGES} broken messages neither crash nor pass`, { timeout: 600_000 }, () => {
  const dice = createDice(20260718)
  const memory = context()
  const often = MUTATIONS.filter((one) => one !== 'huge' && one !== 'nested')
  const counts = { understood: 0, refused: 0 }
  const before = heap()
  for (let i = 0; i < MESSAGES; i++) {
    const seed = seeds[i % seeds.length]
    const mutation = i < HUGE ? 'huge' : i < HUGE + NESTED ? 'nested' : often[dice.below(often.length)]
    const envelope = mutate(seed, mutation, dice) ?? mutate(seed, 'bits', dice)
    if (envelope === null) continue
    const { said } = understand(envelope, memory)
    counts[said.ok ? 'understood' : 'refused']++
    if (said.ok) judge(seed, envelope, mutation, said)
  }
  expect(problems).toEqual([])
  expect(counts.understood + counts.refused).toBe(MESSAGES)
  // Both happen: otherwise the mutations are too kind, or too cruel.
  expect(Math.min(counts.understood, counts.refused)).toBeGreaterThan(MESSAGES / 10)
  expect(heap() - before).toBeLessThan(HEAP_GROWTH_MAX)
})
