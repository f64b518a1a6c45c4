/**
 * Messages a second that one process takes in: 154-byte readings, QoS 1, acknowledged after they are written to the log, from 100 and
 * from 1,000 connections; beside it aedes alone, the strict log, and the whole program with each history store, in the same run. And the
 * memory of 10,000 idle connections.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { INFLUXD } from '../support/real-parts.ts'
import type { Gateway } from './ingest-gateway.ts'
import { startWhole } from './ingest-program.ts'
import type { Load, Loaded } from './ingest-publisher.ts'
import type { Figure } from './report.ts'

/** A gateway under measurement. `startGateway` makes these; so does whoever wants to measure the whole application the same way. */
export interface Measured {
  readonly port: number
  /** One for all, or one a connection. */
  readonly passwords: readonly string[]
  /** For its memory. */
  readonly pid: number
  /** Resolves when everything acknowledged is in the history store; false when that took too long. Absent where nothing is stored. */
  stored?(): Promise<boolean>
  stop(): Promise<void>
}

const PASSWORD = 'ingest benchmark'
const WARMUP_S = 2
const MEASURE_S = 6
const WINDOW = 32
const IDLE_CONNECTIONS = 10_000

const beside = (name: string): string => join(import.meta.dirname, name)

function firstMessage<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as T))
    child.once('exit', (code) => reject(new Error(`a process of the benchmark ended with ${code}`)))
  })
}

export async function startGateway(kind: Gateway['kind']): Promise<Measured> {
  const directory = mkdtempSync(join(tmpdir(), 'urban-ingest-'))
  const gateway: Gateway = { kind, directory, password: PASSWORD }
  const child = fork(beside('ingest-gateway.js'), [JSON.stringify(gateway)])
  const { port } = await firstMessage<{ port: number }>(child)
  return {
    port,
    passwords: [PASSWORD],
    pid: child.pid ?? 0,
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.send('stop')
      await ended
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

const loadOf = ({ port, passwords }: Measured, over: Partial<Load>): Load => ({
  host: '127.0.0.1',
  port,
  connections: 100,
  window: WINDOW,
  warmup_s: WARMUP_S,
  measure_s: MEASURE_S,
  passwords,
  idle: false,
  rate: 0,
  ...over,
})

export function publish(to: Measured, over: Partial<Load>): Promise<Loaded> {
  return firstMessage<Loaded>(fork(beside('ingest-publisher.js'), [JSON.stringify(loadOf(to, over))]))
}

/** Rate, and how long an acknowledgement takes; the gateway is started and stopped here. */
export async function measureIngest(name: string, start: () => Promise<Measured>, connections: number, goal?: string): Promise<Figure[]> {
  const gateway = await start()
  try {
    const began = performance.now()
    const { acknowledged, seconds, latency_ms, cpu } = await publish(gateway, { connections })
    const sending_ms = performance.now() - began
    const kept = gateway.stored === undefined ? [] : await measureStored(gateway.stored, began, sending_ms)
    return [
      {
        name: `${name}, ${connections} connections`,
        value: acknowledged / seconds,
        unit: 'msg/s',
        ...(goal === undefined ? {} : { goal }),
      },
      { name: '  acknowledged after, p99', value: latency_ms.p99, unit: 'ms' },
      { name: '  publisher', value: cpu * 100, unit: '% of a core' },
      ...kept,
    ]
  } finally {
    await gateway.stop()
  }
}

async function measureStored(stored: () => Promise<boolean>, began: number, sending_ms: number): Promise<Figure[]> {
  if (!(await stored())) throw new Error('the history store did not catch up')
  return [{ name: '  all stored after', value: (performance.now() - began) / sending_ms, unit: '× the sending time', goal: '≤ 2' }]
}

/** How long an acknowledgement takes at a rate that leaves room. */
export async function measureLatency(name: string, start: () => Promise<Measured>, rate: number): Promise<Figure[]> {
  const gateway = await start()
  try {
    const { acknowledged, seconds, latency_ms } = await publish(gateway, { rate })
    const at = `${name} at ${Math.round(acknowledged / seconds)} msg/s`
    return [
      { name: `${at}, p50`, value: latency_ms.p50, unit: 'ms' },
      { name: `${at}, p99`, value: latency_ms.p99, unit: 'ms' },
    ]
  } finally {
    await gateway.stop()
  }
}

function resident_bytes(pid: number): number | null {
  const file = `/proc/${pid}/status`
  if (!existsSync(file)) return null
  const kib = /VmRSS:\s+(\d+) kB/.exec(readFileSync(file, 'utf8'))?.[1]
  return kib === undefined ? null : Number(kib) * 1024
}

/** Bytes for each idle connection; nothing on systems without /proc. */
export async function measureIdle(name: string, start: () => Promise<Measured>): Promise<Figure[]> {
  const gateway = await start()
  const publisher = fork(beside('ingest-publisher.js'), [JSON.stringify(loadOf(gateway, { connections: IDLE_CONNECTIONS, idle: true }))])
  try {
    const before = resident_bytes(gateway.pid)
    await firstMessage(publisher)
    const after = resident_bytes(gateway.pid)
    if (before === null || after === null) return []
    return [
      { name: `${name}, ${IDLE_CONNECTIONS} idle connections`, value: after / 2 ** 20, unit: 'MiB resident' },
      { name: '  a connection', value: (after - before) / IDLE_CONNECTIONS / 1024, unit: 'KiB' },
    ]
  } finally {
    publisher.kill()
    await gateway.stop()
  }
}

export async function bench(): Promise<readonly Figure[]> {
  const figures: Figure[] = []
  for (const connections of [100, 1000]) {
    figures.push(...(await measureIngest('aedes alone', () => startGateway('bare'), connections)))
    figures.push(...(await measureIngest('acknowledged after the write', () => startGateway('door'), connections, '≥ 25,000')))
    figures.push(...(await measureIngest('acknowledged after the force (strict)', () => startGateway('door-strict'), connections)))
    for (const store of INFLUXD === null ? (['embedded'] as const) : (['embedded', 'influx'] as const)) {
      for (const strict of [false, true]) {
        const name = `whole program, ${store === 'influx' ? 'InfluxDB' : 'DuckDB'}${strict ? ', strict' : ''}`
        const goal = strict ? undefined : '≥ 25,000'
        figures.push(...(await measureIngest(name, () => startWhole(store, connections, strict), connections, goal)))
      }
    }
  }
  figures.push(...(await measureLatency('acknowledged after the write', () => startGateway('door'), 5000)))
  figures.push(...(await measureIdle('aedes alone', () => startGateway('bare'))))
  figures.push(...(await measureIdle('gateway', () => startGateway('door'))))
  return figures
}
