/** What a command sets: a newer command for a slot replaces the older one, an equal one is not sent twice. */
import type { EpochMs } from '../base/time.ts'
import type { DeviceKey } from '../model/city.ts'
import type { CommandBody } from '../model/command.ts'

/** What a slot is set to. */
export interface Standing {
  readonly id: string
  readonly body: CommandBody
  readonly rank: number
  readonly ts: EpochMs
  readonly expires: EpochMs
}

/** What a controller's phase, plan and preemption share. */
export const signalSlot = (device: DeviceKey): string => `${device} signal`

/** Where a camera looks. */
export const presetSlot = (device: DeviceKey): string => `${device} preset`

/** One slot for whatever cannot be in force beside each other; messages to people stand for themselves under the proposer's name. */
export function slotOf(device: DeviceKey, body: CommandBody, proposed: string): string {
  switch (body.kind) {
    case 'signal.phase':
    case 'signal.plan':
    case 'signal.preempt':
      return signalSlot(device)
    case 'drain.setting':
      return `${device} setting`
    case 'camera.preset':
      return presetSlot(device)
    case 'crew.task':
    case 'crew.recall':
      return `${device} task`
    case 'task.conflict':
    case 'notice':
      return proposed
  }
}

/** A lower rank never replaces a higher one that stands: an emergency corridor goes before the daily plan. */
export const rankOf = (body: CommandBody): number => (body.kind === 'signal.preempt' ? 2 : 1)

/** In the last quarter of its life, or when it would end before the next step. */
export function nearExpiry(standing: Standing, now: EpochMs, interval_ms: number): boolean {
  return standing.expires - now <= Math.max((standing.expires - standing.ts) / 4, interval_ms)
}
