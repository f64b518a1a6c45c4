/** The data directory: what lies where, and that one process at a time uses it. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { UrbanError } from '../engine/base/errors.ts'
import type { City } from '../engine/model/city.ts'

export interface DataPaths {
  readonly directory: string
  readonly log: string
  readonly journal: string
  readonly history: string
  readonly snapshot: string
  readonly stored: string
  readonly fleet: string
  readonly drills: string
}

export function dataPaths(data: string): DataPaths {
  const directory = resolve(data)
  return {
    directory,
    log: join(directory, 'log'),
    journal: join(directory, 'journal'),
    history: join(directory, 'history'),
    snapshot: join(directory, 'snapshot'),
    stored: join(directory, 'stored.json'),
    fleet: join(directory, 'fleet.json'),
    drills: join(directory, 'drills'),
  }
}

interface Holder {
  readonly pid: number
  /** When that process was started, as the system tells it: a pid alone is given out again. */
  readonly started: string | null
}

/** Field 22 of /proc/<pid>/stat (proc(5)); null where there is no /proc. The name in field 2 may hold blanks and brackets. */
function startedAt(pid: number): string | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}

function isAlive({ pid, started }: Holder): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
  return started === null || startedAt(pid) === started
}

function readHolder(file: string): Holder | null {
  try {
    const holder: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof holder !== 'object' || holder === null || !('pid' in holder) || typeof holder.pid !== 'number') return null
    return { pid: holder.pid, started: 'started' in holder && typeof holder.started === 'string' ? holder.started : null }
  } catch {
    return null
  }
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : String(error))

function unwritable(directory: string, error: unknown): UrbanError {
  const message = `cannot write to the data directory ${directory} (${codeOf(error)}); choose another with --data DIR`
  return new UrbanError('input', 'data_unwritable', message, { cause: error })
}

/**
 * Makes the directory and takes it for this process.
 * @returns gives it back
 * @throws UrbanError input `data_unwritable` or `data_in_use`
 */
export function takeDirectory({ directory }: DataPaths): () => void {
  const file = join(directory, 'in-use')
  const own: Holder = { pid: process.pid, started: startedAt(process.pid) }
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw unwritable(directory, error)
  }
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      writeFileSync(file, JSON.stringify(own), { flag: 'wx', mode: 0o600 })
      return () => rmSync(file, { force: true })
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw unwritable(directory, error)
    }
    const holder = readHolder(file)
    if (holder !== null && isAlive(holder)) {
      const message = `the data directory ${directory} is in use by process ${holder.pid}; stop that one, or choose another with --data DIR`
      throw new UrbanError('input', 'data_in_use', message)
    }
    // Left behind by a process that was killed.
    rmSync(file, { force: true })
  }
  throw new UrbanError('input', 'data_in_use', `the data directory ${directory} is being taken by another process`)
}

/**
 * A data directory belongs to one city and one world: its history and state mean nothing in another.
 * @throws UrbanError input `data_of_another`
 */
export function claimDirectory({ directory }: DataPaths, city: City, world: string | null): void {
  const file = join(directory, 'about.json')
  const about = { city: city.id, source: city.source, world }
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw unwritable(directory, error)
    try {
      writeFileSync(file, `${JSON.stringify(about, null, 2)}\n`, { mode: 0o600 })
    } catch (failed) {
      throw unwritable(directory, failed)
    }
    return
  }
  const before = JSON.parse(text) as Partial<typeof about>
  for (const [what, was, is] of [
    ['city', `${before.city} (${before.source})`, `${about.city} (${about.source})`],
    ['world', before.world, about.world],
  ]) {
    if (was === is) continue
    const message = `the data directory ${directory} holds the ${what} ${was}, not ${is}; give this one its own with --data DIR`
    throw new UrbanError('input', 'data_of_another', message, { place: { file } })
  }
}
