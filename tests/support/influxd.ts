/** A real InfluxDB 2 for tests and benchmarks: on a free loopback port, set up, its data in a directory that goes with it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { getProgram, INFLUXD } from './real-parts.ts'

export interface Influxd {
  readonly url: string
  readonly token: string
  readonly org: string
  /** Bytes of the stored data on disk are below this directory. */
  readonly directory: string
  readonly pid: number
  stop(): Promise<void>
}

const ORG = 'city'
const READY_MS = 30_000
/** Otherwise InfluxDB leaves new data uncompressed for minutes, and no test or benchmark would see its files. */
const QUICK_COMPACTION = ['--storage-cache-snapshot-write-cold-duration', '2s', '--storage-compact-full-write-cold-duration', '2s']

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** Starts influxd and waits until it answers. `port` starts it again where clients expect it; `directory` over the same data. */
export async function startInfluxd(again?: {
  port: number
  directory: string
  token: string
}): Promise<Influxd & { readonly port: number }> {
  const directory = again?.directory ?? (await mkdtemp(join(tmpdir(), 'influxd-')))
  const port = again?.port ?? (await freePort())
  const token = again?.token ?? `test-token-${Math.random().toString(36).slice(2)}`
  const url = `http://127.0.0.1:${port}`
  const args = ['run', '--reporting-disabled', '--log-level', 'error', '--http-bind-address', `127.0.0.1:${port}`, ...QUICK_COMPACTION]
  const paths = ['--bolt-path', join(directory, 'influxd.bolt'), '--sqlite-path', join(directory, 'influxd.sqlite')]
  const child = spawn(getProgram(INFLUXD, 'influxd'), [...args, ...paths, '--engine-path', join(directory, 'engine')], { stdio: 'ignore' })
  const exited = once(child, 'exit')
  for (const end = Date.now() + READY_MS; !(await answers(`${url}/health`)); await setTimeout(50)) {
    if (child.exitCode !== null || Date.now() > end) throw new Error('influxd did not start')
  }
  if (again === undefined) {
    const body = JSON.stringify({ username: 'test', password: 'test-password', org: ORG, bucket: 'setup', token })
    const answer = await fetch(`${url}/api/v2/setup`, { method: 'POST', body })
    if (!answer.ok) throw new Error(`influxd setup: HTTP ${answer.status}`)
  }
  return {
    url,
    token,
    org: ORG,
    directory,
    port,
    pid: child.pid ?? 0,
    async stop() {
      child.kill('SIGTERM')
      await exited
    },
  }
}

export async function removeInfluxd({ directory }: Influxd): Promise<void> {
  await rm(directory, { recursive: true, force: true })
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok
  } catch {
    return false
  }
}
