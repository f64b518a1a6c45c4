/** Corridors in one step: who is under way, what each junction is asked for. */
import type { EpochMs } from '../../base/time.ts'
import { SECOND_MS } from '../../base/time.ts'
import type { Context } from '../../model/context.ts'
import type { Outcome } from '../../model/outcome.ts'
import type { UrgentTrip } from '../../model/priority.ts'
import { prioritySettings } from '../../model/signals.ts'
import type { Site } from '../controllers/controller.ts'
import { claimsOf } from './claims.ts'
import { followTrips } from './corridor.ts'
import { obeyClaim } from './obey.ts'
import type { PriorityState } from './state.ts'

/** Junctions that belong to a corridor now; true when they were asked for something. A silent junction is asked as well. */
export function decideCorridors(
  state: PriorityState,
  context: Context,
  trips: readonly UrgentTrip[],
  look: (junction: string) => Site | null,
  now: EpochMs,
  out: Outcome,
): ReadonlyMap<string, boolean> {
  state.stepped = { at: now, interval_s: state.stepped.at === 0 ? 0 : Math.max(0, now - state.stepped.at) / SECOND_MS }
  followTrips(state.corridors, context, prioritySettings(context.signals).corridor ? trips : [], now, out)
  if (state.corridors.size === 0) return NONE
  const asked = new Map<string, boolean>()
  for (const [id, claim] of claimsOf(state.corridors, context, look, now)) {
    asked.set(id, obeyClaim(state, context, claim, look(id), now, out))
  }
  return asked
}

const NONE: ReadonlyMap<string, boolean> = new Map()
