/** The program with a broker of the city's own: Mosquitto, with the access list of docs/brokers.md and nothing else. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { writeCity } from '../../config/city.ts'
import { smallCity } from '../fixtures/small-city.ts'
import { connectClient, freePort, startMosquitto, stopClients } from '../support/brokers.ts'
import { available, MOSQUITTO } from '../support/real-parts.ts'
import { type Running, runProgram, startProgram } from '../support/running.ts'

const city = smallCity()
const [gauge] = city.low_points[0].gauges
const pump = city.low_points[0].pumps[0]
const BRAIN = 'urban-brain'
const READY_MS_MAX = 15_000

let directory: string
let config: string[]
const stopping: (() => Promise<unknown>)[] = []

/** The lines that people copy are the ones that are tested. */
async function documentedAcl(): Promise<string> {
  const text = await readFile(join(import.meta.dirname, '../../docs/brokers.md'), 'utf8')
  const acl = /```acl\n([\s\S]*?)```/.exec(text)?.[1]
  if (acl === undefined) throw new Error('docs/brokers.md has no ```acl block')
  return acl
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mosquitto-'))
  await writeCity(city, join(directory, 'city'))
  const acl = join(directory, 'acl')
  const passwords = join(directory, 'passwords')
  await writeFile(acl, await documentedAcl(), { mode: 0o600 })
  await writeFile(passwords, '', { mode: 0o600 })
  for (const user of [BRAIN, gauge, pump]) await promisify(execFile)('mosquitto_passwd', ['-b', passwords, user, `secret of ${user}`])
  config = ['allow_anonymous false', `password_file ${passwords}`, `acl_file ${acl}`, ...(process.getuid?.() === 0 ? ['user root'] : [])]
})
afterEach(async () => {
  await stopClients()
  for (const stop of stopping.splice(0).reverse()) await stop()
})
afterAll(() => rm(directory, { recursive: true }))

async function mosquitto(port?: number): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const broker = await startMosquitto(port === undefined ? { config } : { config, port })
  stopping.push(broker.stop)
  return broker
}

const brainArgs = (port: number, data: string, password = `secret of ${BRAIN}`): string[] => [
  ...['--city', join(directory, 'city'), '--data', join(directory, data), '--broker', `mqtt://127.0.0.1:${port}`],
  ...['--set', `broker_username=${BRAIN}`, '--set', `broker_password=${password}`],
]

async function brain(port: number, data: string, heard?: (said: string) => void): Promise<Running> {
  const program = await startProgram(brainArgs(port, data), heard === undefined ? {} : { heard })
  stopping.push(() => program.stop())
  return program
}

const as = (port: number, key: string) => ({ host: '127.0.0.1', port, username: key, password: `secret of ${key}` })
const level = (level_m: number): string => JSON.stringify({ ts: Date.now(), v: { level_m } })
const shown = async ({ http }: Running): Promise<string> => (await fetch(`${http}/api/v1/devices/${gauge}`)).text()

describe.runIf(available(MOSQUITTO))('with Mosquitto', () => {
  it('readings come in, commands go out, and a device may speak for itself only', async () => {
    const { port } = await mosquitto()
    const program = await brain(port, 'data')
    const device = await connectClient(as(port, pump))
    const commands: string[] = []
    device.on('message', (topic) => commands.push(topic))
    await device.subscribeAsync([`city/v1/${pump}/command`, `city/v1/${gauge}/reading`], { qos: 1 })
    const sensor = await connectClient(as(port, gauge))
    // Not its own: Mosquitto drops it and acknowledges, as MQTT 3.1.1 lets it.
    await device.publishAsync(`city/v1/${gauge}/reading`, level(7.77), { qos: 1 })
    for (let i = 0; i < 6; i++) {
      await sensor.publishAsync(
        `city/v1/${gauge}/reading`,
        JSON.stringify({ ts: Date.now() - 300_000 + 60_000 * i, v: { level_m: 0.5 + 0.1 * i } }),
        { qos: 1 },
      )
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    await expect.poll(() => shown(program), { timeout: READY_MS_MAX }).toMatch(/"level_m":1\b/)
    expect(await shown(program)).not.toContain('7.77')
    const token = (await readFile(join(directory, 'data/admin-token'), 'utf8')).trim()
    const order = await fetch(`${program.http}/api/v1/commands`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ kind: 'drain.setting', device: pump, fields: { setting: 0.5 }, hold_s: 60 }),
    })
    expect(order.status, await order.text()).toBeLessThan(300)
    await expect.poll(() => commands, { timeout: READY_MS_MAX }).toContain(`city/v1/${pump}/command`)
    expect(new Set(commands)).toEqual(new Set([`city/v1/${pump}/command`]))
  }, 60_000)

  it('a broker that goes away and comes back is used again', async () => {
    const first = await mosquitto()
    const program = await brain(first.port, 'away')
    await first.stop()
    await expect.poll(() => program.output()).toContain('lost the broker')
    await mosquitto(first.port)
    const sensor = await connectClient(as(first.port, gauge))
    await expect
      .poll(
        async () => {
          await sensor.publishAsync(`city/v1/${gauge}/reading`, level(0.33), { qos: 1 })
          return shown(program)
        },
        { timeout: READY_MS_MAX, interval: 300 },
      )
      .toContain('0.33')
  }, 60_000)

  it('a broker that comes up a little later is waited for', async () => {
    const port = await freePort()
    let broker: Promise<unknown> | null = null
    await brain(port, 'later', (said) => {
      if (said.includes('ECONNREFUSED')) broker ??= mosquitto(port)
    })
    expect(broker).not.toBeNull()
    await broker
  }, 60_000)

  it('a broker that refuses us ends the start at once, without telling the password; so does none after ten seconds', async () => {
    const { port } = await mosquitto()
    const refused = await runProgram(['start', '--port', '0', ...brainArgs(port, 'refused', 'a wrong guess')])
    expect(refused.code, refused.stderr).toBe(3)
    expect(refused.stderr).toContain(`mqtt://127.0.0.1:${port} cannot be used`)
    expect(refused.stderr).not.toContain('a wrong guess')
    const none = await runProgram(['start', '--port', '0', ...brainArgs(await freePort(), 'none')])
    expect(none.code, none.stderr).toBe(3)
    expect(none.stderr).toContain('ECONNREFUSED')
  }, 60_000)
})

describe('the URL of the broker', () => {
  it.each(['foo', 'http://127.0.0.1:1883', 'mqtt://user:guess@127.0.0.1:1883'])('%s is bad input', async (url) => {
    const { code, stderr } = await runProgram(['start', '--port', '0', '--data', join(directory, 'url'), '--broker', url])
    expect(code, stderr).toBe(2)
    expect(stderr).toContain('broker')
    expect(stderr).not.toContain('guess')
  })
})
