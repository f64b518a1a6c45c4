/** A measured value and how long it counts. */
import type { EpochMs } from '../base/time.ts'
import { type DeviceKey, splitKey } from '../model/city.ts'

export interface Observed {
  readonly value: number
  readonly ts: EpochMs
  /** Until when the value still describes the present. */
  readonly until: EpochMs
}

/** The highest of the values that still hold, with the device that said it. */
export function highest(
  values: ReadonlyMap<DeviceKey, Observed>,
  now: EpochMs,
  district?: string,
): (Observed & { readonly device: DeviceKey }) | null {
  let best: (Observed & { readonly device: DeviceKey }) | null = null
  for (const [device, value] of values) {
    if (value.until < now || (best !== null && value.value <= best.value)) continue
    if (district === undefined || splitKey(device).district === district) best = { ...value, device }
  }
  return best
}
