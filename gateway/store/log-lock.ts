/**
 * One writer for one directory. The lock is a file that names its process; a lock whose process is gone (`kill -9`) is taken over. Since
 * process numbers come around again (in a container every main process is number 1), the lock also holds when its process was started.
 */
import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { UrbanError } from '../../engine/base/errors.ts'

export interface Lock {
  /** The last holder did not let go of it: it was killed, or the machine went down. */
  readonly abandoned: boolean
  release(): void
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)

/** @throws UrbanError input `data_in_use` while a living process holds it */
export function lockDirectory(directory: string): Lock {
  const file = join(directory, 'lock')
  const own = `${process.pid} ${startOf(process.pid)}\n`
  const fresh = `${file}.${process.pid}`
  writeFileSync(fresh, own)
  try {
    const abandoned = !linkUnlessThere(fresh, file)
    if (abandoned) takeOver(directory, file, fresh)
    return {
      abandoned,
      release: () => {
        if (readLock(file) === own) unlinkSync(file)
      },
    }
  } finally {
    unlinkSync(fresh)
  }
}

/** A link is made whole or not at all; false when the name is taken. */
function linkUnlessThere(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

function takeOver(directory: string, file: string, fresh: string): void {
  const found = readLock(file)
  const [pid, start] = found.trim().split(' ')
  if (isAlive(Number(pid), start ?? '')) throw inUse(directory, pid)
  // Whoever moves the dead lock away may link the next one; if a rival has linked its own in between, that is what was moved: put it back.
  const moved = `${fresh}.old`
  try {
    renameSync(file, moved)
    if (readLock(moved) !== found) {
      linkUnlessThere(moved, file)
      throw inUse(directory, readLock(moved).split(' ')[0])
    }
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  } finally {
    removeIfThere(moved)
  }
  if (!linkUnlessThere(fresh, file)) throw inUse(directory, readLock(file).split(' ')[0])
}

const inUse = (directory: string, pid: string): UrbanError =>
  new UrbanError('input', 'data_in_use', `${directory} is in use by process ${pid}; stop it, or choose another directory with --data`)

function readLock(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return ''
    throw error
  }
}

function removeIfThere(file: string): void {
  try {
    unlinkSync(file)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
}

function isAlive(pid: number, start: string): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    if (codeOf(error) !== 'EPERM') return false
  }
  const found = startOf(pid)
  return found === '' || start === '' || found === start
}

/** Boot and clock ticks since it at which a process began, on Linux (proc(5), field 22 of stat); empty elsewhere. */
function startOf(pid: number): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return `${boot}/${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`
  } catch {
    return ''
  }
}
