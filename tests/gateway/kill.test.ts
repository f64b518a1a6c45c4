/**
 * `kill -9` of the whole process while 5,000 messages a second come in at QoS 1: whatever was acknowledged is in the history after the
 * restart. Two rounds here; URBAN_BRAIN_KILL_ROUNDS for more.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mqtt, { type MqttClient } from 'mqtt'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { writeCity } from '../../config/city.ts'
import { createAccess } from '../../gateway/access.ts'
import { smallCity } from '../fixtures/small-city.ts'
import { type Running, runProgram, startProgram } from '../support/running.ts'

const ROUNDS = Number(process.env.URBAN_BRAIN_KILL_ROUNDS ?? 2)
const DEVICES = 50
const RATE_MSG_S = 5_000
const SENDING_MS = 1_500

let directory: string
let data: string
const keys = Array.from({ length: DEVICES }, (_, i) => `d0/waste/K${i}`)
const passwords = new Map<string, string>()
/** Acknowledged measurement times per device, of all rounds. */
const acknowledged = new Map<string, Set<number>>(keys.map((key) => [key, new Set()]))

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kill-'))
  data = join(directory, 'data')
  await writeCity(smallCity(), join(directory, 'city'))
  const access = createAccess(data)
  for (const key of keys) passwords.set(key, access.addDevice(key))
})
afterAll(() => rm(directory, { recursive: true, maxRetries: 3 }))

const start = (): Promise<Running> => startProgram(['--city', join(directory, 'city'), '--data', data, '--set', 'client_msg_s_max=100000'])

async function connect(program: Running): Promise<MqttClient[]> {
  return Promise.all(
    keys.map(async (key) => {
      const client = await mqtt.connectAsync(program.mqtt, { username: key, password: passwords.get(key), reconnectPeriod: 0 }, false)
      client.on('error', () => {})
      return client
    }),
  )
}

/** Sends until the process is gone. Times are unique per device: 1 ms apart, ahead of the clock by less than what is refused. */
async function sendUntilKilled(program: Running, clients: readonly MqttClient[]): Promise<number> {
  let sent = 0
  const base = Date.now()
  const began = performance.now()
  let killed: Promise<void> | null = null
  const random_ms = SENDING_MS * (0.5 + Math.random() / 2)
  while (killed === null) {
    const elapsed_ms = performance.now() - began
    for (; sent < (RATE_MSG_S * elapsed_ms) / 1000; sent++) {
      const which = sent % DEVICES
      const ts = base + Math.floor(sent / DEVICES)
      clients[which].publish(
        `city/v1/${keys[which]}/reading`,
        JSON.stringify({ ts, seq: sent, v: { fill_pct: sent % 100 } }),
        { qos: 1 },
        (error) => {
          if (!error) acknowledged.get(keys[which])?.add(ts)
        },
      )
    }
    if (elapsed_ms > random_ms) killed = program.kill()
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  await killed
  await Promise.all(clients.map((client) => client.endAsync(true)))
  return sent
}

async function missingOf(program: Running, key: string): Promise<number> {
  const times = acknowledged.get(key) ?? new Set()
  const from = Math.min(...times)
  const to = Math.max(...times) + 1
  const answer = await fetch(`${program.http}/api/v1/devices/${key}/history?metric=fill_pct&from=${from}&to=${to}`)
  const { points } = (await answer.json()) as { points: { ts: number }[] }
  const stored = new Set(points.map(({ ts }) => ts))
  return [...times].filter((ts) => !stored.has(ts)).length
}

/** The write queue has caught up with the log. */
async function caughtUp(program: Running): Promise<void> {
  for (let tries = 0; tries < 150; tries++) {
    const text = await (await fetch(`${program.http}/metrics`)).text()
    const value = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
    if (value('urban_brain_history_lag_seconds') === 0 && value('urban_brain_backlog_messages') === 0) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('history does not catch up')
}

it(
  `loses no acknowledged message when it is killed ${ROUNDS} times`,
  async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const program = await start()
      await sendUntilKilled(program, await connect(program))
    }
    const program = await start()
    await caughtUp(program)
    const total = [...acknowledged.values()].reduce((sum, times) => sum + times.size, 0)
    expect(total).toBeGreaterThan(ROUNDS * 1_000)
    const missing = await Promise.all(keys.map((key) => missingOf(program, key)))
    expect(missing.reduce((sum, count) => sum + count, 0)).toBe(0)
    expect(await program.stop()).toBe(0)
    const { code, stdout, stderr } = await runProgram(['audit', 'verify', '--data', data])
    expect(code, stderr).toBe(0)
    expect(stdout).toMatch(/lines hold/)
  },
  60_000 + ROUNDS * 30_000,
)
