/** Plays a scenario on a fleet in lockstep: the fleet's step, the clock message, the engine's answer, until the scenario ends. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Scenario } from '../config/scenario.ts'
import { type EpochMs, SECOND_MS } from '../engine/base/time.ts'
import type { DrillClock } from './connection.ts'
import type { Fleet } from './fleet.ts'
import type { Metrics, Score } from './score.ts'

export interface DrillProgress {
  readonly step: number
  readonly steps: number
  readonly now: EpochMs
}

export interface DrillOptions {
  readonly fleet: Fleet
  readonly scenario: Scenario
  /** `fleet.clock` unless the caller's own. */
  readonly clock: DrillClock
  /** Scenario seconds to one of ours; Infinity as fast as it goes. */
  readonly speed: number
  /** What the engine did, as a tally counted it; asked at the end. */
  readonly observed?: () => Metrics | Promise<Metrics>
  readonly onProgress?: (progress: DrillProgress) => void
}

/** The fleet must be started; it is left running, so that its world can still be looked at. */
export async function runDrill(options: DrillOptions): Promise<{ readonly score: Score; readonly steps: number }> {
  const { fleet, scenario, clock, speed, observed, onProgress } = options
  const steps = scenario.duration_s / scenario.step_s
  const began = performance.now()
  for (let step = 0; step <= steps; step++) {
    const now = fleet.from + step * scenario.step_s * SECOND_MS
    await fleet.advance(now)
    await clock.tick(step, now)
    onProgress?.({ step, steps, now })
    const ahead_ms = (now - fleet.from) / speed - (performance.now() - began)
    if (ahead_ms > 0) await wait(ahead_ms)
  }
  const score = fleet.score((await observed?.()) ?? {})
  await clock.end(score.metrics)
  return { score, steps: steps + 1 }
}
