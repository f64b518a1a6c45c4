import { spawn, spawnSync } from 'node:child_process'

export const runs = (python: string, ...args: string[]): boolean => spawnSync(python, args, { timeout: 20_000 }).status === 0

export const hasModules = (python: string, ...modules: string[]): boolean => runs(python, '-c', `import ${modules.join(', ')}`)

/** A Python program to its end, ninety seconds at the most. */
export async function runPython(python: string, args: readonly string[]): Promise<{ status: number | null; out: string; err: string }> {
  const child = spawn(python, args, { timeout: 90_000 })
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  child.stderr.on('data', (chunk) => {
    err += chunk
  })
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { status, out, err }
}
