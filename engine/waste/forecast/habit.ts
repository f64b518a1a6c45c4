/**
 * The habit of a bin: how much comes in at which hour of which weekday, and how unevenly. A bin of which little is known is taken for one of its kind, and the more
 * it has told the less (shrinkage as in empirical Bayes; Efron and Morris 1973).
 */
import { normalCdf } from '../../base/normal.ts'
import { DAY_MS, HOUR_MS } from '../../base/time.ts'
import { countedDay, type DayPlan, occasionShare, PLAIN_PLAN } from './almanac.ts'
import { SLOT_H, SLOT_MS, SLOTS_DAY, SLOTS_WEEK, type Track, UNKNOWN } from './track.ts'

/** What is known of bins of a kind. */
export interface KindPrior {
  readonly rate_pct_h: number
  /** Variance of a day's amount over its mean, percent. */
  readonly dispersion_pct: number
  /** Share of the mean rate by slot of the day (mean 1) and by day of the week, Thursday first as 1970 began. */
  readonly slots: readonly number[]
  readonly days: readonly number[]
  /** Amount during an event over what is usual then. */
  readonly event: number
}

/**
 * Before any training: a bin that is full in four to five days, used by day; days vary as in the published counts of litter bins (mean 20 % a day, half of it as
 * standard deviation). Every bin's own history replaces it within two weeks.
 */
export const UNTRAINED: KindPrior = {
  rate_pct_h: 0.8,
  dispersion_pct: 8,
  slots: [0.2, 0.2, 0.7, 1.6, 1.4, 1.4, 1.6, 0.9],
  days: [1, 1, 1, 1, 1, 1, 1],
  event: 1.5,
}

export interface Habit {
  /** Expected amount from the start of the week (Thursday 00:00) to the start of each slot, SLOTS_WEEK + 1 entries, percent. */
  readonly cumulative: Float64Array
  readonly rate_pct_h: number
  readonly dispersion_pct: number
  /** Days of which something is known. */
  readonly days: number
  /** Share of known slots in which next to nothing came. */
  readonly idle: number
  /** Share of the last days in which more than noise came. */
  readonly used: number
  /** Amount during an event over what is usual then, and the days that it is about. */
  readonly event: number
  readonly plan: DayPlan
  /** Largest amount of one day. */
  readonly day_max_pct: number
  /** Means of the last day, three days, week, four weeks, percent an hour; null where too little is known. */
  readonly lately: readonly (number | null)[]
}

/** Weight of the kind, in days of own history; of the own mean against a weekday's, in days of that name; of the kind's daily course, in days. */
const KIND_DAYS = 2
const WEEKDAY_DAYS = 3
const COURSE_DAYS = 6
const DISPERSION_DAYS = 5
const HALF_LIFE_SLOTS = 24 * SLOTS_DAY
const LATELY_DAYS = [1, 3, 7, 28]
/** Less in a slot is noise. */
const IDLE_PCT = 0.4
/** Less in a day is noise. */
const USED_PCT = 1

/** Weight of the kind's events, percent that is usual during them. */
const EVENT_PCT = 15

/** Whether most of a slot lies within an event. */
const isEvent = (plan: DayPlan, slot: number): boolean =>
  plan.occasions.length > 0 && occasionShare(plan, slot * SLOT_MS, (slot + 1) * SLOT_MS) > 0.5

/** @param prior of its kind */
export function habitOf(track: Track, prior: KindPrior, plan = PLAIN_PLAN): Habit {
  const { slots } = track
  const first = track.slot - slots.length + 1
  const sums = {
    day: new Float64Array(7),
    day_n: new Float64Array(7),
    slot: new Float64Array(SLOTS_DAY),
    slot_n: new Float64Array(SLOTS_DAY),
  }
  let sum = 0
  let weight = 0
  let known = 0
  let idle = 0
  for (let i = 0; i < slots.length; i++) {
    const amount = slots[i]
    if (amount === UNKNOWN || isEvent(plan, first + i)) continue
    const w = 0.5 ** ((slots.length - 1 - i) / HALF_LIFE_SLOTS)
    const of_day = (first + i) % SLOTS_DAY
    const day = countedDay(plan, Math.floor((first + i) / SLOTS_DAY))
    // A weekday or hour is judged against the course that was expected of the other: a bin that tells only mornings is no busy bin.
    sum += w * amount
    weight += w * prior.slots[of_day] * prior.days[day]
    sums.day[day] += w * amount
    sums.day_n[day] += w * prior.slots[of_day]
    sums.slot[of_day] += w * amount
    sums.slot_n[of_day] += w
    known++
    if (amount < IDLE_PCT) idle++
  }
  const kind_n = KIND_DAYS * SLOTS_DAY
  const mean = Math.max(0.02 * SLOT_H, (sum + kind_n * prior.rate_pct_h * SLOT_H) / (weight + kind_n))
  const cumulative = weekOf(sums, mean, prior)
  const days = known / SLOTS_DAY
  return {
    cumulative,
    rate_pct_h: cumulative[SLOTS_WEEK] / (SLOTS_WEEK * SLOT_H),
    ...spreadOf(track, cumulative, prior, days),
    event: eventOf(track, cumulative, prior, plan),
    plan,
    days,
    idle: known === 0 ? 0.5 : idle / known,
    lately: LATELY_DAYS.map((count) => meanOf(track, count * SLOTS_DAY)),
  }
}

interface Sums {
  readonly day: Float64Array
  readonly day_n: Float64Array
  readonly slot: Float64Array
  readonly slot_n: Float64Array
}

function weekOf(sums: Sums, mean: number, prior: KindPrior): Float64Array {
  const day_n = WEEKDAY_DAYS * SLOTS_DAY
  const day = Array.from(sums.day, (sum, d) => Math.max(0, (sum + day_n * mean * prior.days[d]) / ((sums.day_n[d] + day_n) * mean)))
  const course = Array.from(sums.slot, (sum, s) =>
    Math.max(0, (sum + COURSE_DAYS * mean * prior.slots[s]) / ((sums.slot_n[s] + COURSE_DAYS) * mean)),
  )
  const scale =
    SLOTS_DAY /
    Math.max(
      1e-9,
      course.reduce((all, share) => all + share, 0),
    )
  const cumulative = new Float64Array(SLOTS_WEEK + 1)
  for (let s = 0; s < SLOTS_WEEK; s++)
    cumulative[s + 1] = cumulative[s] + mean * day[Math.floor(s / SLOTS_DAY)] * course[s % SLOTS_DAY] * scale
  return cumulative
}

function eventOf(track: Track, cumulative: Float64Array, prior: KindPrior, plan: DayPlan): number {
  const { slots } = track
  const first = track.slot - slots.length + 1
  let [amount, usual] = [EVENT_PCT * prior.event, EVENT_PCT]
  for (let i = 0; plan.occasions.length > 0 && i < slots.length; i++) {
    if (slots[i] === UNKNOWN || !isEvent(plan, first + i)) continue
    const of_week = (first + i) % SLOTS_WEEK
    amount += slots[i]
    usual += cumulative[of_week + 1] - cumulative[of_week]
  }
  return Math.max(0, amount / usual)
}

/** How much the days' amounts differ from what was expected of them. */
function spreadOf(
  track: Track,
  cumulative: Float64Array,
  prior: KindPrior,
  days: number,
): Pick<Habit, 'dispersion_pct' | 'day_max_pct' | 'used'> {
  const { slots } = track
  const first = track.slot - slots.length + 1
  let squares = 0
  let expected = 0
  let most = 0
  let whole = 0
  let used = 0
  for (let end = slots.length; end >= SLOTS_DAY; end -= SLOTS_DAY) {
    let amount = 0
    let plan = 0
    for (let i = end - SLOTS_DAY; i < end; i++) {
      if (slots[i] === UNKNOWN) continue
      const of_week = (first + i) % SLOTS_WEEK
      amount += slots[i]
      plan += cumulative[of_week + 1] - cumulative[of_week]
    }
    squares += (amount - plan) ** 2
    expected += plan
    most = Math.max(most, amount)
    whole++
    if (amount > USED_PCT) used++
  }
  const kind = (DISPERSION_DAYS * expected) / Math.max(1, days) + 1e-6
  return {
    dispersion_pct: Math.max(0.5, (squares + kind * prior.dispersion_pct) / (expected + kind)),
    day_max_pct: most,
    used: whole === 0 ? 0.5 : used / whole,
  }
}

/** Of the newest slots; null when less than half of them are known. */
function meanOf({ slots }: Track, count: number): number | null {
  let sum = 0
  let known = 0
  for (let i = Math.max(0, slots.length - count); i < slots.length; i++) {
    if (slots[i] === UNKNOWN) continue
    sum += slots[i]
    known++
  }
  return known < count / 2 ? null : sum / (known * SLOT_H)
}

/** Amount expected in the next `hours` from a time, percent. */
export function expectedGain(habit: Habit, from_ms: number, hours: number): number {
  const until_ms = from_ms + hours * HOUR_MS
  const { plan } = habit
  let gain = usualGain(habit, from_ms, until_ms)
  if (plan.holidays.size > 0 || plan.workdays.size > 0) {
    for (let day = Math.floor(from_ms / DAY_MS); day * DAY_MS < until_ms; day++) {
      const ahead = countedDay(plan, day) - (((day % 7) + 7) % 7)
      if (ahead === 0) continue
      const [from, until] = [Math.max(from_ms, day * DAY_MS), Math.min(until_ms, (day + 1) * DAY_MS)]
      gain += usualGain(habit, from + ahead * DAY_MS, until + ahead * DAY_MS) - usualGain(habit, from, until)
    }
  }
  for (const { from, until } of plan.occasions) {
    if (from >= until_ms) break
    if (until > from_ms) gain += (habit.event - 1) * usualGain(habit, Math.max(from_ms, from), Math.min(until_ms, until))
  }
  return Math.max(0, gain)
}

/** By hours and weekdays alone. */
function usualGain({ cumulative }: Habit, from_ms: number, until_ms: number): number {
  const at = (ms: number): number => {
    const slot = ms / SLOT_MS
    const whole = Math.floor(slot)
    const of_week = whole % SLOTS_WEEK
    const week = Math.floor(whole / SLOTS_WEEK)
    return week * cumulative[SLOTS_WEEK] + cumulative[of_week] + (slot - whole) * (cumulative[of_week + 1] - cumulative[of_week])
  }
  return at(until_ms) - at(from_ms)
}

/**
 * Chance that a gamma process of this mean and dispersion brings at least `need_pct` (van Noortwijk 2009, for wear that never heals as a bin never empties itself),
 * by the cube-root approximation of Wilson and Hilferty (1931).
 */
export function gainChance(mean_pct: number, dispersion_pct: number, need_pct: number): number {
  if (need_pct <= 0) return 1
  if (mean_pct <= 0) return 0
  const shape = mean_pct / dispersion_pct
  const root = Math.cbrt(need_pct / mean_pct)
  const z = 3 * Math.sqrt(shape) * (root - 1 + 1 / (9 * shape))
  return normalCdf(Math.min(Math.max(-z, -6), 6))
}

/**
 * Share of the bin's own past stretches of that length in which at least `need_pct` came in; such that began at the same hour, and weekday, count more. `chance` of
 * the gamma process stands in for some stretches.
 */
export function pastShare(track: Track, cumulated: Cumulated, from_ms: number, hours: number, need_pct: number, chance: number): number {
  const { amount, known } = cumulated
  const length = Math.max(1, Math.round(hours / SLOT_H))
  const n = track.slots.length
  const first = track.slot - n + 1
  const now = Math.floor(from_ms / SLOT_MS)
  let sum = PAST_PRIOR * chance
  let weight = PAST_PRIOR
  for (let i = 0; i + length <= n; i++) {
    const seen = known[i + length] - known[i]
    if (seen < 0.7 * length) continue
    const apart = Math.abs(now - (first + i))
    const of_day = apart % SLOTS_DAY
    const near = Math.min(of_day, SLOTS_DAY - of_day) <= 1
    const w = near ? (apart % SLOTS_WEEK <= 1 || apart % SLOTS_WEEK >= SLOTS_WEEK - 1 ? 4 : 1) : length > SLOTS_DAY ? 0.15 : 0
    if (w === 0) continue
    weight += w
    if (((amount[i + length] - amount[i]) * length) / seen >= need_pct) sum += w
  }
  return sum / weight
}
const PAST_PRIOR = 6

export interface Cumulated {
  readonly amount: Float64Array
  readonly known: Float64Array
}

export function cumulate({ slots }: Track): Cumulated {
  const amount = new Float64Array(slots.length + 1)
  const known = new Float64Array(slots.length + 1)
  for (let i = 0; i < slots.length; i++) {
    const isKnown = slots[i] !== UNKNOWN
    amount[i + 1] = amount[i] + (isKnown ? slots[i] : 0)
    known[i + 1] = known[i] + (isKnown ? 1 : 0)
  }
  return { amount, known }
}
