/**
 * Trains the fill forecast: what bins of a kind have in common, and one forest for all bins that reads a bin's own history and says how likely a level is reached
 * within a time. One forest for all leads and levels, monotone in both, gives curves that never cross. A stretch that ended with an emptying before the horizon says nothing of it and
 * is left out, as the scorer leaves it out.
 */
import { invariant } from '../../base/errors.ts'
import type { Random } from '../../base/random.ts'
import { DAY_MS, HOUR_MS } from '../../base/time.ts'
import { binColumns, boost } from '../../learn/boost.ts'
import { encodeForest, type Forest } from '../../learn/trees.ts'
import { chanceAt, curveOf, type FillForecaster, pointOf } from './curve.ts'
import { FEATURES, featuresOf, MONOTONE, type Standing, standingOf } from './features.ts'
import { type KindPrior, UNTRAINED } from './habit.ts'
import { WASTE_MODEL_FORMAT, WASTE_MODEL_VERSION, type WasteModel, type WasteScore } from './model.ts'
import { type FillSeries, judgeSeries, type KnownSeries, outcomeAfter } from './outcomes.ts'
import { csiOf, FULL_PCT, type Judged, meanError } from './score.ts'
import { createTrack, observeFill, SLOT_H, SLOTS_DAY, SLOTS_KEPT, type Track, UNKNOWN } from './track.ts'

export interface TrainingBin {
  readonly bin: string
  readonly kind: string | null
  readonly series: FillSeries
}

/** Less cannot be divided into bins to learn from and bins to be judged by. */
export const BINS_MIN = 2
export const READINGS_MIN = 200

const BOOST = { trees: 240, learning_rate: 0.05, leaves: 20, leaf_rows: 80, l2: 10, row_share: 0.5, feature_share: 0.6 }
/** Times of issue in all, and of one bin at least and at most. */
const ISSUES = 14_000
const ISSUES_BIN = { min: 40, max: 2500 }
const LONGEST_H = 336
/** One bin in so many is held back to be judged by. */
const HELD_BACK = 4

interface Known extends TrainingBin {
  readonly known: KnownSeries
}

export interface TrainingTools {
  readonly random: Random
  readonly say: (text: string) => void
}

export function trainWaste(bins: readonly TrainingBin[], { random, say }: TrainingTools): WasteModel {
  const known = bins.map((bin): Known => ({ ...bin, known: judgeSeries(bin.series) }))
  const all = priorOf(known)
  const names = [...new Set(bins.flatMap(({ kind }) => (kind === null ? [] : [kind])))].sort()
  const kinds = Object.fromEntries(
    names.map((name) => [
      name,
      priorOf(
        known.filter(({ kind }) => kind === name),
        all,
      ),
    ]),
  )
  const prior = (kind: string | null): KindPrior => (kind === null ? all : (kinds[kind] ?? all))
  const held = known.filter((_, i) => i % HELD_BACK === HELD_BACK - 1 || (i === 1 && known.length < HELD_BACK))
  const score = judge(held, {
    priorOf: prior,
    forest: fitForest(
      known.filter((bin) => !held.includes(bin)),
      prior,
      random,
    ),
  })
  say(`judged on ${held.length} bins that were held back; now learning from all ${known.length}`)
  const forest = fitForest(known, prior, random)
  const spans = bins.map(({ series: { ts } }) => (ts.length < 2 ? 0 : ts[ts.length - 1] - ts[0]))
  return {
    format: WASTE_MODEL_FORMAT,
    version: WASTE_MODEL_VERSION,
    all,
    kinds,
    forest: encodeForest(forest),
    bins: Object.fromEntries(
      bins.flatMap(({ bin, kind, series }) => (series.ts.length === 0 ? [] : [[bin, { kind, track: trackOf(series) }]])),
    ),
    score,
    trained: {
      bins: bins.length,
      readings: bins.reduce((sum, { series }) => sum + series.ts.length, 0),
      days: Math.round(Math.max(0, ...spans) / DAY_MS),
    },
  }
}

function trackOf({ ts, fill_pct, collected }: FillSeries): Track {
  const track = createTrack(ts[0], fill_pct[0])
  for (let i = 1; i < ts.length; i++) observeFill(track, ts[i], fill_pct[i], collected?.[i] === 1)
  return track
}

/** Everything that some bins have told, slot by slot. */
class Sums {
  readonly slot = new Float64Array(SLOTS_DAY)
  readonly day = new Float64Array(7)
  readonly rates: number[] = []
  readonly dispersions: number[] = []
  amount = 0

  add({ ts, fill_pct, collected }: FillSeries): void {
    if (ts.length === 0) return
    const track = createTrack(ts[0], fill_pct[0])
    let taken = track.slot
    const own = { amount: 0, slots: 0, days: new Map<number, number>() }
    const take = (): void => {
      for (let i = Math.max(0, track.slots.length - (track.slot - taken)); i < track.slots.length; i++) {
        const amount = track.slots[i]
        if (amount === UNKNOWN) continue
        const slot = track.slot - (track.slots.length - 1 - i)
        const day = Math.floor(slot / SLOTS_DAY)
        this.slot[slot % SLOTS_DAY] += amount
        this.day[day % 7] += amount
        own.amount += amount
        own.slots++
        own.days.set(day, (own.days.get(day) ?? 0) + amount)
      }
      taken = track.slot
    }
    for (let i = 1; i < ts.length; i++) {
      if (Math.floor(ts[i] / (SLOT_H * HOUR_MS)) - taken >= SLOTS_KEPT) take()
      observeFill(track, ts[i], fill_pct[i], collected?.[i] === 1)
    }
    take()
    if (own.slots < SLOTS_DAY * 3) return
    this.amount += own.amount
    this.rates.push(Math.max(0.01, own.amount / (own.slots * SLOT_H)))
    const mean = own.amount / Math.max(1, own.days.size)
    if (mean > 0)
      this.dispersions.push([...own.days.values()].reduce((sum, amount) => sum + (amount - mean) ** 2, 0) / own.days.size / mean)
  }
}

function median(values: readonly number[], otherwise: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted.length === 0 ? otherwise : sorted[sorted.length >> 1]
}

function priorOf(bins: readonly Known[], otherwise = UNTRAINED): KindPrior {
  const sums = new Sums()
  for (const { series } of bins) sums.add(series)
  if (sums.amount <= 0) return otherwise
  const shares = (parts: Float64Array): number[] => Array.from(parts, (part) => Math.max(0.05, (part / sums.amount) * parts.length))
  return {
    rate_pct_h: median(sums.rates, otherwise.rate_pct_h),
    dispersion_pct: Math.max(0.5, median(sums.dispersions, otherwise.dispersion_pct)),
    slots: shares(sums.slot),
    days: shares(sums.day),
  }
}

/** One bin's standing at each of some times of issue, in order. `next` is the index of the first reading behind it. */
function* issuesOf(
  { known, kind }: Known,
  prior: (kind: string | null) => KindPrior,
  count: number,
  random: Random,
): Generator<{ standing: Standing; next: number }> {
  const { ts, fill_pct, collected } = known
  if (ts.length < 2) return
  const stride = ts.length / count
  const track = createTrack(ts[0], fill_pct[0])
  let due = random.uniform(0, stride)
  for (let i = 1; i < ts.length; i++) {
    observeFill(track, ts[i], fill_pct[i], collected?.[i] === 1)
    if (i < due || i === ts.length - 1) continue
    due += stride * random.uniform(0.6, 1.4)
    // Most times of issue are those of a reading, some lie between two.
    const at = random.chance(0.75) ? ts[i] : ts[i] + random.next() * Math.min(ts[i + 1] - ts[i] - 1, 12 * HOUR_MS)
    yield { standing: standingOf(track, prior(kind), at), next: i + 1 }
  }
}

const issuesPerBin = (bins: number): number => Math.min(Math.max(ISSUES_BIN.min, Math.ceil(ISSUES / bins)), ISSUES_BIN.max)

function fitForest(bins: readonly Known[], prior: (kind: string | null) => KindPrior, random: Random): Forest {
  const rows = new Lessons()
  for (const bin of bins) {
    const draw = random.fork(`bin/${bin.bin}`)
    const count = Math.min(issuesPerBin(bins.length), bin.known.ts.length)
    for (const { standing, next } of issuesOf(bin, prior, count, draw)) {
      rows.add(standing, bin.known, next, FULL_PCT, 4, 1, draw)
      rows.add(standing, bin.known, next, Math.min(100, standing.level_pct + draw.uniform(3, 60)), 2, 0.5, draw)
    }
  }
  return rows.fit(random.fork('forest'))
}

class Lessons {
  private readonly values: number[] = []
  private readonly targets: number[] = []
  private readonly weights: number[] = []
  private readonly row = new Float32Array(FEATURES)

  /** Some horizons of one issue, spread over their logarithm. */
  add(standing: Standing, known: KnownSeries, next: number, full_pct: number, horizons: number, weight: number, random: Random): void {
    if (standing.level_pct >= full_pct || standing.track.raw_pct >= full_pct) return
    const { full, until } = outcomeAfter(known, next, full_pct)
    const left_h = (until - standing.at) / HOUR_MS
    const ttf_h = full === null ? null : (full - standing.at) / HOUR_MS
    for (let k = 0; k < horizons; k++) {
      const hours = 2 * (LONGEST_H / 2) ** ((k + random.next()) / horizons)
      const isFull = ttf_h !== null && ttf_h <= hours
      if (!isFull && left_h < hours) continue
      featuresOf(standing, full_pct, hours, this.row)
      this.values.push(...this.row)
      this.targets.push(isFull ? 1 : 0)
      this.weights.push(weight)
    }
  }

  fit(random: Random): Forest {
    const n = this.targets.length
    invariant(n > 0, 'there are stretches to learn from')
    const columns = Array.from({ length: FEATURES }, (_, f) => Float32Array.from({ length: n }, (__, i) => this.values[i * FEATURES + f]))
    return boost({
      binned: binColumns(columns),
      rows: Int32Array.from({ length: n }, (_, i) => i),
      target: Float64Array.from(this.targets),
      weight: Float64Array.from(this.weights),
      monotone: MONOTONE,
      loss: 'logistic',
      options: BOOST,
      random,
    })
  }
}

const JUDGED = 4000

function judge(bins: readonly Known[], forecaster: FillForecaster): WasteScore {
  const judged: Judged[] = []
  let squares = 0
  let asked = 0
  for (const bin of bins) {
    const { ts, fill_pct, collected } = bin.known
    if (ts.length < 2) continue
    const track = createTrack(ts[0], fill_pct[0])
    const stride = Math.max(1, Math.floor((ts.length * bins.length) / JUDGED))
    for (let i = 1; i < ts.length - 1; i++) {
      observeFill(track, ts[i], fill_pct[i], collected?.[i] === 1)
      if (i % stride !== 0 || fill_pct[i] >= FULL_PCT) continue
      const curve = curveOf(forecaster, track, bin.kind, ts[i], FULL_PCT)
      const { full, until } = outcomeAfter(bin.known, i + 1, FULL_PCT)
      const left_h = (until - ts[i]) / HOUR_MS
      const ttf_h = full === null ? null : (full - ts[i]) / HOUR_MS
      judged.push({ ttf_h, left_h, said_h: pointOf(curve, FULL_PCT) })
      const was = ttf_h !== null && ttf_h <= 24
      if (!was && left_h < 24) continue
      squares += (chanceAt(curve, 24) - (was ? 1 : 0)) ** 2
      asked++
    }
  }
  return {
    issues: judged.length,
    mae_24_h: meanError(judged, 0, 24),
    mae_48_h: meanError(judged, 24, 48),
    csi_24: csiOf(judged, 24),
    csi_48: csiOf(judged, 48),
    brier_24: asked === 0 ? 0 : squares / asked,
  }
}
