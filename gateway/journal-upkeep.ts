/**
 * Keeps the audit trail small: files that are written no more are compressed, and dropped whole when they are too old. At any moment the
 * plain file, the compressed one or both are whole: the compressed one is forced to disk under another name before it gets its own, and
 * only then the plain one goes. A crash in between costs the work, which is done again.
 */
import { createWriteStream } from 'node:fs'
import { open, rename, rm, stat, unlink, utimes } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { DAY_MS, type EpochMs } from '../engine/base/time.ts'
import { journalFiles, lineText, MARK_LINES, readLines, shaOf } from './journal-file.ts'

export interface JournalUpkeepOptions {
  readonly directory: string
  /** Setting journal_days. */
  readonly days: number
  readonly now: () => EpochMs
  readonly warn: (message: string) => void
}

export interface JournalUpkeep {
  /** Looks at all files but the last, which is being written. One look at a time; asked again meanwhile, it looks once more. */
  run(): void
  /** Resolves when nothing is under way. */
  settled(): Promise<void>
  stop(): Promise<void>
}

/** Handed to zlib at a time. */
const CHUNK_CHARS = 64 * 1024

/** The text of the compressed file. @throws when the chain does not hold: hashes that are needed to say where must stay */
async function* packedText(file: string): AsyncGenerator<string> {
  let last: string | null = null
  let text = ''
  for await (const line of readLines(file)) {
    if (line === null || line.prev !== (last ?? line.prev) || line.sha !== shaOf(line.prev, line.body)) {
      throw new Error(`the chain does not hold in ${file}; it stays as it is`)
    }
    text += lineText(line, { prev: last === null, sha: line.seq % MARK_LINES === 0 })
    last = line.sha
    if (text.length < CHUNK_CHARS) continue
    yield text
    text = ''
  }
  yield text
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r')
  await handle.sync().finally(() => handle.close())
}

/** Compression is zlib's affair, on a thread of its own; the lines come and go as streams. */
async function compress(file: string, signal: AbortSignal): Promise<void> {
  const fresh = `${file}.gz.new`
  const { atime, mtime } = await stat(file)
  try {
    await pipeline(Readable.from(packedText(file)), createGzip({ level: 9 }), createWriteStream(fresh, { mode: 0o600 }), { signal })
    // The time of its last line is the age of the file.
    await utimes(fresh, atime, mtime)
    await sync(fresh)
    await rename(fresh, `${file}.gz`)
    await sync(dirname(file))
    await unlink(file)
  } finally {
    await rm(fresh, { force: true })
  }
}

interface Found {
  readonly path: string
  readonly written: EpochMs
}

async function found(path: string): Promise<Found | null> {
  return stat(path).then(
    ({ mtimeMs }) => ({ path, written: mtimeMs }),
    () => null,
  )
}

export function createJournalUpkeep({ directory, days, now, warn }: JournalUpkeepOptions): JournalUpkeep {
  const stopping = new AbortController()
  /** Files that cannot be compressed; said once. */
  const left = new Set<string>()
  let looking: Promise<void> | null = null
  let again = false

  async function look(): Promise<void> {
    const files = (await journalFiles(directory)).slice(0, -1)
    // From the oldest on, and no further than the first that stays: the chain must have no hole.
    let dropping = true
    for (const file of files) {
      if (stopping.signal.aborted) return
      const [plain, packed] = await Promise.all([found(file), found(`${file}.gz`)])
      const newest = Math.max(plain?.written ?? 0, packed?.written ?? 0)
      dropping &&= newest < now() - days * DAY_MS
      if (dropping) {
        for (const one of [plain, packed]) if (one !== null) await unlink(one.path)
      } else if (plain !== null && !left.has(file)) await pack(file)
    }
  }

  async function pack(file: string): Promise<void> {
    try {
      await compress(file, stopping.signal)
    } catch (error) {
      if (stopping.signal.aborted) return
      left.add(file)
      warn(`journal: ${file} could not be compressed: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  async function lookOn(): Promise<void> {
    while (again && !stopping.signal.aborted) {
      again = false
      await look()
    }
  }

  return {
    run() {
      again = true
      looking ??= lookOn()
        .catch((error: unknown) => warn(`journal: ${String(error)}`))
        .finally(() => {
          looking = null
        })
    },
    settled: async () => {
      await looking
    },
    async stop() {
      stopping.abort()
      await looking
    },
  }
}
