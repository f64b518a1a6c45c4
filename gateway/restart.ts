/**
 * Going on where the last process stopped: restore the snapshot, then make the steps behind it again exactly as the log notes them. No
 * command is published: those that were under way are in the state, and `act` repeats what was not acknowledged.
 */

import type { Journal } from './journal.ts'
import { type EventLog, type Logger, type LogPosition, type LogRecord, RECORD, type Taken } from './parts.ts'
import { takenObservation } from './runner.ts'
import { readSnapshot, type Snapshot } from './snapshot.ts'
import type { StepMark, Stepped, Stepper } from './stepper.ts'

export interface ReplayOptions {
  readonly log: EventLog
  readonly from: LogPosition
  readonly stepper: Stepper
  /** What a message record meant (intake.observe). */
  readonly observe: (record: LogRecord) => Taken | null
  readonly onStepped: (stepped: Stepped) => void
}

export interface Replayed {
  readonly steps: number
  readonly records: number
  /** Taken and not yet stepped. */
  readonly pending: Taken[]
}

/** The pending meaning of a record; null for steps, other worlds and what is no observation. */
export function takenOf(record: LogRecord, observe: (record: LogRecord) => Taken | null): Taken | null {
  switch (record.kind) {
    case RECORD.message: {
      const taken = observe(record)
      return taken?.world === null ? taken : null
    }
    case RECORD.observation:
      return takenObservation(record.topic, record.payload.toString('utf8'), record.received, record.position)
    case RECORD.step:
      return null
  }
}

/** Makes the steps again that the log notes behind `from`. */
export async function replayLog({ log, from, stepper, observe, onStepped }: ReplayOptions): Promise<Replayed> {
  const pending: Taken[] = []
  let steps = 0
  let records = 0
  const take = (record: LogRecord): void => {
    if (record.kind !== RECORD.step) {
      const taken = takenOf(record, observe)
      if (taken !== null) pending.push(taken)
      return
    }
    const mark = JSON.parse(record.payload.toString('utf8')) as StepMark
    // A record can lie behind the snapshot's position although its step is in the snapshot.
    if (mark.n <= stepper.memory.n) return
    onStepped(stepper.play(mark, pending))
    steps++
  }
  for await (const some of log.read(from)) {
    some.forEach(take)
    records += some.length
  }
  return { steps, records, pending }
}

export interface RestartOptions extends Omit<ReplayOptions, 'from' | 'onStepped'> {
  readonly snapshot_file: string
  readonly journal: Journal
  readonly logger: Logger
}

export interface Restarted extends Replayed {
  readonly marks: Snapshot['marks']
  /** False on the very first start. */
  readonly before: boolean
}

export async function restart({ snapshot_file, journal, logger, ...replay }: RestartOptions): Promise<Restarted> {
  const { log, stepper } = replay
  const snapshot = await restore(snapshot_file, log, stepper, logger)
  await journal.replay(snapshot?.journal ?? null)
  const replayed = await replayLog({ ...replay, from: snapshot?.memory.through ?? 0, onStepped: ({ facts }) => journal.append(facts) })
  journal.live()
  journal.commit(journal.head.seq)
  await journal.flush()
  const before = snapshot !== null || replayed.records > 0
  if (before) logger.info({ steps: replayed.steps, pending: replayed.pending.length, now: stepper.state.now }, 'went on from the last run')
  return { ...replayed, marks: snapshot?.marks ?? [], before }
}

/** The snapshot that was put into the stepper; null when there is none that fits. */
async function restore(file: string, log: EventLog, stepper: Stepper, logger: Logger): Promise<Snapshot | null> {
  try {
    const snapshot = await readSnapshot(file)
    if (snapshot === null) return null
    if (snapshot.memory.through > log.end) {
      logger.warn(
        { snapshot: snapshot.memory.through, log: log.end },
        'the snapshot knows more than the log; stepping the log from its beginning',
      )
      return null
    }
    stepper.restore(snapshot)
    return snapshot
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    logger.warn({ file, why }, 'the snapshot cannot be used; stepping the log from its beginning')
    return null
  }
}
