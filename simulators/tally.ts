/**
 * Counts what the engine did, as metrics that a scenario can expect: `incidents.flood.waterlogging`, `tasks.done`, `commands.drain.setting`,
 * `quality.stuck`, `presence.silent`, `readings.duplicate`, `rounds.done`.
 */
import type { Command } from '../engine/model/command.ts'
import type { Fact } from '../engine/model/fact.ts'
import type { Metrics } from './score.ts'

export interface Tally {
  take(facts: readonly Fact[], commands: readonly Command[]): void
  metrics(): Metrics
}

/** Classes, kinds and causes that were never seen are 0, so that `incidents.waste.fire == 0` can be expected. */
const EXPECTABLE = /^(incidents|tasks|commands|facts|quality|presence|readings|rounds)(\.|$)/

export function createTally(expected: readonly string[]): Tally {
  const counts: Record<string, number> = { facts: 0, commands: 0, incidents: 0, tasks: 0, 'tasks.done': 0, 'incidents.dismissed': 0 }
  for (const name of expected) if (EXPECTABLE.test(name)) counts[name] ??= 0
  const incidents = new Set<string>()
  const tasks = new Set<string>()
  const done = new Set<string>()
  const dismissed = new Set<string>()
  const count = (name: string): void => {
    counts[name] = (counts[name] ?? 0) + 1
  }
  /** Once per id and name, however many facts tell of it. */
  const countOnce = (seen: Set<string>, id: string, ...names: readonly string[]): void => {
    if (seen.has(id)) return
    seen.add(id)
    for (const name of names) count(name)
  }
  const takeFact = (fact: Fact): void => {
    count('facts')
    if (fact.kind === 'incident') {
      countOnce(incidents, fact.incident.id, 'incidents', `incidents.${fact.incident.class}`)
      if (fact.incident.status === 'dismissed') countOnce(dismissed, fact.incident.id, 'incidents.dismissed')
    }
    if (fact.kind === 'task') {
      countOnce(tasks, fact.task.id, 'tasks')
      if (fact.task.status === 'done') countOnce(done, fact.task.id, 'tasks.done')
    }
    if (fact.kind === 'presence' && !fact.online) count(`presence.${fact.cause}`)
    if (fact.kind === 'measured' && fact.quality === 'late') count('readings.late')
    if (fact.kind === 'round') count(`rounds.${fact.change}`)
    if (fact.kind === 'dropped') count(`readings.${fact.cause}`)
    if (fact.kind === 'quality' && fact.quality === 'suspect') count(`quality.${fact.cause}`)
    if (fact.kind === 'verified') {
      for (const { warned_min } of fact.floods) {
        count('floods')
        if (warned_min >= 30) count('floods.warned_30_min')
      }
      for (let run = 0; run < fact.warning_runs; run++) count('warnings')
      for (let run = 0; run < fact.false_runs; run++) count('warnings.false')
    }
    if (fact.kind === 'command') count(`commands.${fact.status}`)
  }
  return {
    take(facts, commands) {
      for (const fact of facts) takeFact(fact)
      for (const command of commands) {
        count('commands')
        count(`commands.${command.kind}`)
      }
    },
    metrics: () => counts,
  }
}
