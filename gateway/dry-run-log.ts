/** Rules over the log of a data directory: every step that it notes, made again with the times and messages that it had. */
import type { DeviceKey } from '../engine/model/city.ts'
import type { Context } from '../engine/model/context.ts'
import type { Concern, Rule } from '../engine/model/rule.ts'
import { createDryRun, type DryRun, type RuleFact } from '../engine/rules/dry-run.ts'
import { againBatch, inputsOf, lockstepBatch, type TimeLimits, wallBatch } from './lockstep-batch.ts'
import { type EventLog, type LogRecord, RECORD, type Taken } from './parts.ts'
import { takenOf } from './restart.ts'
import type { StepMark } from './stepper.ts'

export interface LogDryRunOptions {
  readonly log: EventLog
  /** What a message record meant, as far as rules can be moved by its device (intake.observe). */
  readonly observe: (record: LogRecord, concern: (device: DeviceKey) => Concern) => Taken | null
  /** Of the world that a step belongs to; null is that of the settings. */
  readonly contextOf: (world: string | null) => Context
  /** To decide by; null for those that were in force. */
  readonly rules: readonly Rule[] | null
  readonly limits: TimeLimits
}

/** No solver is asked in a dry run, so none of its answers counts. */
const NOBODY_ASKED = new Map<string, never>()

/** The facts of the rules, oldest first. An outside clock that started afresh starts the run afresh. */
export async function dryRunLog({ log, observe, contextOf, rules, limits }: LogDryRunOptions): Promise<RuleFact[]> {
  const pending: Taken[] = []
  let facts: RuleFact[] = []
  let run: DryRun = createDryRun(contextOf(null), rules)
  let last: readonly Rule[] = []
  let stepped: readonly Taken[] = []

  function playLockstep(mark: StepMark, { as, world }: NonNullable<StepMark['lockstep']>): void {
    if (as === 'again' || as === 'end') {
      againBatch(pending, mark.through, as === 'end' ? null : inputsOf(stepped))
      return
    }
    const batch = lockstepBatch(pending, mark.through, { now: mark.now, answers: [], outstanding: NOBODY_ASKED, limits })
    stepped = batch.messages
    if (as === 'first') {
      facts = []
      run = createDryRun(contextOf(world), rules)
      // A run that starts afresh begins with the rules that were delivered last.
      if (!batch.observations.some(({ kind }) => kind === 'rules') && last.length > 0)
        facts.push(...run.step([{ kind: 'rules', ts: mark.now, rules: last }, ...batch.observations], mark.now))
      else facts.push(...run.step(batch.observations, mark.now))
      return
    }
    facts.push(...run.step(batch.observations, mark.now))
  }

  const understand = (record: LogRecord): Taken | null => observe(record, run.concern)
  const take = (record: LogRecord): void => {
    if (record.kind !== RECORD.step) {
      const taken = takenOf(record, understand)
      if (taken === null) return
      for (const observation of taken.observations) if (observation.kind === 'rules') last = observation.rules
      pending.push(taken)
      return
    }
    const mark = JSON.parse(record.payload.toString('utf8')) as StepMark
    if (mark.lockstep !== undefined) playLockstep(mark, mark.lockstep)
    else facts.push(...run.step(wallBatch(pending, mark.through, NOBODY_ASKED).observations, mark.now))
  }
  for await (const records of log.read(0)) records.forEach(take)
  return facts
}
