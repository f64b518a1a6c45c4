/**
 * Bins that nothing measures. What crews find when they empty them is booked as filling of the time since the emptying before, so that such a bin has a habit like any other, only
 * coarser; how full it is now, and when it overflows, follows from that habit since the last time its level was known.
 */
import { type EpochMs, HOUR_MS } from '../../base/time.ts'
import { PLAIN_PLAN } from './almanac.ts'
import { chanceAt, curveOf, type FillCurve, type FillForecaster, HORIZONS_H } from './curve.ts'
import { expectedGain, gainChance, habitOf, UNTRAINED } from './habit.ts'
import { createTrack, noteEmptying, reach, SLOT_MS, SLOTS_DAY, type Track, UNKNOWN } from './track.ts'

/** As full as it can be found; it may have been so for long. */
const FULL_PCT = 100
/** Before anything is known of it a bin is as likely to be empty as full. */
const UNKNOWN_STARTS_PCT = [5, 15, 25, 35, 45, 55, 65, 75, 85, 95]
const LOW_SHARE = 0.95
const HIGH_SHARE = 0.05

/** @param at on the clock at the bin, as all times here */
export const createUnsensed = (at: EpochMs): Track => createTrack(at, 50)

/**
 * A crew has emptied it, or somebody has seen it full.
 * @param found_pct null where the crew did not say
 * @param left_pct after it: 0 of an emptied bin
 * @param known whether the level before was known: otherwise nothing can be said of the time since
 */
export function bookLevel(track: Track, at: EpochMs, found_pct: number | null, left_pct: number, known: boolean): void {
  if (at <= track.ts) return
  if (found_pct === null || !known) reach(track, at)
  else book(track, track.ts, at, broughtIn(track, at, found_pct))
  track.readings++
  track.ts = at
  track.raw_pct = left_pct
  track.peak_pct = left_pct
  track.level_pct = left_pct
  if (left_pct > 0) return
  noteEmptying(track, at, found_pct)
  track.since = at
  track.risen = at
  track.floor_pct = left_pct
}

/** A full bin has taken at least what it holds: where the habit says more, the habit is believed. */
function broughtIn(track: Track, at: EpochMs, found_pct: number): number {
  const seen_pct = Math.max(0, found_pct - track.level_pct)
  if (found_pct < FULL_PCT) return seen_pct
  return Math.max(seen_pct, expectedGain(habitOf(track, UNTRAINED), track.ts, (at - track.ts) / HOUR_MS))
}

/** Spreads an amount over a time by the common course of the day: evenly would say that bins fill at night. */
function book(track: Track, from: EpochMs, to: EpochMs, amount_pct: number): void {
  reach(track, to)
  const first = Math.floor(from / SLOT_MS)
  const shareOf = (slot: number): number => {
    const ms = Math.min(to, (slot + 1) * SLOT_MS) - Math.max(from, slot * SLOT_MS)
    return (ms / SLOT_MS) * UNTRAINED.slots[slot % SLOTS_DAY]
  }
  let all = 0
  for (let slot = first; slot <= track.slot; slot++) all += shareOf(slot)
  for (let slot = first; slot <= track.slot; slot++) {
    const i = track.slots.length - 1 - (track.slot - slot)
    if (i < 0) continue
    const before = track.slots[i] === UNKNOWN ? 0 : track.slots[i]
    // Hundredths of a percent, as in track.ts.
    track.slots[i] = Math.round((before + (amount_pct * shareOf(slot)) / Math.max(1e-9, all)) * 100) / 100
  }
}

/** @param known false: its level never was */
const startsOf = (track: Track, known: boolean): readonly number[] => (known ? [track.level_pct] : UNKNOWN_STARTS_PCT)

export interface UnsensedEstimate {
  readonly level_pct: number
  /** Nine in ten are between the two. */
  readonly low_pct: number
  readonly high_pct: number
  /** Hours since it was emptied; where no emptying is known, those in which its habit brings what it is thought to hold. */
  readonly since_h: number
  /** Its chances from now on. */
  curveTo(full_pct: number): FillCurve
}

/** @param known whether its level ever was, at the end of the track */
export function estimateUnsensed(
  forecaster: FillForecaster,
  track: Track,
  kind: string | null,
  at: EpochMs,
  known: boolean,
  plan = PLAIN_PLAN,
): UnsensedEstimate {
  const habit = habitOf(track, forecaster.priorOf(kind), plan)
  const passed_h = (at - track.ts) / HOUR_MS
  const mean_pct = expectedGain(habit, track.ts, passed_h)
  const starts = startsOf(track, known)
  const meanOver = (of: (start_pct: number) => number): number => starts.reduce((sum, start) => sum + of(start), 0) / starts.length
  const above = (level_pct: number): number => meanOver((start) => gainChance(mean_pct, habit.dispersion_pct, level_pct - start))
  const level_pct = meanOver((start) => Math.min(FULL_PCT, start + mean_pct))
  return {
    level_pct,
    low_pct: levelWith(above, LOW_SHARE),
    high_pct: levelWith(above, HIGH_SHARE),
    since_h: known ? (at - track.since) / HOUR_MS : level_pct / Math.max(1e-3, habit.rate_pct_h),
    curveTo(full_pct) {
      // The chances that it had when its level was last known, less the time that has passed.
      const curves = starts.map((start) => curveOf(forecaster, { ...track, level_pct: start }, kind, track.ts, full_pct, plan))
      const chance = Float64Array.from(
        HORIZONS_H,
        (hours) => curves.reduce((sum, curve) => sum + chanceAt(curve, passed_h + hours), 0) / curves.length,
      )
      return { ...curves[0], chance, standing: { ...curves[0].standing, level_pct } }
    },
  }
}

/** The level that is passed with a chance of `share`; in whole percents, 100 at most. */
function levelWith(above: (level_pct: number) => number, share: number): number {
  let level_pct = 0
  while (level_pct < FULL_PCT && above(level_pct + 1) >= share) level_pct++
  return level_pct
}
