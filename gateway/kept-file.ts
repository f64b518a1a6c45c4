/** A small memory of a part as one JSON file: read at the start, written whole at most every so often while it changes, and once more at the stop. */
import { readFile } from 'node:fs/promises'
import type { Logger, Part } from './parts.ts'
import { writeWhole } from './write-whole.ts'

export interface KeptFileOptions {
  readonly file: string
  /** A process that is killed loses at most what came in so long. */
  readonly every_ms: number
  /** What is to be kept now. */
  readonly take: () => unknown
  /** What was kept. It may be of another version or cut off: whatever does not fit is left out, and it never throws. */
  readonly restore: (kept: unknown) => void
  readonly logger: Logger
}

export interface KeptFile extends Part {
  /** What is kept has changed. */
  touch(): void
}

export function createKeptFile({ file, every_ms, take, restore, logger }: KeptFileOptions): KeptFile {
  let timer: NodeJS.Timeout | null = null
  let dirty = false
  let writing: Promise<void> = Promise.resolve()

  async function write(): Promise<void> {
    dirty = false
    await writeWhole(file, JSON.stringify(take()))
  }

  function save(): void {
    timer = null
    writing = writing.then(write).catch((error: unknown) => logger.warn({ file, error: String(error) }, 'could not be kept'))
  }

  return {
    touch() {
      dirty = true
      if (timer !== null) return
      timer = setTimeout(save, every_ms)
      timer.unref()
    },
    async start() {
      const text = await readFile(file, 'utf8').catch(() => null)
      if (text === null) return
      try {
        restore(JSON.parse(text))
      } catch {
        logger.warn({ file }, 'cannot be read; it begins anew')
      }
    },
    async stop() {
      if (timer !== null) clearTimeout(timer)
      timer = null
      if (dirty) save()
      await writing
    },
  }
}
