import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'

/** Missing parents too. With `recursive: true` Node never comes back below /proc and its like, where a missing parent cannot be made. */
export function makeDirectory(directory: string, mode = 0o777): void {
  if (existsSync(directory)) return
  makeDirectory(dirname(directory), mode)
  mkdirSync(directory, { mode })
}
