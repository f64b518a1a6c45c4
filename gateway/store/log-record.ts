/**
 * The bytes of one log record, little-endian:
 *
 *     0  u32  CRC-32 of all that follows, begun with the record's position
 *     4  u16  magic, where a reader that met damage looks for the next record
 *     6  u8   kind
 *     7  u16  bytes of the topic, UTF-8
 *     9  u32  bytes of the payload
 *    13  f64  received, epoch ms
 *    21       topic, payload
 *
 * The position goes into the checksum so that bytes which merely look like a record (a payload may hold anything) are never taken for one.
 */
import { crc32 } from 'node:zlib'
import type { EpochMs } from '../../engine/base/time.ts'
import { type LogPosition, type LogRecord, RECORD, type RecordKind } from '../parts.ts'

export const RECORD_HEADER_BYTES = 21
/** Far above any MQTT packet or HTTP body that is let in; a longer length in a header is damage. */
export const RECORD_PAYLOAD_BYTES_MAX = 64 * 1024 * 1024
const MAGIC = 0x4255
const MAGIC_BYTES = Buffer.from([MAGIC & 255, MAGIC >> 8])
const MAGIC_AT = 4

const KINDS: ReadonlySet<number> = new Set(Object.values(RECORD))
const isKind = (kind: number): kind is RecordKind => KINDS.has(kind)

/** The seed of the checksum: the low 32 bits of the position. */
const seedOf = (position: LogPosition): number => position % 2 ** 32

/** Room that a record needs at most: a UTF-16 unit is at most three bytes of UTF-8. */
export function recordBytesMax(topic: string, payload: Buffer | string): number {
  return RECORD_HEADER_BYTES + topic.length * 3 + (typeof payload === 'string' ? payload.length * 3 : payload.length)
}

/** Writes a record without its checksum and returns where it ends; `seal` completes it once its position is known. */
export function encodeRecord(
  target: Buffer,
  at: number,
  kind: RecordKind,
  topic: string,
  payload: Buffer | string,
  received: EpochMs,
): number {
  const topic_at = at + RECORD_HEADER_BYTES
  const topic_bytes = target.write(topic, topic_at)
  const payload_at = topic_at + topic_bytes
  const payload_bytes = typeof payload === 'string' ? target.write(payload, payload_at) : payload.copy(target, payload_at)
  target.writeUInt16LE(MAGIC, at + MAGIC_AT)
  target[at + 6] = kind
  target.writeUInt16LE(topic_bytes, at + 7)
  target.writeUInt32LE(payload_bytes, at + 9)
  target.writeDoubleLE(received, at + 13)
  return payload_at + payload_bytes
}

export function seal(target: Buffer, at: number, end: number, position: LogPosition): void {
  target.writeUInt32LE(crc32(target.subarray(at + MAGIC_AT, end), seedOf(position)), at)
}

/** What stands at an offset: a record and where it ends; `more` when the buffer ends before it does; `bad` when it is no record. */
export type Parsed = { readonly record: LogRecord; readonly end: number } | 'more' | 'bad'

/** @param position the log position of `at` */
export function parseRecord(source: Buffer, at: number, position: LogPosition): Parsed {
  if (source.length < at + RECORD_HEADER_BYTES) return 'more'
  const kind = source[at + 6]
  const topic_bytes = source.readUInt16LE(at + 7)
  const payload_bytes = source.readUInt32LE(at + 9)
  if (source.readUInt16LE(at + MAGIC_AT) !== MAGIC || !isKind(kind) || payload_bytes > RECORD_PAYLOAD_BYTES_MAX) return 'bad'
  const topic_end = at + RECORD_HEADER_BYTES + topic_bytes
  const end = topic_end + payload_bytes
  if (source.length < end) return 'more'
  if (crc32(source.subarray(at + MAGIC_AT, end), seedOf(position)) !== source.readUInt32LE(at)) return 'bad'
  const record: LogRecord = {
    kind,
    topic: source.toString('utf8', at + RECORD_HEADER_BYTES, topic_end),
    payload: source.subarray(topic_end, end),
    received: source.readDoubleLE(at + 13),
    position: position + (end - at),
  }
  return { record, end }
}

/** The next offset behind `at` where a record may begin; the buffer's end, short of a magic that may be cut in two, when there is none. */
export function nextCandidate(source: Buffer, at: number): number {
  const magic = source.indexOf(MAGIC_BYTES, at + 1 + MAGIC_AT)
  return magic === -1 ? Math.max(at + 1, source.length - MAGIC_AT - 1) : magic - MAGIC_AT
}
