/** Where the files that ship with the program lie, whether it runs from `dist/` or from its sources. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

function findRoot(from: string): string {
  const up = dirname(from)
  return existsSync(join(from, 'package.json')) || up === from ? from : findRoot(up)
}

export const PROJECT_ROOT = findRoot(import.meta.dirname)
