/** Messages as broken senders, bad radio and other versions make them: seeded, so that a failure can be had again. */
import type { Envelope } from '../../../gateway/dialects/dialect.ts'

export const MUTATIONS = [
  'value',
  'missing',
  'renamed',
  'truncated',
  'doubled',
  'bits',
  'bytes',
  'binary',
  'nested',
  'digits',
  'topic',
  'huge',
] as const
export type Mutation = (typeof MUTATIONS)[number]

export interface Seed {
  readonly envelope: Envelope
  /** The payload where it is a JSON object or list, and where its values and members lie in it. */
  readonly json: {
    readonly text: string
    readonly values: readonly Span[]
    readonly members: readonly Span[]
    readonly keys: readonly Span[]
  } | null
}

type Span = readonly [start: number, end: number]

export interface Dice {
  /** 0 to below n. */
  below(n: number): number
}

/** Marsaglia's xorshift32. */
export function createDice(seed: number): Dice {
  let x = seed | 0 || 1
  return {
    below(n) {
      x ^= x << 13
      x ^= x >>> 17
      x ^= x << 5
      return (x >>> 0) % n
    },
  }
}

export function seedOf(envelope: Envelope): Seed {
  const text = Buffer.from(envelope.payload).toString('utf8').trim()
  if (!/^[[{]/.test(text)) return { envelope, json: null }
  try {
    return { envelope, json: spansOf(JSON.parse(text)) }
  } catch {
    return { envelope, json: null }
  }
}

/** Written again, with the places of all its parts. */
function spansOf(value: unknown): NonNullable<Seed['json']> {
  let text = ''
  const values: Span[] = []
  const members: Span[] = []
  const keys: Span[] = []
  const write = (item: unknown): void => {
    const start = text.length
    if (Array.isArray(item)) {
      text += '['
      item.forEach((one, i) => {
        if (i > 0) text += ','
        write(one)
      })
      text += ']'
    } else if (typeof item === 'object' && item !== null) {
      text += '{'
      Object.entries(item).forEach(([key, one], i) => {
        const from = text.length
        if (i > 0) text += ','
        const at = text.length
        text += JSON.stringify(key)
        keys.push([at, text.length])
        text += ':'
        write(one)
        // With its comma, so that what is left is still JSON.
        if (i > 0) members.push([from, text.length])
      })
      text += '}'
    } else text += JSON.stringify(item)
    values.push([start, text.length])
  }
  write(value)
  return { text, values, members, keys }
}

const VALUES = [
  'null',
  'true',
  'false',
  '0',
  '-1',
  '1',
  '240',
  '1e999',
  '-1e999',
  '1e308',
  '0.1',
  '9007199254740993',
  '4294967296',
  '13800000000',
  '""',
  '" "',
  '"NaN"',
  '"Infinity"',
  '"240 in"',
  '"24 cm"',
  '"-273.15 K"',
  '"98.6 °F"',
  '"12,5"',
  '"1e999"',
  '"\\u0000"',
  '"\\ud800"',
  '"2026-07-18T06:30:15Z"',
  '"2026-07-18 14:30:15"',
  '"2026-13-45T99:99:99Z"',
  '"9999-12-31T23:59:59Z"',
  '"0001-01-01T00:00:00Z"',
  '1784356215',
  '1784356215000',
  '1784356215000000',
  '"__proto__"',
  '"constructor"',
  '[]',
  '{}',
  '[[]]',
  '{"value":1}',
  '[1,2,3]',
  '{"__proto__":{"x":1}}',
  '"浙A12345"',
  '"data:image/jpeg;base64,/9j/4AAQ"',
  `"${'x'.repeat(2000)}"`,
] as const
const KEYS = ['"__proto__"', '"constructor"', '""', '"toString"', '"ts"', '"value"', '"Battery"', `"${'k'.repeat(300)}"`] as const
const JPEG = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1)
const NESTED = ['['.repeat(10_000), '{"a":'.repeat(10_000), `${'['.repeat(200)}1${']'.repeat(200)}`] as const
const HUGE_BYTES = 10 * 1024 * 1024

const encoder = new TextEncoder()

/** @returns the message, or null where this mutation means nothing for it */
export function mutate(seed: Seed, mutation: Mutation, dice: Dice): Envelope | null {
  const payload = mutated(seed, mutation, dice)
  if (payload === null) return null
  if (mutation !== 'topic') return { ...seed.envelope, payload }
  const { topic, http } = seed.envelope
  return topic === null
    ? { ...seed.envelope, http: http === null ? null : { ...http, path: broken(http.path, dice) } }
    : { ...seed.envelope, topic: broken(topic, dice) }
}

function mutated({ envelope: { payload }, json }: Seed, mutation: Mutation, dice: Dice): Uint8Array | null {
  switch (mutation) {
    case 'value':
      return json === null ? null : replaced(json.text, json.values[dice.below(json.values.length)], VALUES[dice.below(VALUES.length)])
    case 'missing':
      return json === null || json.members.length === 0 ? null : replaced(json.text, json.members[dice.below(json.members.length)], '')
    case 'renamed':
      return json === null || json.keys.length === 0
        ? null
        : replaced(json.text, json.keys[dice.below(json.keys.length)], KEYS[dice.below(KEYS.length)])
    case 'truncated':
      return payload.length < 2 ? null : payload.subarray(0, 1 + dice.below(payload.length - 1))
    case 'doubled':
      return Buffer.concat([payload, payload])
    case 'bits':
      return flipped(payload, dice)
    case 'bytes':
      return noisy(payload, dice)
    case 'binary':
      return JPEG
    case 'nested':
      return encoder.encode(NESTED[dice.below(NESTED.length)])
    case 'digits':
      return otherDigits(payload, dice)
    case 'topic':
      return payload
    case 'huge':
      return new Uint8Array(HUGE_BYTES).fill(dice.below(2) === 0 ? 0x5b : 0x20)
  }
}

const replaced = (text: string, [start, end]: Span, by: string): Uint8Array => encoder.encode(text.slice(0, start) + by + text.slice(end))

function flipped(payload: Uint8Array, dice: Dice): Uint8Array {
  const copy = payload.slice()
  if (copy.length > 0) for (let i = 1 + dice.below(8); i > 0; i--) copy[dice.below(copy.length)] ^= 1 << dice.below(8)
  return copy
}

function noisy(payload: Uint8Array, dice: Dice): Uint8Array {
  const copy = payload.slice()
  const from = dice.below(copy.length + 1)
  for (let at = from; at < Math.min(copy.length, from + 16); at++) copy[at] = dice.below(256)
  return copy
}

/** Other values of the same shape. */
function otherDigits(payload: Uint8Array, dice: Dice): Uint8Array {
  const copy = payload.slice()
  for (let i = 0; i < copy.length; i++) if (copy[i] >= 0x30 && copy[i] <= 0x39 && dice.below(6) === 0) copy[i] = 0x30 + dice.below(10)
  return copy
}

const TOPIC_PARTS = ['', '/', '+', '#', '\u0000', '..', '&', "'", '(', '$SYS', 'a'.repeat(600), '浙A', '%'] as const

function broken(topic: string, dice: Dice): string {
  const at = dice.below(topic.length + 1)
  return topic.slice(0, at) + TOPIC_PARTS[dice.below(TOPIC_PARTS.length)] + topic.slice(at + dice.below(4))
}
