/** A Frigate instance with two cameras against the real program: bridge, bindings, evidence and incidents, and no plate on disk. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { writeCity } from '../../config/city.ts'
import { createAccess } from '../../gateway/access.ts'
import { frigateBinding } from '../../simulators/devices/frigate-messages.ts'
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
  readonly device?: string | null
}
interface Doubt {
  readonly key: string
  readonly device: string
  readonly type: string
}

let directory: string
let data: string
let program: Running
/** Plates and faces that the instance recognised, and ids of the objects it believed in. */
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
    for (const found of JSON.stringify(fleet.save().devices).match(PERSONAL) ?? []) recognised.add(found)
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
  const { doubts } = await get<{ doubts: Doubt[] }>('cameras/doubts')
  const { incidents } = await get<{ incidents: Incident[] }>('incidents')
  console.log(JSON.stringify(doubts.map((d) => [d.key, d.type])), JSON.stringify(incidents.map((i) => [i.class, i.device])))
  const q = await get<unknown>('quarantine/groups')
  console.log(JSON.stringify(q))
  console.log([...recognised], readdirSync(data, { recursive: true }))
})
