/** The times of strangers: epoch seconds (with fractions), milliseconds, microseconds, ISO 8601 with nanoseconds or without a zone, intervals. */
import { type EpochMs, MINUTE_MS, SECOND_MS } from '../../engine/base/time.ts'
import type { Json } from './json.ts'

/** 1973 in milliseconds, the year 5138 in seconds: below it a number counts seconds. */
const SECONDS_BELOW = 1e11
/** The year 5138 in milliseconds: from here on a number counts microseconds, and from a thousand times that nanoseconds. */
const MICROSECONDS_FROM = 1e14
const NANOSECONDS_FROM = 1e17
/** ECMA-262: dates end here. */
const TIME_MAX = 8.64e15

/** Epoch seconds, milliseconds, microseconds or nanoseconds by their size. Null for zero and less: a device without a clock says 0. */
export function fromEpoch(value: number): EpochMs | null {
  if (!(value > 0) || value > TIME_MAX * 1e3) return null
  if (value < SECONDS_BELOW) return fromSeconds(value)
  if (value < MICROSECONDS_FROM) return Math.round(value)
  return Math.round(value < NANOSECONDS_FROM ? value / 1e3 : value / 1e6)
}

/** Epoch seconds as a float, to the nearest millisecond. */
export const fromSeconds = (value: number): EpochMs | null => {
  const ms = Math.round(value * SECOND_MS)
  return value > 0 && ms <= TIME_MAX ? ms : null
}

const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,12}))?)?)?\s*([Zz]|[+-]\d{2}:?\d{2})?$/

export interface IsoTime {
  readonly ts: EpochMs
  /** The text named no zone: the declared one was taken. */
  readonly zoneless: boolean
}

/**
 * ISO 8601 as devices write it: any number of decimals (cut to milliseconds), blank for T, offset with or without colon. Not
 * `Date.parse`: it rolls 31 February over and reads much that is no ISO 8601.
 * @param zone_min minutes east of UTC for a time without a zone
 */
export function fromIso(text: string, zone_min: number): IsoTime | null {
  const found = ISO.exec(text)
  if (found === null) return null
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone] = found
  const [mo, d, h, mi, s] = [Number(month), Number(day), Number(hour), Number(minute), Number(second)]
  if (mo < 1 || mo > 12 || d < 1 || d > daysOf(Number(year), mo) || h > 23 || mi > 59 || s > 60) return null
  const ms = Math.trunc(Number(`0.${fraction}0`) * SECOND_MS + 1e-6)
  const offset = zone === undefined ? zone_min : offsetOf(zone)
  if (offset === null) return null
  return { ts: Date.UTC(Number(year), mo - 1, d, h, mi, s, ms) - offset * MINUTE_MS, zoneless: zone === undefined }
}

/** Dates as Chinese systems write them: `2026/07/18 14:30:15`, `2026年7月18日 14时30分15秒`, `20260718143015`; null for what is none of them. */
function asIso(text: string): string | null {
  const found = COMPACT.exec(text) ?? WRITTEN.exec(text)
  if (found === null) return null
  const [, year, month, day, hour = '0', minute = '0', second = '0', rest = ''] = found
  const two = (part: string): string => part.padStart(2, '0')
  return `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}${rest}`
}

/** 14 digits are no epoch of this century: seconds have 10, milliseconds 13, microseconds 16. */
const COMPACT = /^(20\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])([01]\d|2[0-3])([0-5]\d)([0-5]\d)$/
const WRITTEN =
  /^(\d{4})[/年](\d{1,2})[/月](\d{1,2})日?(?:[T ]*(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})?)?秒?)?((?:[.,]\d{1,12})?\s*(?:[Zz]|[+-]\d{2}:?\d{2})?)$/

const daysOf = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate()

function offsetOf(zone: string): number | null {
  if (zone === 'Z' || zone === 'z') return 0
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(-2))]
  if (hours > 14 || minutes > 59) return null
  return (zone[0] === '-' ? -1 : 1) * (hours * 60 + minutes)
}

/** `from/to` of ISO 8601, both ends written out. */
export function fromInterval(text: string, zone_min: number): { readonly from: IsoTime; readonly to: IsoTime } | null {
  const at = text.indexOf('/')
  if (at < 0) return null
  const from = fromIso(text.slice(0, at), zone_min)
  const to = fromIso(text.slice(at + 1), zone_min)
  return from === null || to === null || to.ts < from.ts ? null : { from, to }
}

/** A time in whatever way a format without rules writes it: a number, a number as text, ISO, or the end of an interval. */
export function fromAny(value: Json | undefined, zone_min: number): IsoTime | null {
  if (typeof value === 'number') return known(fromEpoch(value))
  if (typeof value !== 'string' || value.length > 96) return null
  const iso = asIso(value.trim())
  if (iso !== null) return fromIso(iso, zone_min)
  if (/^\d{9,19}(\.\d+)?$/.test(value)) return known(fromEpoch(Number(value)))
  return fromIso(value, zone_min) ?? fromInterval(value, zone_min)?.to ?? null
}

const known = (ts: EpochMs | null): IsoTime | null => (ts === null ? null : { ts, zoneless: false })
