/** The data directory: what lies where, and that one process at a time uses it. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { makeDirectory } from '../config/make-directory.ts'
import type { Settings } from '../config/settings.ts'
import { UrbanError } from '../engine/base/errors.ts'
import { lockDirectory } from './store/log-lock.ts'

export interface DataPaths {
  readonly directory: string
  readonly log: string
  readonly journal: string
  readonly history: string
  readonly snapshot: string
  /** How far each history store has come: they do not share what they hold. */
  readonly stored: (store: Settings['store']) => string
  readonly fleet: string
  readonly drills: string
  /** Versions of the rules. */
  readonly rules: string
  readonly phones: string
  readonly photos: string
  readonly stills: string
  readonly push_keys: string
  readonly mappings: string
  /** Groups of refused messages. */
  readonly quarantine: string
  /** Ids of signed webhooks that were taken. */
  readonly webhooks: string
  /** Foreign messages that were heard. */
  readonly repeats: string
  /** What other systems were told of their reports. */
  readonly answers: string
}

export function dataPaths(data: string): DataPaths {
  const directory = resolve(data)
  return {
    directory,
    log: join(directory, 'log'),
    journal: join(directory, 'journal'),
    history: join(directory, 'history'),
    snapshot: join(directory, 'snapshot'),
    stored: (store) => join(directory, `stored-${store}.json`),
    fleet: join(directory, 'fleet.json'),
    drills: join(directory, 'drills'),
    rules: join(directory, 'rules'),
    phones: join(directory, 'phones.json'),
    photos: join(directory, 'photos'),
    stills: join(directory, 'stills'),
    push_keys: join(directory, 'push-keys.json'),
    mappings: join(directory, MAPPINGS_FILE),
    quarantine: join(directory, 'quarantine.json'),
    webhooks: join(directory, 'webhooks.jsonl'),
    repeats: join(directory, 'repeats.json'),
    answers: join(directory, 'answers.json'),
  }
}

/** Beside `dialects.yaml`; the program writes it too. */
export const MAPPINGS_FILE = 'mappings.yaml'

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
  try {
    makeDirectory(directory, 0o700)
    const lock = lockDirectory(directory)
    return () => lock.release()
  } catch (error) {
    if (error instanceof UrbanError) throw error
    throw unwritable(directory, error)
  }
}

export interface About {
  readonly city: string
  readonly source: string
  readonly world: string
  readonly clock: 'wall' | 'mqtt'
  readonly seed: number
}

/** What a data directory was begun for. @throws UrbanError input `data_missing` when it is none */
export function readAbout({ directory }: DataPaths): About {
  try {
    return JSON.parse(readFileSync(join(directory, 'about.json'), 'utf8')) as About
  } catch (error) {
    throw new UrbanError('input', 'data_missing', `${directory} is no data directory of this program (${codeOf(error)})`, { cause: error })
  }
}

/**
 * A data directory belongs to one city, one world and one kind of clock: its history and state mean nothing in another.
 * @throws UrbanError input `data_of_another`
 */
export function claimDirectory(paths: DataPaths, about: About): void {
  const file = join(paths.directory, 'about.json')
  if (!existsSync(file)) {
    try {
      writeFileSync(file, `${JSON.stringify(about, null, 2)}\n`, { mode: 0o600 })
    } catch (error) {
      throw unwritable(paths.directory, error)
    }
    return
  }
  const before = readAbout(paths)
  for (const what of ['city', 'source', 'clock', 'world'] as const) {
    if (before[what] === about[what]) continue
    const message = `the data directory ${paths.directory} was begun for the ${what} ${before[what]}, not ${about[what]}; give this one its own with --data DIR`
    throw new UrbanError('input', 'data_of_another', message, { place: { file } })
  }
}
