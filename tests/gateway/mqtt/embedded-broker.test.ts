import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { connect as connectTcp } from 'node:net'
import { join } from 'node:path'
import type { IClientOptions } from 'mqtt'
import { generate } from 'mqtt-packet'
import { afterEach, describe, expect, test } from 'vitest'
import { createEmbeddedBroker, type EmbeddedBrokerOptions } from '../../../gateway/mqtt/embedded-broker.ts'
import { createQuarantine } from '../../../gateway/mqtt/quarantine.ts'
import type { Inbound } from '../../../gateway/parts.ts'
import { connectClient, EMBEDDED_OPTIONS, passwordOf, startEmbedded, stopClients } from '../../support/brokers.ts'

const G1 = 'd0/flood/G1'
const READING = `city/v1/${G1}/reading`

type Started = Awaited<ReturnType<typeof startEmbedded>>
let broker: Started
const taken: string[] = []
afterEach(async () => {
  await stopClients()
  await broker.stop()
  taken.length = 0
})

async function start(over: Partial<EmbeddedBrokerOptions> = {}): Promise<void> {
  broker = await startEmbedded({
    accept: ({ from, topic, payload }, done) => {
      taken.push(`${from} ${topic} ${payload}`)
      done()
    },
    ...over,
  })
}
const at = (): IClientOptions => ({ host: '127.0.0.1', port: broker.port })
const as = (key: string): IClientOptions => ({ ...at(), username: key, password: passwordOf(key) })

/** What a raw client gets back for these bytes, until the broker ends the connection or `wait_ms` have passed. */
function exchange(packets: readonly Buffer[], wait_ms = 2000): Promise<{ readonly got: string; readonly closed: boolean }> {
  return new Promise((resolve) => {
    const socket = connectTcp(broker.port, '127.0.0.1')
    const chunks: Buffer[] = []
    const answer = (closed: boolean): void => {
      socket.destroy()
      resolve({ got: Buffer.concat(chunks).toString('hex'), closed })
    }
    const timer = setTimeout(() => answer(false), wait_ms)
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(timer)
      answer(true)
    })
    for (const packet of packets) socket.write(packet)
  })
}

const connectPacket = (over: object = {}): Buffer =>
  generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    clientId: 'raw',
    keepalive: 0,
    username: G1,
    password: Buffer.from(passwordOf(G1)),
    ...over,
  })

describe('a login', () => {
  test.each([
    ['a wrong password', { username: G1, password: 'guess' }, 4],
    ['an unknown device', { username: 'd0/flood/G9', password: passwordOf(G1) }, 4],
    ['a username without password', { username: G1 }, 4],
    ['no credentials', {}, 5],
    ['the fleet, when there is none', { username: 'fleet', password: 'x' }, 4],
  ])('with %s is refused', async (_what, credentials, code) => {
    await start()
    await expect(connectClient({ ...at(), ...credentials })).rejects.toMatchObject({ code })
    expect(broker.counters.refused_logins).toBe(1)
  })

  test('without credentials is the simulator with --clock mqtt', async () => {
    await start({ simulator: true })
    const simulator = await connectClient(at())
    await simulator.publishAsync(READING, 'a', { qos: 1 })
    await simulator.publishAsync('city/v1/clock', 'b', { qos: 1 })
    await simulator.publishAsync('world/other/v1/clock', 'c', { qos: 1 })
    expect(taken).toEqual([`simulator ${READING} a`, 'simulator city/v1/clock b', 'simulator world/other/v1/clock c'])
    const granted = await simulator.subscribeAsync(['city/v1/+/+/+/command', 'city/v1/clock/ack', 'city/v1/d0/signal/J1/command'])
    expect(granted.map(({ qos }) => qos)).toEqual([0, 0, 0])
  })

  test('a simulator may be wrong about a topic, but may not speak for the city', async () => {
    await start({ simulator: true })
    const simulator = await connectClient(at())
    await simulator.publishAsync('city/v1/d0/magic/G1/reading', 'a', { qos: 1 })
    expect(taken).toEqual(['simulator city/v1/d0/magic/G1/reading a'])
    for (const topic of ['city/v1/clock/ack', `city/v1/${G1}/command`, 'city/v1/d0/magic/G1/command', '$SYS/x']) {
      const client = await connectClient(at())
      const closed = new Promise<void>((resolve) => client.once('close', () => resolve()))
      client.publish(topic, 'b', { qos: 1 })
      await closed
    }
    expect(taken).toHaveLength(1)
    expect(broker.counters.refused_publishes).toBe(4)
  })

  test('of this process is the simulator with its own password', async () => {
    await start({ fleet_password: 'made for this process' })
    await expect(connectClient({ ...at(), username: 'fleet', password: 'guess' })).rejects.toMatchObject({ code: 4 })
    const fleet = await connectClient({ ...at(), username: 'fleet', password: 'made for this process' })
    await fleet.publishAsync('city/v1/d0/waste/B1/state', '{"online":true}', { qos: 1, retain: true })
    expect(taken).toEqual(['simulator city/v1/d0/waste/B1/state {"online":true}'])
  })

  test('of an MQTT 5 client is refused in its own language', async () => {
    await start()
    await expect(connectClient({ ...as(G1), protocolVersion: 5 })).rejects.toMatchObject({ code: 0x84 })
    expect(await exchange([connectPacket({ protocolVersion: 5 })])).toEqual({ got: '2003008400', closed: true })
  })

  test('of MQTT 3.1 is taken', async () => {
    await start()
    const device = await connectClient({ ...as(G1), protocolId: 'MQIsdp', protocolVersion: 3, clientId: 'old' })
    await device.publishAsync(READING, 'a', { qos: 1 })
    expect(taken).toHaveLength(1)
  })

  test('with a session to be kept and no client id is refused', async () => {
    await start()
    expect((await exchange([connectPacket({ clean: false, clientId: 'x' })], 300)).got).toBe('20020000')
    const nameless = connectPacket({ clean: false, clientId: 'x' })
    // mqtt-packet does not write what the standard forbids: the id's length becomes 0 and its byte goes.
    const at_id = nameless.indexOf(Buffer.from([0, 1, 0x78]))
    const forbidden = Buffer.concat([nameless.subarray(0, at_id), Buffer.from([0, 0]), nameless.subarray(at_id + 3)])
    forbidden[1] -= 1
    expect(await exchange([forbidden])).toEqual({ got: '20020002', closed: true })
  })

  test('may leave a last will to its own state only', async () => {
    await start()
    const will = (topic: string): IClientOptions => ({
      ...as(G1),
      will: { topic, payload: Buffer.from('{"online":false}'), qos: 1, retain: true },
    })
    await expect(connectClient(will('city/v1/d0/flood/G2/state'))).rejects.toMatchObject({ code: 5 })
    await expect(connectClient(will(READING))).rejects.toMatchObject({ code: 5 })
    await connectClient(will(`city/v1/${G1}/state`))
  })
})

describe('a device', () => {
  test('may publish its own four channels', async () => {
    await start()
    const device = await connectClient(as(G1))
    for (const channel of ['reading', 'event', 'state', 'ack']) await device.publishAsync(`city/v1/${G1}/${channel}`, 'x', { qos: 1 })
    expect(taken).toEqual(['reading', 'event', 'state', 'ack'].map((channel) => `${G1} city/v1/${G1}/${channel} x`))
  })

  test.each([
    ['another device', 'city/v1/d0/flood/G2/reading', false],
    ['its own command', `city/v1/${G1}/command`, false],
    ['the clock', 'city/v1/clock', false],
    ['another world', `world/drill/v1/${G1}/reading`, false],
    ['no device topic', 'hello', false],
    ['a broker topic', '$SYS/x', false],
    ['a reading to be retained', READING, true],
  ])('that publishes to %s is cut off, with a reason; the others are unharmed', async (_what, topic, retain) => {
    const quarantine = createQuarantine(10)
    await start({ quarantine })
    const other = await connectClient(as('d0/flood/G2'))
    const device = await connectClient(as(G1))
    const closed = new Promise<void>((resolve) => device.once('close', () => resolve()))
    device.publish(topic, 'x', { qos: 1, retain })
    await closed
    await other.publishAsync('city/v1/d0/flood/G2/reading', 'fine', { qos: 1 })
    expect(taken).toEqual(['d0/flood/G2 city/v1/d0/flood/G2/reading fine'])
    expect(quarantine.samples(1)).toEqual([expect.objectContaining({ kind: 'permission', from: G1, topic, sample: 'x' })])
    expect(broker.counters.refused_publishes).toBe(1)
  })

  test.each(['#', 'city/v1/#', 'city/v1/+/+/+/command', 'city/v1/d0/flood/G2/command', READING, '$SYS/#', 'city/v1/clock/ack'])(
    'may not subscribe to %s',
    async (filter) => {
      await start()
      const device = await connectClient(as(G1))
      await expect(device.subscribeAsync(filter)).rejects.toThrow()
      expect(broker.counters.refused_subscribes).toBe(1)
    },
  )

  test('takes over from itself when it connects again with the same client id', async () => {
    await start()
    const first = await connectClient({ ...as(G1), clientId: 'c' })
    const gone = new Promise<void>((resolve) => first.once('close', () => resolve()))
    const second = await connectClient({ ...as(G1), clientId: 'c' })
    await gone
    await second.publishAsync(READING, 'x', { qos: 1 })
    expect(taken).toHaveLength(1)
  })

  test('cannot take over from another one by using its client id', async () => {
    await start()
    const first = await connectClient({ ...as(G1), clientId: 'c' })
    await connectClient({ ...as('d0/flood/G2'), clientId: 'c' })
    await expect(connectClient({ ...at(), username: G1, password: 'wrong', clientId: 'c' })).rejects.toMatchObject({ code: 4 })
    await first.publishAsync(READING, 'still here', { qos: 1 })
    expect(taken).toHaveLength(1)
  })
})

describe('an acknowledgement', () => {
  test('waits until the message is kept', async () => {
    const dones: (() => void)[] = []
    await start({ accept: (_message: Inbound, done) => dones.push(done) })
    const device = await connectClient(as(G1))
    let acknowledged = false
    const publishing = device.publishAsync(READING, 'x', { qos: 1 }).then(() => {
      acknowledged = true
    })
    await expect.poll(() => dones.length).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(acknowledged).toBe(false)
    dones[0]()
    await publishing
  })
})

describe('too much', () => {
  test('a packet that announces more than the cap ends the connection before its body comes', async () => {
    const quarantine = createQuarantine(10)
    await start({ quarantine })
    const header = Buffer.from([0x32, 0x80, 0x80, 0x40])
    const { got, closed } = await exchange([connectPacket(), header])
    expect({ got, closed }).toEqual({ got: '20020000', closed: true })
    expect(broker.counters.oversized_packets).toBe(1)
    expect(quarantine.samples(1)).toEqual([expect.objectContaining({ kind: 'size', from: G1 })])
  })

  test('the cap holds to the byte', async () => {
    await start()
    const device = await connectClient(as(G1))
    const overhead = 1 + 2 + 2 + READING.length + 2
    await device.publishAsync(READING, 'x'.repeat(16384 - overhead), { qos: 1 })
    const closed = new Promise<void>((resolve) => device.once('close', () => resolve()))
    device.publish(READING, 'x'.repeat(16384 - overhead + 1), { qos: 1 })
    await closed
    expect(taken).toHaveLength(1)
  })

  test.each([
    ['no MQTT', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['a packet before CONNECT', generate({ cmd: 'pingreq' })],
    ['a length of five bytes', Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff, 1])],
  ])('%s ends the connection', async (_what, bytes) => {
    await start()
    expect(await exchange([bytes])).toEqual({ got: '', closed: true })
  })

  test('connections beyond the limit are closed at once', async () => {
    await start({ limits: { packet_bytes_max: 16384, client_msg_s_max: 100, connections_max: 1 } })
    const first = await connectClient(as(G1))
    expect((await exchange([connectPacket()])).closed).toBe(true)
    expect(broker.counters.refused_connections).toBe(1)
    await first.endAsync()
    await expect.poll(() => broker.counters.connections).toBe(0)
    await connectClient(as(G1))
  })

  test('messages beyond the rate are delayed, none is lost, and a silent device is not held up', async () => {
    await start({ limits: { packet_bytes_max: 16384, client_msg_s_max: 20, connections_max: 10 } })
    const flood = await connectClient(as(G1))
    const calm = await connectClient(as('d0/flood/G2'))
    const begun = performance.now()
    // 200 tokens are there at the beginning; the last 20 wait for a second.
    const all = Promise.all(Array.from({ length: 220 }, (_, i) => flood.publishAsync(READING, `${i}`, { qos: 1 })))
    await calm.publishAsync('city/v1/d0/flood/G2/reading', 'calm', { qos: 1 })
    expect(performance.now() - begun).toBeLessThan(700)
    await all
    expect(performance.now() - begun).toBeGreaterThan(900)
    expect(taken.filter((line) => line.startsWith(G1)).map((line) => line.split(' ')[2])).toEqual(
      Array.from({ length: 220 }, (_, i) => `${i}`),
    )
    expect(broker.counters.throttled).toBeGreaterThan(0)
  })

  test('what a device sent beyond the rate before it said good-bye is still taken in', async () => {
    await start({ limits: { packet_bytes_max: 16384, client_msg_s_max: 20, connections_max: 10 } })
    const publish = generate({ cmd: 'publish', topic: READING, payload: 'x', qos: 0, retain: false, dup: false })
    const socket = connectTcp(broker.port, '127.0.0.1')
    socket.end(Buffer.concat([connectPacket(), ...Array.from({ length: 210 }, () => publish)]))
    await expect.poll(() => taken.length, { timeout: 5000 }).toBe(210)
    socket.destroy()
  })

  test('the simulator is not limited', async () => {
    await start({ simulator: true, limits: { packet_bytes_max: 16384, client_msg_s_max: 1, connections_max: 10 } })
    const simulator = await connectClient(at())
    await Promise.all(Array.from({ length: 500 }, () => simulator.publishAsync(READING, 'x', { qos: 1 })))
    expect(broker.counters.throttled).toBe(0)
  })
})

describe('a command', () => {
  test('that has expired is not given to a device that comes back', async () => {
    await start()
    const session = { ...as(G1), clean: false, clientId: 'c' }
    const device = await connectClient(session)
    await device.subscribeAsync(`city/v1/${G1}/command`, { qos: 1 })
    await device.endAsync()
    const send = (id: string, expires: number): Promise<void> =>
      broker.publish(`city/v1/${G1}/command`, JSON.stringify({ id, expires }), { qos: 1, retain: false })
    await send('soon over', Date.now() + 30)
    await send('still good', Date.now() + 60_000)
    await new Promise((resolve) => setTimeout(resolve, 60))
    const got: string[] = []
    await connectClient(session, (client) => client.on('message', (_topic, payload) => got.push(JSON.parse(payload.toString()).id)))
    await expect.poll(() => got).toEqual(['still good'])
    expect(broker.counters.expired_commands).toBe(1)
  })
})

test('packets may come a byte at a time, and many at once', async () => {
  await start()
  const publish = (payload: string): Buffer => generate({ cmd: 'publish', topic: READING, payload, qos: 0, retain: false, dup: false })
  const socket = connectTcp(broker.port, '127.0.0.1').setNoDelay(true)
  for (const byte of Buffer.concat([connectPacket(), publish('slow')])) {
    socket.write(Buffer.from([byte]))
    await new Promise((resolve) => setImmediate(resolve))
  }
  await expect.poll(() => taken.length).toBe(1)
  socket.write(Buffer.concat(Array.from({ length: 1000 }, (_, i) => publish(`${i}`.padEnd(200)))))
  await expect.poll(() => taken.length).toBe(1001)
  expect(taken.slice(1).map((line) => Number(line.split(' ')[2]))).toEqual(Array.from({ length: 1000 }, (_, i) => i))
  socket.destroy()
})

describe('over TLS', () => {
  const pem = (name: string): string => readFileSync(join(import.meta.dirname, '../../fixtures/tls', name), 'utf8')
  const tls = { cert: pem('server.pem'), key: pem('server.key'), ca: pem('ca.pem') }
  const open = (options: IClientOptions): IClientOptions => ({
    ...at(),
    protocol: 'mqtts',
    host: 'localhost',
    ca: pem('ca.pem'),
    ...options,
  })
  const holding = (name: string): IClientOptions => open({ cert: pem(`${name}.pem`), key: pem(`${name}.key`) })

  test('a certificate with its key as common name is a login', async () => {
    await start({ tls })
    const device = await connectClient(holding('device'))
    await device.publishAsync(READING, 'x', { qos: 1 })
    expect(taken).toEqual([`${G1} ${READING} x`])
  })

  test('a password is one too', async () => {
    await start({ tls })
    await connectClient(open({ username: G1, password: passwordOf(G1) }))
  })

  test.each([
    ['of somebody who is no device', 'stranger', {}],
    ['that nobody we trust has signed', 'selfsigned', {}],
    ['of another device than the username says', 'device', { username: 'd0/flood/G2', password: passwordOf('d0/flood/G2') }],
  ])('a certificate %s is refused', async (_what, name, credentials) => {
    await start({ tls, simulator: true })
    await expect(connectClient({ ...holding(name), ...credentials })).rejects.toMatchObject({ code: 5 })
  })

  test('a certificate that is none is an input error', async () => {
    await start()
    expect(() => createEmbeddedBroker({ ...EMBEDDED_OPTIONS, tls: { cert: 'x', key: 'y', ca: null } })).toThrow(
      expect.objectContaining({ family: 'input', code: 'tls' }),
    )
  })
})

describe('over WebSocket', () => {
  test('a device joins at /mqtt; a page of another site is no simulator', async () => {
    await start({ simulator: true })
    const http = createServer()
    http.on('upgrade', (request, socket, head) => broker.handleUpgrade(request, socket, head))
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    const address = http.address()
    const url = `ws://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/mqtt`
    const open = (options: IClientOptions): IClientOptions => ({
      ...options,
      protocol: 'ws',
      path: '/mqtt',
      hostname: '127.0.0.1',
      port: Number(new URL(url).port),
    })
    try {
      const device = await connectClient(open({ username: G1, password: passwordOf(G1) }))
      await device.publishAsync(READING, 'over ws', { qos: 1 })
      const simulator = await connectClient(open({}))
      await simulator.publishAsync('city/v1/clock', 'tick', { qos: 1 })
      expect(taken).toEqual([`${G1} ${READING} over ws`, 'simulator city/v1/clock tick'])
      await expect(connectClient(open({ wsOptions: { headers: { origin: 'https://elsewhere.example' } } }))).rejects.toMatchObject({
        code: 5,
      })
      await expect(connectClient(open({ wsOptions: { headers: { 'x-forwarded-for': '203.0.113.9' } } }))).rejects.toMatchObject({ code: 5 })
    } finally {
      await stopClients()
      http.close()
    }
  })
})

test('a port that is taken fails the start, and nothing else', async () => {
  await start()
  await expect(startEmbedded({ port: broker.port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  await connectClient(as(G1))
})

test('stopping the broker does not call its devices offline', async () => {
  await start()
  const will = { topic: `city/v1/${G1}/state`, payload: Buffer.from('{"online":false}'), qos: 1 as const, retain: true }
  await connectClient({ ...as(G1), will })
  await broker.stop()
  expect(taken).toEqual([])
  await start()
})
