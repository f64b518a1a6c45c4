/** A Frigate instance with two cameras against the real program: bridge, bindings, evidence and incidents, and no plate on disk. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { writeCity } from '../../config/city.ts'
import { createAccess } from '../../gateway/access.ts'
import { type FrigateObject, frigateBinding } from '../../simulators/devices/frigate-messages.ts'
import { runDrill } from '../../simulators/drill.ts'
import { createFleet } from '../../simulators/fleet.ts'
import { smallCity } from '../fixtures/small-city.ts'
import { scenarioOf } from '../simulators/scenarios.ts'
import { type Running, startProgram } from '../support/running.ts'

const CAMERAS = ['C1', 'C2']
const BRIDGE = 'bridge/nvr'
/** As the world of the simulators makes them up, in whatever file. */
const PERSONAL = /浙A\d{5}|face-\d{6}/g
const city = smallCity()
const scenario = scenarioOf('cameras: {events_per_h: 40, false_share: 0.3}\n', 20)

interface Incident {
  readonly class: string
  readonly devices: readonly string[]
  readonly reason: { readonly evidence: readonly string[] }
}
interface Doubt {
  readonly key: string
  readonly device: string
  readonly type: string
  readonly score: number
  readonly evidence: readonly { readonly from: string; readonly source: string }[]
}
interface Tracked {
  readonly object: FrigateObject
}

let directory: string
let data: string
let program: Running
/** What the instance tracked, by id, and the plates and faces that it recognised. */
const objects = new Map<string, FrigateObject>()
const recognised = new Set<string>()

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'frigate-'))
  data = join(directory, 'data')
  await writeCity(city, join(directory, 'city'))
  mkdirSync(data)
  const bindings = CAMERAS.map((id) => frigateBinding(`d0/camera/${id}`, { id }))
  writeFileSync(join(data, 'dialects.yaml'), stringify({ frigate_prefixes: ['frigate'], bindings }))
  const password = createAccess(data).addDevice(BRIDGE, ['frigate/'])
  program = await startProgram(['--clock', 'mqtt', '--city', join(directory, 'city'), '--data', data])
  const fleet = createFleet({
    city,
    scenario,
    seed: 1,
    world: null,
    connect: { url: program.mqtt },
    start: scenario.start,
    frigate: {
      connect: { url: program.mqtt, username: BRIDGE, password },
      prefix: 'frigate',
      cameras: CAMERAS.map((id) => `d0/camera/${id}`),
    },
  })
  await fleet.start()
  const onProgress = (): void => {
    const { devices } = fleet.save()
    for (const found of JSON.stringify(devices).match(PERSONAL) ?? []) recognised.add(found)
    for (const id of CAMERAS) {
      // A camera of the instance keeps what it tracks, as simulators/devices/frigate.ts says.
      const { tracked } = devices[`d0/camera/${id}`] as unknown as { readonly tracked: Readonly<Record<string, Tracked>> }
      for (const { object } of Object.values(tracked)) objects.set(object.id, object)
    }
  }
  await runDrill({ fleet, scenario, clock: fleet.clock, speed: Number.POSITIVE_INFINITY, onProgress })
  await fleet.stop()
}, 120_000)
afterAll(async () => {
  await program.stop()
  rmSync(directory, { recursive: true, force: true, maxRetries: 3 })
})

async function get<T>(path: string): Promise<T> {
  const token = readFileSync(join(data, 'admin-token'), 'utf8').trim()
  const response = await fetch(`${program.http}/api/v1/${path}`, { headers: { authorization: `Bearer ${token}` } })
  const text = await response.text()
  expect(response.ok, text).toBe(true)
  return JSON.parse(text) as T
}

it('is evidence of the camera it is bound to, and what is sure becomes an incident', async () => {
  const { doubts } = await get<{ doubts: Doubt[] }>('cameras/doubts?limit=500')
  expect(doubts.length).toBeGreaterThan(5)
  for (const { key, device, type, score, evidence } of doubts) {
    const object = objects.get(key.slice(device.length + 1))
    expect(object, `${key} ${type}`).toMatchObject({ camera: device.replace('d0/camera/', '').toLowerCase(), false_positive: false })
    expect(frigateBinding(device, { id: 'C1' }).events?.[object?.label ?? '']).toBe(type)
    expect(score).toBeCloseTo(object?.top_score ?? 0, 5)
    expect(evidence).toContainEqual(expect.objectContaining({ from: 'camera', source: device }))
  }
  const { incidents } = await get<{ incidents: Incident[] }>('incidents')
  expect(incidents.map((incident) => incident.class)).toContain('road.illegal_parking')
  const types = new Set(doubts.map(({ type }) => type))
  for (const incident of incidents) {
    expect(types).toContain(incident.class)
    expect(CAMERAS.map((id) => `d0/camera/${id}`)).toContain(incident.devices[0])
    expect(incident.reason.evidence[0]).toMatch(/^d0\/camera\/C[12] event \d+\.\d{6}-[a-z0-9]{6} /)
  }
})

it('tells numbers of what it sees, and neither stills nor zones do harm', async () => {
  for (const id of CAMERAS) {
    const device = await get<{ online: boolean; values: Record<string, number> }>(`devices/d0/camera/${id}`)
    expect(device).toMatchObject({ online: true, values: { car_veh: expect.any(Number), motion: expect.any(Number) } })
  }
  const { groups } = await get<{ groups: { topic: string; kind: string; reason: string }[] }>('quarantine/groups')
  // A zone is no camera and the instance no device: they wait there until somebody binds them.
  const nobodys = /^(service:frigate|camera:c[12]_[a-z_]+): no device of the city/
  // The instance came online before the first step of the drill, when there was no time yet.
  const early = groups.filter(({ kind, topic }) => kind === 'time' && topic === 'frigate/available')
  const rest = groups.filter((group) => !early.includes(group))
  expect(rest.filter(({ kind, reason }) => kind !== 'unbound' || !nobodys.test(reason))).toEqual([])
  expect(groups.filter(({ topic }) => topic.endsWith('/snapshot'))).toEqual([])
})

it('leaves no plate and no face on the disk, nor in what the program says', async () => {
  expect([...recognised].some((name) => name.startsWith('浙A'))).toBe(true)
  expect([...recognised].some((name) => name.startsWith('face-'))).toBe(true)
  const answers = JSON.stringify([await get('cameras/doubts?limit=500'), await get('incidents'), await get('quarantine/groups')])
  expect(await program.stop()).toBe(0)
  const files = readdirSync(data, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const texts = files.map((entry) => readFileSync(join(entry.parentPath, entry.name)).toString('utf8'))
  const [first] = objects.keys()
  expect(texts.some((text) => text.includes(first) && text.includes('"subject":'))).toBe(true)
  for (const text of [...texts, answers, program.output()]) expect(text.match(PERSONAL)).toBeNull()
})
