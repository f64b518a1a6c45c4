/**
 * What one observation does to the senses and to what rules remember. The brain and a dry run take everything in through here, so that both
 * judge by the same values.
 */
import type { EpochMs } from '../base/time.ts'
import type { DeviceKey } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { Observation } from '../model/observation.ts'
import type { Outcome } from '../model/outcome.ts'
import { countTotals, hear, takeCount, takePresence, takeReading } from '../sense/intake.ts'
import type { QualifiedCount, QualifiedReading, SenseState } from '../sense/state.ts'
import type { CompiledRules } from './compile.ts'
import type { RulesState } from './state.ts'
import { noteEvent, noteValues } from './windows.ts'

export interface Perceiver {
  readonly context: Context
  readonly sense: SenseState
  readonly rules: RulesState
  readonly compiled: CompiledRules
  readonly now: EpochMs
}

/** What of it is live and believed; nothing for all other observations. */
export type Perceived = QualifiedReading | QualifiedCount | null

/** @param changed gets the devices whose rules have to be looked at. */
export function perceive(
  { context, sense, rules, compiled, now }: Perceiver,
  observation: Observation,
  previous: EpochMs,
  changed: Set<DeviceKey>,
  out: Outcome,
): Perceived {
  switch (observation.kind) {
    case 'reading': {
      const qualified = takeReading(sense, context, observation, now, previous, out)
      changed.add(observation.device)
      if (qualified !== null) noteValues(rules.pasts, compiled.spans, qualified.device, qualified.ts, qualified.values)
      return qualified
    }
    case 'traffic': {
      const qualified = takeCount(sense, context, observation, now, previous, out)
      changed.add(observation.device)
      if (qualified !== null) noteValues(rules.pasts, compiled.spans, observation.device, observation.ts, countTotals(observation))
      return qualified
    }
    case 'event':
      hear(sense, context, observation.device, now, out)
      changed.add(observation.device)
      if (observation.stage === 'new') noteEvent(rules.pasts, compiled.spans, observation.device, observation.type, now)
      return null
    case 'presence':
      takePresence(sense, context, observation, now, out)
      changed.add(observation.device)
      return null
    case 'ack':
    case 'crew':
      hear(sense, context, observation.device, now, out)
      return null
    default:
      return null
  }
}
