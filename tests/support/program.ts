import { existsSync } from 'node:fs'
import { join } from 'node:path'

export const BUILT = join(import.meta.dirname, '../../dist')

/** The built command line, `urban-brain`. */
export const PROGRAM = join(BUILT, 'gateway/cli/main.js')

/** The built program's path, for tests that start it; throws when the last build failed. */
export function getBuilt(path: string = PROGRAM): string {
  if (!existsSync(join(BUILT, '.built'))) throw new Error('the build failed: run `npm run build` and see why')
  return path
}
