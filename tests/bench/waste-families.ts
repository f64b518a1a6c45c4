/**
 * Bins of natures that are told of in published studies of real fill sensors, drawn at random: slow containers with much flat time and leaps, litter bins with odd days,
 * compactors that tell steps of twenty percent, bins that are hardly used. A family is a distribution of natures; a seed draws the bins. What became of a bin is judged from its readings
 * alone, as somebody judges who has nothing else: the noise of the sensor is then part of the truth.
 *
 * Sources: about 72 glass containers in Frankfurt, read several times a day, with errors, gaps and changing places (davidvblumenthal/GarbageGrowth_Forecasting, README);
 * Wyndham City's 32 compacting bins of 600 litres (smartcity.org.au); sensors that are prone to outliers and right within quartiles (Hoffmann et al. 2024, three German companies).
 */
import { createRandom, type Random } from '../../engine/base/random.ts'
import { HOUR_MS } from './waste-fills.ts'

/** How a bin is used, read and emptied. */
export interface Nature {
  readonly rate_pct_day: number
  /** Share of the amount that comes in leaps, and their mean size; the rest comes in bags of this size. */
  readonly leaps: number
  readonly leap_pct: number
  readonly bag_pct: number
  /** Mean length of a stretch of use and of a stretch of rest, days; rest of 0 for a bin that is always used. */
  readonly used_days: number
  readonly rest_days: number
  readonly week: readonly number[]
  readonly hours: readonly number[]
  /** Standard deviation of the logarithm of a day's rate, and of its drift in a week. */
  readonly day_sd: number
  readonly drift_sd: number
  /** What settles of the level in a day, and the level beyond which it is pressed to this share; above 200 never. */
  readonly settled_day: number
  readonly press_pct: number
  readonly pressed: number
  readonly interval_h: number
  /** Share of the interval by which readings come early or late. */
  readonly jitter: number
  readonly quantum_pct: number
  /** Of the sensor, and of the heap that it happens to see until more is thrown in. */
  readonly noise_pct: number
  readonly heap_pct: number
  readonly spikes: number
  readonly lost: number
  /** Mean time between gaps, or stretches with a stuck sensor; days. */
  readonly gap_days: number
  readonly stuck_days: number
  /** Mean time between moves to another place, days. */
  readonly move_days: number
  /** Emptied at these days of the week at this hour; where there are none some time after it was seen beyond a level. */
  readonly collected_days: readonly number[]
  readonly collected_h: number
  readonly due_pct: number
  readonly wait_h: number
  readonly missed: number
  readonly partly: number
  readonly days: number
}

export interface Family {
  readonly name: string
  readonly draw: (random: Random) => Nature
}

const DAYTIME = [0.1, 0.1, 0.1, 0.1, 0.1, 0.3, 0.7, 1.1, 1.5, 1.7, 1.7, 1.7, 1.6, 1.5, 1.5, 1.6, 1.7, 1.7, 1.6, 1.4, 1, 0.7, 0.3, 0.1]
const OFFICES = [0, 0, 0, 0, 0, 0.2, 0.8, 1.5, 1.8, 1.6, 1.6, 2, 2.8, 2.4, 1.6, 1.6, 2, 2.4, 1.2, 0.4, 0.1, 0, 0, 0]
const EVENINGS = [1.2, 0.7, 0.4, 0.2, 0.1, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1, 1.1, 1.1, 1.1, 1.2, 1.3, 1.5, 1.8, 2.1, 2.2, 2.1, 1.9, 1.6]

const log = (random: Random, median: number, sd: number): number => median * Math.exp(random.normal(0, sd))
const between = (random: Random, low: number, high: number): number => Math.exp(random.uniform(Math.log(low), Math.log(high)))
/** Weekdays from Monday, each with a weight of its own around 1 and a weekend of another. */
const weekOf = (random: Random, weekend: number, sd: number): number[] =>
  Array.from({ length: 7 }, (_, d) => log(random, d > 4 ? weekend : 1, sd))
const daysOf = (random: Random, count: number): number[] => {
  const first = random.integer(0, 6)
  return Array.from({ length: count }, (_, i) => (first + Math.round((i * 7) / count)) % 7)
}

const COMMON = {
  used_days: 5,
  rest_days: 0,
  settled_day: 0,
  press_pct: 999,
  pressed: 1,
  jitter: 0.1,
  spikes: 0,
  lost: 0.02,
  gap_days: 90,
  stuck_days: 300,
  move_days: 1e6,
  missed: 0.06,
  partly: 0.05,
  collected_days: [],
  collected_h: 7,
  due_pct: 75,
  wait_h: 40,
}

/** Big containers for glass or paper: weeks to fill, a few visitors a day with much in their hands. */
const glass: Family = {
  name: 'glass',
  draw: (random) => ({
    ...COMMON,
    rate_pct_day: log(random, 5, 0.6),
    leaps: random.uniform(0.1, 0.6),
    leap_pct: random.uniform(6, 18),
    bag_pct: between(random, 0.4, 2),
    used_days: random.uniform(2, 10),
    rest_days: random.chance(0.4) ? random.uniform(0.5, 3) : 0,
    week: weekOf(random, 1.4, 0.25),
    hours: DAYTIME,
    day_sd: random.uniform(0.2, 0.7),
    drift_sd: random.uniform(0.05, 0.2),
    settled_day: random.chance(0.5) ? random.uniform(0.002, 0.02) : 0,
    interval_h: random.pick([2, 3, 4, 6, 6, 8]),
    jitter: random.uniform(0.05, 0.5),
    quantum_pct: random.pick([1, 1, 1, 2, 5]),
    noise_pct: between(random, 0.4, 3),
    heap_pct: between(random, 0.5, 5),
    spikes: random.chance(0.5) ? random.uniform(0.001, 0.01) : 0,
    lost: random.uniform(0.01, 0.15),
    gap_days: between(random, 20, 200),
    stuck_days: between(random, 60, 600),
    move_days: random.chance(0.2) ? 120 : 1e6,
    collected_days: random.chance(0.4) ? daysOf(random, 1) : [],
    collected_h: random.integer(5, 15),
    due_pct: random.uniform(60, 90),
    wait_h: between(random, 12, 120),
    missed: random.uniform(0.02, 0.3),
    partly: random.uniform(0, 0.15),
    days: random.integer(150, 500),
  }),
}

/** Litter bins of streets and parks: emptied by habit several times a week, full on fine weekends. */
const litter: Family = {
  name: 'litter',
  draw: (random) => ({
    ...COMMON,
    rate_pct_day: log(random, 14, 0.7),
    leaps: random.uniform(0, 0.3),
    leap_pct: random.uniform(8, 30),
    bag_pct: between(random, 0.3, 3),
    used_days: random.uniform(1, 6),
    rest_days: random.chance(0.3) ? random.uniform(0.3, 2) : 0,
    week: weekOf(random, random.pick([0.3, 0.6, 1.5, 2.5]), 0.2),
    hours: random.pick([DAYTIME, OFFICES, EVENINGS]),
    day_sd: random.uniform(0.3, 0.9),
    drift_sd: random.uniform(0.05, 0.2),
    settled_day: random.chance(0.4) ? random.uniform(0.01, 0.06) : 0,
    interval_h: random.pick([0.5, 1, 1, 1, 2, 4, 12]),
    jitter: random.uniform(0.02, 0.3),
    quantum_pct: random.pick([1, 1, 2, 5, 10]),
    noise_pct: between(random, 0.5, 5),
    heap_pct: between(random, 0.5, 8),
    spikes: random.chance(0.6) ? between(random, 0.001, 0.02) : 0,
    gap_days: between(random, 30, 300),
    stuck_days: between(random, 60, 600),
    collected_days: random.chance(0.6) ? daysOf(random, random.integer(2, 5)) : [],
    collected_h: random.integer(4, 12),
    due_pct: random.uniform(50, 90),
    wait_h: between(random, 6, 60),
    missed: random.uniform(0.02, 0.2),
    partly: random.uniform(0, 0.1),
    days: random.integer(120, 700),
  }),
}

/** Solar compactors: steps of ten or twenty percent told when they change and once or twice a day, hardly ever falling but for a collection. */
const compactor: Family = {
  name: 'compactor',
  draw: (random) => ({
    ...COMMON,
    rate_pct_day: log(random, 9, 0.7),
    leaps: random.uniform(0, 0.4),
    leap_pct: random.uniform(5, 20),
    bag_pct: between(random, 0.2, 1.5),
    rest_days: random.chance(0.3) ? random.uniform(0.5, 4) : 0,
    week: weekOf(random, random.pick([0.4, 1, 1.6]), 0.25),
    hours: random.pick([DAYTIME, OFFICES, EVENINGS]),
    day_sd: random.uniform(0.2, 0.8),
    drift_sd: random.uniform(0.05, 0.15),
    press_pct: random.pick([50, 70, 85, 999]),
    pressed: random.uniform(0.7, 0.92),
    interval_h: random.pick([1, 2, 4, 6, 12]),
    jitter: random.uniform(0, 0.5),
    quantum_pct: random.pick([5, 10, 20, 20, 20]),
    noise_pct: between(random, 0.3, 2),
    heap_pct: between(random, 0.3, 2),
    spikes: random.chance(0.2) ? random.uniform(0.001, 0.005) : 0,
    collected_days: random.chance(0.3) ? daysOf(random, random.integer(1, 3)) : [],
    collected_h: random.integer(5, 20),
    due_pct: random.uniform(60, 95),
    wait_h: between(random, 4, 70),
    missed: random.uniform(0.02, 0.25),
    partly: random.uniform(0, 0.03),
    days: random.integer(120, 700),
  }),
}

/** Household containers of a street, emptied on fixed days: strong weeks, partly overflowing. */
const homes: Family = {
  name: 'homes',
  draw: (random) => ({
    ...COMMON,
    rate_pct_day: log(random, 13, 0.6),
    leaps: random.uniform(0, 0.5),
    leap_pct: random.uniform(4, 15),
    bag_pct: between(random, 0.8, 5),
    week: weekOf(random, random.uniform(0.7, 1.7), 0.35),
    hours: random.pick([DAYTIME, EVENINGS]),
    day_sd: random.uniform(0.1, 0.5),
    drift_sd: random.uniform(0.03, 0.15),
    settled_day: random.uniform(0, 0.08),
    interval_h: random.pick([1, 2, 4, 4, 6, 8, 12, 24]),
    jitter: random.uniform(0.02, 0.4),
    quantum_pct: random.pick([1, 1, 1, 5]),
    noise_pct: between(random, 0.5, 4),
    heap_pct: between(random, 1, 8),
    spikes: random.chance(0.4) ? random.uniform(0.001, 0.01) : 0,
    gap_days: between(random, 30, 300),
    stuck_days: between(random, 60, 600),
    collected_days: daysOf(random, random.integer(1, 3)),
    collected_h: random.integer(5, 14),
    missed: random.uniform(0, 0.15),
    partly: random.uniform(0, 0.2),
    days: random.integer(90, 400),
  }),
}

/** Hardly used, full by leaps: nothing for days, then half of the bin at once. */
const rare: Family = {
  name: 'rare',
  draw: (random) => ({
    ...COMMON,
    rate_pct_day: log(random, 4, 0.8),
    leaps: random.uniform(0.5, 0.95),
    leap_pct: random.uniform(10, 40),
    bag_pct: between(random, 0.5, 3),
    used_days: random.uniform(0.5, 4),
    rest_days: random.uniform(1, 8),
    week: weekOf(random, random.pick([0.2, 1, 2]), 0.5),
    hours: random.pick([DAYTIME, OFFICES, EVENINGS]),
    day_sd: random.uniform(0.3, 1),
    drift_sd: random.uniform(0.1, 0.3),
    settled_day: random.chance(0.5) ? random.uniform(0.005, 0.04) : 0,
    interval_h: random.pick([1, 2, 4, 6, 12]),
    jitter: random.uniform(0.02, 0.5),
    quantum_pct: random.pick([1, 1, 2, 5, 10]),
    noise_pct: between(random, 0.4, 4),
    heap_pct: between(random, 0.5, 6),
    spikes: random.chance(0.6) ? between(random, 0.001, 0.015) : 0,
    gap_days: between(random, 30, 200),
    stuck_days: between(random, 40, 400),
    move_days: random.chance(0.2) ? 100 : 1e6,
    collected_days: random.chance(0.4) ? daysOf(random, 1) : [],
    collected_h: random.integer(5, 15),
    due_pct: random.uniform(50, 90),
    wait_h: between(random, 12, 160),
    missed: random.uniform(0.02, 0.3),
    partly: random.uniform(0, 0.15),
    days: random.integer(150, 600),
  }),
}

/**
 * Found by a search over natures for those on which the plain forecasts err as they were published to do on 69 real containers (docs/waste.md): weeks of use and weeks of rest, a
 * rate that drifts far, much in leaps, steps of five percent, emptied some hours after it was nearly full, now and then only partly.
 */
const published: Family = {
  name: 'published',
  draw: (random) => ({
    ...COMMON,
    rate_pct_day: log(random, 7, 0.85),
    leaps: random.uniform(0.25, 0.75),
    leap_pct: random.uniform(5, 14),
    bag_pct: between(random, 0.6, 3),
    used_days: 21,
    rest_days: random.uniform(6, 38),
    week: weekOf(random, 1.1, 0.12),
    hours: DAYTIME,
    day_sd: 0.38,
    drift_sd: 0.58,
    interval_h: between(random, 0.5, 2),
    jitter: 0.2,
    quantum_pct: 5,
    noise_pct: 0.44,
    heap_pct: random.uniform(0.4, 3.5),
    lost: 0.03,
    gap_days: 45,
    stuck_days: 1300,
    collected_days: random.chance(0.2) ? daysOf(random, random.integer(1, 3)) : [],
    collected_h: random.integer(5, 15),
    due_pct: 90,
    wait_h: 10,
    missed: 0.1,
    partly: 0.26,
    days: 120,
  }),
}

/** A city's trial of sensors: some of each. */
const trial: Family = {
  name: 'trial',
  draw: (random) => random.pick([glass, glass, homes, litter, compactor, rare]).draw(random),
}

export const FAMILIES: readonly Family[] = [published, glass, litter, compactor, homes, rare, trial]

/** A Monday. */
export const FAMILY_START = Date.UTC(2023, 0, 2)

export interface ReadBin {
  readonly bin: string
  readonly ts: Float64Array
  readonly fill_pct: Float64Array
}

interface Fault {
  readonly from: number
  readonly to: number
  readonly stuck_pct: number | null
}

/** Gaps and stretches with a stuck sensor, hours. */
function faultsOf(nature: Nature, random: Random): Fault[] {
  const faults: Fault[] = []
  const end = nature.days * 24
  for (let from = random.exponential(nature.gap_days * 24); from < end; from += random.exponential(nature.gap_days * 24))
    faults.push({ from, to: from + random.exponential(random.chance(0.1) ? 500 : 30), stuck_pct: null })
  for (let from = random.exponential(nature.stuck_days * 24); from < end; from += random.exponential(nature.stuck_days * 24))
    faults.push({ from, to: from + random.exponential(random.chance(0.2) ? 300 : 40), stuck_pct: random.pick([0, 100, Number.NaN]) })
  return faults
}

/** Amount that is thrown in, hour by hour. `effect` is a factor that the bin's own nature does not know: holidays, weather. */
class Use {
  private readonly nature: Nature
  private readonly random: Random
  private drift = 0
  private today = 1
  private used = true
  private left_days: number
  private place = 1

  constructor(nature: Nature, random: Random) {
    this.nature = nature
    this.random = random
    this.left_days = random.exponential(nature.used_days)
  }

  hour(h: number, effect: number): number {
    const { nature } = this
    if (h % 24 === 0) this.day(Math.floor(h / 24))
    const active = nature.rest_days === 0 ? 1 : this.used ? (nature.used_days + nature.rest_days) / nature.used_days : 0
    const day = Math.floor(h / 24) % 7
    const rate = (nature.rate_pct_day / 24) * nature.hours[h % 24] * nature.week[day] * this.today * active * this.place * effect
    return this.draw(rate * (1 - nature.leaps), nature.bag_pct) + this.draw(rate * nature.leaps, nature.leap_pct)
  }

  private day(day: number): void {
    const { nature, random } = this
    if (day % 7 === 0) this.drift = 0.9 * this.drift + random.normal(0, nature.drift_sd)
    this.today = Math.exp(this.drift + random.normal(-(nature.day_sd ** 2) / 2, nature.day_sd))
    if (random.chance(1 / nature.move_days)) this.place = Math.exp(random.normal(0, 0.8))
    this.left_days--
    if (nature.rest_days === 0 || this.left_days > 0) return
    this.used = !this.used
    this.left_days = random.exponential(this.used ? nature.used_days : nature.rest_days)
  }

  private draw(amount: number, size: number): number {
    let sum = 0
    for (let at = this.random.exponential(1); at < amount / size; at += this.random.exponential(1)) sum += this.random.exponential(size)
    return sum
  }
}

/** @param effectOf factor of the amount by hour since the start; 1 where nothing is special */
export function simulateBin(bin: string, nature: Nature, random: Random, effectOf: (hour: number) => number = () => 1): ReadBin {
  const faults = faultsOf(nature, random.fork('faults'))
  const use = new Use(nature, random.fork('use'))
  const draw = random.fork('sensor')
  const ts: number[] = []
  const fills: number[] = []
  let level = draw.uniform(0, 60)
  let due = Number.POSITIVE_INFINITY
  let heap = 0
  let last = level
  let next = draw.uniform(0, nature.interval_h)
  for (let h = 0; h < nature.days * 24; h++) {
    const before = level
    const amount = use.hour(h, effectOf(h))
    level = Math.min(140, (level + amount) * (1 - nature.settled_day / 24))
    if (level > nature.press_pct) level *= nature.pressed
    if (amount > 0.3) heap = draw.normal(0, nature.heap_pct)
    if (isCollected(nature, h, level, due, draw)) {
      level = draw.chance(nature.partly) ? level * draw.uniform(0.2, 0.6) : draw.uniform(0, 5)
      heap = draw.normal(0, nature.heap_pct / 2)
      due = Number.POSITIVE_INFINITY
    } else if (nature.collected_days.length === 0 && due === Number.POSITIVE_INFINITY && level >= nature.due_pct)
      due = h + draw.exponential(nature.wait_h)
    const leapt = draw.next()
    for (; next < h + 1; next += nature.interval_h * Math.max(0.02, 1 + nature.jitter * draw.normal(0, 1))) {
      const fault = faults.find(({ from, to }) => next >= from && next < to)
      if (draw.chance(nature.lost) || fault?.stuck_pct === null) continue
      const seen = (next - h < leapt ? before : level) + heap + draw.normal(0, nature.noise_pct)
      if (fault === undefined) last = seen
      const told = Number.isNaN(fault?.stuck_pct) ? last : (fault?.stuck_pct ?? last)
      const spiked = draw.chance(nature.spikes) ? draw.pick([0, 100, draw.uniform(0, 100)]) : told
      ts.push(FAMILY_START + Math.round(next * 3600) * 1000)
      fills.push(Math.round(Math.min(100, Math.max(0, spiked)) / nature.quantum_pct) * nature.quantum_pct)
    }
  }
  return { bin, ts: Float64Array.from(ts), fill_pct: Float64Array.from(fills) }
}

function isCollected(nature: Nature, h: number, level: number, due: number, draw: Random): boolean {
  if (nature.collected_days.length === 0) return h >= due
  return h % 24 === nature.collected_h && nature.collected_days.includes(Math.floor(h / 24) % 7) && level > 3 && !draw.chance(nature.missed)
}

/** What became of a bin, as its readings say. */
export interface ReadTruth {
  /** Hours to the first reading of 80 % or more that is no spike; null when it was emptied before. */
  readonly ttf_h: number | null
  /** Hours to the emptying, or to the last reading. */
  readonly left_h: number
}

const FALL_PCT = 25
const FULL_PCT = 80

/** Index of each reading at which the bin had been emptied: a fall by 25 that the next reading confirms. */
export function emptyingsOf({ fill_pct }: ReadBin): Uint8Array {
  const marks = new Uint8Array(fill_pct.length)
  for (let i = 1; i < fill_pct.length; i++) {
    const low = fill_pct[i - 1] - FALL_PCT
    if (fill_pct[i] <= low && (i + 1 >= fill_pct.length || fill_pct[i + 1] <= low + 10)) marks[i] = 1
  }
  return marks
}

/** A leap that the next reading takes back. */
const isSpike = (fill_pct: Float64Array, i: number): boolean =>
  i > 0 && i + 1 < fill_pct.length && fill_pct[i] - FALL_PCT >= fill_pct[i - 1] && fill_pct[i] - FALL_PCT >= fill_pct[i + 1]

/** @param next index of the first reading behind the time of issue */
export function readTruth({ ts, fill_pct }: ReadBin, emptied: Uint8Array, at: number, next: number): ReadTruth {
  let ttf_h: number | null = null
  for (let i = next; i < ts.length; i++) {
    if (emptied[i] === 1) return { ttf_h, left_h: (ts[i] - at) / HOUR_MS }
    if (ttf_h === null && fill_pct[i] >= FULL_PCT && !isSpike(fill_pct, i)) ttf_h = (ts[i] - at) / HOUR_MS
  }
  return { ttf_h, left_h: (ts[ts.length - 1] - at) / HOUR_MS }
}

export function familyBins({ name, draw }: Family, count: number, seed: string): ReadBin[] {
  const random = createRandom(`${seed}/${name}`)
  return Array.from({ length: count }, (_, i) => {
    const own = random.fork(`bin/${i}`)
    return simulateBin(`${name}-${i}`, draw(own.fork('nature')), own)
  }).filter(({ ts }) => ts.length > 20)
}
