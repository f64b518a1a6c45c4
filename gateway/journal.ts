/** Writes the audit trail (journal-file.ts). After a restart it first compares what is stepped again with what is written already. */
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Fact } from '../engine/model/fact.ts'
import {
  hashesBehind,
  JOURNAL_START,
  type JournalHead,
  type JournalLine,
  type JournalQuery,
  journalFileName,
  journalFiles,
  mendJournal,
  nextLine,
  readRecent,
} from './journal-file.ts'
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
  /** Newest first. */
  recent(query: JournalQuery): Promise<JournalLine[]>
}

export interface JournalOptions {
  readonly directory: string
  readonly warn: (message: string) => void
}

const FILE_BYTES_MAX = 16 * 1024 * 1024
const WRITE_MS = 200

/** Measurements are history, not decisions; a duplicate is counted; where crews drove is in the history of their phones. */
const isJournalled = (fact: Fact): boolean =>
  fact.kind !== 'measured' && fact.kind !== 'dropped' && !(fact.kind === 'crew' && fact.change === 'moved')

interface Line {
  readonly seq: number
  readonly text: string
}

interface Files {
  write(lines: readonly Line[]): Promise<void>
  close(): Promise<void>
}

function createFiles(directory: string, last: { handle: FileHandle; size_bytes: number } | null): Files {
  let handle = last?.handle ?? null
  let size_bytes = last?.size_bytes ?? 0
  const close = async (): Promise<void> => {
    await handle?.datasync()
    await handle?.close()
    handle = null
  }
  return {
    async write(lines) {
      if (size_bytes > FILE_BYTES_MAX) await close()
      if (handle === null) {
        handle = await open(join(directory, journalFileName(lines[0].seq)), 'a', 0o600)
        size_bytes = 0
      }
      const text = lines.map((line) => line.text).join('')
      await handle.appendFile(text)
      size_bytes += Buffer.byteLength(text)
    },
    close,
  }
}

export function createJournal({ directory, warn }: JournalOptions): Journal {
  let head = JOURNAL_START
  /** Last line in the files or on its way there. */
  let written = JOURNAL_START
  let mode: 'live' | 'comparing' | 'passing' = 'live'
  let expected = new Map<number, string>()
  const buffer: Line[] = []
  let committed = 0
  let files: Files | null = null
  let writing: Promise<void> | null = null
  let timer: NodeJS.Timeout | null = null

  /** Takes what may be written out of the buffer. */
  function takeCommitted(): Line[] {
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
    if (next.head.seq > written.seq) {
      live()
      write(fact)
    } else if (expected.get(next.head.seq) === next.head.sha) {
      head = next.head
    } else {
      warn(`journal: line ${next.head.seq} came out differently when it was stepped again; what is written stands`)
      mode = 'passing'
    }
  }
  function write(fact: Fact): void {
    const next = nextLine(head, fact)
    head = next.head
    written = next.head
    buffer.push({ seq: next.head.seq, text: next.text })
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
      const names = await journalFiles(directory)
      const last = names.at(-1)
      for (const name of names.slice(-2)) head = (await mendJournal(name, warn)) ?? head
      written = head
      if (last === undefined) files = createFiles(directory, null)
      else {
        const handle = await open(last, 'a', 0o600)
        files = createFiles(directory, { handle, size_bytes: (await handle.stat()).size })
      }
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
    live,
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
      await files?.close()
      files = null
    },
  }
}
