/** The built program as it is started, on free ports, measured from outside. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

export interface Program {
  readonly process: ChildProcess
  readonly http: string
  readonly mqtt: string
  stop(): Promise<void>
}

/** @param args further options of `start` */
export async function startProgram(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Program> {
  const program = join(import.meta.dirname, '../../gateway/cli/main.js')
  const child = spawn(process.execPath, [program, 'start', '--port', '0', '--mqtt-port', '0', '--fleet', 'none', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  })
  const exited = once(child, 'exit')
  const [http, mqtt] = await new Promise<[string, string]>((resolve, reject) => {
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      const found = /(http:\/\/\S+?)\/ .*MQTT (\S+?)\)/.exec(said)
      if (found !== null) resolve([found[1], found[2]])
    })
    child.on('exit', (code) => reject(new Error(`the program ended with ${code}`)))
  })
  return {
    process: child,
    http,
    mqtt,
    async stop() {
      child.kill('SIGINT')
      await exited
    },
  }
}
