/**
 * The audit trail on disk: every fact except measurements, one JSON line each, chained by hash. A line's hash covers the hash of the line
 * before it, so a line that is changed, taken out or put in breaks the chain at that place (`audit verify`). A chain cut off at its end
 * is found by the snapshot, which remembers the head, and by whoever noted the head that `audit verify` prints.
 *
 * Files are `<first seq, 12 digits>.jsonl`. The first line of a file also holds `prev`, the hash of the last line of the file before: the
 * chain can begin at any file. A full file becomes `….jsonl.gz` (journal-upkeep.ts), where a line holds its hash only when its number is
 * a multiple of MARK_LINES: hashes do not compress, and are computed from `prev` on.
 */
import { createHash } from 'node:crypto'
import { type FileHandle, open, readdir, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'

export interface JournalHead {
  /** Number of the last line; 0 before the first. */
  readonly seq: number
  /** Its hash, 64 hexadecimal digits. */
  readonly sha: string
}

export const JOURNAL_START: JournalHead = { seq: 0, sha: '0'.repeat(64) }

/** A line with everything that the chain says of it. `body` is the fact as canonical JSON: the text that is hashed. */
export interface ChainLine {
  readonly seq: number
  readonly prev: string
  readonly sha: string
  readonly body: string
}

export const MARK_LINES = 100

export const shaOf = (prev: string, body: string): string => createHash('sha256').update(prev).update('\n').update(body).digest('hex')

export const journalFileName = (seq: number): string => `${String(seq).padStart(12, '0')}.jsonl`

/** What to leave out of a line: `prev` of all but the first of a file, `sha` in compressed files. */
export function lineText({ seq, prev, sha, body }: ChainLine, holds: { readonly prev: boolean; readonly sha: boolean }): string {
  return `{"seq":${seq}${holds.prev ? `,"prev":"${prev}"` : ''}${holds.sha ? `,"sha":"${sha}"` : ''},"fact":${body}}\n`
}

/** Oldest first, without `.gz`: a reader opens the one there is. None when the directory is missing. */
export async function journalFiles(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const plain = names.flatMap((name) => /^(\d{12}\.jsonl)(?:\.gz)?$/.exec(name)?.[1] ?? [])
  return [...new Set(plain)].sort().map((name) => join(directory, name))
}

export const firstSeqOf = (file: string): number => Number.parseInt(file.slice(-'000000000000.jsonl'.length), 10)

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'

const openIfThere = (file: string): Promise<FileHandle | null> =>
  open(file, 'r').catch((error: unknown) => {
    if (isMissing(error)) return null
    throw error
  })

/** Null when the file was dropped since it was listed. The plain file goes only when the compressed one is whole. */
async function openText(file: string): Promise<Readable | null> {
  const plain = await openIfThere(file)
  if (plain !== null) return plain.createReadStream({ encoding: 'utf8' })
  const packed = await openIfThere(`${file}.gz`)
  if (packed === null) return null
  // What goes wrong in the middle comes out of the stream that is read.
  return pipeline(packed.createReadStream(), createGunzip(), () => {}).setEncoding('utf8')
}

/** The lines without their ends; text behind the last line end was not written whole and is left out. */
async function* readTexts(file: string): AsyncGenerator<string> {
  const source = await openText(file)
  if (source === null) return
  let rest = ''
  for await (const chunk of source) {
    const texts = (rest + chunk).split('\n')
    rest = texts.pop() ?? ''
    yield* texts
  }
}

const LINE = /^\{"seq":(\d{1,15})(?:,"prev":"([0-9a-f]{64})")?(?:,"sha":"([0-9a-f]{64})")?,"fact":(\{.*\})\}$/

/**
 * The lines of one file in order, null for what is no line. `prev` and `sha` are as written, and follow from the lines before where they
 * are not: whoever trusts nothing compares them (journal-read.ts). Work is done in pieces of 64 KiB, so that the event loop turns.
 */
export async function* readLines(file: string): AsyncGenerator<ChainLine | null> {
  let last: string | null = null
  for await (const text of readTexts(file)) {
    const [, seq, given_prev, given_sha, body] = LINE.exec(text) ?? []
    const prev: string | null = given_prev ?? last
    if (seq === undefined || prev === null) {
      yield null
      continue
    }
    const sha: string = given_sha ?? shaOf(prev, body)
    last = sha
    yield { seq: Number(seq), prev, sha, body }
  }
}

/** Where one file's lines end; null for a file without lines. */
export async function endOf(file: string): Promise<JournalHead | null> {
  let head: JournalHead | null = null
  for await (const line of readLines(file)) if (line !== null) head = { seq: line.seq, sha: line.sha }
  return head
}

const TAIL_BYTES = 64 * 1024

/** Cuts off a last line without its line end: it was not written whole. @returns bytes cut */
export async function mendFile(file: string): Promise<number> {
  const handle = await openIfThere(file)
  if (handle === null) return 0
  try {
    const { size } = await handle.stat()
    for (let end = size; end > 0; end = Math.max(0, end - TAIL_BYTES)) {
      const from = Math.max(0, end - TAIL_BYTES)
      const { buffer } = await handle.read(Buffer.alloc(end - from), 0, end - from, from)
      const whole = from + buffer.lastIndexOf(0x0a) + 1
      if (whole > from || from === 0) {
        if (whole < size) await truncate(file, whole)
        return size - whole
      }
    }
    return 0
  } finally {
    await handle.close()
  }
}
