/**
 * The engine's state on disk: one file, replaced whole. Layout: 8 bytes of name and version, 32 bytes SHA-256 of the body, then the body as
 * `v8.serialize` writes it. A file that cannot be read costs time at the next start (the log is stepped from its beginning), not data.
 */
import { createHash } from 'node:crypto'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { UrbanError } from '../engine/base/errors.ts'
import type { EpochMs } from '../engine/base/time.ts'
import type { SavedState } from '../engine/brain.ts'
import type { JournalHead } from './journal-file.ts'
import type { LogPosition } from './parts.ts'
import type { StepperMemory } from './stepper.ts'

const MAGIC = Buffer.from('UBSNAP01')
const HEAD_BYTES = MAGIC.length + 32

export interface Snapshot {
  readonly written: EpochMs
  readonly memory: StepperMemory
  readonly state: SavedState
  readonly journal: JournalHead
  /** Where the log stood at earlier times, oldest first: how far it may be released by age. */
  readonly marks: readonly { readonly ts: EpochMs; readonly position: LogPosition }[]
}

export function encodeSnapshot(snapshot: Snapshot): Buffer {
  const body = serialize(snapshot)
  return Buffer.concat([MAGIC, createHash('sha256').update(body).digest(), body])
}

export async function writeSnapshot(file: string, bytes: Buffer): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const fresh = `${file}.new`
  const handle = await open(fresh, 'w', 0o600)
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(fresh, file)
  const directory = await open(dirname(file), 'r')
  await directory.sync().finally(() => directory.close())
}

/** @returns null when there is none. @throws UrbanError ours `snapshot_unreadable` when it is not whole or of another version */
export async function readSnapshot(file: string): Promise<Snapshot | null> {
  let bytes: Buffer
  try {
    bytes = await readFile(file)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
  const body = bytes.subarray(HEAD_BYTES)
  const sound =
    bytes.subarray(0, MAGIC.length).equals(MAGIC) &&
    createHash('sha256').update(body).digest().equals(bytes.subarray(MAGIC.length, HEAD_BYTES))
  if (!sound) throw new UrbanError('ours', 'snapshot_unreadable', `${file} is not a whole snapshot of this version`)
  return deserialize(body) as Snapshot
}
