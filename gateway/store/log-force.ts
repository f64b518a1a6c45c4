/**
 * Forces the log to disk in the background, one force at a time for everything written before it began: every `sync_ms` while there is
 * something new, or, when somebody waits for it (strict), as soon as the last force is through (group commit).
 */
import { closeSync } from 'node:fs'
import { UrbanError } from '../../engine/base/errors.ts'
import type { Logger } from '../parts.ts'
import type { Disk } from './log-disk.ts'

export interface Force {
  /** The file has new bytes; they are forced by the next `soon` or `whenForced`. */
  written(fd: number): void
  /** Forces within `sync_ms` of the force before. */
  soon(): void
  /** The file has got a name in the directory. */
  created(fd: number, directory: string): void
  /** The file is complete: closed after its next force. */
  completed(fd: number): void
  /** Calls back when everything written so far is on disk, in the order asked. */
  whenForced(done: (error: Error | null) => void): void
  /** Resolves when nothing is left to force. */
  settle(): Promise<void>
  readonly counters: { forces: number; force_errors: number }
}

export function createForce(options: { readonly disk: Disk; readonly sync_ms: number; readonly log: Logger }): Force {
  const { disk, sync_ms, log } = options
  const counters = { forces: 0, force_errors: 0 }
  const files = new Set<number>()
  const complete = new Set<number>()
  const directories = new Set<string>()
  let waiting: ((error: Error | null) => void)[] = []
  let running: Promise<void> | null = null
  let timer: NodeJS.Timeout | null = null
  let begun_ms = Number.NEGATIVE_INFINITY

  function schedule(): void {
    if (running !== null || (files.size === 0 && waiting.length === 0)) return
    const wait_ms = waiting.length > 0 ? 0 : begun_ms + sync_ms - performance.now()
    if (wait_ms <= 0) begin()
    else timer ??= setTimeout(begin, wait_ms)
  }

  function begin(): void {
    if (timer !== null) clearTimeout(timer)
    timer = null
    running ??= force().finally(() => {
      running = null
      schedule()
    })
  }

  async function force(): Promise<void> {
    begun_ms = performance.now()
    const forced = [...files]
    const names = [...directories]
    const dones = waiting
    // A file that is completed while this force runs is still due for the next.
    const closing = forced.filter((fd) => complete.delete(fd))
    files.clear()
    directories.clear()
    waiting = []
    const error = await tryForce(forced, names)
    for (const fd of closing) closeSync(fd)
    for (const done of dones) done(error)
  }

  async function tryForce(forced: readonly number[], names: readonly string[]): Promise<Error | null> {
    try {
      await Promise.all([...names.map((name) => disk.forceNames(name)), ...forced.map((fd) => disk.force(fd))])
      counters.forces++
      return null
    } catch (cause) {
      // The kernel may drop the pages and count them as clean (fsync(2), "fsyncgate"): who waited is told, and a later force proves nothing.
      counters.force_errors++
      log.error({ error: String(cause) }, 'log: cannot be forced to disk')
      return new UrbanError('neighbour', 'log_force', `the log cannot be forced to disk: ${String(cause)}`, { cause })
    }
  }

  return {
    written: (fd) => void files.add(fd),
    soon: schedule,
    created(fd, directory) {
      files.add(fd)
      directories.add(directory)
    },
    completed(fd) {
      files.add(fd)
      complete.add(fd)
    },
    whenForced(done) {
      waiting.push(done)
      schedule()
    },
    async settle() {
      while (running !== null || files.size > 0 || waiting.length > 0) {
        begin()
        await running
      }
    },
    counters,
  }
}
