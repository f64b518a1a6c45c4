/**
 * What people say of camera events, over the real wire: a Frigate instance publishes, a person or two volunteers judge over HTTP, and the same class from the same camera is raised later than
 * before, or sooner. Its pictures come over MQTT, and its camera turns when it is told to.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mqtt, { type MqttClient } from 'mqtt'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { writeCity } from '../../config/city.ts'
import { createRandom } from '../../engine/base/random.ts'
import type { City } from '../../engine/model/city.ts'
import { createAccess } from '../../gateway/access.ts'
import type { DoubtDocument } from '../../gateway/wire/cameras-api.ts'
import type { PatrolList } from '../../gateway/wire/patrol-api.ts'
import { changed, findKind, frigateBinding, newObject, snapshotOf } from '../../simulators/devices/frigate-messages.ts'
import { smallCity } from '../fixtures/small-city.ts'
import { type Running, startProgram } from '../support/running.ts'

const CAMERA = 'd0/camera/C1'
const BRIDGE = 'bridge/nvr'
const START = Date.UTC(2026, 6, 18, 1)
const TYPE = 'street.stall'

/** C1 can turn to two presets. */
function turningCity(): City {
  const small = smallCity()
  const [low_point] = small.low_points
  const presets = [
    { id: 'gate', at: low_point.at, places: [low_point.id], masks: [] },
    { id: 'yard', at: small.depots[0].at, masks: [] },
  ]
  const camera = { impact_assessment: 'DPIA-small', retention_days: 30, masks: [], presets }
  const kinds = [TYPE, 'road.flooded', 'road.accident', 'fire.smoke']
  return {
    ...small,
    assessments: small.assessments.map((one) => ({ ...one, kinds })),
    devices: small.devices.map((device) => (device.id === 'C1' ? { ...device, camera } : device)),
  }
}

let directory: string
let data: string
let program: Running
let bridge: MqttClient
let simulator: MqttClient
let now = START
let step = 0
/** Called when the step that was asked for is acknowledged. */
let acked: (acknowledged: number) => void = () => {}
const turns: string[] = []

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'wind-back-'))
  data = join(directory, 'data')
  await writeCity(turningCity(), join(directory, 'city'))
  mkdirSync(data)
  writeFileSync(join(data, 'dialects.yaml'), stringify({ bindings: [frigateBinding(CAMERA, { id: 'C1' })] }))
  const password = createAccess(data).addDevice(BRIDGE, ['frigate/'])
  program = await startProgram(['--clock', 'mqtt', '--city', join(directory, 'city'), '--data', data])
  bridge = await mqtt.connectAsync(program.mqtt, { username: BRIDGE, password })
  await bridge.subscribeAsync('frigate/+/ptz', { qos: 1 })
  bridge.on('message', (topic, payload) => void turns.push(`${topic} ${payload.toString()}`))
  simulator = await mqtt.connectAsync(program.mqtt)
  await simulator.subscribeAsync('city/v1/clock/ack', { qos: 1 })
  simulator.on('message', (_topic, payload) => acked((JSON.parse(payload.toString()) as { step: number }).step))
  await tick()
}, 60_000)
afterAll(async () => {
  await Promise.all([bridge.endAsync(true), simulator.endAsync(true)])
  await program.stop()
  rmSync(directory, { recursive: true, force: true, maxRetries: 3 })
})

async function tick(seconds = 1): Promise<void> {
  now += seconds * 1000
  step++
  const done = new Promise<void>((resolve) => {
    acked = (acknowledged) => {
      if (acknowledged === step) resolve()
    }
  })
  await simulator.publishAsync('city/v1/clock', JSON.stringify({ world: 'wind-back', step, now }), { qos: 1 })
  await done
}

const token = (): string => readFileSync(join(data, 'admin-token'), 'utf8').trim()
async function call<T>(path: string, body?: object): Promise<T> {
  const headers = { authorization: `Bearer ${token()}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }
  const answered = fetch(
    `${program.http}/api/v1/${path}`,
    body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) },
  )
  // Orders are taken with the next step.
  if (body !== undefined) await new Promise((resolve) => setTimeout(resolve, 50)).then(() => tick())
  const response = await answered
  const text = await response.text()
  expect(response.ok, text).toBe(true)
  return JSON.parse(text) as T
}

let seen = 0
/** An object of the Frigate publisher, seen now; its score is what we need it to be. @returns the event's key */
async function see(score: number): Promise<string> {
  const kind = findKind(TYPE)
  if (kind === null) throw new Error(`Frigate knows no ${TYPE}`)
  seen++
  const drawn = newObject({ camera: 'c1', kind, score, subject: null }, now, createRandom(seen))
  const object = { ...drawn, id: `${drawn.id}-${seen}`, false_positive: false, score, top_score: score }
  await bridge.publishAsync('frigate/events', changed('new', object, object), { qos: 1 })
  await bridge.publishAsync(`frigate/c1/${object.label}/snapshot`, Buffer.from(snapshotOf(createRandom(seen))), { qos: 1, retain: true })
  await tick()
  await bridge.publishAsync('frigate/events', changed('update', object, object), { qos: 1 })
  await tick()
  return `${CAMERA} ${object.id}`
}

const doubtOf = async (key: string): Promise<DoubtDocument | undefined> =>
  (await call<{ doubts: DoubtDocument[] }>('cameras/doubts?limit=500')).doubts.find((doubt) => doubt.key === key)

it('a person says false: what was raised is taken back, and the same class of the same camera is raised later', async () => {
  const first = await see(0.8)
  const before = await doubtOf(first)
  expect(before).toMatchObject({ type: TYPE, raised: true, verdict: null, threshold: 0.75, precision: 0.8 })
  const open = async (): Promise<number> =>
    (await call<{ incidents: { active: boolean; class: string }[] }>('incidents')).incidents.filter(
      (one) => one.active && one.class === TYPE,
    ).length
  expect(await open()).toBe(1)
  for (const key of [first, await see(0.8), await see(0.8)]) await call('cameras/verdicts', { event: key, verdict: false })
  expect(await open()).toBe(0)
  const doubtful = await see(0.8)
  const after = await doubtOf(doubtful)
  expect(after).toMatchObject({ raised: false, verdict: null, precision: 0.5 })
  expect(after?.threshold).toBeGreaterThan(0.8)
  expect(await open()).toBe(0)
  await call('cameras/verdicts', { event: doubtful, verdict: false })
  const sure = await see(0.96)
  expect((await doubtOf(sure))?.raised).toBe(true)
  expect(await open()).toBe(1)
}, 60_000)

it('labels of volunteers that agree bring the threshold down again', async () => {
  const before = await doubtOf(await see(0.85))
  const labelling = createAccess(data)
  const names = ['wang', 'zhao'].map((name) => labelling.addToken(name, 'operator'))
  for (let i = 0; i < 4; i++) {
    const event = await see(0.85)
    for (const [n, bearer] of names.entries()) {
      const answered = fetch(`${program.http}/api/v1/cameras/labels`, {
        method: 'POST',
        headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
        body: JSON.stringify({ event, verdict: true }),
      })
      await new Promise((resolve) => setTimeout(resolve, 50)).then(() => tick())
      expect(((await (await answered).json()) as { done: boolean | null; why: string | null }).why).toBeNull()
      expect((await doubtOf(event))?.verdict).toBe(n === 0 ? null : true)
    }
  }
  const after = await doubtOf(await see(0.85))
  expect(after?.precision).toBeGreaterThan(before?.precision ?? 1)
  expect(after?.threshold).toBeLessThan(before?.threshold ?? 0)
}, 60_000)

it('the picture that Frigate sends is that of its event, and who looked at it is written down', async () => {
  const key = await see(0.6)
  await expect.poll(async () => (await doubtOf(key))?.still, { timeout: 10_000 }).toBe(true)
  const answered = fetch(`${program.http}/api/v1/cameras/stills?${new URLSearchParams({ event: key, reason: 'judging' })}`, {
    headers: { authorization: `Bearer ${token()}` },
  })
  await new Promise((resolve) => setTimeout(resolve, 50)).then(() => tick())
  const response = await answered
  expect(response.status).toBe(200)
  expect(Buffer.from(await response.arrayBuffer()).subarray(0, 2)).toEqual(Buffer.of(0xff, 0xd8))
}, 60_000)

it('its camera goes round through the ptz topic, and stays with whoever takes it over until it is handed back', async () => {
  for (let i = 0; i < 100; i++) await tick()
  expect(new Set(turns)).toEqual(new Set(['frigate/c1/ptz preset_gate', 'frigate/c1/ptz preset_yard']))
  await call('commands', { device: CAMERA, kind: 'camera.preset', fields: { preset: 'yard' }, hold_s: 600 })
  for (let i = 0; i < 10; i++) await tick()
  const patrol = async (): Promise<PatrolList['cameras'][number]> => (await call<PatrolList>('cameras/patrol')).cameras[0]
  expect(await patrol()).toMatchObject({ device: CAMERA, by: 'admin', preset: { id: 'yard' }, turning: false })
  const taken = turns.length
  for (let i = 0; i < 60; i++) await tick()
  expect(turns.slice(taken)).toEqual([])
  await call('cameras/release', { device: CAMERA })
  for (let i = 0; i < 60; i++) await tick()
  expect(turns.length).toBeGreaterThan(taken)
  expect((await patrol()).by).toBeNull()
}, 60_000)
