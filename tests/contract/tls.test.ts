/** HTTP and MQTT over TLS as a city would set it up, from outside: the authority signs the server's and the devices' certificates. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { IClientOptions } from 'mqtt'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { writeCity } from '../../config/city.ts'
import { smallCity } from '../fixtures/small-city.ts'
import { connectClient, stopClients } from '../support/brokers.ts'
import { type Running, runProgram, startProgram } from '../support/running.ts'

const TLS = join(import.meta.dirname, '../fixtures/tls')
const pem = (name: string): Promise<string> => readFile(join(TLS, name), 'utf8')
const G1 = 'd0/flood/G1'

let directory: string
let ca: string
let program: Running

const settings = (...pairs: readonly (readonly [string, string])[]): string[] =>
  pairs.flatMap(([key, value]) => ['--set', `${key}=${value}`])
const cityAndData = (data: string): string[] => ['--city', join(directory, 'city'), '--data', join(directory, data)]
const withTls = settings(['tls_cert', join(TLS, 'server.pem')], ['tls_key', join(TLS, 'server.key')], ['tls_ca', join(TLS, 'ca.pem')])

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tls-'))
  ca = await pem('ca.pem')
  await writeCity(smallCity(), join(directory, 'city'))
  program = await startProgram([...cityAndData('data'), '--fleet', 'demo', ...withTls])
})
afterEach(stopClients)
afterAll(async () => {
  expect(await program.stop()).toBe(0)
  await rm(directory, { recursive: true })
})

/** Checked as clients do, for the name in the certificate. */
function get(path: string): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const url = new URL(path, program.http)
    request({ host: '127.0.0.1', port: url.port, path, ca, servername: 'localhost' }, (answer) => {
      let body = ''
      answer.on('data', (chunk: Buffer) => {
        body += chunk.toString()
      })
      answer.on('end', () => resolve({ status: answer.statusCode, body }))
    })
      .on('error', reject)
      .end()
  })
}

async function certified(name: string): Promise<IClientOptions> {
  const { port } = new URL(program.mqtt)
  const [cert, key] = await Promise.all([pem(`${name}.pem`), pem(`${name}.key`)])
  return { protocol: 'mqtts', host: '127.0.0.1', port: Number(port), servername: 'localhost', ca, cert, key }
}

describe('with TLS', () => {
  it('HTTP answers under the certificate, and the simulated fleet of the same process connects', async () => {
    expect(program.http).toMatch(/^https:/)
    expect(program.mqtt).toMatch(/^mqtts:/)
    const fleet = async (): Promise<unknown> => {
      const { parts } = JSON.parse((await get('/api/v1/health')).body) as { parts: { name: string; ok: boolean }[] }
      return parts.find(({ name }) => name === 'fleet')?.ok
    }
    await expect.poll(fleet, { timeout: 10_000 }).toBe(true)
    expect(program.output()).not.toMatch(/WARN|ERROR/)
  })

  it("a device's certificate is its login; what it measures arrives", async () => {
    const device = await connectClient(await certified('device'))
    await device.publishAsync(`city/v1/${G1}/reading`, JSON.stringify({ ts: Date.now(), v: { level_m: 0.42 } }), { qos: 1 })
    await expect.poll(async () => (await get(`/api/v1/devices/${G1}`)).body).toContain('0.42')
  })

  it.each(['stranger', 'selfsigned'])('the certificate "%s" is refused', async (name) => {
    await expect(connectClient(await certified(name))).rejects.toMatchObject({ code: 5 })
  })

  it('a plain connection gets nothing', async () => {
    const { port } = new URL(program.mqtt)
    await expect(connectClient({ host: '127.0.0.1', port: Number(port), connectTimeout: 2000 })).rejects.toThrow()
    await expect(fetch(`http://127.0.0.1:${new URL(program.http).port}/api/v1/health`)).rejects.toThrow()
  })
})

describe('TLS files that are none', () => {
  it.each([
    ['a certificate without its key', [['tls_cert', 'server.pem']], 'set both or neither'],
    ['an authority alone', [['tls_ca', 'ca.pem']], 'tls_ca needs'],
    [
      'a file that is not there',
      [
        ['tls_cert', 'none.pem'],
        ['tls_key', 'server.key'],
      ],
      'none.pem cannot be read (setting tls_cert)',
    ],
    [
      'no certificate',
      [
        ['tls_cert', 'README.md'],
        ['tls_key', 'server.key'],
      ],
      'README.md (setting tls_cert): expected',
    ],
    [
      "another certificate's key",
      [
        ['tls_cert', 'server.pem'],
        ['tls_key', 'device.key'],
      ],
      'device.key (setting tls_key): expected',
    ],
    [
      'no authority',
      [
        ['tls_cert', 'server.pem'],
        ['tls_key', 'server.key'],
        ['tls_ca', 'README.md'],
      ],
      'README.md (setting tls_ca): expected',
    ],
  ] as const)('%s', async (_what, files, expected) => {
    const sets = settings(...files.map(([key, name]) => [key, join(TLS, name)] as const))
    const { code, stderr } = await runProgram(['start', ...cityAndData('other'), '--port', '0', '--mqtt-port', '0', ...sets])
    expect(code, stderr).toBe(2)
    expect(stderr).toContain(expected)
    expect(stderr).not.toContain('    at ')
  })
})
