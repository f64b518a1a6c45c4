/** Reading the audit trail (journal-file.ts): checking the whole chain, and finding lines. */
import type { Fact } from '../engine/model/fact.ts'
import { type ChainLine, firstSeqOf, JOURNAL_START, type JournalHead, journalFiles, readLines, shaOf } from './journal-file.ts'

export interface JournalLine {
  readonly seq: number
  readonly prev: string
  readonly sha: string
  readonly fact: Fact
}

export interface JournalCheck {
  /** What the first line that is kept follows: the start, or where dropped files ended. Its hash is taken as given. */
  readonly anchor: JournalHead
  /** The last line that holds. */
  readonly head: JournalHead
  /** Null when the whole chain holds; otherwise the first place where it does not. */
  readonly broken: { readonly file: string; readonly line: number; readonly why: string } | null
}

function breakOf(line: ChainLine | null, head: JournalHead, known: JournalHead | null): string | null {
  if (line === null) return 'not a journal line'
  if (line.seq !== head.seq + 1) return `line ${line.seq} follows line ${head.seq}`
  if (line.prev !== head.sha || line.sha !== shaOf(line.prev, line.body)) return `the hash of line ${line.seq} does not fit`
  if (known?.seq === line.seq && known.sha !== line.sha) return `line ${line.seq} is not the one that the snapshot knew`
  return null
}

/** What a line follows by its own word. The very first line follows nothing but the start. */
const anchorOf = (line: ChainLine | null): JournalHead =>
  line === null || line.seq <= 1 ? JOURNAL_START : { seq: line.seq - 1, sha: line.prev }

/**
 * Walks the whole chain, from the first line that is kept. `known` is a head from elsewhere (the snapshot): a chain that reaches it must
 * pass through it.
 */
export async function verifyJournal(directory: string, known: JournalHead | null = null): Promise<JournalCheck> {
  let anchor: JournalHead | null = null
  let head = JOURNAL_START
  for (const file of await journalFiles(directory)) {
    let number = 0
    try {
      for await (const line of readLines(file)) {
        number++
        if (anchor === null) head = anchor = anchorOf(line)
        const why = breakOf(line, head, known)
        if (line === null || why !== null) return { anchor, head, broken: { file, line: number, why: why ?? '' } }
        head = { seq: line.seq, sha: line.sha }
      }
    } catch (error) {
      return { anchor: anchor ?? JOURNAL_START, head, broken: { file, line: number, why: `cannot be read on: ${String(error)}` } }
    }
  }
  if (known !== null && known.seq > head.seq) {
    const why = `the journal ends at line ${head.seq}, and the snapshot knew line ${known.seq}`
    return { anchor: anchor ?? JOURNAL_START, head, broken: { file: directory, line: head.seq, why } }
  }
  return { anchor: anchor ?? JOURNAL_START, head, broken: null }
}

/** Hashes of the lines behind a head, by number. */
export async function hashesBehind(directory: string, head: JournalHead): Promise<Map<number, string>> {
  const hashes = new Map<number, string>()
  const files = await journalFiles(directory)
  for (const [index, file] of files.entries()) {
    const next = files[index + 1]
    if (next !== undefined && firstSeqOf(next) <= head.seq + 1) continue
    for await (const line of readLines(file)) if (line !== null && line.seq > head.seq) hashes.set(line.seq, line.sha)
  }
  return hashes
}

export interface JournalQuery {
  readonly limit: number
  /** Lines with a smaller number only: to page on. */
  readonly before: number | null
  readonly accept: (fact: Fact) => boolean
}

export interface JournalPage {
  /** Newest first. */
  readonly lines: JournalLine[]
  /** To be given as `before` for what is older; null when nothing is. */
  readonly next: number | null
}

/** Lines looked at for one question, so that a rare filter cannot keep the process busy: the answer then says where to go on. */
const SCAN_LINES_MAX = 200_000
/** Lines parsed before the event loop turns. */
const TURN_LINES = 500

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

export async function readRecent(directory: string, { limit, before, accept }: JournalQuery): Promise<JournalPage> {
  const found: JournalLine[] = []
  let scanned = 0
  for (const file of (await journalFiles(directory)).reverse()) {
    if (before !== null && firstSeqOf(file) >= before) continue
    const lines: ChainLine[] = []
    for await (const line of readLines(file)) if (line !== null && (before === null || line.seq < before)) lines.push(line)
    for (const { seq, prev, sha, body } of lines.reverse()) {
      const fact = JSON.parse(body) as Fact
      if (accept(fact)) found.push({ seq, prev, sha, fact })
      if (found.length >= limit || ++scanned >= SCAN_LINES_MAX) return { lines: found, next: seq }
      if (scanned % TURN_LINES === 0) await turn()
    }
  }
  return { lines: found, next: null }
}
