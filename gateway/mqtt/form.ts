/** A payload form: one compiled schema, and how a value that fits becomes an observation. */
import type { Static, TObject } from 'typebox'
import { Compile } from 'typebox/compile'
import { DAY_MS, type EpochMs, HOUR_MS, SECOND_MS } from '../../engine/base/time.ts'
import type { DeviceKey } from '../../engine/model/city.ts'
import type { Observation } from '../../engine/model/observation.ts'
import type { RefusalKind } from './quarantine.ts'
import { reasonOf } from './reason.ts'

export interface DecodeLimits {
  readonly reading_age_h_max: number
  readonly reading_ahead_s_max: number
}

export interface DecodeRules {
  readonly limits: DecodeLimits
  readonly pseudonym: (subject: string) => string
}

export interface Refusal {
  readonly ok: false
  readonly kind: RefusalKind
  /** The field, and what was expected of it. */
  readonly reason: string
}

export interface Understood {
  readonly ok: true
  readonly observation: Observation
  /** What the log is to keep: the value itself when there was nothing to take out of it. */
  readonly kept: unknown
}

export interface Source {
  readonly device: DeviceKey
  /** Came inside a store-and-forward batch. */
  readonly backfill: boolean
  /** What times are judged against; null leaves them unjudged. */
  readonly now: EpochMs | null
  /** Set by the form where the message's own time lay too far in the future, s: then `ts` is when it came. */
  readonly ahead_s?: number
}

/** Never throws. */
export type Form = (value: unknown, source: Source, rules: DecodeRules) => Understood | Refusal

export const refusal = (kind: RefusalKind, reason: string): Refusal => ({ ok: false, kind, reason })

export type Read<T> = (value: T, source: Source) => Observation
/** A copy of the value without personal data. */
export type Mask<T> = (value: T, pseudonym: (subject: string) => string) => T

export function createForm<S extends TObject>(schema: S, read: Read<Static<S> & { ts?: number }>, mask?: Mask<Static<S>>): Form {
  const validator = Compile(schema)
  const known: ReadonlySet<string> = new Set(Object.keys(schema.properties))
  const fits = (value: unknown): value is Static<S> & { ts?: number } => validator.Check(value)

  return (value, source, rules) => {
    if (!fits(value)) return refusal('schema', reasonOf(validator.Errors(value)))
    const time = value.ts === undefined || source.now === null ? null : judgeTime(value.ts, source, source.now, rules.limits)
    if (typeof time === 'string') return refusal('time', time)
    let kept: Static<S> & { ts?: number } = value
    if (!hasOnly(value, known)) {
      const deep = unknownDeepKey(value, known)
      if (deep !== null) return refusal('json', `${deep}: nested deeper than ${DEPTH_MAX} levels`)
      kept = withoutUnknown(value, known)
    }
    if (mask !== undefined) kept = mask(kept, rules.pseudonym)
    if (time === null || source.now === null) return { ok: true, observation: read(kept, source), kept }
    return { ok: true, observation: read({ ...kept, ts: source.now }, { ...source, ahead_s: time }), kept }
  }
}

/** Less than this many milliseconds is before 1973, and in seconds the year 5138: the sender most likely counts seconds. */
const LIKELY_SECONDS = 1e11

/**
 * Null: it may be so. A number: a live message that is so many seconds too far in the future has a wrong clock and is dated by its arrival; a device is not
 * shut out for its clock. A text: why it is refused. What a queue held has no other time than its own.
 */
export function judgeTime(
  ts: EpochMs,
  { backfill }: Source,
  now: EpochMs,
  { reading_age_h_max, reading_ahead_s_max }: DecodeLimits,
): string | number | null {
  if (ts - now > reading_ahead_s_max * SECOND_MS) {
    if (!backfill && ts - now <= CLOCK_AHEAD_MS_MAX) return Math.round((ts - now) / SECOND_MS)
    return `ts: ${timeText(ts)} is more than ${backfill ? `${reading_ahead_s_max} s` : 'a year'} in the future`
  }
  if (now - ts <= reading_age_h_max * HOUR_MS) return null
  const hint = ts > 0 && ts < LIKELY_SECONDS ? '; expected epoch milliseconds' : ''
  return `ts: ${timeText(ts)} is more than ${reading_age_h_max} h old${hint}`
}

/** No clock is that far ahead; the sender counts in another unit. */
const CLOCK_AHEAD_MS_MAX = 366 * DAY_MS

/** ECMA-262 dates end at 8.64e15 ms; larger integers are valid on the wire. */
const timeText = (ts: EpochMs): string => (ts <= 8.64e15 ? new Date(ts).toISOString() : String(ts))

const DEPTH_MAX = 32

/** The first unknown key whose value is nested too deep for anything that somebody might want to do with it. */
function unknownDeepKey(value: object, known: ReadonlySet<string>): string | null {
  return Object.entries(value).find(([key, member]) => !known.has(key) && isDeep(member))?.[0] ?? null
}

function isDeep(value: unknown): boolean {
  let level: unknown[] = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEPTH_MAX) return true
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []))
  }
  return false
}

function hasOnly(value: object, known: ReadonlySet<string>): boolean {
  for (const key in value) if (!known.has(key)) return false
  return true
}

/** What is left has every key of T that the value had. */
const withoutUnknown = <T extends object>(value: T, known: ReadonlySet<string>): T =>
  Object.fromEntries(Object.entries(value).filter(([key]) => known.has(key))) as T
