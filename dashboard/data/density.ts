/** How many events began in each slot of the last hours, by severity. Pure. */

import type { Severity } from '../../engine/model/severity.ts'
import type { IncidentRow } from '../../gateway/wire/frames.ts'

export interface DensitySlot {
  readonly from: number
  readonly counts: Readonly<Record<Severity, number>>
}

/** Slots are aligned to the epoch; the last one holds `now`. */
export function eventDensity(incidents: Iterable<IncidentRow>, now: number, slots: number, slot_ms: number): DensitySlot[] {
  const first = Math.floor(now / slot_ms) - slots + 1
  const counts = Array.from({ length: slots }, () => ({ watch: 0, warning: 0, critical: 0 }))
  for (const { opened, severity } of incidents) {
    const slot = counts[Math.floor(opened / slot_ms) - first]
    if (slot !== undefined) slot[severity]++
  }
  return counts.map((count, index) => ({ from: (first + index) * slot_ms, counts: count }))
}

export const slotTotal = ({ counts }: DensitySlot): number => counts.watch + counts.warning + counts.critical
