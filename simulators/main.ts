/**
 * Runs a simulated fleet against any broker:
 *   node dist/simulators/main.js --url mqtt://127.0.0.1:1883 --city demo --scenario day --seed 1
 * in the time of the wall until interrupted, or with `--lockstep` as the simulator that owns time (contract section 6), until the
 * scenario ends. MQTT_USERNAME and MQTT_PASSWORD are taken from the environment. `--frigate cam-001`, which may be given again, hangs a
 * camera on a Frigate instance that logs in with FRIGATE_USERNAME and FRIGATE_PASSWORD; what dialects.yaml needs for it is printed.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { stringify } from 'yaml'
import { loadCityByName } from '../config/city.ts'
import { loadScenario, type Scenario } from '../config/scenario.ts'
import { EXIT_CODE, formatProblem, type Problem, UrbanError } from '../engine/base/errors.ts'
import { SECOND_MS } from '../engine/base/time.ts'
import { type City, deviceKey } from '../engine/model/city.ts'
import { frigateBinding } from './devices/frigate-messages.ts'
import { runDrill } from './drill.ts'
import { createFleet, type Fleet } from './fleet.ts'
import type { FrigateOptions } from './frigate-connection.ts'
import { scoreLines } from './score.ts'

const TICK_MS = SECOND_MS

interface Flags {
  readonly url: string
  readonly city: string | undefined
  readonly scenario: string
  readonly seed: number
  readonly world: string | null
  readonly lockstep: boolean
  readonly speed: number
  /** Ids of cameras. */
  readonly frigate: readonly string[]
  readonly frigate_prefix: string
}

function number(name: string, text: string): number {
  const value = text === 'max' ? Number.POSITIVE_INFINITY : Number(text)
  if (text !== '' && value >= 0) return value
  throw new UrbanError('input', 'flag', `--${name} is ${text}, expected a number of at least 0`)
}

function readFlags(args: readonly string[]): Flags {
  const text = { type: 'string' } as const
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        ...{ url: text, city: text, scenario: text, seed: text, world: text, speed: text, lockstep: { type: 'boolean' } },
        ...{ frigate: { type: 'string', multiple: true }, 'frigate-prefix': text },
      },
    })
    return {
      url: values.url ?? 'mqtt://127.0.0.1:1883',
      city: values.city,
      scenario: values.scenario ?? 'day',
      seed: number('seed', values.seed ?? '1'),
      world: values.world ?? null,
      lockstep: values.lockstep ?? false,
      speed: number('speed', values.speed ?? 'max'),
      frigate: values.frigate ?? [],
      frigate_prefix: values['frigate-prefix'] ?? 'frigate',
    }
  } catch (cause) {
    if (cause instanceof UrbanError) throw cause
    throw new UrbanError('input', 'flag', cause instanceof Error ? cause.message : String(cause))
  }
}

/** The value, or all of its file's problems as one error. */
function getValid<T>(value: T | null, problems: readonly Problem[]): T {
  if (value !== null && problems.length === 0) return value
  throw new UrbanError('input', 'invalid_file', problems.map(formatProblem).join('\n'))
}

async function load({ scenario: name, city: cityName, seed }: Flags): Promise<{ scenario: Scenario; city: City }> {
  const loaded = await loadScenario(name)
  const scenario = getValid(loaded.scenario, loaded.problems)
  const { city, problems } = await loadCityByName(cityName ?? scenario.city, seed)
  return { scenario, city: getValid(city, problems) }
}

/** Ticks once a second; a broker that is away for a while is waited for. */
async function runOnWallClock(fleet: Fleet, interrupted: AbortSignal): Promise<void> {
  while (!interrupted.aborted) {
    try {
      await fleet.advance(Date.now())
    } catch (error) {
      if (!(error instanceof UrbanError)) throw error
      console.error(error.message)
    }
    await wait(TICK_MS, undefined, { signal: interrupted }).catch(() => undefined)
  }
}

async function main(): Promise<void> {
  const flags = readFlags(process.argv.slice(2))
  const { scenario, city } = await load(flags)
  const { url, seed, world, lockstep, speed } = flags
  const start = lockstep ? scenario.start : Date.now()
  const fleet = createFleet({ city, scenario, seed, world, connect: { url, ...credentials('MQTT') }, start, ...findFrigate(flags, city) })
  await fleet.start()
  console.log(`${city.devices.length} devices of ${city.id} play ${scenario.id} at ${url}`)
  try {
    if (lockstep) await runDrill({ fleet, scenario, clock: fleet.clock, speed })
    else await runOnWallClock(fleet, interruption())
    console.log(scoreLines(fleet.score()).join('\n'))
  } finally {
    await fleet.stop()
  }
}

function interruption(): AbortSignal {
  const controller = new AbortController()
  process.once('SIGINT', () => controller.abort())
  process.once('SIGTERM', () => controller.abort())
  return controller.signal
}

function credentials(name: 'MQTT' | 'FRIGATE'): { username?: string; password?: string } {
  const { [`${name}_USERNAME`]: username, [`${name}_PASSWORD`]: password } = process.env
  return { ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password }) }
}

function findFrigate({ url, frigate, frigate_prefix: prefix }: Flags, city: City): { frigate?: FrigateOptions } {
  if (frigate.length === 0) return {}
  const cameras = frigate.map((id) => {
    const found = city.devices.find((device) => device.domain === 'camera' && device.id === id)
    if (found === undefined) throw new UrbanError('input', 'flag', `--frigate is ${id}, expected the id of a camera of ${city.id}`)
    return { device: found, key: deviceKey(found.district, found.domain, found.id) }
  })
  console.log(stringify({ frigate_prefixes: [prefix], bindings: cameras.map(({ key, device }) => frigateBinding(key, device)) }))
  return { frigate: { connect: { url, ...credentials('FRIGATE') }, prefix, cameras: cameras.map(({ key }) => key) } }
}

main().catch((error: unknown) => {
  console.error(error instanceof UrbanError ? error.message : error)
  process.exitCode = error instanceof UrbanError ? EXIT_CODE[error.family] : EXIT_CODE.ours
})
