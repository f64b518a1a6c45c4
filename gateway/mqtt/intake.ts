import { UrbanError } from '../../engine/base/errors.ts'
import type { Accept, EventLog, LogRecord, Taken } from '../parts.ts'
import type { Pseudonym } from '../privacy.ts'
import type { ClockPayload } from '../wire/payloads.ts'
import type { DecodeLimits } from './decode.ts'
import type { Quarantine } from './quarantine.ts'

export interface IntakeOptions {
  readonly log: EventLog
  readonly pseudonym: Pseudonym
  readonly limits: DecodeLimits
  readonly quarantine_max: number
  /** Every message that was accepted, in the order of the log, after it was written and before it is acknowledged. */
  readonly onTaken: (taken: Taken) => void
  /**
   * Given with `--clock mqtt` only: clock messages of the simulator, after everything that came before them. Readings are then judged
   * "too old" and "in the future" by the clock's `now`, so a step's messages reach `onTaken` when its clock message has come.
   */
  readonly onClock?: (clock: ClockPayload) => void
}

export interface Intake {
  readonly accept: Accept
  /** What a record meant when it was taken in; null for a clock message and for what is no message. For replay. */
  observe(record: LogRecord): Taken | null
  readonly quarantine: Quarantine
  readonly counters: Readonly<Record<string, number>>
}

export function createIntake(_options: IntakeOptions): Intake {
  throw new UrbanError('ours', 'unfinished', 'the intake is being written')
}
