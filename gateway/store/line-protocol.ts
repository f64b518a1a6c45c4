/**
 * InfluxDB line protocol, written directly: one line a row, measurement = metric, tag `device`, field `value`. The client's Point builds two objects
 * and sorts keys for every row; `npm run bench -- store` shows both. https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/
 */
import type { DeviceKey } from '../../engine/model/city.ts'
import type { ReadingRow } from '../../engine/ports.ts'
import type { Sample } from './tiers.ts'

/**
 * What line protocol or a delete predicate cannot say inside a name (a backslash before a delimiter, control characters, quotes, `#` at the start of a
 * line) is percent-encoded; `decodeName` is the way back. Names of contract section 2 stay as they are.
 */
export function encodeName(name: string): string {
  if (/^[\w.:/[\]-]+$/.test(name)) return name
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must be encoded
  return name.replace(/[%\\"\x00-\x1f\x7f]|^#/g, (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`)
}

export const decodeName = (name: string): string =>
  name.replace(/%([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))

/** The head of a series' lines: measurement and tag, escaped. */
export function seriesHead(device: DeviceKey, metric: string): string {
  return `${encodeName(metric).replace(/[, ]/g, '\\$&')},device=${encodeName(device).replace(/[, =]/g, '\\$&')}`
}

/** Finite values only: line protocol has no NaN and no infinity. Times in milliseconds. */
export function rawLine(head: string, { ts, value }: Pick<ReadingRow, 'ts' | 'value'>): string {
  return `${head} value=${value} ${Math.floor(ts)}`
}

export function bucketLine(head: string, { ts, sum, min, max, count }: Sample): string {
  return `${head} sum=${sum},min=${min},max=${max},count=${count}i ${ts}`
}
