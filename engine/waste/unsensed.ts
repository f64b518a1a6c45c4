/** Bins without a sensor: what crews and residents have said of them is all that is known (waste/forecast/unsensed.ts is the method). */
import { distance_m, type LonLat } from '../base/geo.ts'
import { type EpochMs, HOUR_MS } from '../base/time.ts'
import type { DeviceKey } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { FillTrack } from '../model/fill.ts'
import { clockAt } from './clock.ts'
import { bookLevel, createUnsensed } from './forecast/unsensed.ts'

export interface UnsensedBin {
  readonly track: FillTrack
  /** When its level was last known: a collection, or a report that it overflows. Before the first, since when it is looked after. */
  ts: EpochMs
  /** Its level has been known once. */
  known: boolean
  /** Emptyings that it rests on. */
  collections: number
  /** Since when it could not be emptied; null while it can. */
  blocked: EpochMs | null
}

export type UnsensedBins = Map<DeviceKey, UnsensedBin>

/** A report stands at the bin, a crew beside it. */
const AT_BIN_M = 40
/** Reports of one overflow come for hours. */
const REPORTED_AGAIN_MS = HOUR_MS
const OVERFLOW_PCT = 100

/** Every bin that the city says has no sensor; one that is heard all the same is as any other. */
export function listUnsensed(bins: UnsensedBins, context: Context, heard: ReadonlyMap<DeviceKey, unknown>, now: EpochMs): void {
  for (const [key, { kind, bin }] of context.devices) {
    if (kind !== 'bin' || bin?.sensor !== 'none') continue
    if (heard.has(key)) bins.delete(key)
    else if (!bins.has(key))
      bins.set(key, { track: createUnsensed(clockAt(context, now)), ts: now, known: false, collections: 0, blocked: null })
  }
}

/** @param found_pct as the crew found it; null where it did not say */
export function noteCollected(bins: UnsensedBins, context: Context, key: DeviceKey, ts: EpochMs, found_pct: number | null): void {
  const bin = bins.get(key)
  if (bin === undefined || ts <= bin.ts) return
  bookLevel(bin.track, clockAt(context, ts), found_pct, 0, bin.known)
  bin.ts = ts
  bin.known = true
  bin.collections++
  bin.blocked = null
}

/** Somebody has seen a bin overflow: the nearest there, if it is one of these. */
export function noteOverflow(bins: UnsensedBins, context: Context, at: LonLat, ts: EpochMs): void {
  const key = nearestBin(context, at)
  const bin = key === null ? undefined : bins.get(key)
  if (bin === undefined || ts <= bin.ts) return
  if (bin.track.level_pct >= OVERFLOW_PCT && ts - bin.ts < REPORTED_AGAIN_MS) return
  bookLevel(bin.track, clockAt(context, ts), OVERFLOW_PCT, OVERFLOW_PCT, bin.known)
  bin.ts = ts
  bin.known = true
}

/** Null where none stands so near. */
export function nearestBin({ devices }: Context, at: LonLat): DeviceKey | null {
  let nearest: DeviceKey | null = null
  let near_m = AT_BIN_M
  for (const [key, device] of devices) {
    if (device.kind !== 'bin') continue
    const away_m = distance_m(device.at, at)
    if (away_m > near_m) continue
    near_m = away_m
    nearest = key
  }
  return nearest
}
