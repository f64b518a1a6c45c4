/**
 * When to drive: a simulated year of 1,000 bins in a square of ten kilometres under three policies. Every bin once a week; every morning all bins that read above a threshold; and ours, which
 * weighs forecast overflow, emptyings and driving. All drive routes of the same solver, with lorries of the same size that tip on the way.
 */
import { createRandom, type Random } from '../../engine/base/random.ts'
import { DAY_MS } from '../../engine/base/time.ts'
import type { RoundProblem } from '../../engine/model/solve.ts'
import { curveOf, type FillForecaster } from '../../engine/waste/forecast/curve.ts'
import { createTrack, observeFill, type Track } from '../../engine/waste/forecast/track.ts'
import { planRound, WAIT_SHARE } from '../../engine/waste/rounds/plan-round.ts'
import { PRICES, type RoundPrices, restOf_h, worthOf } from '../../engine/waste/rounds/worth.ts'
import type { Figure } from './report.ts'
import { HOUR_MS, type SimulatedBin, START, simulateDeposits } from './waste-fills.ts'

export interface PlacedBin extends SimulatedBin {
  /** Metres east and north of a corner. */
  readonly x: number
  readonly y: number
}

const SIZE_M = 10_000
const DETOUR = 1.3
const SPEED_MPS = 25 / 3.6
const VOLUME_L = 240
const SERVICE_S = 120
const SHIFT_S = 8 * 3600
/** Loose waste that a lorry takes before it tips: 15 m³ pressed to a third. */
const CAPACITY_L = 45_000
const LORRIES = 3
const DEPOT = { x: 5000, y: 500 }
const TIP = { x: 9000, y: 9000 }
const MORNING_H = 6
const READING_H = 4
/** Not judged: nobody knows the bins yet. */
const WARM_UP_DAYS = 28

export function placeBins(count: number, seed: string, rate_scale: number): PlacedBin[] {
  const random = createRandom(seed)
  const streets = Array.from({ length: 60 }, () => [random.uniform(0, SIZE_M), random.uniform(0, SIZE_M)])
  return Array.from({ length: count }, (_, i) => {
    const own = random.fork(`bin/${i}`)
    const [x, y] = own.chance(0.5)
      ? own.pick(streets).map((at) => at + own.normal(0, 350))
      : [own.uniform(0, SIZE_M), own.uniform(0, SIZE_M)]
    return {
      ...simulateDeposits(`B${i}`, own.fork('deposits'), rate_scale),
      x: Math.min(SIZE_M, Math.max(0, x)),
      y: Math.min(SIZE_M, Math.max(0, y)),
    }
  })
}

interface Standing {
  readonly bin: PlacedBin
  readonly random: Random
  level_pct: number
  overflow_h: number
  track: Track
  emptied: number
  read_pct: number
  /** Hour from which it is worth a new forecast. */
  again_h: number
}

export interface PolicyResult {
  readonly overflow_share: number
  readonly emptyings: number
  readonly km: number
  readonly rounds: number
}

interface Drive {
  readonly bins: readonly Standing[]
  readonly km: number
}

/** What a morning decides. */
type Policy = (all: readonly Standing[], day: number) => Drive

function runYear(bins: readonly PlacedBin[], policy: Policy, seed: string): PolicyResult {
  const random = createRandom(seed)
  const all = bins.map((bin): Standing => {
    const own = random.fork(bin.bin)
    const level_pct = own.uniform(0, 70)
    return { bin, random: own, level_pct, overflow_h: 0, track: createTrack(START, level_pct), emptied: 0, read_pct: level_pct, again_h: 0 }
  })
  const hours = bins[0].deposits.length
  const sums = { emptyings: 0, km: 0, rounds: 0 }
  for (let h = 0; h < hours; h++) {
    const judged = h >= WARM_UP_DAYS * 24
    if (h % 24 === MORNING_H) {
      const drive = policy(all, Math.floor(h / 24))
      for (const one of drive.bins) empty(one, h)
      if (judged) {
        sums.emptyings += drive.bins.length
        sums.km += drive.km
        sums.rounds += drive.bins.length > 0 ? 1 : 0
      }
    }
    for (const one of all) {
      one.level_pct = Math.min(200, one.level_pct + one.bin.deposits[h])
      if (judged && one.level_pct > 100) one.overflow_h++
      if (h % READING_H === 0) read(one, START + (h + 1) * HOUR_MS)
    }
  }
  const bin_hours = (hours - WARM_UP_DAYS * 24) * bins.length
  return { overflow_share: all.reduce((sum, { overflow_h }) => sum + overflow_h, 0) / bin_hours, ...sums }
}

function empty(one: Standing, h: number): void {
  one.level_pct = 0
  one.emptied = h
  one.again_h = h + 24
}

function read(one: Standing, ts: number): void {
  const { random } = one
  one.read_pct = random.chance(0.003) ? random.uniform(0, 100) : Math.round(Math.min(100, Math.max(0, one.level_pct + random.normal(0, 2))))
  observeFill(one.track, ts, one.read_pct)
}

/** The round of some bins; `must` ones whatever it costs. */
function routeOf(
  bins: readonly Standing[],
  worth: (one: Standing, i: number) => { urgent_s: number; ride_s: number },
  wait_share: number,
  steps: number,
): Drive {
  if (bins.length === 0) return { bins: [], km: 0 }
  const lorries = Array.from({ length: LORRIES }, (_, i) => ({
    id: `L${i}`,
    at: [0, 0] as const,
    shift_s: SHIFT_S,
    capacity_l: CAPACITY_L,
    speed_factor: 1,
  }))
  const problem: RoundProblem = {
    type: 'round',
    seed: 1,
    steps,
    wait_share,
    lorries,
    tips: [{ id: 'tip', at: [0, 0], service_s: 900 }],
    bins: bins.map((one, i) => ({
      id: String(i),
      at: [0, 0],
      load_l: (one.level_pct / 100) * VOLUME_L,
      service_s: SERVICE_S,
      ...worth(one, i),
    })),
  }
  const places = [...lorries.map(() => DEPOT), TIP, ...bins.map(({ bin }) => bin)]
  const travel_s = new Float64Array(places.length ** 2)
  places.forEach((from, i) => {
    places.forEach((to, j) => {
      travel_s[i * places.length + j] = (Math.hypot(from.x - to.x, from.y - to.y) * DETOUR) / SPEED_MPS
    })
  })
  const answer = planRound(problem, travel_s)
  const served = answer.routes.flatMap(({ visits }) => visits.flatMap(({ kind, id }) => (kind === 'stop' ? [bins[Number(id)]] : [])))
  return { bins: served, km: answer.drive ? (answer.cost_s * SPEED_MPS) / 1000 : 0 }
}

const MUST_S = 1_000_000
const must = (): { urgent_s: number; ride_s: number } => ({ urgent_s: MUST_S, ride_s: 0 })

/** Sectors around the depot (sweep: Gillett and Miller 1974), one for each working day. */
function weekly(steps: number): Policy {
  const routes = new Map<number, Drive>()
  return (all, day) => {
    const weekday = day % 7
    if (weekday > 4) return { bins: [], km: 0 }
    const angle = ({ bin }: Standing): number => Math.atan2(bin.y - DEPOT.y, bin.x - DEPOT.x)
    const sorted = [...all].sort((a, b) => angle(a) - angle(b))
    const sector = sorted.slice(Math.floor((weekday * all.length) / 5), Math.floor(((weekday + 1) * all.length) / 5))
    // The bins are the same every week, and so is the route; it is found once, as filled in the fifth week.
    const known = day < 35 ? undefined : routes.get(weekday)
    const drive = known ?? routeOf(sector, must, 0, steps)
    routes.set(weekday, drive)
    return { bins: sector, km: drive.km }
  }
}

function threshold(limit_pct: number, steps: number): Policy {
  return (all) =>
    routeOf(
      all.filter(({ read_pct }) => read_pct >= limit_pct),
      must,
      0,
      steps,
    )
}

export function ours(forecaster: FillForecaster, prices: RoundPrices, steps: number): Policy {
  return (all, day) => {
    const h = day * 24 + MORNING_H
    const now = START + h * HOUR_MS
    const worth: { urgent_s: number; ride_s: number }[] = []
    const asked: Standing[] = []
    for (const one of all) {
      if (one.again_h > h) continue
      const curve = curveOf(forecaster, one.track, one.bin.kind, now, prices.full_pct)
      const own = worthOf(curve, h - one.emptied, prices)
      if (own.urgent_s + own.ride_s <= 0) one.again_h = h + Math.min(restOf_h(curve, prices), (3 * DAY_MS) / HOUR_MS)
      else {
        asked.push(one)
        worth.push(own)
      }
    }
    return routeOf(asked, (_, i) => worth[i], WAIT_SHARE, steps)
  }
}

export type PolicyName = 'weekly round' | 'threshold 70 %' | 'ours'

export function policyResults(
  bins: readonly PlacedBin[],
  forecaster: FillForecaster,
  names: readonly PolicyName[],
  prices = PRICES,
  steps = 3000,
): Map<PolicyName, PolicyResult> {
  const policies: Readonly<Record<PolicyName, () => Policy>> = {
    'weekly round': () => weekly(20_000),
    'threshold 70 %': () => threshold(70, steps),
    ours: () => ours(forecaster, prices, steps),
  }
  return new Map(names.map((name) => [name, runYear(bins, policies[name](), 'sensors')]))
}

export function policyFigures(title: string, bins: readonly PlacedBin[], forecaster: FillForecaster): Figure[] {
  const results = policyResults(bins, forecaster, ['weekly round', 'threshold 70 %', 'ours'])
  const base = results.get('weekly round')
  const goals = { overflow: '≤ 1.0', emptyings: '≤ 0.55 × weekly', km: '≤ 0.85 × weekly' }
  return [...results].flatMap(([name, { overflow_share, emptyings, km, rounds }]): Figure[] => {
    const ratio = (key: 'emptyings' | 'km'): Pick<Figure, 'against'> =>
      base === undefined || name === 'weekly round' ? {} : { against: { name: 'weekly round', value: base[key] } }
    const goal = (key: keyof typeof goals): Pick<Figure, 'goal'> => (name === 'ours' ? { goal: goals[key] } : {})
    return [
      { name: `${title}, ${name}: overflow share`, value: 100 * overflow_share, unit: '%', ...goal('overflow') },
      { name: `${title}, ${name}: emptyings`, value: emptyings, unit: '', ...ratio('emptyings'), ...goal('emptyings') },
      { name: `${title}, ${name}: kilometres`, value: km, unit: 'km', ...ratio('km'), ...goal('km') },
      { name: `${title}, ${name}: days with a round`, value: rounds, unit: '' },
    ]
  })
}
