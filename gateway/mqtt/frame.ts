/** The fixed header of an MQTT packet (MQTT 3.1.1 section 2.2): enough to know its kind and size before any of it is buffered. */

export const PACKET_CONNECT = 1
export const PACKET_PUBLISH = 3

export interface FrameHeader {
  readonly type: number
  /** Header and body. */
  readonly bytes: number
}

/** The header at an offset; `more` when it is not all there, `bad` when the length has more than four bytes. */
export function readFrameHeader(buffer: Buffer, at: number): FrameHeader | 'more' | 'bad' {
  let length = 0
  for (let i = 1; i <= 4; i++) {
    if (at + i >= buffer.length) return 'more'
    const byte = buffer[at + i]
    length += (byte & 127) * 128 ** (i - 1)
    if (byte < 128) return { type: buffer[at] >> 4, bytes: 1 + i + length }
  }
  return 'bad'
}
