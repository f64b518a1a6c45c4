/** What `start` does with the log it finds: cuts the torn tail, and puts aside what is no segment. */
import { rename, stat, truncate, unlink } from 'node:fs/promises'
import type { Logger, LogPosition } from '../parts.ts'
import { type Damage, listSegments, SEGMENT_HEADER, type Segment, scanSegment } from './log-segment.ts'

export interface Mended {
  /** Oldest first; the last one ends at `end`. */
  readonly segments: Segment[]
  /** Just past the last whole record; 0 for a new log. */
  readonly end: LogPosition
  readonly torn_bytes: number
  /** False when anything had to be cut or put aside. */
  readonly clean: boolean
}

export async function mendLog(directory: string, log: Logger, onDamage: (damage: Damage) => void): Promise<Mended> {
  const segments = await listSegments(directory)
  let torn_bytes = 0
  let end = 0
  let clean = true
  for (let last = segments.at(-1); last !== undefined; last = segments.at(-1)) {
    const { size } = await stat(last.file)
    const good_bytes = (await lastRecordEnd(last, size, onDamage)) - last.base
    end = Math.max(end, last.base + good_bytes)
    if (good_bytes === size && size >= SEGMENT_HEADER.length) break
    clean = false
    torn_bytes += size - good_bytes
    log.warn({ file: last.file, bytes: size - good_bytes }, 'log: cut the torn tail')
    if (good_bytes > SEGMENT_HEADER.length) {
      await truncate(last.file, good_bytes)
      break
    }
    // Not one record: a start that was cut short, or no segment at all; the latter is kept for whoever wonders what it was.
    if (size <= SEGMENT_HEADER.length) await unlink(last.file)
    else await rename(last.file, `${last.file}.damaged`)
    segments.pop()
  }
  return { segments, end, torn_bytes, clean }
}

async function lastRecordEnd(segment: Segment, size: number, onDamage: (damage: Damage) => void): Promise<LogPosition> {
  let end = segment.base + Math.min(size, SEGMENT_HEADER.length)
  const found: Damage[] = []
  for await (const records of scanSegment(segment, segment.base, segment.base + size, (damage) => found.push(damage)))
    end = records.at(-1)?.position ?? end
  for (const damage of found) if (damage.at < end) onDamage(damage)
  return end
}
