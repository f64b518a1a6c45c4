/** What is decided for more than one junction, before each of them decides. */
import type { EpochMs } from '../../base/time.ts'
import { MINUTE_MS } from '../../base/time.ts'
import type { Context } from '../../model/context.ts'
import type { Outcome } from '../../model/outcome.ts'
import type { ClosedRoad } from '../../model/priority.ts'
import { prioritySettings } from '../../model/signals.ts'
import type { TrafficState } from '../state.ts'
import { followClosures } from './closures.ts'
import { coordinate } from './coordination.ts'
import { followDiagrams } from './perimeter.ts'

/** Flows are means over ten minutes: a plan made oftener would be the same. */
const AGAIN_MS = 5 * MINUTE_MS

export function decideArea(state: TrafficState, context: Context, closed: readonly ClosedRoad[], now: EpochMs, out: Outcome): void {
  const { area } = state
  followClosures(area, context, closed, now, out)
  if (prioritySettings(context.signals).perimeter) followDiagrams(area.diagrams, state, context, now, out)
  else area.diagrams.clear()
  const { coordination } = area
  if (!area.wanted) {
    if (coordination !== null && now - coordination.made > 2 * AGAIN_MS) area.coordination = null
    return
  }
  area.wanted = false
  if (coordination === null || now - coordination.made >= AGAIN_MS) area.coordination = coordinate(state, context, now)
}
