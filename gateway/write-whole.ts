/** A file that appears whole or not at all. */
import { randomBytes } from 'node:crypto'
import { rename, unlink, writeFile } from 'node:fs/promises'

/** Renamed into place when it is on the disk. */
export async function writeWhole(file: string, content: Buffer | string): Promise<void> {
  const fresh = `${file}.${randomBytes(6).toString('hex')}`
  try {
    await writeFile(fresh, content, { mode: 0o600, flush: true })
    await rename(fresh, file)
  } catch (error) {
    await unlink(fresh).catch(() => {})
    throw error
  }
}
