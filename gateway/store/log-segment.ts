/**
 * A segment is one file of the log, named by the position of its first byte: `0000000000000000.log`. It begins with a header of 16 bytes;
 * a record at offset `o` of the file has the position `base + o`.
 */
import type { FileHandle } from 'node:fs/promises'
import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { LogPosition, LogRecord } from '../parts.ts'
import { nextCandidate, parseRecord } from './log-record.ts'

export interface Segment {
  readonly base: LogPosition
  readonly file: string
}

export const SEGMENT_HEADER = Buffer.from('URBANLOG\x01\0\0\0\0\0\0\0', 'latin1')
const NAME = /^(\d{16})\.log$/
const CHUNK_BYTES = 1024 * 1024

export const segmentAt = (directory: string, base: LogPosition): Segment => ({
  base,
  file: join(directory, `${String(base).padStart(16, '0')}.log`),
})

/** Oldest first. */
export async function listSegments(directory: string): Promise<Segment[]> {
  const names = await readdir(directory)
  const bases = names.flatMap((name) => NAME.exec(name)?.[1] ?? []).map(Number)
  return bases.sort((a, b) => a - b).map((base) => segmentAt(directory, base))
}

export interface Damage {
  readonly at: LogPosition
  readonly bytes: number
}

/**
 * The records of one segment that begin at or behind `from` and end at or before `until`, those of a chunk together. Damage is told and skipped: the search goes
 * on at the next place whose checksum fits, so a flipped bit costs its own record only. What stands behind the last record and is
 * none is told as damage too. A segment that has been released meanwhile has no records.
 */
export async function* scanSegment(
  segment: Segment,
  from: LogPosition,
  until: LogPosition,
  onDamage: (damage: Damage) => void,
): AsyncGenerator<readonly LogRecord[]> {
  const file = await openSegment(segment.file)
  if (file === null) return
  try {
    yield* scan(file, segment.base, Math.max(from - segment.base, SEGMENT_HEADER.length), until - segment.base, onDamage)
  } finally {
    await file.close()
  }
}

async function openSegment(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

async function* scan(
  file: FileHandle,
  base: LogPosition,
  from: number,
  until: number,
  onDamage: (damage: Damage) => void,
): AsyncGenerator<readonly LogRecord[]> {
  /** Bytes of the file from offset `start` on. */
  let buffer: Buffer = Buffer.alloc(0)
  let start = from
  let at = 0
  let records: LogRecord[] = []
  /** Offset in the file where damage began; -1 outside damage. */
  let damaged = -1
  const told = (end: number): void => {
    if (damaged >= 0 && end > damaged) onDamage({ at: base + damaged, bytes: end - damaged })
    damaged = -1
  }
  while (start + at < until) {
    const parsed = parseRecord(buffer, at, base + start + at)
    if (parsed === 'more') {
      if (records.length > 0) yield records
      records = []
      const more = await readChunk(file, start + buffer.length, until)
      if (more.length > 0) {
        buffer = at === buffer.length ? more : Buffer.concat([buffer.subarray(at), more])
        start += at
        at = 0
        continue
      }
    }
    if (parsed === 'more' || parsed === 'bad') {
      if (damaged < 0) damaged = start + at
      if (parsed === 'more' && at >= buffer.length) break
      at = Math.min(nextCandidate(buffer, at), buffer.length)
      continue
    }
    told(start + at)
    at = parsed.end
    records.push(parsed.record)
  }
  if (records.length > 0) yield records
  told(until)
}

async function readChunk(file: FileHandle, at: number, until: number): Promise<Buffer> {
  const chunk = Buffer.allocUnsafe(Math.max(0, Math.min(CHUNK_BYTES, until - at)))
  const { bytesRead } = await file.read(chunk, 0, chunk.length, at)
  return chunk.subarray(0, bytesRead)
}
