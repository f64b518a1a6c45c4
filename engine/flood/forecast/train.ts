/**
 * Training: storms are dealt into folds. The physical core that makes the rows of a fold was fitted on the others, so that the trees learn from a core as it will be
 * on storms it has not seen; chances, bands and the score come from forests that had not seen the storm either. What is kept at last has seen them all.
 */
import type { Random } from '../../base/random.ts'
import { type Binned, type BoostOptions, binColumns, boost, type Loss } from '../../learn/boost.ts'
import { encodeForest, type Forest } from '../../learn/trees.ts'
import { type Band, type ChanceScale, fitBands, fitChance, PLAIN_CHANCE } from './calibrate.ts'
import { type Ahead, FEATURES, fillRow, levelNow, lookAhead, MONOTONE, QUIET, spreadAhead } from './features.ts'
import { fitPoints, fitRain, fitTypical } from './fit-core.ts'
import { type Forecaster, forecastAhead, forecastStorm, type LeadHeads, lookOn } from './forecast.ts'
import { type FloodModel, MODEL_FORMAT, MODEL_VERSION, type ModelHeads, type TrainingScore } from './model.ts'
import { scoreForecasts } from './score.ts'
import { type KnownStorm, LEADS_MIN, type Site, STEP_MIN, withoutNowcast } from './storm.ts'
import { type Core, type PointCore, watch } from './watch.ts'

const FOLDS = 4
/** Fewer storms cannot be dealt into folds that say anything. */
export const STORMS_MIN = 2 * FOLDS

const DEPTH_BOOST: BoostOptions = { trees: 160, learning_rate: 0.09, leaves: 24, leaf_rows: 50, l2: 5, row_share: 0.4, feature_share: 0.4 }
const CHANCE_BOOST: BoostOptions = { trees: 120, learning_rate: 0.08, leaves: 16, leaf_rows: 80, l2: 5, row_share: 0.4, feature_share: 0.4 }

/** One quiet row in so many is kept, and counts for all of them. */
const QUIET_KEPT = 6
/** Rows of a lead that are learnt from at most. */
const ROWS_MAX = 120_000

/** Rows of one lead. */
interface Rows {
  readonly binned: Binned
  readonly fold: Uint8Array
  readonly weight: Float64Array
  /** Depth less level at the time of issue, share of the threshold. */
  readonly rise: Float64Array
  readonly flooded: Float64Array
}

interface Fold {
  readonly core: Core
  readonly storms: readonly KnownStorm[]
}

export interface TrainingOptions {
  readonly random: Random
  /** Share of the usual number of trees: less for a quick look. */
  readonly effort?: number
  /** Hears how far it is. */
  readonly say?: (text: string) => void
}

/** @param storms at least STORMS_MIN; same storms and seed, same model */
export function trainFlood(storms: readonly KnownStorm[], sites: readonly Site[], options: TrainingOptions): FloodModel {
  const { random, effort = 1, say = () => {} } = options
  const folds = deal(storms, random.fork('folds'))
  say('fitting the physical core')
  const fitted = folds.map((_, f) => fitPoints(except(folds, f), random.fork(`points/${f}`)))
  const points = fitPoints(storms, random.fork('points'))
  const learn = (nowcast: boolean): ModelHeads => {
    const seen = nowcast ? folds : folds.map((fold) => fold.map(withoutNowcast))
    say(nowcast ? 'learning with nowcast' : 'learning from gauges only')
    return learnHeads({ dealt: seen, fitted, sites, effort }, random.fork(nowcast ? 'nowcast' : 'gauges'))
  }
  return {
    format: MODEL_FORMAT,
    version: MODEL_VERSION,
    points: sites.map((site, s) => ({ ...site, ...points[s], neighbours: points[s].neighbours.map((other) => sites[other].node) })),
    typical: fitTypical(storms, sites, random),
    nowcast: storms.every(({ nowcast_mm }) => nowcast_mm !== null) ? learn(true) : null,
    gauges: learn(false),
    trained: { storms: storms.length, steps: storms.reduce((sum, { steps }) => sum + steps, 0) },
  }
}

/** Whole storms into FOLDS heaps of like size. */
function deal(storms: readonly KnownStorm[], random: Random): KnownStorm[][] {
  const order = storms.map((storm) => ({ storm, draw: random.next() })).sort((a, b) => a.draw - b.draw)
  return Array.from({ length: FOLDS }, (_, f) => order.filter((_, i) => i % FOLDS === f).map(({ storm }) => storm))
}

const except = (folds: readonly (readonly KnownStorm[])[], left: number): KnownStorm[] =>
  folds.flatMap((fold, f) => (f === left ? [] : fold))

interface Lessons {
  readonly dealt: readonly KnownStorm[][]
  /** Points of the core by fold, fitted on the other folds. */
  readonly fitted: readonly PointCore[][]
  readonly sites: readonly Site[]
  readonly effort: number
}

function learnHeads({ dealt, fitted, sites, effort }: Lessons, random: Random): ModelHeads {
  const folds = dealt.map(
    (storms, f): Fold => ({ storms, core: { points: fitted[f], rain: fitRain(except(dealt, f), random.fork(`rain/${f}`)) } }),
  )
  const rows = gatherRows(folds, sites, random.fork('rows'))
  const held = folds.map((_, f) => rows.map((lead, l) => growHeads(lead, l, f, effort, random.fork(`fold/${f}`))))
  const calibrated = calibrate(folds, held, sites)
  const whole = rows.map((lead, l) => ({ ...growHeads(lead, l, null, effort, random.fork('whole')), ...calibrated[l] }))
  const scored = folds.map((_, f) => held[f].map((heads, l) => ({ ...heads, ...calibrated[l] })))
  return {
    rain: fitRain(dealt.flat(), random.fork('rain')).map(encodeForest),
    leads: whole.map(({ step, depth, chance, scale, bands }) => ({
      lead_min: step * STEP_MIN,
      depth: encodeForest(depth),
      chance: encodeForest(chance),
      scale,
      bands,
    })),
    score: scoreHeld(folds, scored, sites),
  }
}

function gatherRows(folds: readonly Fold[], sites: readonly Site[], random: Random): Rows[] {
  const times = folds.reduce((sum, { storms }) => sum + storms.reduce((all, { steps }) => all + steps, 0), 0)
  const kept = Math.min(1, ROWS_MAX / Math.max(1, times * sites.length))
  const lists = LEADS_MIN.map(() => ({
    rows: [] as Float32Array[],
    fold: [] as number[],
    weight: [] as number[],
    rise: [] as number[],
    flooded: [] as number[],
  }))
  const row = new Float32Array(FEATURES.length)
  folds.forEach(({ storms, core }, f) => {
    for (const storm of storms) {
      const watched = watch(storm, core)
      for (let t = 0; t < storm.steps; t++) {
        const ahead = lookAhead(watched, sites, t)
        sites.forEach(({ threshold_m }, site) => {
          LEADS_MIN.forEach((lead_min, l) => {
            const step = lead_min / STEP_MIN
            const depth_m = t + step < storm.steps ? storm.truth_m[site][t + step] : Number.NaN
            if (Number.isNaN(depth_m) || !random.chance(kept)) return
            fillRow(watched, sites, ahead, site, step, row)
            const quiet = QUIET.every((feature) => row[feature] < 0.25)
            if (quiet && !random.chance(1 / QUIET_KEPT)) return
            const list = lists[l]
            list.rows.push(row.slice())
            list.fold.push(f)
            list.weight.push(quiet ? QUIET_KEPT : 1)
            list.rise.push((depth_m - levelNow(watched, ahead, site)) / threshold_m)
            list.flooded.push(depth_m > threshold_m ? 1 : 0)
          })
        })
      }
    }
  })
  return lists.map(({ rows, fold, weight, rise, flooded }) => ({
    binned: binColumns(FEATURES.map((_, feature) => Float32Array.from(rows, (values) => values[feature]))),
    fold: Uint8Array.from(fold),
    weight: Float64Array.from(weight),
    rise: Float64Array.from(rise),
    flooded: Float64Array.from(flooded),
  }))
}

type Trees = Pick<LeadHeads, 'step' | 'depth' | 'chance'>

/** Forests of one lead on all rows but those of a fold. */
function growHeads(rows: Rows, lead: number, without: number | null, effort: number, random: Random): Trees {
  const { binned, fold, weight } = rows
  const taken = Int32Array.from(fold.keys()).filter((row) => fold[row] !== without)
  const grow = (target: Float64Array, loss: Loss, { trees, ...options }: BoostOptions): Forest =>
    boost({
      binned,
      rows: taken,
      target,
      weight,
      monotone: MONOTONE,
      loss,
      options: { ...options, trees: Math.ceil(trees * effort) },
      random: random.fork(`${loss}/${lead}`),
    })
  return {
    step: LEADS_MIN[lead] / STEP_MIN,
    depth: grow(rows.rise, 'squared', DEPTH_BOOST),
    chance: grow(rows.flooded, 'logistic', CHANCE_BOOST),
  }
}

interface Calibrated {
  readonly scale: ChanceScale
  readonly bands: readonly Band[]
}

const forecasterOf = (core: Core, sites: readonly Site[], heads: readonly LeadHeads[]): Forecaster => ({
  sites,
  core,
  heads,
  basis: 'gauges',
  unknown: [],
})

/** Chances and bands by lead, from what forests said of storms that they had not seen. */
function calibrate(folds: readonly Fold[], held: readonly Trees[][], sites: readonly Site[]): Calibrated[] {
  const seen = LEADS_MIN.map(() => ({ logits: [] as number[], came: [] as number[], spread: [] as number[], errors: [] as number[] }))
  folds.forEach(({ storms, core }, f) => {
    const plain = held[f].map((trees) => ({ ...trees, scale: PLAIN_CHANCE, bands: [] }))
    const forecaster = forecasterOf(core, sites, plain)
    for (const storm of storms) {
      const watched = watch(storm, core)
      let before: readonly Ahead[] = []
      for (let t = 0; t < storm.steps; t++) {
        const looks = lookOn(watched, sites, t, before)
        const [ahead] = looks
        before = looks
        forecastAhead(forecaster, watched, looks, LEADS_MIN).forEach((leads, site) => {
          const { threshold_m } = sites[site]
          leads.forEach(({ lead_min, depth_m, p_exceed }, l) => {
            const step = lead_min / STEP_MIN
            const truth_m = t + step < storm.steps ? storm.truth_m[site][t + step] : Number.NaN
            if (Number.isNaN(truth_m)) return
            seen[l].logits.push(Math.log(p_exceed / (1 - p_exceed)))
            seen[l].came.push(truth_m > threshold_m ? 1 : 0)
            seen[l].spread.push(spreadAhead(ahead, site, step, threshold_m))
            seen[l].errors.push((truth_m - depth_m) / threshold_m)
          })
        })
      }
    }
  })
  return seen.map(({ logits, came, spread, errors }) => ({
    scale: fitChance(Float64Array.from(logits), Float64Array.from(came)),
    bands: fitBands(Float64Array.from(spread), Float64Array.from(errors)),
  }))
}

function scoreHeld(folds: readonly Fold[], held: readonly LeadHeads[][], sites: readonly Site[]): TrainingScore {
  const storms = folds.flatMap(({ storms: own, core }, f) =>
    own.map((storm) => ({ truth_m: storm.truth_m, forecast: forecastStorm(forecasterOf(core, sites, held[f]), storm) })),
  )
  const { leads, episodes } = scoreForecasts(
    storms,
    sites.map(({ threshold_m }) => threshold_m),
  )
  return {
    leads: leads.map(({ lead_min, nse, onset, brier }) => ({ lead_min, nse: nse ?? 0, csi_onset: onset.csi, brier })),
    episodes: episodes.n,
    warned_30_min: episodes.ge30,
    false_run_share: episodes.false_run_share,
  }
}
