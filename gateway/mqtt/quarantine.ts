/** Messages that were refused: counted by kind, and the newest kept as samples for a person to look at. */
import type { EpochMs } from '../../engine/base/time.ts'

/** What was wrong, as the counters tell it apart: `dialect` for what no dialect understands, `unbound` for what names no device of the city, `assessment` for what a camera may not tell, `order` for a warning or report that the engine did not take. */
export const REFUSAL_KINDS = [
  'topic',
  'permission',
  'json',
  'schema',
  'time',
  'size',
  'clock',
  'place',
  'dialect',
  'unbound',
  'assessment',
  'order',
] as const
export type RefusalKind = (typeof REFUSAL_KINDS)[number]

export interface Refused {
  readonly at: EpochMs
  readonly topic: string
  readonly from: string
  readonly kind: RefusalKind
  /** The field and what was expected of it. */
  readonly reason: string
  readonly payload: Buffer
}

export interface QuarantineSample extends Omit<Refused, 'payload'> {
  /** The first 512 bytes as text, subjects redacted. */
  readonly sample: string
  readonly bytes: number
}

export interface Quarantine {
  add(refused: Refused): void
  /** Newest first. */
  samples(limit: number): QuarantineSample[]
  readonly counters: Readonly<Record<RefusalKind, number>>
}

const SAMPLE_BYTES = 512
/** Looked at for subjects before the sample is cut, so that a subject at the cut is found whole. */
const REDACT_BYTES = 4096
const TEXT_MAX = 256

/** A member named subject and its value; the text need not be JSON, so an open string runs to the end. */
const SUBJECT = /("subject"\s*:\s*)("(?:[^"\\]|\\.)*"?|[^,}\]]*)/gi

export const redact = (text: string): string => text.replace(SUBJECT, '$1"[redacted]"')

/** One line of bounded length, for what a stranger may have chosen. */
const plain = (text: string): string => text.slice(0, TEXT_MAX).replace(/\p{Cc}/gu, ' ')

/** @param onAdd told of every refusal, with what may be kept of its payload */
export function createQuarantine(samples_max: number, onAdd: (refused: Refused) => void = () => {}): Quarantine {
  const ring: QuarantineSample[] = []
  let next = 0
  const counters: Record<RefusalKind, number> = {
    topic: 0,
    permission: 0,
    json: 0,
    schema: 0,
    time: 0,
    size: 0,
    clock: 0,
    place: 0,
    dialect: 0,
    unbound: 0,
    order: 0,
    assessment: 0,
  }

  return {
    add({ payload, ...refused }) {
      onAdd({ payload, ...refused })
      counters[refused.kind]++
      if (samples_max === 0) return
      ring[next] = {
        ...refused,
        topic: plain(refused.topic),
        from: plain(refused.from),
        reason: plain(refused.reason),
        sample: redact(payload.toString('utf8', 0, REDACT_BYTES)).slice(0, SAMPLE_BYTES),
        bytes: payload.length,
      }
      next = (next + 1) % samples_max
    },
    samples(limit) {
      const newest_first = [...ring.slice(next), ...ring.slice(0, next)].reverse()
      return newest_first.slice(0, limit)
    },
    counters,
  }
}
