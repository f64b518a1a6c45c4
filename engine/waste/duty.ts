/** Points of volunteers who stand at the bins: what they have done for the city is counted, and nothing is taken away for what they have not. */
import { HOUR_MS } from '../base/time.ts'
import type { DeviceKey } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { CrewEvent } from '../model/observation.ts'

/** For each whole half-hour on duty; nobody is rewarded for more than a working day without a break. */
const POINT_MS = HOUR_MS / 2
const DUTY_MS_MAX = 8 * HOUR_MS

export interface DutyRecord {
  points: number
  /** Start of the duty that lasts; null without one. */
  since: number | null
}

/** By volunteer. */
export type DutyState = Map<DeviceKey, DutyRecord>

/** Takes the buttons of a phone in: a shift that starts twice has started once, one that ends twice ended once. */
export function observeDuty(state: DutyState, context: Context, { device, type, ts }: CrewEvent): void {
  if (context.crews.get(device)?.volunteer === undefined) return
  const record = state.get(device) ?? { points: 0, since: null }
  state.set(device, record)
  if (type === 'shift.start') record.since ??= ts
  if (type !== 'shift.end' || record.since === null) return
  record.points += Math.floor(Math.min(DUTY_MS_MAX, Math.max(0, ts - record.since)) / POINT_MS)
  record.since = null
}
