/**
 * From chances to times: a bin's chance of having reached a level within each of some horizons, and the times that follow. All of it is for a bin that nobody
 * empties meanwhile.
 */
import type { EpochMs } from '../../base/time.ts'
import { askForest, type Forest } from '../../learn/trees.ts'
import { PLAIN_PLAN } from './almanac.ts'
import { FEATURES, featuresOf, type Standing, standingOf, untrainedChance } from './features.ts'
import type { KindPrior } from './habit.ts'
import type { Track } from './track.ts'

/** Horizons that are asked for, hours. */
export const HORIZONS_H = [1, 2, 3, 4.5, 6, 9, 12, 15, 18, 21, 24, 27, 30, 36, 42, 48, 54, 60, 72, 84, 96, 120, 144, 168, 216, 264, 336]
const LAST_H = 336

/** A model as it is asked. */
export interface FillForecaster {
  /** Of a kind of bins, or of all where it is not known. */
  priorOf(kind: string | null): KindPrior
  /** Null before any training. */
  readonly forest: Forest | null
  readonly claims: Claims
}

/** Chances from which on a bin is said to be full within a day and within two. */
export interface Claims {
  readonly within_24_h: number
  readonly within_48_h: number
}

/**
 * Before any training. Half the best possible F1 is the threshold that makes the most of hits against misses and false alarms (Lipton, Elkan and Naryanaswamy 2014); a critical
 * success index of 0.4 is an F1 of 0.57.
 */
export const UNTRAINED_CLAIMS: Claims = { within_24_h: 0.28, within_48_h: 0.28 }

export interface FillCurve {
  /** By horizon, never falling. */
  readonly chance: Float64Array
  readonly standing: Standing
  readonly claims: Claims
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x))

/** @param plan what is known of the bin's days */
export function curveOf(
  forecaster: FillForecaster,
  track: Track,
  kind: string | null,
  at: EpochMs,
  full_pct: number,
  plan = PLAIN_PLAN,
): FillCurve {
  const standing = standingOf(track, forecaster.priorOf(kind), at, plan)
  const chance = new Float64Array(HORIZONS_H.length)
  const row = new Float32Array(FEATURES)
  let most = 0
  HORIZONS_H.forEach((hours, h) => {
    most = Math.max(most, chanceWithin(forecaster.forest, standing, full_pct, hours, row))
    chance[h] = most
  })
  return { chance, standing, claims: forecaster.claims }
}

function chanceWithin(forest: Forest | null, standing: Standing, full_pct: number, hours: number, row: Float32Array): number {
  if (standing.level_pct >= full_pct) return 1
  if (forest === null) return untrainedChance(standing, full_pct, hours)
  featuresOf(standing, full_pct, hours, row)
  return logistic(askForest(forest, row))
}

/** Chance within any time up to two weeks, between the horizons in proportion; later the last. */
export function chanceAt({ chance }: FillCurve, hours: number): number {
  const h = HORIZONS_H.findIndex((horizon) => horizon >= hours)
  if (h < 0) return chance[chance.length - 1]
  const [before_h, before] = h === 0 ? [0, 0] : [HORIZONS_H[h - 1], chance[h - 1]]
  return before + ((hours - before_h) / (HORIZONS_H[h] - before_h)) * (chance[h] - before)
}

/** Longest time that is told. */
export const LONGEST_H = 60 * 24

/**
 * Time by which the level is reached with a chance of `share`. Beyond the horizons the rest of the way is gone at the pace of the habit.
 */
export function timeTo({ chance, standing }: FillCurve, share: number, full_pct: number): number {
  if (standing.level_pct >= full_pct) return 0
  for (let h = 0; h < chance.length; h++) {
    if (chance[h] < share) continue
    const [before_h, before] = h === 0 ? [0, 0] : [HORIZONS_H[h - 1], chance[h - 1]]
    return chance[h] === before ? HORIZONS_H[h] : before_h + ((share - before) / (chance[h] - before)) * (HORIZONS_H[h] - before_h)
  }
  const need = Math.max(0, full_pct - standing.level_pct)
  const median_h = need / Math.max(1e-3, standing.habit.rate_pct_h)
  const last = chance[chance.length - 1]
  return Math.min(LONGEST_H, Math.max(median_h, LAST_H * Math.min(4, share / Math.max(0.02, last))))
}

/** What comes behind the last horizon counts as coming then. */
const TAIL_H = 2 * LAST_H
const SHORTEST_H = 2

/**
 * The one number of a forecast: the time with the least expected relative error |said - true| / true, which is the median of the times weighted with their inverse. A bin
 * that is full in half a day instead of one spoils more than one that takes six days instead of five. Two weeks mean two weeks or more: a bin that has been hardly used for
 * weeks may be full the day after tomorrow. It never contradicts the claims "within a day" and "within two days".
 */
export function pointOf(curve: FillCurve, full_pct: number): number {
  if (curve.standing.level_pct >= full_pct) return 0
  const [low_h, high_h] = claimOf(curve)
  return Math.min(Math.max(leastRelativeError(curve), low_h), high_h)
}

/** Just behind the claim that is not made. */
const BEHIND_H = 0.01

function claimOf(curve: FillCurve): [number, number] {
  const { within_24_h, within_48_h } = curve.claims
  if (chanceAt(curve, 24) >= within_24_h) return [0, 24]
  return chanceAt(curve, 48) >= within_48_h ? [24 + BEHIND_H, 48] : [48 + BEHIND_H, LONGEST_H]
}

function leastRelativeError({ chance }: FillCurve): number {
  const weights = new Float64Array(chance.length)
  let sum = (1 - chance[chance.length - 1]) / TAIL_H
  let [before, before_h] = [0, 0]
  for (let h = 0; h < chance.length; h++) {
    weights[h] = (chance[h] - before) / Math.max(SHORTEST_H, (before_h + HORIZONS_H[h]) / 2)
    sum += weights[h]
    before = chance[h]
    before_h = HORIZONS_H[h]
  }
  let left = sum / 2
  before_h = 0
  for (let h = 0; h < chance.length; h++) {
    if (weights[h] >= left) return before_h + (left / weights[h]) * (HORIZONS_H[h] - before_h)
    left -= weights[h]
    before_h = HORIZONS_H[h]
  }
  return LAST_H
}
