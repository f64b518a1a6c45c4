/**
 * InfluxDB line protocol, written directly: the values of one device at one time are one line, measurement `reading`, tag `device`, a field for each
 * metric. Times are in nanoseconds: their last six digits say how late a raw row became known (`lateOf`), so that versions of a value lie beside each other, and
 * are zeros in everything else. A line a value costs InfluxDB more than twice as much, and the client's Point builds objects and sorts keys for each; docs/history.md has
 * both measured. https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/
 */
import type { EpochMs } from '../../engine/base/time.ts'
import type { ReadingRow } from '../../engine/ports.ts'
import { lateOf, type Sample } from './tiers.ts'

/** Measurement of the marks. */
export const DUE = 'due'
/** Fields of one line: an array of a thousand elements becomes some lines, not one of many kilobytes. */
const FIELDS_MAX = 64

/**
 * What line protocol or a delete predicate cannot say inside a name (a backslash before a delimiter, control characters, quotes, `#` at the start of a
 * line) is percent-encoded, and so is the field name `time`, which InfluxDB drops; `decodeName` is the way back. Names of contract section 2 stay
 * as they are.
 */
export function encodeName(name: string): string {
  if (name === 'time') return '%74ime'
  if (/^[\w.:/[\]-]+$/.test(name)) return name
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must be encoded
  return name.replace(/[%\\"\x00-\x1f\x7f]|^#/g, (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`)
}

export const decodeName = (name: string): string =>
  name.replace(/%([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))

/** Nanoseconds, beyond what a number holds exactly; times before 1970 are late by nothing. */
const lineTime = (ts: EpochMs, late = 0): string => `${Math.floor(ts)}${ts < 0 ? '000000' : String(late).padStart(6, '0')}`

/** A tag value, tag key or field key. */
const escapeKey = (encoded: string): string => encoded.replace(/[,= ]/g, '\\$&')

/** Measurement and tag. `measurement` and `device` are encoded already. */
const lineHead = (measurement: string, device: string): string => `${measurement.replace(/[, ]/g, '\\$&')},device=${escapeKey(device)}`

/**
 * Rows in their order, those of the same device, time and measurement that follow one another on one line. Finite values only: line protocol has no
 * NaN and no infinity.
 */
export function rawLines(rows: readonly ReadingRow[], measurementOf: (metric: string) => string): string[] {
  const lines: string[] = []
  const places = new Map<string, { readonly measurement: string; readonly key: string }>()
  const placeOf = (metric: string) => {
    const place = places.get(metric) ?? { measurement: measurementOf(metric), key: escapeKey(encodeName(metric)) }
    places.set(metric, place)
    return place
  }
  let first: ReadingRow | null = null
  let measurement = ''
  let line = ''
  let metrics: string[] = []
  let late = 0
  const end = (): void => {
    if (first !== null) lines.push(`${line} ${lineTime(first.ts, late)}`)
  }
  for (const row of rows) {
    const place = placeOf(row.metric)
    const field = `${place.key}=${row.value}`
    const same =
      first !== null && first.ts === row.ts && first.device === row.device && measurement === place.measurement && late === lateOf(row)
    if (same && metrics.length < FIELDS_MAX && !metrics.includes(row.metric)) {
      line += `,${field}`
      metrics.push(row.metric)
      continue
    }
    end()
    first = row
    late = lateOf(row)
    measurement = place.measurement
    line = `${lineHead(measurement, encodeName(row.device))} ${field}`
    metrics = [row.metric]
  }
  end()
  return lines
}

/** One bucket of a tier: the fields `<metric>.sum`, `.min`, `.max` and `.count`. Names are encoded already. */
export function bucketFields(metric: string, { sum, min, max, count }: Sample): string {
  const key = escapeKey(metric)
  return `${key}.sum=${sum},${key}.min=${min},${key}.max=${max},${key}.count=${count}i`
}

/** Buckets of one device that begin at the same time. Names are encoded already. */
export const bucketLine = (measurement: string, device: string, fields: readonly string[], ts: number): string =>
  `${lineHead(measurement, device)} ${fields.join()} ${lineTime(ts)}`

/** A mark of influx-due.ts, at the start of its hour. */
export function markLine({ hour, device, due }: { readonly hour: number; readonly device: string | null; readonly due: boolean }): string {
  return `${DUE}${device === null ? '' : `,device=${escapeKey(encodeName(device))}`} due=${due} ${lineTime(hour)}`
}
