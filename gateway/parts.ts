/**
 * The joints of the gateway: the few shapes that its parts hand to each other. app.ts builds the parts and joins them here;
 * no part imports another part's file.
 */
import type { EpochMs } from '../engine/base/time.ts'
import type { CrewOwnView } from '../engine/crew-view.ts'
import type { Observation } from '../engine/model/observation.ts'
import type { CrewFrame } from './wire/phone.ts'

/** Parts with a life have exactly this one: an inert constructor, `start`, `stop`. `stop` may follow a failed `start`. */
export interface Part {
  start(): Promise<void>
  stop(): Promise<void>
}

/** What a part says to the operator: fields first, as pino takes them. Never personal data, never a secret. */
export interface Logger {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** Who is at the other end of a connection, decided once at CONNECT. */
export type Principal =
  /** A device under its own key `{district}/{domain}/{device}`. */
  | { readonly role: 'device'; readonly key: string }
  /** `bridge/{name}`: a network server or another broker that speaks for foreign devices, on topics that begin with one of these. */
  | { readonly role: 'bridge'; readonly key: string; readonly topics: readonly string[] }
  /** With `--clock mqtt`, a loopback connection without credentials (contract section 1a). */
  | { readonly role: 'simulator'; readonly world: string | null }

export interface Inbound {
  /** Key of the sender (`bridge/{name}` too), `simulator`, or `http:<token name>`; for counters and quarantine. */
  readonly from: string
  readonly topic: string
  readonly payload: Buffer
  readonly received: EpochMs
}

/**
 * The broker hands every permitted publish here and acknowledges it (PUBACK) only after `done`. An error means that it could not be
 * kept: the broker must not acknowledge. A payload that is refused as bad is quarantined, and acknowledged: sending it again would not help.
 */
export type Accept = (message: Inbound, done: (error?: Error) => void) => void

export interface Broker extends Part {
  /** Resolves when handed over to the broker; QoS 1 delivery to the device is the broker's affair. */
  publish(topic: string, payload: string | Uint8Array, options: { readonly qos: 0 | 1; readonly retain: boolean }): Promise<void>
  /** Other filters of foreign topics from now on; a broker of our own needs none. */
  subscribeForeign?(filters: readonly string[]): void
  readonly counters: Readonly<Record<string, number>>
  /** True while messages can come in: always for the embedded one, while connected for an outside one. */
  readonly ready: boolean
}

/** A message that was accepted: what the log holds of it and what it means. One message may mean several observations (batches). */
export interface Taken {
  /** null: the started world. */
  readonly world: string | null
  readonly topic: string
  /** The payload as logged: personal data already pseudonymised. */
  readonly payload: string
  readonly received: EpochMs
  readonly observations: readonly Observation[]
  /** End of its record in the log. */
  readonly position: LogPosition
}

/** Bytes from the beginning of the log's life; grows over all segments and never restarts. */
export type LogPosition = number

/** What a log record is. Numbers are on disk: never change one. */
export const RECORD = {
  /** A device message: topic and payload. */
  message: 1,
  /** One engine step: payload is `{"now":…,"through":position}`; everything before it not yet stepped was in it. */
  step: 2,
  /** An observation that did not come over MQTT (operator, solver, rules): payload is its JSON, topic says its kind. */
  observation: 3,
} as const
export type RecordKind = (typeof RECORD)[keyof typeof RECORD]

export interface LogRecord {
  readonly kind: RecordKind
  readonly topic: string
  readonly payload: Buffer
  readonly received: EpochMs
  /** Just past this record: pass it to `read` to go on behind it. */
  readonly position: LogPosition
}

/**
 * Append-only, checksummed, segmented. `append` collects; the batch of one turn of the event loop is written at once and then `done` is
 * called for each, in order, with its position. Forced to disk at least every `log_sync_ms`; with `log_strict`, before `done`.
 */
export interface EventLog extends Part {
  append(
    kind: RecordKind,
    topic: string,
    payload: Buffer | string,
    received: EpochMs,
    done: (error: Error | null, position: LogPosition) => void,
  ): void
  /** Calls back when everything appended so far is as safe as `append` makes it; with its error when it could not be. */
  after(done: (error: Error | null) => void): void
  /**
   * Records from a position (a value that `append` or `read` gave, or 0), oldest first, up to what is written now, as many together as one look at the disk brings: a promise for
   * each would cost more than the record. A position older than the oldest kept segment starts at that.
   */
  read(from: LogPosition): AsyncIterable<readonly LogRecord[]>
  /** End of what is written. */
  readonly end: LogPosition
  /** Deletes whole segments that lie before the position. */
  release(before: LogPosition): Promise<void>
}

/** The frame of a crew's phone with the engine's own view in it: to be read and sent, never changed. */
export type CrewFrameOut = Omit<CrewFrame, 'view'> & { readonly view: CrewOwnView }
