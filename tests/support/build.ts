import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const BUILT = join(root, 'dist/gateway/cli/main.js')

function newest_ms(directory: string): number {
  let newest = 0
  for (const entry of readdirSync(directory, { withFileTypes: true, recursive: true })) {
    if (entry.isFile() && /\.(ts|tsx|css|html)$/.test(entry.name))
      newest = Math.max(newest, statSync(join(entry.parentPath, entry.name)).mtimeMs)
  }
  return newest
}

/** Tests that start the program run what `npm run build` made: built anew when a source is newer. */
export default function setup(): void {
  const sources = ['engine', 'gateway', 'config', 'simulators', 'dashboard'].map((folder) => newest_ms(join(root, folder)))
  const stamp = join(root, 'dist/.built')
  if (existsSync(BUILT) && existsSync(stamp) && statSync(stamp).mtimeMs > Math.max(...sources)) return
  const { status } = spawnSync('npm', ['run', 'build', '--silent'], { cwd: root, stdio: 'inherit' })
  if (status !== 0) throw new Error('the build failed; see above')
}
