import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { PROGRAM } from './program.ts'

const root = join(import.meta.dirname, '../..')
const STAMP = join(root, 'dist/.built')

function newest_ms(directory: string): number {
  let newest = 0
  for (const entry of readdirSync(directory, { withFileTypes: true, recursive: true })) {
    if (entry.isFile() && /\.(ts|tsx|css|html)$/.test(entry.name))
      newest = Math.max(newest, statSync(join(entry.parentPath, entry.name)).mtimeMs)
  }
  return newest
}

/**
 * Tests that start the program run what `npm run build` made: built anew when a source is newer. A failed build takes the stamp away
 * and fails those tests only (`getBuilt`), so that the rest of the suite still says what it knows.
 */
export default function setup(): void {
  const sources = ['engine', 'gateway', 'config', 'simulators', 'dashboard'].map((folder) => newest_ms(join(root, folder)))
  if (existsSync(PROGRAM) && existsSync(STAMP) && statSync(STAMP).mtimeMs > Math.max(...sources)) return
  rmSync(STAMP, { force: true })
  // Vitest says NODE_ENV=test, with which vite would build the wall for debugging.
  spawnSync('npm', ['run', 'build', '--silent'], { cwd: root, stdio: 'inherit', env: { ...process.env, NODE_ENV: 'production' } })
}
