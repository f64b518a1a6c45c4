/**
 * Time given back to those who stood at red for a corridor: for a while their queue counts more with every controller that compares
 * phases, as long as they waited and until they have gone.
 */
import { SECOND_MS } from '../../base/time.ts'
import { countOf, type Site } from '../controllers/controller.ts'
import type { Owed } from './state.ts'

/** Beyond this much nothing more is owed. */
const OWED_S_MAX = 90
/** Green pays so many times as fast as red borrows. */
const PAID_RATE = 3
/** A queue that is owed this much counts twice. */
const DOUBLE_S = 60

/** The junction is held for a corridor: who stands at red lends its time. */
export function borrow(owed: Map<string, Owed>, { junction, memory, now }: Site, phase: number): void {
  const known = owed.get(junction.id) ?? { lanes_s: junction.lanes.map(() => 0), updated: now }
  const dt_s = Math.max(0, now - known.updated) / SECOND_MS
  for (const [lane, { waiting_since }] of memory.lanes.entries()) {
    if (waiting_since !== null && !junction.phases[phase].includes(lane))
      known.lanes_s[lane] = Math.min(OWED_S_MAX, known.lanes_s[lane] + dt_s)
  }
  known.updated = now
  owed.set(junction.id, known)
}

/** The junction is free again: lanes with green, and those that are empty, are paid. */
export function payBack(owed: Map<string, Owed>, { junction, memory, now, phase, green_s }: Site): void {
  const known = owed.get(junction.id)
  if (known === undefined) return
  const dt_s = Math.max(0, now - known.updated) / SECOND_MS
  for (const [lane, { track }] of memory.lanes.entries()) {
    const open = green_s !== null && junction.phases[phase].includes(lane)
    if (track.queued === 0) known.lanes_s[lane] = 0
    else if (open) known.lanes_s[lane] = Math.max(0, known.lanes_s[lane] - PAID_RATE * dt_s)
  }
  known.updated = now
  if (known.lanes_s.every((left_s) => left_s === 0)) owed.delete(junction.id)
}

/** Vehicles that the lane counts for beyond those that stand there. */
export function owed_veh(owed: ReadonlyMap<string, Owed>, site: Site, lane: number): number {
  const known = owed.get(site.junction.id)
  return known === undefined ? 0 : (countOf(site, lane).queued * known.lanes_s[lane]) / DOUBLE_S
}
