/** What the Frigate instance of a fleet says, and that each message of it is understood as what it means. */
import { connect as connectTcp, createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MINUTE_MS } from '../../engine/base/time.ts'
import { understand } from '../../gateway/dialects/list.ts'
import type { NormalForm } from '../../gateway/dialects/normal-form.ts'
import type { Inbound } from '../../gateway/parts.ts'
import type { FrigateObject, FrigateReview, Phase } from '../../simulators/devices/frigate-messages.ts'
import { createFleet, type Fleet } from '../../simulators/fleet.ts'
import { createFrigateConnection } from '../../simulators/frigate-connection.ts'
import { smallCity } from '../fixtures/small-city.ts'
import { context } from '../gateway/dialects/fixtures.ts'
import { passwordOf, startEmbedded } from '../support/brokers.ts'
import { scenarioOf } from './scenarios.ts'

type Broker = Awaited<ReturnType<typeof startEmbedded>>
const LOGIN = { username: 'bridge/frigate', password: passwordOf('bridge/frigate') }
const CAMERAS = ['d0/camera/C1', 'd0/camera/C2']
const scenario = scenarioOf(
  'cameras: {events_per_h: 40, false_share: 0.3}\nfaults: [{fault: power_cut, domain: camera, id: C2, from_min: 50, until_min: 55}]\n',
)

let broker: Broker
let messages: Inbound[] = []
beforeAll(async () => {
  broker = await startEmbedded({
    simulator: true,
    accept: (message, done) => {
      messages.push(message)
      done()
    },
  })
})
afterAll(() => broker.stop())

const fleetOf = (cameras: readonly string[]): Fleet => {
  const url = `mqtt://127.0.0.1:${broker.port}`
  const frigate = { connect: { url, ...LOGIN }, prefix: 'frigate', cameras }
  return createFleet({ city: smallCity(), scenario, seed: 1, world: null, connect: { url }, start: scenario.start, frigate })
}

/** All that was said in an hour. */
async function play(cameras = CAMERAS): Promise<readonly Inbound[]> {
  messages = []
  const fleet = fleetOf(cameras)
  await fleet.start()
  for (let minute = 1; minute <= 60; minute++) await fleet.advance(scenario.start + minute * MINUTE_MS)
  await fleet.stop()
  return messages
}

const said = ({ topic, payload, received }: Inbound) =>
  understand({ topic, http: null, content_type: null, payload, received }, context({ box: null, simulated: true }))

function formsOf(message: Inbound): readonly NormalForm[] {
  const { said: heard } = said(message)
  if (!heard.ok) throw new Error(`${message.topic}: ${heard.reason}`)
  expect(heard.drift, message.topic).toEqual([])
  return heard.forms
}

interface Change<T> {
  readonly type: Phase
  readonly before: T
  readonly after: T
}
const parsed = <T>({ payload }: Inbound): Change<T> => JSON.parse(payload.toString())
const ms = (seconds: number): number => Math.round(seconds * 1000)

describe('an hour of two cameras', () => {
  let hour: readonly Inbound[]
  let foreign: readonly Inbound[]
  const on = (topic: RegExp): readonly Inbound[] => foreign.filter((message) => topic.test(message.topic))
  beforeAll(async () => {
    hour = await play()
    foreign = hour.filter(({ topic }) => topic.startsWith('frigate/'))
  })

  it('is on Frigate’s topics by the bridge’s login, and these cameras say nothing by the contract', () => {
    expect(new Set(foreign.map(({ from }) => from))).toEqual(new Set(['bridge/frigate']))
    expect(hour.filter(({ topic }) => topic.includes('/camera/'))).toEqual([])
    expect(hour.some(({ topic }) => topic.includes('/waste/'))).toBe(true)
  })

  it('is the same again, from the same seed', async () => {
    const again = (await play()).filter(({ topic }) => topic.startsWith('frigate/'))
    const lines = (list: readonly Inbound[]) => list.map(({ topic, payload }) => `${topic} ${payload.toString('latin1')}`)
    expect(lines(again)).toEqual(lines(foreign))
  })

  it('has tracked objects, each understood whole', () => {
    const events = on(/\/events$/)
    for (const message of events) {
      const { type, after } = parsed<FrigateObject>(message)
      const subject = after.recognized_license_plate ?? after.sub_label?.[0] ?? null
      expect(formsOf(message)).toEqual([
        {
          kind: 'camera.object',
          entity: `camera:${after.camera}`,
          ts: ms(after.end_time ?? after.frame_time),
          clock: 'device',
          heard: null,
          dedupeKey: after.id,
          trackId: after.id,
          phase: type,
          label: after.label,
          score: after.top_score,
          zones: after.current_zones,
          entered: after.entered_zones,
          stationary: after.stationary,
          speed_kmh: null,
          false_positive: after.false_positive,
          subject: subject === null ? null : `p:${subject.length}-letters`,
        },
      ])
    }
    const objects = events.map((message) => parsed<FrigateObject>(message).after)
    expect(objects.some(({ recognized_license_plate }) => /^浙A\d{5}$/.test(recognized_license_plate ?? ''))).toBe(true)
    expect(objects.some(({ sub_label }) => sub_label !== null)).toBe(true)
    expect(objects.some(({ stationary }) => stationary)).toBe(true)
    expect(new Set(objects.map(({ camera }) => camera))).toEqual(new Set(['c1', 'c2']))
  })

  it('tells an object from new to end, each change from what was said before, and never ends what was none', () => {
    const stories = new Map<string, Change<FrigateObject>[]>()
    for (const change of on(/\/events$/).map((message) => parsed<FrigateObject>(message)))
      stories.set(change.after.id, [...(stories.get(change.after.id) ?? []), change])
    const told = [...stories.values()]
    for (const [first, ...rest] of told) {
      expect(first.type).toBe('new')
      expect([first.before.false_positive, first.before.id]).toEqual([true, first.after.id])
      if (first.after.false_positive) expect(rest).toEqual([])
      rest.forEach(({ before }, i) => {
        expect(before).toEqual([first, ...rest][i].after)
      })
      const times = [first, ...rest].map(({ after }) => after.end_time ?? after.frame_time)
      expect(times).toEqual([...times].sort((a, b) => a - b))
      expect(rest.slice(0, -1).every(({ type }) => type === 'update')).toBe(true)
    }
    expect(told.some(([first]) => first.after.false_positive)).toBe(true)
    expect(told.some((story) => story.length > 2 && story.at(-1)?.type === 'end')).toBe(true)
  })

  it('has reviews of the objects that were believed', () => {
    const reviews = on(/\/reviews$/)
    for (const message of reviews) {
      const { type, after } = parsed<FrigateReview>(message)
      expect(formsOf(message)).toEqual([
        {
          kind: 'camera.review',
          entity: `camera:${after.camera}`,
          ts: ms(after.end_time ?? after.start_time),
          clock: 'device',
          heard: null,
          dedupeKey: after.id,
          phase: type,
          severity: after.severity,
          objects: after.data.objects,
          zones: after.data.zones,
          trackIds: after.data.detections,
        },
      ])
    }
    expect(new Set(reviews.map((message) => parsed<FrigateReview>(message).after.severity))).toEqual(new Set(['alert', 'detection']))
  })

  it('counts vehicles and objects of cameras and zones, as bare numbers', () => {
    const counts = on(/^frigate\/[^/]+\/[a-z_]+(\/active)?$/).filter(({ topic }) => !/\/(motion|detect)$/.test(topic))
    for (const message of counts) {
      const [, camera, label, active] = message.topic.split('/')
      expect(formsOf(message)).toMatchObject([
        {
          kind: 'camera.count',
          entity: `camera:${camera}`,
          label,
          value: Number(message.payload.toString()),
          active: active === 'active',
        },
      ])
    }
    const topics = counts.map(({ topic }) => topic)
    for (const topic of ['frigate/c1/car', 'frigate/c1/car/active', 'frigate/c2/all', 'frigate/c1_no_parking/car'])
      expect(topics).toContain(topic)
  })

  it('has motion, stills that nobody looks into, and who is there', () => {
    const motion = on(/\/motion$/)
    expect(motion.flatMap(formsOf)).toMatchObject(
      motion.map(({ payload }) => ({ kind: 'camera.state', what: 'motion', state: payload.toString() === 'ON' })),
    )
    const stills = on(/\/snapshot$/)
    expect(stills.length).toBeGreaterThan(0)
    for (const still of stills) expect(formsOf(still)).toMatchObject([{ kind: 'camera.still' }])
    for (const { payload } of stills)
      expect([payload.subarray(0, 2), payload.subarray(-2)].map(String)).toEqual(
        ['ffd8', 'ffd9'].map((hex) => String(Buffer.from(hex, 'hex'))),
      )
    expect(on(/\/available$/).flatMap(formsOf)).toMatchObject([
      { kind: 'device.presence', entity: 'service:frigate', online: true },
      { kind: 'device.presence', entity: 'service:frigate', online: false },
    ])
    const power = on(/^frigate\/c2\/status\/detect$/).flatMap(formsOf)
    expect(power).toMatchObject([true, false, true].map((online) => ({ kind: 'device.presence', entity: 'camera:c2', online })))
  })
})

it('leaves cameras that do not hang on it to the contract', async () => {
  const hour = await play(['d0/camera/C1'])
  expect(hour.some(({ topic }) => topic === 'city/v1/d0/camera/C2/event')).toBe(true)
  expect(hour.filter(({ topic }) => topic.includes('/camera/C1/') || topic.startsWith('frigate/c2'))).toEqual([])
})

it('takes no camera that the city does not have', () => {
  expect(() => fleetOf(['d0/camera/C9'])).toThrow('d0/camera/C9 is no camera of the city')
})

it('says so when its login is refused', async () => {
  const connect = { url: `mqtt://127.0.0.1:${broker.port}`, ...LOGIN, password: 'wrong' }
  const refused = createFrigateConnection({ connect, prefix: 'frigate', cameras: [] }).start()
  await expect(refused).rejects.toMatchObject({ code: 'broker_refused', message: expect.stringContaining('bridge/frigate') })
})

it('has a last will, and says that it is back', async () => {
  messages = []
  const sockets: Socket[] = []
  const wire = createServer((socket) => {
    sockets.push(socket)
    const through = connectTcp(broker.port, '127.0.0.1')
    socket.pipe(through).pipe(socket)
    for (const end of [socket, through]) end.on('error', () => {})
    socket.on('close', () => through.destroy())
  })
  await new Promise<void>((resolve) => wire.listen(0, '127.0.0.1', resolve))
  const address = wire.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const connect = { url: `mqtt://127.0.0.1:${address.port}`, ...LOGIN }
  const connection = createFrigateConnection({ connect, prefix: 'frigate', cameras: [] })
  await connection.start()
  sockets[0].destroy()
  const heard = () => messages.map(({ topic, payload }) => `${topic} ${payload}`)
  await expect
    .poll(heard, { timeout: 10_000 })
    .toEqual(['frigate/available online', 'frigate/available offline', 'frigate/available online'])
  await connection.stop()
  wire.close()
  expect(heard().at(-1)).toBe('frigate/available offline')
})
