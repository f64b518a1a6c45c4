/** What looks have found: how often something happens at a place is learned from it. */
import type { LonLat } from '../../base/geo.ts'
import type { EpochMs } from '../../base/time.ts'
import type { City } from '../../model/city.ts'
import type { SeenEvent } from '../event.ts'
import { targetAt, turningCameras } from './places.ts'
import { noteFound, type PatrolState } from './state.ts'

/** Counts an event of a camera that goes round, at the place in view that it is about; -1 takes it back. */
export function countEvent(state: PatrolState, city: City, { device, type }: SeenEvent, at: LonLat, change: 1 | -1, now: EpochMs): void {
  const record = state.cameras.get(device)
  if (record === undefined || record.preset === null) return
  const view = turningCameras(city)
    .find(({ key }) => key === device)
    ?.presets.find(({ preset }) => preset.id === record.preset)
  const target = view === undefined ? null : targetAt(view, type, at)
  if (target !== null) noteFound(state, target.key, change, now)
}
