/** The event stream's order and its rule against storms (screen design, section 5). Pure. */
import type { IncidentRow } from '../../gateway/wire/frames.ts'
import { isOpen } from '../layers/events.ts'
import { STATE_RANK } from '../layers/glyphs.ts'

const BURST_MS = 60_000
export const BURST_COUNT = 20

export type StreamRow =
  | { readonly kind: 'one'; readonly id: string; readonly incident: IncidentRow }
  /** More than 20 new ones of one class within a minute: one row, led by the worst. */
  | {
      readonly kind: 'burst'
      readonly id: string
      readonly incident: IncidentRow
      readonly count: number
      readonly districts: readonly string[]
    }

/** Open first, then severity, then the newest. */
export function compareIncidents(a: IncidentRow, b: IncidentRow): number {
  const open = Number(isOpen(b)) - Number(isOpen(a))
  const ended = Number(a.status === 'resolved') - Number(b.status === 'resolved')
  return open || ended || STATE_RANK[b.severity] - STATE_RANK[a.severity] || b.opened - a.opened
}

export function streamRows(incidents: ReadonlyMap<string, IncidentRow>, now: number): StreamRow[] {
  const sorted = [...incidents].sort(([a, x], [b, y]) => compareIncidents(x, y) || (a < b ? -1 : 1))
  const fresh = new Map<string, { count: number; districts: Set<string> }>()
  const isFresh = (incident: IncidentRow): boolean => isOpen(incident) && now - incident.opened < BURST_MS
  for (const [, incident] of sorted) {
    if (!isFresh(incident)) continue
    const sum = fresh.get(incident.class) ?? { count: 0, districts: new Set() }
    sum.count++
    sum.districts.add(incident.district)
    fresh.set(incident.class, sum)
  }
  const rows: StreamRow[] = []
  const shown = new Set<string>()
  for (const [id, incident] of sorted) {
    const burst = isFresh(incident) ? fresh.get(incident.class) : undefined
    if (burst === undefined || burst.count <= BURST_COUNT) rows.push({ kind: 'one', id, incident })
    else if (!shown.has(incident.class)) {
      shown.add(incident.class)
      rows.push({ kind: 'burst', id, incident, count: burst.count, districts: [...burst.districts].sort() })
    }
  }
  return rows
}
