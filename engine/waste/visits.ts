/** What crews and residents say of bins, taken from what has become true in this step: emptied, not to be emptied, overflowing. */
import { type EpochMs, HOUR_MS } from '../base/time.ts'
import type { DeviceKey } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { Fact } from '../model/fact.ts'
import type { Task } from '../model/incident.ts'
import type { Outcome } from '../model/outcome.ts'
import type { StopFailure } from '../model/round.ts'
import { blockByCrew, freeUnsensed } from './blocked.ts'
import type { WasteState } from './state.ts'
import { nearestBin, noteCollected, noteOverflow } from './unsensed.ts'

/** A bin that a crew could not get at is not planned again so soon: a parked car, a locked yard. */
const AVOIDED_MS: Readonly<Record<StopFailure, EpochMs>> = { no_access: 4 * HOUR_MS, blocked: 24 * HOUR_MS }
/** Work that empties the bin at its place. */
const EMPTYING: readonly string[] = ['waste.overflow', 'waste.blocked']
const OVERFLOW = 'waste.overflow'
/** An incident that is new, or comes back. */
const OPENINGS: readonly string[] = ['opened', 'reopened']

/** @param facts of this step, before incidents have moved */
export function noteVisits(state: WasteState, context: Context, facts: readonly Fact[], now: EpochMs, out: Outcome): void {
  for (const [key, until] of state.rounds.avoid) if (now >= until) state.rounds.avoid.delete(key)
  for (const fact of [...facts]) {
    if (fact.kind === 'task' && fact.task.status === 'done' && fact.change === 'done') noteTask(state, context, fact.task, now, out)
    if (fact.kind !== 'round' || fact.stop?.kind !== 'bin') continue
    const { ref, state: became, found_pct, why } = fact.stop
    if (became === 'emptied') collect(state, context, ref, found_pct, now, out)
    else if (became === 'failed' && (why === 'blocked' || why === 'no_access')) noteFailure(state, context, ref, why, now, out)
  }
}

function noteTask(state: WasteState, context: Context, { kind, at }: Task, now: EpochMs, out: Outcome): void {
  if (!EMPTYING.includes(kind)) return
  const key = nearestBin(context, at)
  if (key !== null) collect(state, context, key, null, now, out)
}

/** A bin with a sensor says itself that it has been emptied. */
function collect(state: WasteState, context: Context, key: DeviceKey, found_pct: number | null, now: EpochMs, out: Outcome): void {
  const bin = state.unsensed.get(key)
  if (bin === undefined) return
  if (bin.blocked !== null) freeUnsensed(state, context, key, bin, out)
  noteCollected(state.unsensed, context, key, now, found_pct)
}

function noteFailure(state: WasteState, context: Context, key: DeviceKey, why: StopFailure, now: EpochMs, out: Outcome): void {
  state.rounds.avoid.set(key, now + AVOIDED_MS[why])
  if (why === 'blocked') blockByCrew(state, context, key, now, out)
}

/** @param facts of this step, after incidents have moved: reports of residents and what cameras saw are incidents by then */
export function noteOverflows(state: WasteState, context: Context, facts: readonly Fact[], now: EpochMs): void {
  if (state.unsensed.size === 0) return
  for (const fact of facts) {
    if (fact.kind !== 'incident' || fact.incident.class !== OVERFLOW || !OPENINGS.includes(fact.change)) continue
    noteOverflow(state.unsensed, context, fact.incident.at, now)
  }
}
