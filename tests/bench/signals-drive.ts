/** Drives the whole brain over an hour of simulated streets: counts in, commands out, as over the wire but without one. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { importCityflow } from '../../config/import/cityflow.ts'
import { createState, type StepOutcome, step } from '../../engine/brain.ts'
import type { City } from '../../engine/model/city.ts'
import { createContext } from '../../engine/model/context.ts'
import type { Observation } from '../../engine/model/observation.ts'
import type { SignalSettings } from '../../engine/model/signals.ts'
import { readDemand, type Trip } from '../../simulators/traffic/demand.ts'
import { type Control, type DrivenOptions, driveHour, type HourResult, phaseRequests } from '../../simulators/traffic/hour.ts'
import type { Faults } from '../../simulators/traffic/lane-detectors.ts'
import { parseRoadnet, type Roadnet, readStreets, type StreetNetwork } from '../../simulators/traffic/roadnet.ts'

/** 2026-01-01 00:00 UTC. */
export const T0 = 1_767_225_600_000
export const HOUR_S = 3600
/** The data sets are not part of the repository: they are looked for here, else beside the checkout. */
const TRAFFIC_DATA = process.env.TRAFFIC_DATA ?? join(process.cwd(), '../shared/data/traffic')

export interface Scene {
  readonly name: string
  readonly net: Roadnet
  readonly network: StreetNetwork
  readonly trips: readonly Trip[]
  /** The city with the phases that may be used. */
  readonly city: (phases: readonly number[]) => Promise<City>
}

const hourFiles = (net: string, flow: string) => ({ net: join(TRAFFIC_DATA, net), flow: join(TRAFFIC_DATA, flow) })

/** The hours of the published comparisons. */
export const PUBLIC_HOURS = {
  Hangzhou: hourFiles('hangzhou_4x4/roadnet_4_4.json', 'hangzhou_4x4/anon_4_4_hangzhou_real.json'),
  'Jinan real': hourFiles('jinan_3x4/roadnet_3_4.json', 'jinan_3x4/anon_3_4_jinan_real.json'),
  'Jinan 2000': hourFiles('jinan_3x4/roadnet_3_4.json', 'jinan_3x4/anon_3_4_jinan_real_2000.json'),
} as const
export type PublicHour = keyof typeof PUBLIC_HOURS

export const PHASES_4 = [1, 2, 3, 4]
export const PHASES_8 = [1, 2, 3, 4, 5, 6, 7, 8]

const readJson = async (file: string): Promise<unknown> => JSON.parse(await readFile(file, 'utf8'))

export async function loadScene(name: string, roadnet: string, flow: string): Promise<Scene> {
  const net = parseRoadnet(await readJson(roadnet), roadnet)
  const network = readStreets(net)
  const trips = readDemand(await readJson(flow), network, flow, HOUR_S)
  const city = async (phases: readonly number[]): Promise<City> => (await importCityflow(roadnet, { district: 'd0', phases })).city
  return { name, net, network, trips, city }
}

/** Null, and said on the standard error, where the data set is not on this machine. */
export async function loadHour(name: PublicHour): Promise<Scene | null> {
  const { net, flow } = PUBLIC_HOURS[name]
  if (existsSync(net) && existsSync(flow)) return loadScene(name, net, flow)
  console.error(`${name} is not in ${TRAFFIC_DATA}; set TRAFFIC_DATA to its folder`)
  return null
}

export interface Driven extends HourResult {
  /** Processor time of the brain for each simulated second, ms. */
  readonly step_ms: readonly number[]
}

export interface DriveOptions {
  readonly scene: Scene
  readonly city: City
  readonly signals: SignalSettings
  readonly trips?: readonly Trip[]
  readonly faults?: Faults
  readonly seed?: number
  readonly duration_s?: number
  readonly forever?: boolean
  /** What else is heard in a second: crews, orders, answers. */
  readonly also?: (now: number) => readonly Observation[]
  /** What came of it. */
  readonly told?: (outcome: StepOutcome, now: number) => void
  readonly watch?: DrivenOptions['watch']
}

/** The hour under one controller. */
export function drive(options: DriveOptions): Driven {
  const { scene, city, signals, trips = scene.trips, faults, seed, duration_s, forever = false, also, told, watch } = options
  let state = createState(createContext(city, 'bench', 0, { lockstep: true, signals }))
  const step_ms: number[] = []
  const control: Control = (counts, now) => {
    const begun = performance.now()
    const outcome = step(state, also === undefined ? counts : [...counts, ...also(now)], now)
    state = outcome.state
    step_ms.push(performance.now() - begun)
    told?.(outcome, now)
    const fault = outcome.facts.find(({ kind }) => kind === 'fault')
    if (fault?.kind === 'fault') throw new Error(`${fault.part}: ${fault.message}`)
    return phaseRequests(outcome.commands)
  }
  const result = driveHour({
    network: scene.network,
    junctions: city.junctions,
    trips,
    control,
    start: T0,
    forever,
    ...(faults === undefined ? {} : { faults }),
    ...(seed === undefined ? {} : { seed }),
    ...(duration_s === undefined ? {} : { duration_s }),
    ...(watch === undefined ? {} : { watch }),
  })
  return { ...result, step_ms }
}
