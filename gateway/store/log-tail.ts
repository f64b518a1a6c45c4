/** The end of the log, where it grows: the segment being written, and the next one when it is full. */
import { closeSync, ftruncateSync, openSync } from 'node:fs'
import type { LogPosition } from '../parts.ts'
import type { Disk } from './log-disk.ts'
import type { Force } from './log-force.ts'
import { SEGMENT_HEADER, type Segment, segmentAt } from './log-segment.ts'

export interface LogTail {
  readonly end: LogPosition
  /** Where the next write will begin; opens the next segment when this one is full. @throws what the disk threw */
  next(): LogPosition
  /** Writes whole or not at all. @throws what the disk threw; then the file holds nothing of it */
  write(bytes: Buffer): void
  close(): void
}

export interface TailOptions {
  readonly directory: string
  readonly segment_bytes: number
  readonly disk: Disk
  readonly force: Force
  /** Called with each segment that is begun. */
  readonly onSegment: (segment: Segment) => void
}

interface Open {
  readonly base: LogPosition
  readonly fd: number
  bytes: number
  /** A failed write left bytes behind that could not be cut yet. */
  torn: boolean
}

/** Goes on in a segment of a known good length, or begins one at a position. */
export function openTail(
  options: TailOptions,
  at: { readonly segment: Segment; readonly bytes: number } | { readonly base: LogPosition },
): LogTail {
  const { directory, segment_bytes, disk, force, onSegment } = options
  let open: Open = 'segment' in at ? resume(at.segment, at.bytes) : begin(at.base)

  function resume(segment: Segment, bytes: number): Open {
    return { base: segment.base, fd: openSync(segment.file, 'r+'), bytes, torn: false }
  }

  function begin(base: LogPosition): Open {
    const segment = segmentAt(directory, base)
    const begun: Open = { base, fd: openSync(segment.file, 'w'), bytes: 0, torn: false }
    try {
      writeTo(begun, SEGMENT_HEADER)
    } catch (error) {
      closeSync(begun.fd)
      throw error
    }
    force.created(begun.fd, directory)
    onSegment(segment)
    return begun
  }

  function writeTo(target: Open, bytes: Buffer): void {
    if (target.torn) cut(target)
    try {
      for (let done = 0; done < bytes.length; ) done += disk.write(target.fd, bytes, done, target.bytes + done)
    } catch (error) {
      target.torn = true
      cut(target)
      throw error
    }
    target.bytes += bytes.length
  }

  function cut(target: Open): void {
    ftruncateSync(target.fd, target.bytes)
    target.torn = false
  }

  return {
    get end() {
      return open.base + open.bytes
    },
    next() {
      if (open.bytes >= segment_bytes) {
        const full = open
        open = begin(full.base + full.bytes)
        force.completed(full.fd)
      }
      return open.base + open.bytes
    },
    write(bytes) {
      writeTo(open, bytes)
      force.written(open.fd)
    },
    close() {
      closeSync(open.fd)
    },
  }
}
