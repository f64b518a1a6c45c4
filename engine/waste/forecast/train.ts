/**
 * Trains the fill forecast: what bins of a kind have in common, and one forest for all bins that reads a bin's own history and says how likely a level is reached
 * within a time. One forest for all leads and levels, monotone in both, gives curves that never cross. Claims and scores are read from bins that the forest had not seen.
 */
import type { Random } from '../../base/random.ts'
import { DAY_MS } from '../../base/time.ts'
import { encodeForest } from '../../learn/trees.ts'
import { NO_ALMANAC, plansOf } from './almanac.ts'
import type { KindPrior } from './habit.ts'
import { type Judgement, judgeBins } from './judge.ts'
import { fitForest, ISSUES, type KnownBin, type PriorOf } from './lessons.ts'
import { WASTE_MODEL_FORMAT, WASTE_MODEL_VERSION, type WasteModel } from './model.ts'
import { type FillSeries, judgeSeries } from './outcomes.ts'
import { priorOf } from './prior.ts'
import { createTrack, observeFill, type Track } from './track.ts'

export interface TrainingBin {
  readonly bin: string
  readonly kind: string | null
  readonly series: FillSeries
}

/** Less cannot be divided into bins to learn from and bins to be judged by. */
export const BINS_MIN = 2
export const READINGS_MIN = 200

export interface TrainingTools {
  readonly random: Random
  readonly say: (text: string) => void
}

export function trainWaste(bins: readonly TrainingBin[], { random, say }: TrainingTools, almanac = NO_ALMANAC): WasteModel {
  const planOf = plansOf(almanac)
  const known = bins.map(({ bin, kind, series }): KnownBin => ({ bin, kind, known: judgeSeries(series), plan: planOf(bin) }))
  const all = priorOf(known)
  const kinds = kindsOf(known, all)
  const prior: PriorOf = (kind) => (kind === null ? all : (kinds[kind] ?? all))
  const { claims, score } = judgeHalves(known, prior, random)
  say(`judged on bins that were held back; now learning from all ${known.length}`)
  const forest = fitForest(known, prior, random)
  const spans = bins.map(({ series: { ts } }) => (ts.length < 2 ? 0 : ts[ts.length - 1] - ts[0]))
  return {
    format: WASTE_MODEL_FORMAT,
    version: WASTE_MODEL_VERSION,
    all,
    kinds,
    forest: forest === null ? null : encodeForest(forest),
    claims,
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

function kindsOf(bins: readonly KnownBin[], all: KindPrior): Record<string, KindPrior> {
  const names = [...new Set(bins.flatMap(({ kind }) => (kind === null ? [] : [kind])))].sort()
  return Object.fromEntries(
    names.map((name) => [
      name,
      priorOf(
        bins.filter(({ kind }) => kind === name),
        all,
      ),
    ]),
  )
}

/** Every bin is judged by forests that learnt from the other half of the bins. */
function judgeHalves(bins: readonly KnownBin[], prior: PriorOf, random: Random): Judgement {
  const halves = [0, 1].map((half) => bins.filter((_, i) => i % 2 === half))
  return judgeBins(
    halves.map((half, i) => ({ bins: half, forest: fitForest(halves[1 - i], prior, random.fork(`half/${i}`), ISSUES / 2) })),
    prior,
  )
}

function trackOf({ ts, fill_pct, collected }: FillSeries): Track {
  const track = createTrack(ts[0], fill_pct[0])
  for (let i = 1; i < ts.length; i++) observeFill(track, ts[i], fill_pct[i], collected?.[i] === 1)
  return track
}
