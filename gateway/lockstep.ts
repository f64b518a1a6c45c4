/** Steps the engine when an outside simulator says so (contract section 6). The wall clock decides nothing here. */
import type { EpochMs } from '../engine/base/time.ts'
import type { SolverAnswer, SolverRequest } from '../engine/model/solve.ts'
import type { Solver } from '../engine/ports.ts'
import type { Journal } from './journal.ts'
import type { EventLog, Logger, Taken } from './parts.ts'
import { logObservation, logStep, type Runner } from './runner.ts'
import type { LockstepRun, StepMark, Stepped, Stepper } from './stepper.ts'
import type { ClockPayload } from './wire/payloads.ts'

export interface Lockstep extends Runner {
  /** A clock message, after everything that came before it was taken. */
  clock(clock: ClockPayload): void
  readonly counters: Readonly<LockstepCounters>
}

export interface LockstepCounters {
  steps: number
  repeated: number
  /** Clock messages of other worlds. */
  other_worlds: number
  /** Clock messages that fit nowhere: a step of the past, time that goes back. */
  misplaced: number
  runs: number
}

export interface LockstepOptions {
  readonly stepper: Stepper
  readonly log: EventLog
  readonly journal: Journal
  readonly solver: Solver
  /** The world of `--world`; null lets the first clock message name it. */
  readonly world: string | null
  /** For the records of the log only. */
  readonly now: () => EpochMs
  /** After the step's record is in the log; resolves when the commands are published. */
  readonly onStepped: (stepped: Stepped) => Promise<void>
  readonly publishAck: (payload: string) => Promise<void>
  /** A message whose time is not plausible as of the clock's `now`. */
  readonly refuse: (refused: Stepped['refused'][number]) => void
  /** Writes the run's report; `metrics` are the simulator's. */
  readonly onEnd: (run: LockstepRun, metrics: Readonly<Record<string, unknown>>) => Promise<void>
  readonly logger: Logger
}

/** Leaves a second of the contract's five for the step itself. */
const ANSWER_MS_MAX = 4_000

type Placed = NonNullable<StepMark['lockstep']>['as'] | 'other world' | 'misplaced'

/** What a clock message is, given the run so far. */
export function placeClock(clock: ClockPayload, run: LockstepRun | null, world: string | null): Placed {
  const expected = world ?? (run === null || run.ended ? null : run.world)
  if (expected !== null && clock.world !== expected) return 'other world'
  if (clock.end === true) return run !== null && run.world === clock.world ? 'end' : 'misplaced'
  if (clock.step === undefined || clock.now === undefined) return 'misplaced'
  if (run === null) return 'first'
  if (run.ended) return clock.step === 0 ? 'first' : 'misplaced'
  if (clock.step === run.step && clock.now === run.now) return 'again'
  // A simulator that was started anew without saying `end` begins at 0 too.
  if (clock.step === 0) return 'first'
  return clock.step > run.step && clock.now >= run.now ? 'next' : 'misplaced'
}

export function createLockstep(options: LockstepOptions): Lockstep {
  const { stepper, log, journal, solver, world, now, onStepped, publishAck, onEnd, refuse, logger } = options
  const pending: Taken[] = []
  const asked = new Map<string, Promise<SolverAnswer>>()
  const counters: LockstepCounters = { steps: 0, repeated: 0, other_worlds: 0, misplaced: 0, runs: 0 }
  let working: Promise<void> = Promise.resolve()
  let stopped = false

  const ask = (requests: Iterable<SolverRequest>): void => {
    for (const request of requests) asked.set(request.id, solver.solve(request))
  }

  /**
   * Waits for every solver, so that its answer always comes at the same step, however fast the machine is; for all of them together no
   * longer than the ack may take.
   */
  async function collectAnswers(): Promise<string[]> {
    const waiting = [...asked].sort(([a], [b]) => (a < b ? -1 : 1))
    if (waiting.length === 0) return []
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), ANSWER_MS_MAX)
    })
    for (const [id, solved] of waiting) {
      const first = await Promise.race([solved, late])
      asked.delete(id)
      const answer = first === 'late' ? goOnWithout(id) : first
      pending.push(await logObservation(log, { kind: 'solution', ts: stepper.state.now, request: id, answer }, now()))
    }
    clearTimeout(timer)
    return waiting.map(([id]) => id)
  }

  function goOnWithout(id: string): SolverAnswer {
    logger.warn({ request: id }, 'a solver did not answer in time; the run goes on without it and is no longer repeatable')
    return { type: 'failed', why: 'no answer in time' }
  }

  const throughOf = (): number => pending.reduce((last, taken) => Math.max(last, taken.position), stepper.memory.through)

  async function handle(clock: ClockPayload): Promise<void> {
    const run = stepper.memory.run
    const as = placeClock(clock, run, world)
    switch (as) {
      case 'other world':
        counters.other_worlds++
        return
      case 'misplaced':
        counters.misplaced++
        logger.warn({ world: clock.world, step: clock.step, now: clock.now }, 'a clock message fits nowhere in the run and is ignored')
        return
      case 'end':
        return end(clock)
      default:
        return stepAs(as, clock)
    }
  }

  async function stepAs(as: 'first' | 'next' | 'again', clock: ClockPayload): Promise<void> {
    const step = clock.step ?? 0
    const before = stepper.memory.run
    if (as === 'first') asked.clear()
    const answers = as === 'next' ? await collectAnswers() : []
    const mark: StepMark = {
      n: stepper.memory.n + 1,
      now: clock.now ?? 0,
      through: throughOf(),
      lockstep: { world: clock.world, step, as, answers },
    }
    const stepped = stepper.play(mark, pending)
    journal.append(stepped.facts)
    await logStep(log, mark, now())
    journal.commit(journal.head.seq)
    if (as === 'again') counters.repeated++
    else counters.steps++
    if (as === 'first') counters.runs++
    stepped.refused.forEach(refuse)
    ask(stepped.requests)
    await onStepped(as === 'again' ? { ...stepped, commands: before?.commands ?? [] } : stepped)
    await publishAck(JSON.stringify({ world: clock.world, step }))
  }

  async function end(clock: ClockPayload): Promise<void> {
    const run = stepper.memory.run
    if (run !== null && !run.ended) {
      const mark: StepMark = {
        n: stepper.memory.n + 1,
        now: run.now,
        through: throughOf(),
        lockstep: { world: clock.world, step: run.step, as: 'end', answers: [] },
      }
      stepper.play(mark, pending)
      asked.clear()
      await logStep(log, mark, now())
      await onEnd(run, clock.metrics ?? {})
    }
    await publishAck(JSON.stringify({ world: clock.world, end: true }))
  }

  return {
    counters,
    take(taken) {
      pending.push(taken)
    },
    async observe(observation) {
      pending.push(await logObservation(log, observation, now()))
    },
    get backlog() {
      return pending.length
    },
    clock(clock) {
      working = working
        .then(() => (stopped ? undefined : handle(clock)))
        .catch((error: unknown) =>
          logger.error({ error: String(error), step: clock.step }, 'a lockstep step failed; it is not acknowledged'),
        )
    },
    settled: () => working,
    async start() {
      ask(stepper.memory.outstanding.values())
    },
    async stop() {
      stopped = true
      await working
    },
  }
}
