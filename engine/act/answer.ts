/** How commands are answered, and what it means when they are not. */
import type { Command } from '../model/command.ts'
import type { Context } from '../model/context.ts'
import type { CrewEvent, Reading, TrafficCount } from '../model/observation.ts'

export interface AnswerPolicy {
  /** An unacknowledged command is published again, under the same id, so long after its first time. */
  readonly retry_after_s: readonly number[]
  /** After so long without any answer it is given up; null never. */
  readonly give_up_after_s: number | null
  /** An unanswered command that reaches its end has failed. */
  readonly silence_is_failure: boolean
}

const LIVE: AnswerPolicy = { retry_after_s: [10, 30], give_up_after_s: 60, silence_is_failure: true }

/** Contract section 6: in lockstep a missing acknowledgement is no failure, the next reading confirms. */
const LOCKSTEP: AnswerPolicy = { retry_after_s: [], give_up_after_s: null, silence_is_failure: false }

export const answerPolicy = (context: Context): AnswerPolicy => (context.lockstep ? LOCKSTEP : LIVE)

/** A pump reports its speed as measured. */
const SETTING_TOLERANCE = 0.02

/** Whether what was seen after the command shows that it is obeyed. */
export function confirms(command: Command, obs: Reading | TrafficCount | CrewEvent): boolean {
  if (obs.ts <= command.ts) return false
  switch (command.kind) {
    case 'drain.setting': {
      const setting = obs.kind === 'reading' ? obs.values.setting : undefined
      return typeof setting === 'number' && Math.abs(setting - command.setting) <= SETTING_TOLERANCE
    }
    case 'signal.phase':
    case 'signal.preempt':
      if (obs.kind === 'traffic') return obs.phase === command.phase && !obs.clearing
      return obs.kind === 'reading' && obs.values.phase === command.phase
    case 'crew.task':
      return obs.kind === 'crew' && obs.task === command.task.id
    default:
      return false
  }
}
