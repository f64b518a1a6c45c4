/** Events that were heard last of each camera and label: a picture that comes without a name belongs to them. */
import { type EpochMs, MINUTE_MS } from '../engine/base/time.ts'
import type { ObjectEvent } from './dialects/zone-events.ts'

export interface RecentObjects {
  note(entity: string, label: string, events: readonly Pick<ObjectEvent, 'key' | 'payload'>[], now: EpochMs): void
  /** `<device> <id>` of each; empty when nothing was heard of it for a minute. */
  find(entity: string, label: string, now: EpochMs): readonly string[]
}

const KEPT_MAX = 10_000

export function createRecentObjects(): RecentObjects {
  const recent = new Map<string, { readonly events: readonly string[]; readonly at: EpochMs }>()
  const nameOf = (entity: string, label: string): string => `${entity} ${label}`
  return {
    note(entity, label, events, now) {
      const name = nameOf(entity, label)
      recent.delete(name)
      recent.set(name, { events: events.map(({ key, payload }) => `${key} ${payload.id}`), at: now })
      if (recent.size <= KEPT_MAX) return
      for (const oldest of recent.keys()) {
        recent.delete(oldest)
        break
      }
    },
    find(entity, label, now) {
      const known = recent.get(nameOf(entity, label))
      return known === undefined || now - known.at > MINUTE_MS ? [] : known.events
    },
  }
}
