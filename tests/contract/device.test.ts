/** A stranger's device: written with the mqtt package and the contract alone, against the program as it is started. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import { type Static, type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { writeCity } from '../../config/city.ts'
import { CommandDocument, Device, HistoryAnswer, IncidentDocument, QuarantineAnswer } from '../../gateway/wire/api.ts'
import { smallCity } from '../fixtures/small-city.ts'
import { type Running, runProgram, startProgram } from '../support/running.ts'

const city = smallCity()
const [low] = city.low_points
const GAUGE = low.gauges[0]
const PUMP = low.pumps[0]
const BIN = city.devices.find(({ domain }) => domain === 'waste')
const BIN_KEY = `${BIN?.district}/waste/${BIN?.id}`

let directory: string
let program: Running
const passwords = new Map<string, string>()
const open: MqttClient[] = []

async function addDevice(key: string): Promise<void> {
  const { code, stdout, stderr } = await runProgram(['device', 'add', key, '--data', join(directory, 'data')])
  expect(code, stderr).toBe(0)
  passwords.set(key, /^password (\S+)$/m.exec(stdout)?.[1] ?? '')
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'device-'))
  await writeCity(city, join(directory, 'city'))
  for (const key of [GAUGE, PUMP, BIN_KEY]) await addDevice(key)
  program = await startProgram(['--city', join(directory, 'city'), '--data', join(directory, 'data')])
}, 90_000)
afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.endAsync(true)))
})
afterAll(async () => {
  expect(await program.stop()).toBe(0)
  await rm(directory, { recursive: true })
})

async function connect(key: string, options: IClientOptions = {}): Promise<MqttClient> {
  const client = await mqtt.connectAsync(
    program.mqtt,
    { username: key, password: passwords.get(key), reconnectPeriod: 0, ...options },
    false,
  )
  client.on('error', () => {})
  open.push(client)
  return client
}

const send = (client: MqttClient, topic: string, payload: string | Buffer | object) =>
  client.publishAsync(topic, typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload), { qos: 1 })

/** @throws when the answer is not of the published shape */
async function get<T extends TSchema>(path: string, shape: T): Promise<Static<T>> {
  const answer = await fetch(`${program.http}/api/v1/${path}`)
  const body: unknown = await answer.json()
  if (!Value.Check(shape, body)) throw new Error(`${path} answers ${answer.status} ${JSON.stringify(body)}`)
  return body
}
const getDevice = (key: string) => get(`devices/${key}`, Device)
const getRefused = (limit: number) => get(`quarantine?limit=${limit}`, QuarantineAnswer)
const Commands = Type.Object({ commands: Type.Array(CommandDocument) })
const Incidents = Type.Object({ incidents: Type.Array(IncidentDocument) })

async function until<T>(look: () => Promise<T>, found: (value: T) => boolean, what: string): Promise<T> {
  const end = Date.now() + 15_000
  for (;;) {
    const value = await look()
    if (found(value)) return value
    if (Date.now() > end) throw new Error(`${what}: not within 15 s; last ${JSON.stringify(value)}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

describe("a stranger's device", () => {
  it('joins, reports, gets a command with its reason, and acknowledges it', async () => {
    const gauge = await connect(GAUGE)
    const pump = await connect(PUMP, {
      will: { topic: `city/v1/${PUMP}/state`, payload: Buffer.from('{"online":false}'), qos: 1, retain: true },
    })
    const commands: {
      id: string
      ts: number
      expires: number
      kind: string
      setting: number
      reason: { text: string; evidence: string[] }
    }[] = []
    pump.on('message', (_topic, payload) => void commands.push(JSON.parse(payload.toString())))
    await pump.subscribeAsync(`city/v1/${PUMP}/command`, { qos: 1 })
    await send(pump, `city/v1/${PUMP}/state`, { online: true, fw: '1.0', battery_pct: 90 })
    await send(pump, `city/v1/${PUMP}/reading`, { ts: Date.now(), seq: 1, v: { setting: 0, flow_m3_s: 0 } })
    let seq = 0
    const rising = setInterval(() => {
      seq++
      void send(gauge, `city/v1/${GAUGE}/reading`, { ts: Date.now(), seq, v: { level_m: 2.2 * low.threshold_m + seq / 1000 } })
    }, 200)
    try {
      await until(
        async () => commands,
        (list) => list.some(({ kind }) => kind === 'drain.setting'),
        'a command for the pump',
      )
    } finally {
      clearInterval(rising)
    }
    const command = commands.find(({ kind }) => kind === 'drain.setting')
    if (command === undefined) throw new Error('no command')
    expect(command.setting).toBeGreaterThan(0)
    expect(command.expires).toBeGreaterThan(command.ts)
    expect(command.reason.text.length).toBeGreaterThan(10)
    expect(command.reason.evidence.length).toBeGreaterThan(0)
    await send(pump, `city/v1/${PUMP}/ack`, { ts: Date.now(), command: command.id, status: 'accepted' })
    const status = async () => (await get('commands', Commands)).commands.find(({ id }) => id === command.id)?.status
    await until(status, (is) => is === 'accepted', 'the acknowledged command')
    await send(pump, `city/v1/${PUMP}/ack`, { ts: Date.now(), command: command.id, status: 'done' })
    await until(status, (is) => is === 'done', 'the finished command')
    const incidents = await until(
      () => get('incidents', Incidents),
      ({ incidents: list }) => list.length > 0,
      'an incident',
    )
    expect(incidents.incidents[0]).toMatchObject({ class: 'flood.waterlogging', district: low.district })
    const history = await until(
      () => get(`devices/${GAUGE}/history?metric=level_m`, HistoryAnswer),
      ({ points }) => points.length >= 1,
      'history',
    )
    expect(history.points.at(-1)?.mean).toBeCloseTo(2.2 * low.threshold_m, 1)
  })

  it('is offline when its connection breaks', async () => {
    const pump = await connect(PUMP, {
      will: { topic: `city/v1/${PUMP}/state`, payload: Buffer.from('{"online":false}'), qos: 1, retain: true },
    })
    await send(pump, `city/v1/${PUMP}/state`, { online: true })
    await until(
      () => getDevice(PUMP),
      ({ online }) => online,
      'the pump online',
    )
    pump.stream.destroy()
    await until(
      () => getDevice(PUMP),
      ({ online }) => !online,
      'the pump offline',
    )
  })
})

describe('refused at the door', () => {
  const refusal = (key: string, options: IClientOptions): Promise<string> =>
    connect(key, options).then(
      () => 'let in',
      (error: Error) => error.message,
    )

  it.each([
    ['a wrong password', GAUGE, { password: 'guess' }],
    ['somebody unknown', 'd0/waste/nobody', { password: 'x' }],
    ['nobody at all', '', { username: undefined, password: undefined }],
  ])('%s', async (_what, key, options) => {
    expect(await refusal(key, options)).toMatch(/not authorized|Bad username/i)
  })

  it("somebody else's topic: nothing of it is taken in, and the owner is unharmed", async () => {
    const bin = await connect(BIN_KEY)
    const owner = await connect(GAUGE)
    const before = await getDevice(GAUGE)
    const ts = Date.now()
    send(bin, `city/v1/${GAUGE}/reading`, { ts, v: { level_m: 99 } }).catch(() => undefined)
    await until(
      () => getRefused(1),
      ({ samples }) => samples[0]?.topic.includes(GAUGE),
      'the refused message',
    )
    await send(owner, `city/v1/${GAUGE}/reading`, { ts: ts + 1, seq: 9001, v: { level_m: before.values.level_m } })
    await until(
      () => getDevice(GAUGE),
      (device) => device.ts === ts + 1,
      "the owner's reading",
    )
    expect((await getDevice(GAUGE)).values.level_m).toBe(before.values.level_m)
    const { samples } = await getRefused(100)
    expect(samples.some(({ from, topic }) => from === BIN_KEY && topic.includes(GAUGE))).toBe(true)
  })

  it("somebody else's commands are not heard", async () => {
    const bin = await connect(BIN_KEY)
    const granted = await bin.subscribeAsync(`city/v1/${PUMP}/command`, { qos: 1 }).catch(() => [{ qos: 128 }])
    expect(granted[0]?.qos).toBe(128)
  })

  it('a payload of 1 MB ends its connection and nobody else’s', async () => {
    const bin = await connect(BIN_KEY)
    const other = await connect(GAUGE)
    const closed = new Promise<void>((resolve) => bin.on('close', () => resolve()))
    void send(bin, `city/v1/${BIN_KEY}/reading`, Buffer.alloc(1_000_000, 32)).catch(() => undefined)
    await closed
    await send(other, `city/v1/${GAUGE}/reading`, { ts: Date.now(), seq: 9100, v: { level_m: 0.01 } })
    expect(other.connected).toBe(true)
  })
})

describe('refused for what it says, with the reason', () => {
  const year = (y: number): number => Date.UTC(y, 0, 1)
  it.each([
    ['broken JSON', '{"ts":', /json/i],
    ['NaN', `{"ts":${Date.now()},"v":{"fill_pct":NaN}}`, /json/i],
    ['no time', '{"v":{"fill_pct":1}}', /ts/],
    ['a text for a number', `{"ts":${Date.now()},"v":{"fill_pct":"full"}}`, /fill_pct/],
    ['1970', `{"ts":${year(1970)},"v":{"fill_pct":1}}`, /ts|old|time/],
    ['2090', `{"ts":${year(2090)},"v":{"fill_pct":1}}`, /ts|future|ahead|time/],
    ['a number beyond all numbers', `{"ts":${Date.now()},"v":{"fill_pct":1e999}}`, /fill_pct|number|json/i],
  ])('%s', async (_what, payload, reason) => {
    const bin = await connect(BIN_KEY)
    await send(bin, `city/v1/${BIN_KEY}/reading`, payload)
    const { samples } = await until(
      () => getRefused(5),
      (answer) => answer.samples[0]?.sample.startsWith(payload.slice(0, 20)),
      'the quarantined message',
    )
    expect(samples[0]).toMatchObject({ from: BIN_KEY, topic: `city/v1/${BIN_KEY}/reading` })
    expect(samples[0].reason).toMatch(reason)
    expect(bin.connected).toBe(true)
    const ts = Date.now()
    await send(bin, `city/v1/${BIN_KEY}/reading`, { ts, v: { fill_pct: 12 } })
    await until(
      () => getDevice(BIN_KEY),
      (device) => device.ts === ts,
      'its next good reading',
    )
  })

  it('keeps a plate out of the quarantine, the log and the answer', async () => {
    const bin = await connect(BIN_KEY)
    await send(bin, `city/v1/${BIN_KEY}/event`, {
      ts: Date.now(),
      id: 'e-1',
      type: 'waste.mis_sorted',
      score: 0.9,
      stage: 'new',
      subject: '浙A12345',
    })
    await until(
      () => getDevice(BIN_KEY),
      ({ online }) => online,
      'the event',
    )
    await program.stop().catch(() => undefined)
    const files = await Promise.all(
      ['log/0000000000000000.log', 'journal/000000000001.jsonl'].map((name) =>
        readFile(join(directory, 'data', name)).catch(() => Buffer.alloc(0)),
      ),
    )
    for (const bytes of files) expect(bytes.includes('浙A12345')).toBe(false)
    expect(files[0].includes('waste.mis_sorted')).toBe(true)
    program = await startProgram(['--city', join(directory, 'city'), '--data', join(directory, 'data')])
  })
})
