/** What the gateway may rely on, whichever broker it runs with: the same suite on the embedded one and on Mosquitto. */
import { afterEach, describe, expect, test } from 'vitest'
import type { Accept, Inbound } from '../../gateway/parts.ts'
import { type BrokerBench, connectClient, embeddedBench, mosquittoBench, stopClients } from '../support/brokers.ts'
import { available, MOSQUITTO } from '../support/real-parts.ts'

let bench: BrokerBench | null = null
afterEach(async () => {
  await stopClients()
  await bench?.stop()
  bench = null
})

const G1 = 'd0/flood/G1'
const READING = `city/v1/${G1}/reading`

/** Takes every message in and keeps it. */
function collect(): { readonly accept: Accept; readonly messages: Inbound[] } {
  const messages: Inbound[] = []
  return {
    messages,
    accept: (message, done) => {
      messages.push({ ...message, payload: Buffer.from(message.payload) })
      setImmediate(done)
    },
  }
}
const brief = ({ from, topic, payload }: Inbound): string[] => [from, topic, payload.toString()]

const KINDS: readonly (readonly [string, boolean, (accept: Accept) => Promise<BrokerBench>])[] = [
  ['embedded', true, embeddedBench],
  ['Mosquitto', available(MOSQUITTO), mosquittoBench],
]

for (const [name, runs, open] of KINDS) {
  describe.runIf(runs)(`broker: ${name}`, () => {
    test('hands on what a device publishes, in order, with who sent it', async () => {
      const { accept, messages } = collect()
      bench = await open(accept)
      const device = await connectClient(bench.device(G1))
      for (let i = 0; i < 50; i++) device.publish(READING, `{"n":${i}}`, { qos: 1 })
      await expect.poll(() => messages.length).toBe(50)
      expect(messages.map(brief)).toEqual(Array.from({ length: 50 }, (_, i) => [G1, READING, `{"n":${i}}`]))
    })

    test('offers a message again that could not be kept', async () => {
      const seen: string[] = []
      let broken = true
      bench = await open((message, done) => {
        seen.push(message.payload.toString())
        setImmediate(() => (broken ? done(new Error('disk full')) : done()))
      })
      const device = await connectClient({ ...bench.device(G1), clean: false, clientId: 'c1', reconnectPeriod: 50 })
      device.publish(READING, 'once', { qos: 1 })
      await expect.poll(() => seen.length).toBeGreaterThanOrEqual(1)
      broken = false
      const before = seen.length
      await expect.poll(() => seen.length, { timeout: 10_000 }).toBeGreaterThan(before)
      expect(new Set(seen)).toEqual(new Set(['once']))
    })

    test('delivers a command to the device that subscribes to it', async () => {
      bench = await open(collect().accept)
      const device = await connectClient(bench.device(G1))
      const other = await connectClient(bench.device('d0/flood/G2'))
      const got: string[] = []
      device.on('message', (topic, payload) => got.push(`${topic} ${payload}`))
      other.on('message', () => got.push('to somebody else'))
      await device.subscribeAsync(`city/v1/${G1}/command`, { qos: 1 })
      await other.subscribeAsync('city/v1/d0/flood/G2/command', { qos: 1 })
      const command = JSON.stringify({ id: 'a', expires: Date.now() + 60_000 })
      await bench.broker.publish(`city/v1/${G1}/command`, command, { qos: 1, retain: false })
      await expect.poll(() => got).toEqual([`city/v1/${G1}/command ${command}`])
    })

    test('keeps a command for a device that is away and asked for its session to be kept', async () => {
      bench = await open(collect().accept)
      const options = { ...bench.device(G1), clean: false, clientId: 'c1' }
      const device = await connectClient(options)
      await device.subscribeAsync(`city/v1/${G1}/command`, { qos: 1 })
      await device.endAsync()
      const command = JSON.stringify({ id: 'a', expires: Date.now() + 60_000 })
      await bench.broker.publish(`city/v1/${G1}/command`, command, { qos: 1, retain: false })
      const got: string[] = []
      await connectClient(options, (client) => client.on('message', (_topic, payload) => got.push(payload.toString())))
      await expect.poll(() => got).toEqual([command])
    })

    test('hands on the last will of a device that is cut off, and none of one that says good-bye', async () => {
      const { accept, messages } = collect()
      bench = await open(accept)
      const will = { topic: `city/v1/${G1}/state`, payload: Buffer.from('{"online":false}'), qos: 1 as const, retain: true }
      const polite = await connectClient({ ...bench.device(G1), will })
      await polite.endAsync()
      const cut = await connectClient({ ...bench.device(G1), will, reconnectPeriod: 0 })
      cut.stream.destroy()
      await expect.poll(() => messages.map(brief)).toEqual([[G1, `city/v1/${G1}/state`, '{"online":false}']])
    })

    test('says whether messages can come in', async () => {
      bench = await open(collect().accept)
      expect(bench.broker.ready).toBe(true)
      await bench.broker.stop()
      expect(bench.broker.ready).toBe(false)
    })
  })
}
