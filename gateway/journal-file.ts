/**
 * The audit trail on disk: every fact except measurements, one JSON line each, chained by hash. A line holds the hash of the line before
 * it, so a line that is changed, taken out or put in breaks the chain at that place (`audit verify`). A chain cut off at its end is found
 * by the snapshot, which remembers the head, and by whoever noted the head that `audit verify` prints.
 *
 * Files are `<first seq, 12 digits>.jsonl`; a new one is begun when the last is full, its first line chained to the last of the one before.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, readFile, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { canonical } from '../engine/base/canonical.ts'
import type { Fact } from '../engine/model/fact.ts'

export interface JournalHead {
  /** Number of the last line; 0 before the first. */
  readonly seq: number
  /** Its hash, 64 hexadecimal digits. */
  readonly sha: string
}

export const JOURNAL_START: JournalHead = { seq: 0, sha: '0'.repeat(64) }

export interface JournalLine {
  readonly seq: number
  readonly prev: string
  readonly sha: string
  readonly fact: Fact
}

/** Lines looked at for one question, so that a rare filter cannot keep the process busy. */
const SCAN_LINES_MAX = 200_000

const shaOf = (prev: string, fact: string): string => createHash('sha256').update(prev).update('\n').update(fact).digest('hex')

export const journalFileName = (seq: number): string => `${String(seq).padStart(12, '0')}.jsonl`

/** The line that follows `head`, as text with its line end, and the head it makes. */
export function nextLine(head: JournalHead, fact: Fact): { text: string; head: JournalHead } {
  const body = canonical(fact)
  const sha = shaOf(head.sha, body)
  const seq = head.seq + 1
  return { text: `{"seq":${seq},"prev":"${head.sha}","sha":"${sha}","fact":${body}}\n`, head: { seq, sha } }
}

/** Oldest first; none when the directory is missing. */
export async function journalFiles(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  return names
    .filter((name) => /^\d{12}\.jsonl$/.test(name))
    .sort()
    .map((name) => join(directory, name))
}

/** A line as written, or null when it is not one. The hash is not checked here. */
function parseLine(text: string): JournalLine | null {
  try {
    const line: unknown = JSON.parse(text)
    if (typeof line !== 'object' || line === null) return null
    return 'seq' in line && 'prev' in line && 'sha' in line && 'fact' in line ? (line as JournalLine) : null
  } catch {
    return null
  }
}

async function* readTexts(file: string): AsyncGenerator<string> {
  for await (const text of createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY })) yield text
}

export interface JournalCheck {
  /** The last line that holds. */
  readonly head: JournalHead
  /** Null when the whole chain holds; otherwise the first place where it does not. */
  readonly broken: { readonly file: string; readonly line: number; readonly why: string } | null
}

function breakOf(line: JournalLine | null, head: JournalHead, known: JournalHead | null): string | null {
  if (line === null) return 'not a journal line'
  if (line.seq !== head.seq + 1) return `line ${line.seq} follows line ${head.seq}`
  if (line.prev !== head.sha || line.sha !== shaOf(line.prev, canonical(line.fact))) return `the hash of line ${line.seq} does not fit`
  if (known?.seq === line.seq && known.sha !== line.sha) return `line ${line.seq} is not the one that the snapshot knew`
  return null
}

/** Walks the whole chain. `known` is a head from elsewhere (the snapshot): the chain must pass through it. */
export async function verifyJournal(directory: string, known: JournalHead | null = null): Promise<JournalCheck> {
  let head = JOURNAL_START
  for (const file of await journalFiles(directory)) {
    let number = 0
    for await (const text of readTexts(file)) {
      number++
      const line = parseLine(text)
      const why = breakOf(line, head, known)
      if (line === null || why !== null) return { head, broken: { file, line: number, why: why ?? '' } }
      head = { seq: line.seq, sha: line.sha }
    }
  }
  if (known !== null && known.seq > head.seq) {
    const why = `the journal ends at line ${head.seq}, and the snapshot knew line ${known.seq}`
    return { head, broken: { file: directory, line: head.seq, why } }
  }
  return { head, broken: null }
}

/** Where one file's lines end; a last line without its line end was not written whole and is cut off. Null for a file without lines. */
export async function mendJournal(file: string, warn: (message: string) => void): Promise<JournalHead | null> {
  const bytes = await readFile(file)
  const whole_bytes = bytes.lastIndexOf(0x0a) + 1
  if (whole_bytes < bytes.length) {
    warn(`journal: cut ${bytes.length - whole_bytes} bytes of a line that was not written whole from ${file}`)
    await truncate(file, whole_bytes)
  }
  for (const text of bytes.subarray(0, whole_bytes).toString('utf8').trimEnd().split('\n').reverse()) {
    const line = parseLine(text)
    if (line !== null) return { seq: line.seq, sha: line.sha }
  }
  return null
}

/** Hashes of the lines behind a head, by number. */
export async function hashesBehind(directory: string, head: JournalHead): Promise<Map<number, string>> {
  const hashes = new Map<number, string>()
  const files = await journalFiles(directory)
  for (const [index, file] of files.entries()) {
    const next = files[index + 1]
    if (next !== undefined && Number.parseInt(next.slice(-18, -6), 10) <= head.seq + 1) continue
    for await (const text of readTexts(file)) {
      const line = parseLine(text)
      if (line !== null && line.seq > head.seq) hashes.set(line.seq, line.sha)
    }
  }
  return hashes
}

export interface JournalQuery {
  readonly limit: number
  /** Lines with a smaller number only: to page on. */
  readonly before: number | null
  readonly accept: (fact: Fact) => boolean
}

/** Newest first. */
export async function readRecent(directory: string, { limit, before, accept }: JournalQuery): Promise<JournalLine[]> {
  const found: JournalLine[] = []
  let scanned = 0
  for (const file of (await journalFiles(directory)).reverse()) {
    const texts = (await readFile(file, 'utf8')).split('\n')
    for (let i = texts.length - 1; i >= 0; i--) {
      const line = texts[i] === '' ? null : parseLine(texts[i])
      if (line === null || (before !== null && line.seq >= before)) continue
      if (accept(line.fact)) found.push(line)
      if (found.length >= limit || ++scanned >= SCAN_LINES_MAX) return found
    }
  }
  return found
}
