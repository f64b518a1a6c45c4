/** Writes the audit trail (journal-file.ts). After a restart it first compares what is stepped again with what is written already. */
import { existsSync } from 'node:fs'
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { canonical } from '../engine/base/canonical.ts'
import type { EpochMs } from '../engine/base/time.ts'
import { DAY_MS } from '../engine/base/time.ts'
import type { Fact } from '../engine/model/fact.ts'
import {
  type ChainLine,
  endOf,
  JOURNAL_START,
  type JournalHead,
  journalFileName,
  journalFiles,
  lineText,
  mendFile,
  shaOf,
} from './journal-file.ts'
import { hashesBehind, type JournalPage, type JournalQuery, readRecent } from './journal-read.ts'
import { createJournalUpkeep } from './journal-upkeep.ts'
import type { Part } from './parts.ts'

export interface Journal extends Part {
  /** Adds the facts that are kept to the chain; `head` is then behind them. They are written when `commit` says so. */
  append(facts: readonly Fact[]): void
  /** Lines up to this number may be written: the step they come from is in the log. Nothing is waited for. */
  commit(seq: number): void
  readonly head: JournalHead
  /**
   * Between `replay` and `live`, facts are those of steps made again: they are compared with the lines behind `from` instead of being
   * written twice. `from` null: nothing to compare with, they are passed over.
   */
  replay(from: JournalHead | null): Promise<void>
  live(): void
  /** Resolves when everything committed is handed to the system. */
  flush(): Promise<void>
  recent(query: JournalQuery): Promise<JournalPage>
  /** Resolves when no file is being compressed or dropped. */
  tidied(): Promise<void>
}

export interface JournalOptions {
  readonly directory: string
  /** Setting journal_days. */
  readonly days: number
  /** The wall clock, for the age of files. */
  readonly now: () => EpochMs
  /** Bytes after which a new file is begun; 16 MiB when not given. */
  readonly file_bytes_max?: number
  readonly warn: (message: string) => void
}

const FILE_BYTES_MAX = 16 * 1024 * 1024
/** A quiet city's file is begun anew as well, so that it can be dropped in its time. */
const FILE_AGE_MS_MAX = DAY_MS
const WRITE_MS = 200

/** Measurements are history, not decisions; a duplicate is counted; where crews drove is in the history of their phones. */
const isJournalled = (fact: Fact): boolean =>
  fact.kind !== 'measured' && fact.kind !== 'dropped' && !(fact.kind === 'crew' && fact.change === 'moved')

interface Files {
  write(lines: readonly ChainLine[]): Promise<void>
  close(): Promise<void>
}

interface FilesOptions {
  readonly directory: string
  readonly now: () => EpochMs
  readonly bytes_max: number
  /** A file is full. */
  readonly onRotated: () => void
}

interface OpenFile {
  readonly handle: FileHandle
  readonly begun: EpochMs
  size_bytes: number
}

/** `last` is written on, null begins a file with the next line. */
async function openFiles(last: string | null, { directory, now, bytes_max, onRotated }: FilesOptions): Promise<Files> {
  let file = last === null ? null : await append(last)

  async function append(path: string): Promise<OpenFile> {
    const handle = await open(path, 'a', 0o600)
    const { size, birthtimeMs } = await handle.stat()
    return { handle, begun: size === 0 ? now() : birthtimeMs, size_bytes: size }
  }
  async function close(): Promise<void> {
    await file?.handle.datasync()
    await file?.handle.close()
    file = null
  }
  const isFull = ({ size_bytes, begun }: OpenFile): boolean => size_bytes > bytes_max || (size_bytes > 0 && now() - begun > FILE_AGE_MS_MAX)

  return {
    close,
    async write(lines) {
      const rotates = file !== null && isFull(file)
      if (rotates) await close()
      file ??= await append(join(directory, journalFileName(lines[0].seq)))
      const { handle, size_bytes } = file
      const text = lines.map((line, i) => lineText(line, { prev: size_bytes === 0 && i === 0, sha: true })).join('')
      try {
        await handle.appendFile(text)
      } catch (error) {
        // Half a line must not stand in the middle when they are written again.
        await handle.truncate(size_bytes)
        throw error
      }
      file.size_bytes += Buffer.byteLength(text)
      if (rotates) onRotated()
    },
  }
}

/** The line that makes `head` longer by a fact. */
function nextLine(head: JournalHead, fact: Fact): ChainLine {
  const body = canonical(fact)
  return { seq: head.seq + 1, prev: head.sha, sha: shaOf(head.sha, body), body }
}

/** The last file can be empty. */
async function lastHead(directory: string): Promise<JournalHead> {
  for (const file of (await journalFiles(directory)).reverse()) {
    const head = await endOf(file)
    if (head !== null) return head
  }
  return JOURNAL_START
}

export function createJournal({ directory, days, now, file_bytes_max = FILE_BYTES_MAX, warn }: JournalOptions): Journal {
  const upkeep = createJournalUpkeep({ directory, days, now, warn })
  let head = JOURNAL_START
  /** Last line in the files or on its way there. */
  let written = JOURNAL_START
  let mode: 'live' | 'comparing' | 'passing' = 'live'
  let expected = new Map<number, string>()
  const buffer: ChainLine[] = []
  let committed = 0
  let files: Files | null = null
  let writing: Promise<void> | null = null
  let timer: NodeJS.Timeout | null = null

  /** Takes what may be written out of the buffer. */
  function takeCommitted(): ChainLine[] {
    const held = buffer.findIndex((line) => line.seq > committed)
    return buffer.splice(0, held < 0 ? buffer.length : held)
  }

  async function drain(): Promise<void> {
    for (let lines = takeCommitted(); lines.length > 0 && files !== null; lines = takeCommitted()) {
      try {
        await files.write(lines)
      } catch (error) {
        buffer.unshift(...lines)
        warn(`journal: cannot write, ${buffer.length} lines wait: ${error instanceof Error ? error.message : String(error)}`)
        return
      }
    }
  }
  const schedule = (): Promise<void> => {
    writing ??= drain().finally(() => {
      writing = null
    })
    return writing
  }

  /**
   * Not at once: a write for each step wakes a thread each time, which at 5,000 messages a second on two busy cores cost a sixth of the
   * main thread. What a crash takes with it comes again out of the log.
   */
  function writeSoon(): void {
    timer ??= setTimeout(() => {
      timer = null
      schedule().catch(() => undefined)
    }, WRITE_MS)
  }

  function compare(fact: Fact): void {
    const next = nextLine(head, fact)
    if (next.seq > written.seq) {
      live()
      write(fact)
    } else if (expected.get(next.seq) === next.sha) {
      head = { seq: next.seq, sha: next.sha }
    } else {
      warn(`journal: line ${next.seq} came out differently when it was stepped again; what is written stands`)
      mode = 'passing'
    }
  }
  function write(fact: Fact): void {
    const next = nextLine(head, fact)
    head = written = { seq: next.seq, sha: next.sha }
    buffer.push(next)
  }
  function live(): void {
    if (mode === 'comparing' && head.seq < written.seq) {
      warn(`journal: ${written.seq - head.seq} lines were written of steps that the log lost; they stand`)
    }
    mode = 'live'
    head = written
    expected = new Map()
  }

  return {
    async start() {
      await mkdir(directory, { recursive: true, mode: 0o700 })
      const last = (await journalFiles(directory)).at(-1) ?? null
      const cut_bytes = last === null ? 0 : await mendFile(last)
      if (cut_bytes > 0) warn(`journal: cut ${cut_bytes} bytes of a line that was not written whole from ${last}`)
      head = written = await lastHead(directory)
      const plain = last !== null && existsSync(last) ? last : null
      files = await openFiles(plain, { directory, now, bytes_max: file_bytes_max, onRotated: () => upkeep.run() })
    },
    append(facts) {
      for (const fact of facts) {
        if (!isJournalled(fact) || mode === 'passing') continue
        if (mode === 'comparing') compare(fact)
        else write(fact)
      }
    },
    commit(seq) {
      committed = Math.max(committed, seq)
      if (buffer.length > 0) writeSoon()
    },
    get head() {
      return head
    },
    async replay(from) {
      if (from === null) {
        mode = 'passing'
        return
      }
      if (from.seq > written.seq) {
        warn(`journal: ends at line ${written.seq}, but the snapshot knew line ${from.seq}; lines were lost`)
        written = from
      }
      expected = await hashesBehind(directory, from)
      head = from
      mode = 'comparing'
    },
    live() {
      live()
      upkeep.run()
    },
    tidied: () => upkeep.settled(),
    async flush() {
      await writing
      await schedule()
    },
    async recent(query) {
      await schedule()
      return readRecent(directory, query)
    },
    async stop() {
      if (timer !== null) clearTimeout(timer)
      timer = null
      await writing
      await schedule()
      await upkeep.stop()
      await files?.close()
      files = null
    },
  }
}
