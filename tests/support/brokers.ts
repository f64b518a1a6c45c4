/** Brokers and clients for tests: free ports on loopback, everything stopped afterwards. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect as connectTcp, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import { createEmbeddedBroker, type EmbeddedBroker, type EmbeddedBrokerOptions } from '../../gateway/mqtt/embedded-broker.ts'
import { createOutsideBroker } from '../../gateway/mqtt/outside-broker.ts'
import { createQuarantine } from '../../gateway/mqtt/quarantine.ts'
import type { Accept, Broker } from '../../gateway/parts.ts'
import { getProgram, MOSQUITTO } from './real-parts.ts'

export const silent = { info: () => {}, warn: () => {}, error: () => {} }

export interface BrokerBench {
  readonly broker: Broker
  /** How the device with this key connects. */
  device(key: string): IClientOptions
  stop(): Promise<void>
}

export const passwordOf = (key: string): string => `secret of ${key}`

/** On a free port; every device's password is `passwordOf`. */
export const EMBEDDED_OPTIONS: EmbeddedBrokerOptions = {
  host: '127.0.0.1',
  port: 0,
  tls: null,
  accept: (_message, done) => done(),
  verifyDevice: (key, password) => password === passwordOf(key),
  bridgeTopics: (key) => (key.startsWith('bridge/') ? [`${key.slice('bridge/'.length)}/`] : null),
  fleet_password: null,
  simulator: false,
  limits: { packet_bytes_max: 16384, client_msg_s_max: 100_000, connections_max: 100 },
  quarantine: createQuarantine(100),
  now: Date.now,
  log: silent,
}

export async function startEmbedded(over: Partial<EmbeddedBrokerOptions> = {}): Promise<EmbeddedBroker & { readonly port: number }> {
  const broker = createEmbeddedBroker({ ...EMBEDDED_OPTIONS, ...over })
  await broker.start()
  const { address } = broker
  if (address === null) throw new Error('a started broker has an address')
  return Object.defineProperties({ port: address.port } as EmbeddedBroker & { port: number }, Object.getOwnPropertyDescriptors(broker))
}

export async function embeddedBench(accept: Accept): Promise<BrokerBench> {
  const broker = await startEmbedded({ accept })
  return {
    broker,
    device: (key) => ({ host: '127.0.0.1', port: broker.port, username: key, password: passwordOf(key) }),
    stop: () => broker.stop(),
  }
}

export async function mosquittoBench(accept: Accept): Promise<BrokerBench> {
  const { port, stop } = await startMosquitto()
  const broker = createOutsideBroker({
    url: `mqtt://127.0.0.1:${port}`,
    username: '',
    password: '',
    client_id: 'urban-brain-test',
    foreign: ['zigbee2mqtt/#'],
    accept,
    now: Date.now,
    log: silent,
  })
  await broker.start()
  return {
    broker,
    device: () => ({ host: '127.0.0.1', port }),
    stop: async () => {
      await broker.stop()
      await stop()
    },
  }
}

export interface MosquittoOptions {
  /** A free one when not given. */
  readonly port?: number
  /** Lines of the configuration; everybody may do everything when not given. */
  readonly config?: readonly string[]
}

export async function startMosquitto({ port: wanted, config: lines = ['allow_anonymous true'] }: MosquittoOptions = {}): Promise<{
  readonly port: number
  stop(): Promise<void>
}> {
  const directory = mkdtempSync(join(tmpdir(), 'urban-mosquitto-'))
  const port = wanted ?? (await freePort())
  const config = join(directory, 'mosquitto.conf')
  writeFileSync(config, [`listener ${port} 127.0.0.1`, 'persistence false', 'log_type error', ...lines, ''].join('\n'))
  const program = spawn(getProgram(MOSQUITTO, 'mosquitto'), ['-c', config], { stdio: 'ignore' })
  await listening(port)
  return {
    port,
    stop: async () => {
      await ended(program)
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

function ended(program: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (program.exitCode !== null) resolve()
    program.once('exit', () => resolve())
    program.kill('SIGTERM')
  })
}

/** A port that was free a moment ago, for programs that cannot say which one they took. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connectTcp(port, '127.0.0.1')
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
      socket.once('connect', () => socket.destroy())
    })
    if (open) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`nothing listens on port ${port}`)
}

const clients: MqttClient[] = []

/** Resolves when connected; rejects when refused. Stopped by `stopClients`. */
export function connectClient(options: IClientOptions, prepare?: (client: MqttClient) => void): Promise<MqttClient> {
  return new Promise((resolve, reject) => {
    const client = mqtt.connect({ reconnectPeriod: 0, ...options })
    clients.push(client)
    prepare?.(client)
    client.once('connect', () => resolve(client))
    client.on('error', reject)
    client.once('close', () => reject(new Error('the connection was closed')))
  })
}

export async function stopClients(): Promise<void> {
  await Promise.all(clients.splice(0).map((client) => client.endAsync(true)))
}
