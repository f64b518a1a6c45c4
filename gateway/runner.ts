/**
 * Steps the engine. What was taken is stepped on the next turn of the event loop, at least once a second, in batches that are bounded.
 * A step is noted in the log first and handed on after: a command that has left can always be explained by stepping the log again.
 */
import { type EpochMs, SECOND_MS } from '../engine/base/time.ts'
import type { Observation } from '../engine/model/observation.ts'
import type { Journal } from './journal.ts'
import { type EventLog, type Logger, type Part, RECORD, type Taken } from './parts.ts'
import type { StepMark, Stepped, Stepper } from './stepper.ts'

export interface Runner extends Part {
  /** A message or observation from the log, in its order. */
  take(taken: Taken): void
  /** Puts an observation that did not come over MQTT into the log and takes it; resolves when it is taken. */
  observe(observation: Observation): Promise<void>
  /** Messages taken and not yet stepped. */
  readonly backlog: number
  /** Resolves when nothing that was taken up to now waits for its step or for the step's record. */
  settled(): Promise<void>
}

export interface RunnerOptions {
  readonly stepper: Stepper
  readonly log: EventLog
  readonly journal: Journal
  readonly now: () => EpochMs
  /** Setting step_observations_max. */
  readonly observations_max: number
  /** After the step's record is in the log. */
  readonly onStepped: (stepped: Stepped) => void
  readonly logger: Logger
}

/** Appends an observation that did not come over MQTT, and gives it back as it will come out of the log again. */
export function logObservation(log: EventLog, observation: Observation, received: EpochMs): Promise<Taken> {
  const payload = JSON.stringify(observation)
  return new Promise((resolve, reject) => {
    log.append(RECORD.observation, observation.kind, payload, received, (error, position) => {
      if (error !== null) reject(error)
      else resolve(takenObservation(observation.kind, payload, received, position))
    })
  })
}

export function takenObservation(topic: string, payload: string, received: EpochMs, position: number): Taken {
  return { world: null, topic, payload, received, observations: [JSON.parse(payload) as Observation], position }
}

/** Appends the record of a step; resolves when it is written. */
export function logStep(log: EventLog, mark: StepMark, received: EpochMs): Promise<void> {
  return new Promise((resolve, reject) => {
    log.append(RECORD.step, '', JSON.stringify(mark), received, (error) => (error === null ? resolve() : reject(error)))
  })
}

export function createRunner({ stepper, log, journal, now, observations_max, onStepped, logger }: RunnerOptions): Runner {
  const pending: Taken[] = []
  let scheduled: NodeJS.Immediate | null = null
  let timer: NodeJS.Timeout | null = null
  let stopped = true
  let recording: Promise<void> = Promise.resolve()
  let waiting: (() => void)[] = []

  function nextThrough(): number {
    let count = 0
    let through = stepper.memory.through
    for (const taken of pending) {
      if (count > 0 && count + taken.observations.length > observations_max) break
      count += taken.observations.length
      through = taken.position
    }
    return through
  }

  function stepOnce(): void {
    const { memory, state } = stepper
    const mark: StepMark = { n: memory.n + 1, now: Math.max(state.now, now()), through: nextThrough() }
    const stepped = stepper.play(mark, pending)
    journal.append(stepped.facts)
    const { seq } = journal.head
    const logged = logStep(log, mark, mark.now).catch((error: unknown) => {
      logger.error({ error: String(error) }, 'a step could not be noted in the log; its commands go out all the same')
    })
    recording = recording
      .then(() => logged)
      .then(() => {
        journal.commit(seq)
        onStepped(stepped)
      })
  }

  function turn(): void {
    scheduled = null
    if (stopped) return
    stepOnce()
    if (pending.length > 0) schedule()
    else release()
  }
  function schedule(): void {
    scheduled ??= setImmediate(turn)
  }
  function release(): void {
    const done = waiting
    waiting = []
    for (const resolve of done) resolve()
  }
  function take(taken: Taken): void {
    pending.push(taken)
    if (!stopped) schedule()
  }

  return {
    take,
    async observe(observation) {
      take(await logObservation(log, observation, now()))
    },
    get backlog() {
      return pending.length
    },
    async settled() {
      if (pending.length > 0 && !stopped) await new Promise<void>((resolve) => waiting.push(resolve))
      await recording
    },
    async start() {
      stopped = false
      timer = setInterval(schedule, SECOND_MS)
      schedule()
    },
    async stop() {
      if (timer !== null) clearInterval(timer)
      if (scheduled !== null) clearImmediate(scheduled)
      scheduled = null
      stopped = true
      release()
      await recording
    },
  }
}
