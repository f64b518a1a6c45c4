/** A wall that nobody touched for a minute shows a new critical event by itself; a person at work is never interrupted. */
import { effect } from '@preact/signals'
import { flyTo } from '../map/city-map.ts'
import type { Wall } from './wall.ts'

const IDLE_MS = 60_000
const NEW_MS = 30_000

export function watchUnattended(wall: Wall): void {
  const shown = new Set<string>()
  effect(() => {
    void wall.data.versions.incidents.value
    const now = wall.now.peek()
    if (now === null) return
    for (const [id, incident] of wall.data.tables.incidents) {
      if (incident.severity !== 'critical' || incident.status !== 'detected' || shown.has(id)) continue
      shown.add(id)
      if (now - incident.opened > NEW_MS || performance.now() - wall.touched_ms.peek() < IDLE_MS || wall.list.peek()) continue
      wall.selection.value = { kind: 'incident', id }
      flyTo(wall, { kind: 'incident', id })
    }
  })
}
