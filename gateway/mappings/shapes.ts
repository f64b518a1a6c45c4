/** Refused messages by the shape of their topic: how many, why, and the newest of each as it may be kept. Bounded. */
import { createHash } from 'node:crypto'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { EpochMs } from '../../engine/base/time.ts'
import { REFUSAL_KINDS, type Refused } from '../mqtt/quarantine.ts'
import { shapeOf } from './topic-filter.ts'

export interface Sample {
  readonly topic: string
  readonly at: EpochMs
  readonly from: string
  /** JSON where it is some, else the text. */
  readonly payload: unknown
  /** Of the message as it may be kept; longer ones are cut, and no JSON then. */
  readonly bytes: number
}

export interface Shape {
  readonly id: string
  /** The topic, `+` for levels that name one of many. */
  readonly topic: string
  readonly kind: Refused['kind']
  /** Of the newest. */
  readonly reason: string
  readonly count: number
  readonly first: EpochMs
  readonly last: EpochMs
  readonly sample: Sample
}

export interface Shapes {
  note(refused: Refused): void
  /** The newest first. */
  list(): readonly Shape[]
  find(id: string): Shape | null
  /** Plain data for a file, least recently seen first. */
  save(): readonly Shape[]
  /** Whatever does not fit is left out. */
  restore(kept: unknown): void
  /** Until they come again. */
  forget(which: (shape: Shape) => boolean): void
}

const ShapeForm = Type.Object({
  id: Type.String({ pattern: '^[0-9a-f]{12}$' }),
  topic: Type.String({ maxLength: 512 }),
  kind: Type.Union(REFUSAL_KINDS.map((kind) => Type.Literal(kind))),
  reason: Type.String(),
  count: Type.Integer({ minimum: 1 }),
  first: Type.Integer(),
  last: Type.Integer(),
  sample: Type.Object({
    topic: Type.String(),
    at: Type.Integer(),
    from: Type.String(),
    payload: Type.Unknown(),
    bytes: Type.Integer(),
  }),
})
const shapeForm = Compile(ShapeForm)
const isShape = (value: unknown): value is Shape => shapeForm.Check(value)

const SHAPES_MAX = 500
const SAMPLE_BYTES = 16_384
const TOPIC_MAX = 512
const REASON_MAX = 300
const SAMPLE_EVERY_MS = 1_000

function payloadOf(payload: Buffer): unknown {
  const text = payload.toString('utf8', 0, SAMPLE_BYTES)
  if (payload.length > SAMPLE_BYTES) return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const plain = (text: string, length_max: number): string => text.slice(0, length_max).replace(/\p{Cc}/gu, ' ')

/** @param redact what may be kept of a payload that no dialect has masked */
export function createShapes(redact: (text: string) => string): Shapes {
  /** By kind and topic, least recently seen first. */
  const shapes = new Map<string, Shape>()

  function sampleOf({ at, topic, from, payload }: Refused): Sample {
    const kept = Buffer.from(redact(payload.toString('utf8', 0, SAMPLE_BYTES + 1)))
    return { topic: plain(topic, TOPIC_MAX), at, from: plain(from, TOPIC_MAX), payload: payloadOf(kept), bytes: payload.length }
  }

  return {
    note(refused) {
      const { at, kind, reason } = refused
      const topic = shapeOf(plain(refused.topic, TOPIC_MAX))
      const key = `${kind} ${topic}`
      const before = shapes.get(key)
      // In a flood one sample a second is enough.
      const sample = before === undefined || at - before.sample.at >= SAMPLE_EVERY_MS ? sampleOf(refused) : before.sample
      shapes.delete(key)
      shapes.set(key, {
        id: before?.id ?? createHash('sha256').update(key).digest('hex').slice(0, 12),
        topic,
        kind,
        reason: plain(reason, REASON_MAX),
        count: (before?.count ?? 0) + 1,
        first: before?.first ?? at,
        last: at,
        sample,
      })
      for (const oldest of shapes.keys()) {
        if (shapes.size <= SHAPES_MAX) break
        shapes.delete(oldest)
      }
    },
    list: () => [...shapes.values()].reverse(),
    find: (id) => [...shapes.values()].find((shape) => shape.id === id) ?? null,
    save: () => [...shapes.values()],
    restore(kept) {
      if (!Array.isArray(kept)) return
      for (const one of kept.slice(-SHAPES_MAX)) if (isShape(one)) shapes.set(`${one.kind} ${one.topic}`, one)
    },
    forget(which) {
      for (const [key, shape] of [...shapes]) if (which(shape)) shapes.delete(key)
    },
  }
}
