/** Who steps the engine: the wall clock, or an outside simulator whose run ends with a report. What a step asks of the solver comes back. */
import type { Settings } from '../config/settings.ts'
import type { EpochMs } from '../engine/base/time.ts'
import type { Solver } from '../engine/ports.ts'
import { kpis, storms } from '../engine/view.ts'
import type { DrillReports } from './drill-reports.ts'
import type { Journal } from './journal.ts'
import { createLockstep, type Lockstep, type LockstepOptions } from './lockstep.ts'
import type { EventLog, Logger } from './parts.ts'
import { createRunner, type Runner } from './runner.ts'
import type { LockstepRun, Stepped, Stepper } from './stepper.ts'

export interface RunnerParts extends Pick<LockstepOptions, 'world' | 'publishAck' | 'refuse'> {
  readonly settings: Settings
  readonly stepper: Stepper
  readonly log: EventLog
  readonly journal: Journal
  readonly solver: Solver
  readonly reports: DrillReports
  readonly now: () => EpochMs
  readonly handOn: (stepped: Stepped) => Promise<void>
  readonly logger: Logger
}

export interface BuiltRunner {
  readonly runner: Runner
  /** The same one when an outside simulator owns time. */
  readonly lockstep: Lockstep | null
  /** What the process before this one asked and never heard the answer of. */
  solveOutstanding(): void
}

export function buildRunner(parts: RunnerParts): BuiltRunner {
  if (parts.settings.clock === 'mqtt') {
    const lockstep = buildLockstep(parts)
    // It asks again itself when it starts.
    return { runner: lockstep, lockstep, solveOutstanding: () => {} }
  }
  const { settings, stepper, log, journal, solver, now, handOn, logger } = parts
  const runner = createRunner({
    stepper,
    log,
    journal,
    now,
    observations_max: settings.step_observations_max,
    onStepped(stepped) {
      solve(stepped.requests)
      void handOn(stepped)
    },
    logger,
  })

  function solve(requests: Iterable<Stepped['requests'][number]>): void {
    for (const request of requests)
      void solver
        .solve(request)
        .then((answer) => runner.observe({ kind: 'solution', ts: Date.now(), request: request.id, answer }))
        .catch((error: unknown) => logger.error({ error: String(error) }, "a solver's answer could not be logged"))
  }

  return { runner, lockstep: null, solveOutstanding: () => solve(stepper.memory.outstanding.values()) }
}

function buildLockstep({ stepper, log, journal, solver, reports, world, handOn, publishAck, refuse, logger }: RunnerParts): Lockstep {
  async function writeReport(run: LockstepRun, given: Readonly<Record<string, unknown>>): Promise<void> {
    const { hash } = stepper.memory
    const file = await reports.write({
      id: `${run.world}-${run.first_now}-${stepper.memory.n}`,
      world: run.world,
      steps: run.steps,
      from: run.first_now,
      to: run.now,
      hash,
      metrics: given,
      kpis: [...kpis(stepper.state)],
      storms: [...storms(stepper.state)],
    })
    logger.info({ world: run.world, steps: run.steps, sha256: hash.digest, file }, 'the run has ended')
  }
  return createLockstep({
    stepper,
    log,
    journal,
    solver,
    world,
    now: Date.now,
    onStepped: handOn,
    publishAck,
    onEnd: writeReport,
    refuse,
    logger,
  })
}
