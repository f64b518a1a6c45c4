/** Simulated devices for the demo city, over the same socket as real ones, in the time of the wall. */
import { readFile, rename, writeFile } from 'node:fs/promises'
import { loadScenario } from '../config/scenario.ts'
import { formatProblem, UrbanError } from '../engine/base/errors.ts'
import { MINUTE_MS } from '../engine/base/time.ts'
import type { City } from '../engine/model/city.ts'
import type { Connect } from '../simulators/connection.ts'
import { createFleet, type Fleet } from '../simulators/fleet.ts'
import type { Logger, Part } from './parts.ts'

export interface DemoFleetOptions {
  readonly city: City
  readonly seed: number
  /** Asked at the start: the broker may have taken a free port. */
  readonly connect: () => Connect
  /** World and devices go on after a restart from here. */
  readonly file: string
  readonly logger: Logger
}

export interface DemoFleet extends Part {
  /** Null before the start. */
  readonly counters: Readonly<Record<string, number>> | null
  readonly ready: boolean
}

const SCENARIO = 'day'
const ADVANCE_MS = 500

export function createDemoFleet({ city, seed, connect, file, logger }: DemoFleetOptions): DemoFleet {
  let fleet: Fleet | null = null
  let running: Promise<void> = Promise.resolve()
  let stopped = false
  let ready = false
  let wake: (() => void) | null = null

  async function restore(into: Fleet): Promise<void> {
    const text = await readFile(file, 'utf8').catch(() => null)
    if (text === null) return
    try {
      into.restore(JSON.parse(text))
    } catch (error) {
      logger.warn({ file, why: error instanceof Error ? error.message : String(error) }, 'the simulated fleet starts afresh')
    }
  }

  async function save(from: Fleet): Promise<void> {
    await writeFile(`${file}.new`, JSON.stringify(from.save()), { mode: 0o600 })
    await rename(`${file}.new`, file)
  }

  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ADVANCE_MS)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  async function run(playing: Fleet): Promise<void> {
    let saved = Date.now()
    while (!stopped) {
      try {
        await playing.advance(Date.now())
        ready = true
        if (Date.now() - saved > MINUTE_MS) {
          await save(playing)
          saved = Date.now()
        }
      } catch (error) {
        if (ready && !stopped)
          logger.warn({ why: error instanceof Error ? error.message : String(error) }, 'the simulated fleet is held up')
        ready = false
      }
      if (!stopped) await pause()
    }
  }

  return {
    get counters() {
      return fleet?.counters ?? null
    },
    get ready() {
      return ready
    },
    async start() {
      const { scenario, problems } = await loadScenario(SCENARIO)
      if (scenario === null || problems.length > 0) throw new UrbanError('input', 'scenario', problems.map(formatProblem).join('\n'))
      fleet = createFleet({ city, scenario, seed, world: null, connect: connect(), start: Date.now() })
      await restore(fleet)
      await fleet.start()
      logger.info({ devices: city.devices.length }, 'simulated fleet connected')
      running = run(fleet)
    },
    async stop() {
      stopped = true
      wake?.()
      await running
      if (fleet === null) return
      await save(fleet)
      await fleet.stop()
    },
  }
}
