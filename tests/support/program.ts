import { existsSync } from 'node:fs'
import { join } from 'node:path'

const dist = join(import.meta.dirname, '../../dist')

/** The built command line, `urban-brain`. */
export const PROGRAM = join(dist, 'gateway/cli/main.js')

/** The built program's path, for tests that start it; throws when the last build failed. */
export function getBuilt(path: string = PROGRAM): string {
  if (!existsSync(join(dist, '.built'))) throw new Error('the build failed: run `npm run build` and see why')
  return path
}
