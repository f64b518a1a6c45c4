/**
 * Milesight's channels: a number, a type and bytes of known length, again and again (Milesight-IoT/SensorDecoders, em-series). What comes
 * after a channel that nobody knows cannot be found any more, so such bytes are not read at all.
 */
import { viewOf } from './codec.ts'

export interface Channel {
  /** Channel number and type: 0x0167 is channel 1 of type 67. */
  readonly key: number
  readonly value: DataView
}

/** What every model has: versions, serial number, class, power-on. Its bytes by type, on channel FF. */
const INFO: Readonly<Record<number, number>> = {
  65281: 1,
  65289: 2,
  65290: 2,
  65291: 1,
  65295: 1,
  65302: 8,
  65307: 5,
  65534: 1,
  65535: 2,
}

/** Nothing but what every model has, as at a join: it measures nothing. */
export const isInfoOnly = (bytes: Uint8Array): boolean => channelsOf(bytes, {}) !== null

/** @param lengths bytes of each channel of the model @returns null when they are not channels of that model */
export function channelsOf(bytes: Uint8Array, lengths: Readonly<Record<number, number>>): Channel[] | null {
  const view = viewOf(bytes)
  const channels: Channel[] = []
  let at = 0
  while (at < bytes.length) {
    if (at + 2 > bytes.length) return null
    const key = view.getUint16(at)
    const length = lengths[key] ?? INFO[key]
    if (length === undefined || at + 2 + length > bytes.length) return null
    channels.push({ key, value: new DataView(view.buffer, view.byteOffset + at + 2, length) })
    at += 2 + length
  }
  return channels.length === 0 ? null : channels
}

export const BATTERY = 0x0175
export const MILESIGHT_PORT = 85
