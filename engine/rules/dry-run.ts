/**
 * Rules without the rest of the brain: the same senses, the same looks, nothing decided and nobody sent. Steps made again with the times and the
 * observations they had give the same rule facts as the live brain gave, byte for byte: nothing else of the brain reaches the senses or the rules.
 */
import type { EpochMs } from '../base/time.ts'
import type { DeviceKey } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { Fact } from '../model/fact.ts'
import type { Observation, Reading, TrafficCount } from '../model/observation.ts'
import { emptyOutcome, type Outcome } from '../model/outcome.ts'
import type { Concern, Rule } from '../model/rule.ts'
import { hear, takeSilent } from '../sense/intake.ts'
import { createSense } from '../sense/state.ts'
import { compileRules } from './compile.ts'
import { createConcern } from './concern.ts'
import { evaluateRules, replaceRules } from './evaluate.ts'
import { perceive } from './perceive.ts'
import { createRules } from './state.ts'

export type RuleFact = Extract<Fact, { kind: 'rule' | 'suppressed' }>

export interface DryRun {
  /** Facts of rules, as the brain gives them. */
  step(observations: readonly Observation[], now: EpochMs): RuleFact[]
  /** When something can change although nothing new comes; null when nothing waits. */
  due(): EpochMs | null
  /** What of a device's messages the rules given can be moved by; everything, while they are those among the observations. */
  concern(key: DeviceKey): Concern
}

const isRuleFact = (fact: Fact): fact is RuleFact => fact.kind === 'rule' || fact.kind === 'suppressed'

/** @param rules to decide by; null for those among the observations. */
export function createDryRun(context: Context, rules: readonly Rule[] | null): DryRun {
  const sense = createSense()
  const state = createRules()
  let compiled = compileRules([]).compiled
  let begun = false
  let previous: EpochMs = 0
  const concern = rules === null ? (): Concern => 'values' : createConcern(compileRules(rules).compiled, context)

  function replace(next: readonly Rule[], now: EpochMs, changed: Set<DeviceKey>): RuleFact[] {
    const out = emptyOutcome()
    compiled = replaceRules(state, context, next, now, out)
    for (const key of sense.devices.keys()) changed.add(key)
    return out.facts.filter(isRuleFact)
  }

  /** All that a reading does to a device of which rules know the age only. */
  function hearTime({ device: key, ts, backfill }: Reading | TrafficCount, now: EpochMs, changed: Set<DeviceKey>, out: Outcome): void {
    const device = hear(sense, context, key, now, out)
    if (!backfill && (device.ts === null || ts > device.ts)) device.ts = ts
    changed.add(key)
  }

  return {
    concern,
    due() {
      const waiting = [sense.silence, state.timers].flatMap(({ heap }) => heap[0]?.at ?? [])
      return waiting.length === 0 ? null : Math.min(...waiting)
    },
    step(observations, now) {
      const changed = new Set<DeviceKey>()
      const facts: RuleFact[] = []
      if (!begun && rules !== null) facts.push(...replace(rules, now, changed))
      begun = true
      const out = emptyOutcome()
      for (const observation of observations) {
        if ((observation.kind === 'reading' || observation.kind === 'traffic') && concern(observation.device) === 'age')
          hearTime(observation, now, changed, out)
        else if (observation.kind !== 'rules')
          perceive({ context, sense, rules: state, compiled, now }, observation, previous, changed, out)
        else if (rules === null) facts.push(...replace(observation.rules, now, changed))
      }
      for (const key of takeSilent(sense, now, out)) changed.add(key)
      out.facts.length = 0
      evaluateRules(state, compiled, context, sense, changed, now, out)
      facts.push(...out.facts.filter(isRuleFact))
      // Nobody amends figures here.
      sense.late.length = 0
      previous = now
      return facts
    },
  }
}
