/**
 * Event time. A device's watermark is the time of its newest live reading, by our clock: what comes from before it is late. A district's is the time up to which every
 * device there that still speaks has told what it measured (Akidau and others 2015, The dataflow model, section 2.3; PVLDB 8): figures of later minutes may still move
 * with what is on its way, figures of earlier ones move only as amendments.
 */
import type { EpochMs } from '../base/time.ts'
import { districtOf } from './rain.ts'
import { correctedTime, type DeviceSense, isFresh, type SenseState } from './state.ts'

/** Null before the first live reading. */
export const deviceWatermark = (device: DeviceSense): EpochMs | null => (device.ts === null ? null : correctedTime(device, device.ts))

export interface DistrictWatermark {
  readonly ts: EpochMs
  /** Devices that speak, and so hold it back or let it go on. */
  readonly devices: number
}

/** By district, in the order in which they were first heard. */
export function districtWatermarks(state: SenseState, now: EpochMs): Map<string, DistrictWatermark> {
  const marks = new Map<string, DistrictWatermark>()
  for (const device of state.devices.values()) {
    const ts = deviceWatermark(device)
    if (ts === null || !isFresh(device, now)) continue
    const district = districtOf(device.key)
    const mark = marks.get(district)
    marks.set(district, { ts: Math.min(mark?.ts ?? now, ts), devices: (mark?.devices ?? 0) + 1 })
  }
  return marks
}
