/**
 * A dialect is one format that real equipment or another system speaks. One small file each: does a message look like it, and what does
 * it say in contract units. Bad input is ordinary: `recognise` and `decode` never throw, whatever the bytes are.
 */
import type { EpochMs } from '../../engine/base/time.ts'
import type { Bilingual } from '../../engine/model/bilingual.ts'
import type { Refusal } from '../mqtt/form.ts'
import type { NormalForm } from './normal-form.ts'
import type { SparkplugMemory } from './sparkplug-memory.ts'

export interface Envelope {
  /** Of MQTT; null when it came another way. */
  readonly topic: string | null
  readonly http: HttpDoor | null
  readonly content_type: string | null
  readonly payload: Uint8Array
  readonly received: EpochMs
  /** Name of the login it came by: some formats leave who speaks to the connection (`v1/devices/me`). */
  readonly from?: string
}

export interface HttpDoor {
  readonly method: string
  /** With the query, as requested. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
}

export interface DialectContext {
  readonly pseudonym: (subject: string) => string
  /** What a time without a zone is in: minutes east of UTC, 480 for China. */
  readonly zone_min: number
  /** The city's bounding box: west, south, east, north; null leaves positions unjudged. */
  readonly box: readonly [number, number, number, number] | null
  /** Topic prefixes of the Frigate instances: each has its own. */
  readonly frigate_prefixes: readonly string[]
  /** What Sparkplug's edge nodes said at birth; the one thing that a dialect remembers, bounded. */
  readonly sparkplug: SparkplugMemory
  /** The clock of a simulation rules: times are not judged against the moment of arrival. */
  readonly simulated: boolean
}

/** Where a message strays from its format's published schema and was understood all the same. */
export interface Drift {
  readonly field: string
  readonly what: 'type' | 'unit' | 'time' | 'position' | 'key' | 'id' | 'range' | 'syntax'
}

/** What the format asks us to say back. */
export interface Reply {
  readonly topic: string
  readonly payload: Uint8Array
}

export interface Heard {
  readonly ok: true
  /** May be empty: a join or a log line is understood and says nothing about the city. */
  readonly forms: readonly NormalForm[]
  readonly drift: readonly Drift[]
  readonly replies: readonly Reply[]
}

/** Why nothing was understood, and what to say back all the same: without its birth nobody understands a Sparkplug node. */
export interface Refused extends Refusal {
  readonly replies?: readonly Reply[]
}

export interface Dialect {
  /** Unique; also its name in counters and configuration. */
  readonly id: string
  readonly title: Bilingual
  /** Cheap: looks at the topic or path first, at the payload only when those do not tell. */
  recognise(envelope: Envelope, context: DialectContext): boolean
  /** Only for what it recognised. */
  decode(envelope: Envelope, context: DialectContext): Heard | Refused
}

export const heard = (forms: readonly NormalForm[], drift: readonly Drift[] = [], replies: readonly Reply[] = []): Heard => ({
  ok: true,
  forms,
  drift,
  replies,
})
