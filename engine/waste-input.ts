/** Bins that crews have emptied, gathered for the bins from what dispatch has just told and incidents know. */
import { MINUTE_MS } from './base/time.ts'
import type { CityState } from './city-state.ts'
import { findIncident } from './incidents/state.ts'
import { splitKey } from './model/city.ts'
import type { Fact } from './model/fact.ts'
import type { Collection } from './waste/blocked.ts'

/** Work that empties the bin; who sets a fallen one up does not. */
const EMPTYING: readonly string[] = ['waste.overflow', 'waste.blocked']
/** The lorry of a round has come to the stop so long before it says that it is done. */
const AT_STOP_MS = 5 * MINUTE_MS

/** @param facts of this step */
export function collectionsIn({ incidents, now }: CityState, facts: readonly Fact[]): Collection[] {
  return facts.flatMap((fact) => {
    if (fact.kind === 'round' && fact.stop?.kind === 'bin' && fact.stop.state === 'emptied')
      return [{ device: fact.stop.ref, onsite: now - AT_STOP_MS, done: now }]
    if (fact.kind !== 'task' || fact.task.status !== 'done' || !EMPTYING.includes(fact.task.kind)) return []
    const { incident, times } = fact.task
    const bins = findIncident(incidents, incident)?.incident.devices.filter((key) => splitKey(key).domain === 'waste') ?? []
    return bins.map((device) => ({ device, onsite: times.onsite ?? now, done: now }))
  })
}
