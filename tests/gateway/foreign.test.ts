/** Foreign messages from the connection to the log: bridges, bindings, quarantine, acknowledgement, personal data. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DEFAULT_DIALECTS, type DialectSettings } from '../../config/dialects.ts'
import type { CityDevice } from '../../engine/model/city.ts'
import type { OperatorOrder } from '../../engine/model/observation.ts'
import type { BridgeStill } from '../../gateway/bridge-stills.ts'
import type { Reply } from '../../gateway/dialects/dialect.ts'
import { createRepeats } from '../../gateway/dialects/repeats.ts'
import { createForeign, type Foreign } from '../../gateway/foreign.ts'
import type { CompiledMapping } from '../../gateway/mappings/compile.ts'
import { checkMappings } from '../../gateway/mappings/load.ts'
import { createIntake, type Intake } from '../../gateway/mqtt/intake.ts'
import type { Accept, EventLog, LogRecord, Taken } from '../../gateway/parts.ts'
import { createPlaces } from '../../gateway/places.ts'
import { createPseudonym } from '../../gateway/privacy.ts'
import { type Log, openLog } from '../../gateway/store/log.ts'
import { smallCity } from '../fixtures/small-city.ts'
import { connectClient, silent, startEmbedded, stopClients } from '../support/brokers.ts'

const NOW = Date.UTC(2026, 6, 18, 6, 30, 16)
const city = smallCity()
const bin = city.devices.find(({ domain }) => domain === 'waste')?.id ?? ''
const gauge = city.devices.find(({ kind }) => kind === 'level_gauge')?.id ?? ''

const SETTINGS: DialectSettings = {
  ...DEFAULT_DIALECTS,
  bindings: [
    { entity: 'bin:24e124713b492114', device: `d0/waste/${bin}`, depth_mm: 1200 },
    { entity: 'flood:24e124136c225107', device: `d0/flood/${gauge}` },
    { entity: 'camera:qj_road_cam_07', device: 'd0/camera/C1', events: { car: 'road.illegal_parking' } },
    { entity: 'thermometer', device: `d0/flood/${gauge}`, metrics: { level: 'level_m' } },
  ],
}

let directory = ''
let log: Log
let intake: Intake
let foreign: Foreign
let settings: DialectSettings = SETTINGS
const orders: { act: OperatorOrder; from: string }[] = []
/** What the engine says to the next orders. */
let answer: string | Error | null = null
const taken: Taken[] = []
let mappings: readonly CompiledMapping[] = []
let say: (reply: Reply) => void = () => {}
let stills: BridgeStill[] = []
const pseudonym = createPseudonym({ seed: 1 })

function build(over: { log?: EventLog; settings?: DialectSettings; devices?: readonly CityDevice[] } = {}): void {
  settings = over.settings ?? SETTINGS
  foreign = createForeign({
    city: { ...city, devices: over.devices ?? city.devices },
    settings: () => settings,
    classes: new Set(['waste.overflow']),
    repeats: createRepeats(),
    pseudonym,
    simulated: false,
    arrival: (received) => received,
    reply: (reply) => say(reply),
    still: (still) => void stills.push(still),
    mappings: () => mappings,
  })
  intake = createIntake({
    log: over.log ?? log,
    pseudonym,
    limits: { reading_age_h_max: 168, reading_ahead_s_max: 120 },
    places: createPlaces({ ...city, devices: over.devices ?? city.devices }),
    quarantine_max: 100,
    onTaken: (one) => taken.push(one),
    translate: foreign.translate,
    order: async (act, from) => {
      if (answer instanceof Error) throw answer
      orders.push({ act, from })
      return answer
    },
  })
}

beforeEach(async () => {
  mappings = []
  directory = mkdtempSync(join(tmpdir(), 'urban-foreign-'))
  log = openLog({ directory, sync_ms: 100, strict: false, segment_bytes: 1 << 20, log: silent })
  await log.start()
  build()
})
afterEach(async () => {
  await log.stop()
  rmSync(directory, { recursive: true, force: true })
  taken.length = 0
  stills = []
  orders.length = 0
  answer = null
  say = () => {}
})

const accept = (topic: string, payload: unknown, from = 'bridge/lorawan'): Promise<void> =>
  new Promise((resolve, reject) => {
    const bytes =
      payload instanceof Uint8Array ? Buffer.from(payload) : Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload))
    intake.accept({ from, topic, payload: bytes, received: NOW }, (error) => (error === undefined ? resolve() : reject(error)))
  })

const EM400 = 'application/1/device/24e124713b492114/event/up'
const uplink = (over: object = {}) => ({ time: '2026-07-18T06:30:15.775Z', fCnt: 7, fPort: 85, data: 'AXVcA2cBAQSC8AAFAAA=', ...over })
const observed = () => taken.flatMap(({ observations }) => observations)
const filesText = (): string =>
  readdirSync(directory)
    .map((name) => readFileSync(join(directory, name), 'latin1'))
    .join('\n')

async function records(): Promise<LogRecord[]> {
  const found: LogRecord[] = []
  for await (const some of log.read(0)) found.push(...some)
  return found
}

describe('what comes twice', () => {
  const things = {
    end_device_ids: { device_id: 'b', dev_eui: '24E124713B492114' },
    uplink_message: { f_port: 85, f_cnt: 7, frm_payload: 'AXVcA2cBAQSC8AAFAAA=', received_at: '2026-07-18T06:30:15.905Z' },
  }

  it('is one reading: a frame through two gateways, and through two network servers', async () => {
    await accept(EM400, uplink({ deduplicationId: 'a' }))
    await accept(EM400, uplink({ deduplicationId: 'b', time: '2026-07-18T06:30:15.990Z' }))
    await accept('v3/waste@ttn/devices/b/up', things)
    expect(observed()).toHaveLength(1)
    expect(foreign.counters).toMatchObject({ chirpstack_v4: 2, 'chirpstack_v4.repeat': 1, 'things_stack_v3.repeat': 1 })
    await accept(EM400, uplink({ deduplicationId: 'c', fCnt: 8 }))
    expect(observed()).toHaveLength(2)
  })

  it('is heard again when the log could not keep it', async () => {
    let fails = true
    const flaky: EventLog = {
      ...log,
      end: 0,
      append: (kind, topic, payload, received, done) =>
        fails ? done(new Error('disk full'), 0) : log.append(kind, topic, payload, received, done),
    }
    build({ log: flaky })
    await expect(accept(EM400, uplink({ deduplicationId: 'a' }))).rejects.toThrow('disk full')
    fails = false
    await accept(EM400, uplink({ deduplicationId: 'a' }))
    expect(observed()).toHaveLength(1)
  })

  it('is heard once the device is bound, although it was refused before', async () => {
    build({ settings: { ...SETTINGS, bindings: [] } })
    await accept(EM400, uplink({ deduplicationId: 'a' }))
    expect(intake.quarantine.counters.unbound).toBe(1)
    settings = SETTINGS
    await accept(EM400, uplink({ deduplicationId: 'a' }))
    expect(observed()).toHaveLength(1)
  })
})

describe('what is about no device', () => {
  const order = {
    orderNo: 'HZ1',
    appealType: '求助',
    categoryPath: ['市政设施', '道路积水'],
    content: '积水，电话13812345678',
    state: '派遣',
  }

  it("is an order: a work order a report, a robot's message with a grid in it too, and an alert a warning", async () => {
    await accept('orders/in', order, 'bridge/hotline')
    await accept('group/in', { msgtype: 'text', text: { content: '330102001001007 垃圾满溢 13812345678' } }, 'bridge/wecom')
    expect(orders).toMatchObject([
      {
        from: 'bridge/hotline',
        act: {
          type: 'report.take',
          report: { source: 'hotline', id: 'HZ1', kind: 'order', class: 'flood.waterlogging', severity: 'warning', state: 'open' },
        },
      },
      { act: { report: { source: 'wecom', kind: 'case', class: 'waste.overflow', grid: '330102001001007' } } },
    ])
    expect(JSON.stringify(orders)).not.toContain('13812345678')
    // Without a grid nobody knows where: it stays a notice, and nobody's.
    await accept('group/in', { msgtype: 'text', text: { content: '垃圾满溢' } }, 'bridge/wecom')
    expect(orders).toHaveLength(2)
    expect(intake.quarantine.counters.unbound).toBe(1)
  })

  it('says why the engine did not take it, in the quarantine, and is acknowledged all the same', async () => {
    answer = 'neither position nor a grid of the city'
    await accept('orders/in', order, 'bridge/hotline')
    expect(intake.quarantine.samples(1)).toMatchObject([{ kind: 'order', reason: answer, topic: 'orders/in' }])
    expect(filesText()).not.toContain('13812345678')
  })

  it("is not acknowledged when it could not be logged, and keeps its place among its sender's messages", async () => {
    answer = new Error('disk full')
    await expect(accept('orders/in', order, 'bridge/hotline')).rejects.toThrow('disk full')
    answer = null
    const sent = ['派遣', '处置', '结案'].map((state) => accept('orders/in', { ...order, state }, 'bridge/hotline'))
    await Promise.all(sent)
    const states = orders.slice(-3).map(({ act }) => (act.type === 'report.take' ? act.report.state : ''))
    expect(states).toEqual(['open', 'open', 'closed'])
  })

  it('has the class that the city names for its code', async () => {
    build({ settings: { ...SETTINGS, reports: { classes: { '市政设施/道路积水': 'road.flooded' } } } })
    await accept('orders/in', order, 'bridge/hotline')
    expect(orders).toMatchObject([{ act: { report: { class: 'road.flooded' } } }])
  })
})

describe('a device that is bound', () => {
  it('speaks the contract from there on: log and replay know nothing of dialects', async () => {
    await accept(EM400, uplink())
    const reading = { battery_pct: 92, temperature_c: 25.7, distance_mm: 240, tilt: 0, fill_pct: 80 }
    expect(observed()).toMatchObject([
      { kind: 'reading', device: `d0/waste/${bin}`, ts: NOW - 225, seq: 7, values: reading, backfill: false },
    ])
    const [record] = await records()
    expect(record.topic).toBe(`city/v1/d0/waste/${bin}/reading`)
    expect(intake.observe(record)).toEqual(taken[0])
    expect(foreign.counters.chirpstack_v4).toBe(1)
  })

  it('has no fill level while it lies on its side, and says so', async () => {
    await accept(EM400, uplink({ data: Buffer.from('01755c0482f000050001', 'hex').toString('base64') }))
    expect(observed()).toMatchObject([{ values: { battery_pct: 92, distance_mm: 240, tilt: 1 } }])
    expect(observed()[0]).not.toHaveProperty('values.fill_pct')
  })

  it('is the same bin through The Things Stack, in upper case', async () => {
    await accept('v3/waste@ttn/devices/b/up', {
      end_device_ids: { device_id: 'b', dev_eui: '24E124713B492114' },
      uplink_message: { f_port: 85, f_cnt: 7, frm_payload: 'AXVcA2cBAQSC8AAFAAA=', received_at: '2026-07-18T06:30:15.905Z' },
    })
    expect(observed()).toMatchObject([{ device: `d0/waste/${bin}`, values: { fill_pct: 80 } }])
  })

  it('sends what it stored as backfill, in metres', async () => {
    const stored = Math.floor(NOW / 1000) - 7200
    const history = Buffer.alloc(8)
    history.writeUInt16BE(0x20ce, 0)
    history.writeUInt32LE(stored, 2)
    history.writeUInt16LE(28, 6)
    const data = Buffer.concat([Buffer.from('01756403771f00', 'hex'), history]).toString('base64')
    await accept('application/1/device/24e124136c225107/event/up', uplink({ data }))
    expect(observed()).toMatchObject([
      { device: `d0/flood/${gauge}`, values: { level_m: 0.31, battery_pct: 100 }, backfill: false },
      { device: `d0/flood/${gauge}`, ts: stored * 1000, values: { level_m: 0.28 }, backfill: true },
    ])
  })

  it('is renamed and converted as the binding says, and found without its class', async () => {
    await accept('/json/key/thermometer/attrs', { level: 0.4 })
    expect(observed()).toMatchObject([{ device: `d0/flood/${gauge}`, values: { level_m: 0.4 } }])
  })

  it('is bound without a word where the city lists its id', async () => {
    build({ settings: DEFAULT_DIALECTS })
    await accept(`/sys/pk/${bin}/thing/event/property/post`, { params: { fill_pct: 55 } })
    expect(observed()).toMatchObject([{ device: `d0/waste/${bin}`, values: { fill_pct: 55 } }])
  })

  it('has a review of Frigate as an event only where the binding names its severity: the objects come by themselves', async () => {
    const review = { id: '1784356209.308396-fqk5ka', camera: 'qj_road_cam_07', start_time: NOW / 1000, severity: 'alert', data: {} }
    await accept('frigate/reviews', { type: 'new', before: review, after: review })
    expect(observed()).toEqual([])
    expect(intake.counters).toMatchObject({ foreign: 1, refused: 0 })
    const bindings = [{ entity: 'camera:qj_road_cam_07', device: 'd0/camera/C1', events: { alert: 'street.alert' } }]
    build({ settings: { ...SETTINGS, bindings } })
    await accept('frigate/reviews', { type: 'new', before: review, after: review })
    expect(observed()).toMatchObject([{ kind: 'event', device: 'd0/camera/C1', id: review.id, type: 'street.alert' }])
  })

  it('is not guessed where two devices have that id', async () => {
    build({ settings: DEFAULT_DIALECTS })
    const junction = city.devices.find(({ domain }) => domain === 'signal')?.id ?? ''
    await accept(`/sys/pk/${junction}/thing/event/property/post`, { params: { temperature: 21 } })
    expect(taken).toEqual([])
    expect(intake.quarantine.counters.unbound).toBe(1)
  })
})

describe('what means nothing to us', () => {
  it('is quarantined with a reason, acknowledged, and counted apart', async () => {
    await accept('bins/0417/state', { fill: 3 })
    await accept(EM400.replace('24e124713b492114', '0000000000000001'), uplink())
    await accept(EM400, 'not json')
    expect(intake.quarantine.counters).toMatchObject({ dialect: 1, unbound: 1, json: 1 })
    expect(intake.quarantine.samples(3).map(({ reason }) => reason)).toEqual([
      'payload: not valid JSON',
      'bin:0000000000000001: no device of the city; bind it in dialects.yaml',
      'no dialect recognises this topic and payload',
    ])
    expect(await records()).toEqual([])
  })

  it('is no fault where it is understood: a join, a withdrawn discovery', async () => {
    await accept(EM400.replace('/up', '/join'), { devEui: '24e124713b492114' })
    await accept('homeassistant/sensor/x/config', '')
    expect(intake.counters).toMatchObject({ foreign: 2, refused: 0, taken: 0 })
  })

  it('under the roots of the contract is refused as before', async () => {
    await accept('city/v1/nonsense', '{}')
    expect(intake.quarantine.counters.topic).toBe(1)
  })
})

it('is acknowledged only when all that it says is in the log', async () => {
  let failing = true
  const flaky: EventLog = {
    ...log,
    append: (kind, topic, payload, received, done) =>
      failing ? done(new Error('disk full'), 0) : log.append(kind, topic, payload, received, done),
    after: (done) => log.after(done),
    read: (from) => log.read(from),
    get end() {
      return log.end
    },
  }
  build({ log: flaky })
  await expect(accept(EM400, uplink())).rejects.toThrow('disk full')
  failing = false
  await accept(EM400, uplink())
  expect(taken).toHaveLength(1)
})

describe('a camera that serves several places', () => {
  const BOUND: DialectSettings = {
    ...DEFAULT_DIALECTS,
    bindings: [
      {
        entity: 'camera:square',
        device: 'd0/camera/C1',
        events: { car: 'traffic.car' },
        zones: [
          {
            zone: 'no_parking',
            events: { car: 'road.illegal_parking' },
            device: 'd0/camera/C2',
            lon: city.bounds[0] + 0.001,
            lat: city.bounds[1] + 0.001,
          },
          { zone: 'bins', events: { person: 'waste.mis_sorted' } },
          { zone: 'gate', on: 'entered', events: { person: 'street.gate' } },
        ],
      },
    ],
  }
  const object = (type: string, label: string, current: readonly string[], entered: readonly string[]) => ({
    type,
    after: {
      id: '17.5-ab',
      camera: 'square',
      frame_time: NOW / 1000,
      label,
      top_score: 0.9,
      current_zones: current,
      entered_zones: entered,
    },
  })
  const said = () => observed().map((one) => (one.kind === 'event' ? `${one.device} ${one.id} ${one.type} ${one.stage}` : one.kind))

  it('is bound by zone: another device, kind and place while the object is in it, and over when it has left', async () => {
    build({ settings: BOUND })
    await accept('frigate/events', object('new', 'car', [], []))
    await accept('frigate/events', object('update', 'car', ['no_parking'], ['no_parking']))
    await accept('frigate/events', object('update', 'car', [], ['no_parking']))
    expect(said()).toEqual([
      'd0/camera/C1 17.5-ab traffic.car new',
      'd0/camera/C1 17.5-ab traffic.car end',
      'd0/camera/C2 17.5-ab:no_parking road.illegal_parking update',
      'd0/camera/C1 17.5-ab traffic.car update',
      'd0/camera/C2 17.5-ab:no_parking road.illegal_parking end',
    ])
    expect(observed()[2]).toMatchObject({ at: [city.bounds[0] + 0.001, city.bounds[1] + 0.001], score: 0.9 })
  })

  it('says nothing outside of zones of a label that only they name, and goes on for a zone that was entered', async () => {
    build({ settings: BOUND })
    await accept('frigate/events', object('new', 'person', [], []))
    expect(said()).toEqual([])
    await accept('frigate/events', object('update', 'person', ['bins'], ['gate', 'bins']))
    await accept('frigate/events', object('end', 'person', [], ['gate', 'bins']))
    expect(said()).toEqual([
      'd0/camera/C1 17.5-ab:bins waste.mis_sorted update',
      'd0/camera/C1 17.5-ab:gate street.gate update',
      'd0/camera/C1 17.5-ab:bins waste.mis_sorted end',
      'd0/camera/C1 17.5-ab:gate street.gate end',
    ])
  })

  it('hands its pictures to the events of the same camera and label, and no others', async () => {
    build({ settings: BOUND })
    const jpeg = Uint8Array.of(0xff, 0xd8, 1)
    await accept('frigate/square/car/snapshot', jpeg)
    await accept('frigate/events', object('update', 'car', ['no_parking'], ['no_parking']))
    await accept('frigate/square/person/snapshot', jpeg)
    await accept('frigate/nobody/car/snapshot', jpeg)
    expect(stills).toEqual([])
    await accept('frigate/square/car/snapshot', jpeg)
    expect(stills).toEqual([{ events: ['d0/camera/C1 17.5-ab', 'd0/camera/C2 17.5-ab:no_parking'], bytes: Buffer.from(jpeg) }])
    expect(intake.quarantine.samples(10)).toEqual([])
  })
})

describe('personal data', () => {
  const PLATE = '浙A12345'
  const frigate = (over: object) => ({
    type: 'new',
    after: {
      id: '1784356210.475377-mxklsc',
      camera: 'qj_road_cam_07',
      frame_time: NOW / 1000,
      label: 'car',
      top_score: 0.9,
      ...over,
    },
  })

  it.each([
    ['a plate', { recognized_license_plate: PLATE, recognized_license_plate_score: 0.99 }],
    ['a plate with its score', { recognized_license_plate: [PLATE, 0.99] }],
    ['a name', { sub_label: PLATE }],
    ['a name with its score', { sub_label: [PLATE, 0.9] }],
  ])('%s is a pseudonym, the same as by the contract, and is written nowhere', async (_, over) => {
    await accept('frigate/events', frigate(over))
    expect(observed()).toMatchObject([{ kind: 'event', device: 'd0/camera/C1', type: 'road.illegal_parking', subject: pseudonym(PLATE) }])
    await log.stop()
    expect(filesText()).not.toContain(Buffer.from(PLATE).toString('latin1'))
  })

  it('reaches no sample of the quarantine, wherever it stands', async () => {
    await accept('cams/unknown', { owner: '张三', phone: 13800000000, nested: [{ what: PLATE, seen: '2026-07-18T06:30:15Z' }] })
    await accept('cams/unknown', `plain text about ${PLATE}`)
    await accept('frigate/events', frigate({ camera: 'nobody', recognized_license_plate: PLATE }))
    await accept('frigate/events', frigate({ frame_time: 'now', recognized_license_plate: PLATE }))
    const samples = JSON.stringify(intake.quarantine.samples(10))
    expect(intake.quarantine.samples(10)).toHaveLength(4)
    for (const text of [PLATE, '张三', '13800000000']) expect(samples).not.toContain(text)
    expect(samples).toContain('2026-07-18T06:30:15Z')
  })
})

describe('a bridge', () => {
  afterEach(stopClients)

  async function bridge(listen: (broker: Awaited<ReturnType<typeof startEmbedded>>) => Promise<void>): Promise<void> {
    const door: Accept = (message, done) => intake.accept(message, done)
    const broker = await startEmbedded({
      accept: door,
      now: () => NOW,
      verifyDevice: () => true,
      bridgeTopics: (key) => (key.startsWith('bridge/') ? ['spBv1.0/Shangcheng/', 'application/'] : null),
    })
    try {
      await listen(broker)
    } finally {
      await broker.stop()
    }
  }

  it('publishes on its own topics only, and nothing of the contract', () =>
    bridge(async (broker) => {
      const login = { host: '127.0.0.1', port: broker.port, username: 'bridge/lorawan', password: 'x' }
      const good = await connectClient(login)
      await good.publishAsync(EM400, JSON.stringify(uplink()), { qos: 1, retain: true })
      expect(observed()).toHaveLength(1)
      for (const topic of ['other/topic', `city/v1/d0/waste/${bin}/reading`]) {
        const bad = await connectClient(login)
        const closed = new Promise<void>((resolve) => bad.once('close', () => resolve()))
        bad.publish(topic, '{}', { qos: 1 })
        await closed
      }
      expect(broker.counters.refused_publishes).toBe(2)
    }))

  it('is told what its dialect says back: an edge node is asked to be born again', () =>
    bridge(async (broker) => {
      const client = await connectClient({ host: '127.0.0.1', port: broker.port, username: 'bridge/plc', password: 'x' })
      const [granted] = await client.subscribeAsync('spBv1.0/Shangcheng/NCMD/edge-3301', { qos: 0 })
      expect(granted.qos).toBe(0)
      const [refused] = await client.subscribeAsync('spBv1.0/Shangcheng/#', { qos: 0 }).catch(() => [{ qos: 128 }])
      expect(refused.qos).toBe(128)
      const asked = new Promise<string>((resolve) => client.once('message', (topic) => resolve(topic)))
      say = ({ topic, payload }) => void broker.publish(topic, payload, { qos: 0, retain: false })
      await client.publishAsync('spBv1.0/Shangcheng/DDATA/edge-3301/cross-0123', DDATA, { qos: 1 })
      expect(await asked).toBe('spBv1.0/Shangcheng/NCMD/edge-3301')
      expect(intake.quarantine.counters.dialect).toBe(1)
    }))
})

describe('a message that is mapped', () => {
  const MAPPINGS = `
mappings:
  - id: table
    topic: acme/+/table
    entity: 'flood:{topic.2}'
    metrics: [{ path: cm, metric: level_m, unit: cm }]
    tests: [{ topic: acme/1/table, payload: { cm: 31 }, expect: [{ metrics: { level_m: 0.31 } }] }]
  - id: expression
    topic: acme/+/expression
    jsonata: '{"entity": "flood:" & $topic[1], "metrics": {"level_m": cm / 100}}'
    tests: [{ topic: acme/1/expression, payload: { cm: 31 }, expect: [{ metrics: { level_m: 0.31 } }] }]
`
  beforeEach(async () => {
    const loaded = await checkMappings('mappings.yaml', MAPPINGS, foreign.context)
    expect(loaded.problems).toEqual([])
    mappings = loaded.mappings
  })

  it('speaks the contract, by a table and by an expression', async () => {
    await accept(`acme/${gauge}/table`, { cm: 31 })
    await accept(`acme/${gauge}/expression`, { cm: 32 })
    expect(observed()).toMatchObject([{ device: `d0/flood/${gauge}`, values: { level_m: 0.31 } }, { values: { level_m: 0.32 } }])
    expect(foreign.counters).toMatchObject({ 'mapping.table': 1, 'mapping.expression': 1 })
    const again = (await records()).map((record) => intake.observe(record))
    expect(again).toEqual(taken)
  })

  it('keeps its place among the messages of its sender, although an expression takes a moment', async () => {
    const sent = Array.from({ length: 40 }, (_, i) => accept(`acme/${gauge}/${i % 3 === 0 ? 'expression' : 'table'}`, { cm: i }))
    await Promise.all(sent)
    const levels = observed().map((one) => (one.kind === 'reading' ? one.values.level_m : null))
    expect(levels).toEqual(Array.from({ length: 40 }, (_, i) => i / 100))
  })

  it('is not acknowledged when far too many wait for their expression', async () => {
    const sent = Array.from({ length: 1_500 }, () =>
      accept(`acme/${gauge}/expression`, { cm: 1 }).then(
        () => 'kept',
        () => 'refused',
      ),
    )
    const answers = await Promise.all(sent)
    expect(answers.filter((answer) => answer === 'refused').length).toBeGreaterThan(0)
    // An expression that is not done in its time on a busy machine is told in the quarantine.
    expect(observed().length + intake.counters.refused).toBe(answers.filter((answer) => answer === 'kept').length)
    expect(intake.counters.unkept).toBe(answers.filter((answer) => answer === 'refused').length)
  })

  it('is refused with the reason when its expression fails or it names no device', async () => {
    await accept('acme/nobody/table', { cm: 31 })
    await accept(`acme/${gauge}/table`, { mm: 31 })
    await accept(`acme/${gauge}/expression`, '{')
    expect(taken).toEqual([])
    expect(intake.quarantine.counters).toMatchObject({ unbound: 1, schema: 1, json: 1 })
  })
})

/** A message of alias 1 and sequence 2, made with the library. */
const DDATA = Buffer.from('CLiGsJ/3MxINEAEYuIawn/czIANQJRIQEAIYuIawn/czIAllAACUQRgC', 'base64')
