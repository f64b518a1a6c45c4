/** Ids of deliveries that were taken, one a line: appended before the delivery is answered, so that a process that is killed has not forgotten them. Bounded. */
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { EpochMs } from '../engine/base/time.ts'

export interface TakenIds {
  has(id: string): boolean
  add(id: string, at: EpochMs): void
  readonly size: number
}

const IDS_MAX = 10_000

const lineOf = (line: readonly [string, EpochMs]): string => `${JSON.stringify(line)}\n`
const isLine = (value: unknown): value is [string, EpochMs] =>
  Array.isArray(value) && typeof value[0] === 'string' && Number.isSafeInteger(value[1])

function readLine(line: string): [string, EpochMs] | null {
  try {
    const value: unknown = JSON.parse(line)
    return isLine(value) ? value : null
  } catch {
    // The last line of a process that was killed may be cut off.
    return null
  }
}

/** @param file null keeps them in memory only */
export function openTakenIds(file: string | null, kept_ms: number): TakenIds {
  /** Oldest first. */
  const ids = new Map<string, EpochMs>()
  let lines = 0
  if (file !== null && existsSync(file)) {
    for (const text of readFileSync(file, 'utf8').split('\n')) {
      lines++
      const line = readLine(text)
      if (line !== null) ids.set(...line)
    }
  }

  function forget(now: EpochMs): void {
    for (const [id, at] of ids) {
      if (now - at <= kept_ms && ids.size < IDS_MAX) return
      ids.delete(id)
    }
  }

  function write(id: string, at: EpochMs): void {
    if (file === null) return
    if (++lines <= 2 * IDS_MAX) {
      appendFileSync(file, lineOf([id, at]), { mode: 0o600 })
      return
    }
    writeFileSync(`${file}.new`, [...ids].map(lineOf).join(''), { mode: 0o600 })
    renameSync(`${file}.new`, file)
    lines = ids.size
  }

  return {
    has: (id) => ids.has(id),
    add(id, at) {
      forget(at)
      ids.delete(id)
      ids.set(id, at)
      write(id, at)
    },
    get size() {
      return ids.size
    },
  }
}
