/**
 * Events that are going on: detections of cameras, alarms and buttons of any other device. The same id from the same device is the same event.
 */
import { createDeadlines, type Deadlines, dropDeadline, setDeadline, takeDue } from '../base/deadlines.ts'
import type { EpochMs } from '../base/time.ts'
import type { DeviceEvent } from '../model/observation.ts'
import type { Doubt, PersonReport, SeenEvent } from './event.ts'
import { eventKind } from './kinds.ts'
import { createPatrol, type PatrolState } from './patrol/state.ts'
import type { Trust } from './trust.ts'

export interface CameraState {
  /** By `<device> <id>`. */
  readonly events: Map<string, SeenEvent>
  readonly expiry: Deadlines
  /** Keys that changed since the last decision. */
  readonly touched: Set<string>
  readonly trust: Trust
  /** By key of the event, oldest first. */
  readonly doubts: Map<string, Doubt>
  readonly reports: PersonReport[]
  readonly patrol: PatrolState
}

export const createCamera = (): CameraState => ({
  events: new Map(),
  expiry: createDeadlines(),
  touched: new Set(),
  trust: new Map(),
  doubts: new Map(),
  reports: [],
  patrol: createPatrol(),
})

/** Folds one message of an event. One that comes later than the event would have lasted changes nothing live. */
export function observeCamera(state: CameraState, event: DeviceEvent, now: EpochMs): void {
  const key = `${event.device} ${event.id}`
  const { expires_ms } = eventKind(event.type)
  const known = state.events.get(key)
  if (known !== undefined && event.ts < known.ts) return
  if (event.stage === 'end') {
    if (known === undefined) return
    known.ts = event.ts
    known.over = 'ended'
    state.touched.add(key)
    dropDeadline(state.expiry, key)
    return
  }
  if (now - event.ts >= expires_ms) return
  setDeadline(state.expiry, key, now + expires_ms)
  state.touched.add(key)
  if (known === undefined) {
    const { device, id, type, ts, score, at, media } = event
    state.events.set(key, { device, id, type, ts, score, at, media, over: null, signalled: false, verdict: null })
    return
  }
  known.ts = event.ts
  known.score = Math.max(known.score, event.score)
  known.at = event.at ?? known.at
  known.media = event.media ?? known.media
}

/** Marks the events that nobody has updated for as long as their kind lasts. */
export function expireEvents(state: CameraState, now: EpochMs): void {
  for (const key of takeDue(state.expiry, now)) {
    const event = state.events.get(key)
    if (event === undefined) continue
    event.over = 'expired'
    state.touched.add(key)
  }
}
