/** The built program as a child process, on free ports and data of its own. Tests stop what they start, by its process id. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { getBuilt } from './program.ts'

export interface Running {
  readonly process: ChildProcess
  readonly http: string
  readonly mqtt: string
  /** Everything said so far, both streams. */
  output(): string
  /** Ends it as Ctrl-C does; its exit code. */
  stop(): Promise<number | null>
  /** As the kernel does when memory is short. */
  kill(): Promise<void>
}

const START_MS_MAX = 30_000
const READY = /(https?:\/\/\S+?)\/ .*MQTT (\S+?)\)/

interface StartOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Called with everything said so far, whenever there is more. */
  readonly heard?: (said: string) => void
}

/** @throws with everything the program said, when it ends or takes too long before it is ready */
export async function startProgram(args: readonly string[], { env = {}, heard }: StartOptions = {}): Promise<Running> {
  const child = spawn(process.execPath, [getBuilt(), 'start', '--port', '0', '--mqtt-port', '0', ...args], {
    // What the test run is told is no setting of the program.
    env: { ...process.env, URBAN_BRAIN_REAL_PARTS: undefined, ...env },
  })
  const exited = once(child, 'exit')
  let said = ''
  const [http, mqtt] = await new Promise<[string, string]>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`not ready within ${START_MS_MAX} ms:\n${said}`))
    }, START_MS_MAX)
    const hear = (chunk: Buffer): void => {
      said += chunk.toString()
      heard?.(said)
      const found = READY.exec(said)
      if (found === null) return
      clearTimeout(timer)
      resolve([found[1], found[2]])
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.on('exit', (code) => {
      clearTimeout(timer)
      reject(new Error(`ended with ${code}:\n${said}`))
    })
  })
  return {
    process: child,
    http,
    mqtt,
    output: () => said,
    async stop() {
      child.kill('SIGINT')
      await exited
      return child.exitCode
    },
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** One command to its end. */
export async function runProgram(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [getBuilt(), ...args], { env: { ...process.env, ...env } })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  await once(child, 'close')
  return { code: child.exitCode, stdout, stderr }
}
