/** Where the log's bytes go. Tests put a disk here that is full or broken. */
import { fdatasync, fsync, writeSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { promisify } from 'node:util'

export interface Disk {
  /** Bytes written, which may be fewer than asked. */
  write(fd: number, bytes: Buffer, from: number, at: number): number
  /** Resolves when the file's bytes and length are on the medium. */
  force(fd: number): Promise<void>
  /** The same for the names in a directory (fsync(2): a new file needs it too). */
  forceNames(directory: string): Promise<void>
}

const syncNames = promisify(fsync)

export const realDisk: Disk = {
  write: (fd, bytes, from, at) => writeSync(fd, bytes, from, bytes.length - from, at),
  force: promisify(fdatasync),
  forceNames: async (directory) => {
    const handle = await open(directory, 'r')
    try {
      await syncNames(handle.fd)
    } finally {
      await handle.close()
    }
  },
}
