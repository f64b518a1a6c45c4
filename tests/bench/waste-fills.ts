/**
 * A year of bins for the benchmark: how much is thrown in each hour, by habits that differ from bin to bin, and what a sensor makes of it. Deposits are a compound Poisson
 * process (many small bags, a few large ones) whose rate has an hour, a weekday, a season, slow drift and odd days.
 */
import type { Random } from '../../engine/base/random.ts'

export const HOUR_MS = 3_600_000
/** A Monday. */
export const START = Date.UTC(2025, 0, 6)
export const YEAR_H = 364 * 24

/** Share of the mean rate by hour of day. */
const COURSES: Readonly<Record<string, readonly number[]>> = {
  homes: [0.2, 0.1, 0.1, 0.1, 0.2, 0.6, 1.4, 2, 1.8, 1.2, 1, 1.1, 1.4, 1.2, 0.9, 0.9, 1, 1.3, 1.8, 2, 1.6, 1.1, 0.6, 0.4],
  offices: [0, 0, 0, 0, 0, 0.2, 0.8, 1.5, 1.8, 1.6, 1.6, 2, 2.8, 2.4, 1.6, 1.6, 2, 2.4, 1.2, 0.4, 0.1, 0, 0, 0],
  nightlife: [1.8, 1.6, 1, 0.4, 0.1, 0.1, 0.2, 0.3, 0.3, 0.4, 0.6, 0.8, 1, 1, 0.8, 0.8, 1, 1.2, 1.4, 1.8, 2, 2.2, 2.2, 2],
  market: [0, 0, 0, 0.1, 0.6, 1, 1.5, 2.4, 3, 3, 2.8, 2.6, 2, 1.6, 1.2, 0.8, 0.6, 0.4, 0.2, 0.1, 0.1, 0, 0, 0],
  even: new Array<number>(24).fill(1),
}
const WEEKS: Readonly<Record<string, readonly number[]>> = {
  homes: [1.1, 0.9, 0.9, 0.9, 0.9, 1.1, 1.2],
  offices: [1.3, 1.35, 1.35, 1.35, 1.25, 0.25, 0.15],
  nightlife: [0.6, 0.6, 0.7, 0.9, 1.4, 1.7, 1.1],
  market: [0.2, 0.2, 1.6, 0.2, 0.4, 3.2, 1.2],
  even: new Array<number>(7).fill(1),
}
export const KINDS = Object.keys(COURSES)

export interface SimulatedBin {
  readonly bin: string
  readonly kind: string
  /** Percent of its volume thrown in, by hour of the year. */
  readonly deposits: Float32Array
}

const START_DAY = 0

/** @param rate_scale of the mean rate: 1 is a median of 12 % a day */
export function simulateDeposits(bin: string, random: Random, rate_scale = 1): SimulatedBin {
  const kind = random.pick(KINDS)
  const rate_pct_h = (Math.min(110, 12 * Math.exp(random.normal(0, 0.75))) / 24) * rate_scale
  const bag_pct = Math.exp(random.uniform(Math.log(0.4), Math.log(9)))
  const large = random.chance(0.3) ? random.uniform(0.005, 0.05) : 0
  const large_pct = random.uniform(12, 45)
  const mean_pct = bag_pct * (1 - large) + large_pct * large
  const season = { share: random.uniform(0, 0.45), peak: random.uniform(0, 364) }
  const odd = random.uniform(0, 0.06)
  const deposits = new Float32Array(YEAR_H)
  let drift = 0
  let today = 1
  for (let h = 0; h < YEAR_H; h++) {
    const day = Math.floor(h / 24)
    if (h % 24 === 0) {
      if (day % 7 === 0) drift = 0.9 * drift + random.normal(0, 0.12)
      today = random.chance(odd) ? random.pick([0.1, 0.4, 2, 3]) : 1
    }
    const year = 1 + season.share * Math.cos(((day - season.peak) / 364) * 2 * Math.PI)
    const rate = rate_pct_h * COURSES[kind][h % 24] * WEEKS[kind][(day + START_DAY) % 7] * year * Math.exp(drift) * today
    let next = random.exponential(mean_pct / Math.max(1e-9, rate))
    while (next < 1) {
      deposits[h] += random.chance(large) ? random.uniform(0.6, 1.4) * large_pct : random.exponential(bag_pct)
      next += random.exponential(mean_pct / Math.max(1e-9, rate))
    }
  }
  return { bin, kind, deposits }
}

export interface SensedBin extends SimulatedBin {
  readonly ts: Float64Array
  readonly fill_pct: Float64Array
  /** True level at the end of each hour. */
  readonly level_pct: Float32Array
  /** Hours at whose begin it was emptied. */
  readonly emptied: ReadonlySet<number>
}

/** Emptied on fixed days, on days that somebody chose, or some time after it was seen to be full; now and then a round fails or leaves a part. */
function collections(random: Random): (h: number, level_pct: number) => boolean {
  const hour = random.integer(4, 14)
  const style = random.pick(['weekdays', 'every', 'full', 'full'] as const)
  const every = random.integer(2, 12)
  const days = [0, 1, 2, 3, 4, 5, 6].filter(() => random.chance(0.3))
  const wait = random.uniform(4, 60)
  let due = Number.POSITIVE_INFINITY
  return (h, level_pct) => {
    if (style === 'full') {
      if (level_pct >= 75 && due === Number.POSITIVE_INFINITY) due = h + random.exponential(wait)
      if (h < due && !random.chance(1 / (24 * 40))) return false
      due = Number.POSITIVE_INFINITY
      return true
    }
    if (h % 24 !== hour || random.chance(0.08)) return false
    const day = Math.floor(h / 24)
    return style === 'weekdays' ? days.includes(day % 7) || day % 14 === 3 : day % every === 0
  }
}

export function senseBin(simulated: SimulatedBin, random: Random): SensedBin {
  const { deposits } = simulated
  const interval_h = random.pick([0.25, 0.5, 1, 1, 2, 3, 4, 6, 8, 12, 24])
  const noise_pct = Math.exp(random.uniform(Math.log(0.3), Math.log(5)))
  const settles = random.chance(0.3) ? random.uniform(0.001, 0.006) : 0
  const presses = random.chance(0.06)
  const [spikes, rim_pct] = [random.chance(0.4) ? random.uniform(0.001, 0.01) : 0, random.pick([95, 98, 100, 100, 110])]
  const isDue = collections(random.fork('collections'))
  const level_pct = new Float32Array(YEAR_H)
  const emptied = new Set<number>()
  const ts: number[] = []
  const fill: number[] = []
  let level = random.uniform(0, 60)
  let next = random.uniform(0, interval_h)
  const quiet: { from: number; to: number; stuck: boolean }[] = []
  for (let k = random.integer(0, 4); k > 0; k--) {
    const from = random.uniform(0, YEAR_H)
    quiet.push({ from, to: from + random.exponential(random.chance(0.1) ? 1400 : 60), stuck: random.chance(0.4) })
  }
  let heap = 0
  let last = level
  for (let h = 0; h < YEAR_H; h++) {
    if (isDue(h, level)) {
      emptied.add(h)
      level = random.chance(0.08) ? level * random.uniform(0.1, 0.5) : random.uniform(0, 4)
    }
    const before = level
    level = Math.min(160, (level + deposits[h]) * (1 - settles))
    if (presses && level > 92) level *= 0.55
    if (deposits[h] > 0) heap = random.normal(0, noise_pct)
    level_pct[h] = level
    for (; next < h + 1; next += interval_h * random.uniform(0.9, 1.1)) {
      const silent = quiet.find(({ from, to }) => next >= from && next < to)
      if (random.chance(0.02) || silent?.stuck === false) continue
      const share = next - h
      const true_pct = before + (level - before) * share
      if (silent === undefined) last = true_pct + heap + random.normal(0, noise_pct / 2)
      ts.push(START + next * HOUR_MS)
      fill.push(random.chance(spikes) ? random.pick([0, 100, random.uniform(0, 100)]) : Math.round(Math.min(rim_pct, Math.max(0, last))))
    }
  }
  return { ...simulated, ts: Float64Array.from(ts), fill_pct: Float64Array.from(fill), level_pct, emptied }
}

/** What became of a bin from an hour on: hours to the level, null when it was emptied first, and hours to the emptying. */
export function truthFrom(
  { level_pct, emptied }: SensedBin,
  at_h: number,
  full_pct: number,
): { readonly ttf_h: number | null; readonly left_h: number } {
  let full: number | null = null
  const first = Math.floor(at_h)
  for (let h = first; h < YEAR_H; h++) {
    if (h > first && emptied.has(h)) return { ttf_h: full, left_h: h - at_h }
    if (full === null && level_pct[h] >= full_pct) full = Math.max(0.1, h + 1 - at_h)
  }
  return { ttf_h: full, left_h: YEAR_H - at_h }
}
