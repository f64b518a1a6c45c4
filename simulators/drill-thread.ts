/** The thread's side of drill-worker.ts. */
import { once } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'
import type { Scenario } from '../config/scenario.ts'
import { type ErrorFamily, UrbanError } from '../engine/base/errors.ts'
import type { City } from '../engine/model/city.ts'
import type { Connect } from './connection.ts'
import { runDrill } from './drill.ts'
import { createFleet } from './fleet.ts'
import type { Metrics, Score } from './score.ts'

/** What the thread is started with. */
export interface DrillTask {
  readonly city: City
  readonly scenario: Scenario
  readonly seed: number
  readonly connect: Connect
  /** Scenario seconds to one of ours; Infinity as fast as it goes. */
  readonly speed: number
}

export interface DrillPlayed {
  readonly score: Score
  readonly steps: number
}

/** What the thread says: the fleet is through and wants to know what the engine did, the outcome, or why there is none. */
export type DrillSaid =
  | { readonly type: 'played' }
  | ({ readonly type: 'scored' } & DrillPlayed)
  | { readonly type: 'failed'; readonly family: ErrorFamily; readonly code: string; readonly message: string }

const say = (said: DrillSaid): void => parentPort?.postMessage(said)

async function askObserved(): Promise<Metrics> {
  if (parentPort === null) return {}
  const answer = once(parentPort, 'message')
  say({ type: 'played' })
  const [metrics]: Metrics[] = await answer
  return metrics
}

async function play({ city, scenario, seed, connect, speed }: DrillTask): Promise<void> {
  const fleet = createFleet({ city, scenario, seed, world: null, connect, start: scenario.start })
  await fleet.start()
  try {
    say({ type: 'scored', ...(await runDrill({ fleet, scenario, clock: fleet.clock, speed, observed: askObserved })) })
  } finally {
    await fleet.stop()
  }
}

try {
  await play(workerData)
} catch (error) {
  const { family, code } = error instanceof UrbanError ? error : { family: 'ours' as const, code: 'fleet_thread' }
  say({ type: 'failed', family, code, message: error instanceof Error ? error.message : String(error) })
}
