/** What the trees are asked with: one bin at one time of issue, a level to be reached and a horizon. */
import { DAY_MS, type EpochMs, HOUR_MS } from '../../base/time.ts'
import { occasionShare, oddShare, PLAIN_PLAN, weatherAt } from './almanac.ts'
import { type Cumulated, cumulate, expectedGain, gainChance, type Habit, habitOf, type KindPrior, pastShare } from './habit.ts'
import { levelOf, SLOT_MS, type Track } from './track.ts'

/** A bin as it stands at a time of issue. */
export interface Standing {
  readonly track: Track
  readonly habit: Habit
  readonly cumulated: Cumulated
  readonly at: EpochMs
  readonly weather: readonly [number, number, number]
  readonly level_pct: number
}

export function standingOf(track: Track, prior: KindPrior, at: EpochMs, plan = PLAIN_PLAN): Standing {
  const since_ms = at - track.ts
  const habit = habitOf(track, prior, plan)
  // What came in since the last reading; of a bin silent for days nothing more is added than a day's.
  const unseen_pct = since_ms > HOUR_MS ? expectedGain(habit, track.ts, Math.min(since_ms, DAY_MS) / HOUR_MS) : 0
  return { track, habit, cumulated: cumulate(track), at, weather: weatherAt(plan, at), level_pct: levelOf(track) + unseen_pct }
}

/** By feature: 1 the chance may not fall with it, -1 not rise, 0 free. */
export const MONOTONE = Int8Array.from([
  1, -1, 0, 1, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
])
export const FEATURES = MONOTONE.length

const logRatio = (gain_pct: number, need_pct: number): number => Math.log(Math.max(0.01, gain_pct) / need_pct)
const NEED_MIN_PCT = 0.5

export const needOf = ({ level_pct }: Standing, full_pct: number): number => Math.max(NEED_MIN_PCT, full_pct - level_pct)

/** Chance without any training: the habit as a gamma process, and the bin's own past. */
export function untrainedChance(standing: Standing, full_pct: number, hours: number): number {
  const { habit, track, cumulated, at } = standing
  const need = needOf(standing, full_pct)
  const wear = gainChance(expectedGain(habit, at, hours), habit.dispersion_pct, need)
  return pastShare(track, cumulated, at, hours, need, wear)
}

const LIFE_MIN_H = 7 * 24
const WEEK_MS = 7 * DAY_MS

/** When the bin is likely to be emptied: how long after the last time, at which levels, and in how many past weeks it was within these hours of the week. */
function emptyingFeatures({ track, at }: Standing, hours: number): [number, number, number, number] {
  const { emptyings, tops } = track
  const top_pct = tops.length === 0 ? Number.NaN : [...tops].sort((a, b) => a - b)[tops.length >> 1]
  if (emptyings.length < 2) return [Number.NaN, Number.NaN, Number.NaN, top_pct]
  const gaps = emptyings.slice(1).map((ts, i) => (ts - emptyings[i]) / HOUR_MS)
  const gap_h = gaps.sort((a, b) => a - b)[gaps.length >> 1]
  let weeks = 0
  let hits = 0
  for (let from = at - WEEK_MS; weeks < 6 && from >= emptyings[0] - WEEK_MS; from -= WEEK_MS) {
    weeks++
    if (emptyings.some((ts) => ts > from && ts <= from + hours * HOUR_MS)) hits++
  }
  return [gap_h, (at - track.since) / HOUR_MS + hours - gap_h, weeks === 0 ? Number.NaN : hits / weeks, top_pct]
}

/** Writes the features into `row` from `offset`; NaN where nothing is known. */
export function featuresOf(standing: Standing, full_pct: number, hours: number, row: Float32Array, offset = 0): void {
  const { track, habit, cumulated, at } = standing
  const need = needOf(standing, full_pct)
  const gain = expectedGain(habit, at, hours)
  const wear = gainChance(gain, habit.dispersion_pct, need)
  const lately = habit.lately.map((rate) => (rate === null ? Number.NaN : logRatio(rate * hours, need)))
  const cycle_h = (track.ts - track.since) / HOUR_MS
  const cycle_pct = track.level_pct - track.floor_pct
  const expected_cycle = expectedGain(habit, track.since, cycle_h)
  const slot = at / SLOT_MS
  const [, , week, month] = habit.lately
  const { tops } = track
  const values = [
    Math.log(hours),
    need,
    full_pct,
    logRatio(gain, need),
    Math.log(wear / (1 - wear)),
    pastShare(track, cumulated, at, hours, need, wear),
    lately[0],
    cycle_h < 12 ? Number.NaN : logRatio((Math.max(0, cycle_pct) / cycle_h) * hours, need),
    lately[1],
    lately[2],
    lately[3],
    Math.min(1000, (at - track.since) / HOUR_MS),
    tops.length === 0 ? Number.NaN : tops.filter((top) => top >= full_pct).length / tops.length,
    ((slot % 8) + 8) % 8,
    Math.floor(at / DAY_MS) % 7,
    habit.dispersion_pct,
    track.noise_pct,
    habit.days,
    habit.idle,
    week === null || month === null || month <= 0 ? Number.NaN : week / month,
    Math.min(500, (at - track.risen) / HOUR_MS),
    habit.day_max_pct / need,
    expected_cycle < 1 ? Number.NaN : cycle_pct / expected_cycle,
    track.interval_h,
    Math.min(200, (at - track.ts) / HOUR_MS),
    track.raw_pct - track.level_pct,
    habit.rate_pct_h,
    full_pct - track.raw_pct,
    full_pct - track.peak_pct,
    track.step_pct,
    track.life_h < LIFE_MIN_H ? Number.NaN : logRatio(Math.max(0, track.life_pct / track.life_h) * hours, need),
    ...emptyingFeatures(standing, hours),
    track.floor_pct,
    habit.used,
    oddShare(habit.plan, at, at + hours * HOUR_MS),
    occasionShare(habit.plan, at, at + hours * HOUR_MS),
    habit.plan.occasions.length === 0 ? Number.NaN : habit.event,
    ...standing.weather,
  ]
  for (let f = 0; f < values.length; f++) row[offset + f] = values[f]
}
