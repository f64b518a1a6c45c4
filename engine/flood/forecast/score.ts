/**
 * How good forecasts were, once the truth is known: Nash–Sutcliffe efficiency, hits over both errors (CSI) of all hours and of those in which the street was still
 * dry (onset), minutes of warning by episode, false runs of warnings, Brier score and reliability. The definitions are those of the benchmark's scorer, line by line.
 */
import { STEP_MIN } from './storm.ts'

/** One storm's forecasts: by lead, then site, then time of issue; NaN where there is none. */
export interface StormForecast {
  readonly leads_min: readonly number[]
  readonly depth_m: readonly (readonly Float64Array[])[]
  readonly p_exceed: readonly (readonly Float64Array[])[]
}

export interface ScoredStorm {
  /** By site, then time; NaN where not known. */
  readonly truth_m: readonly Float64Array[]
  readonly forecast: StormForecast
}

export interface Contingency {
  readonly hits: number
  readonly misses: number
  readonly false_alarms: number
  /** Critical success index, probability of detection, false alarm ratio; 0 where there is nothing to divide by. */
  readonly csi: number
  readonly pod: number
  readonly far: number
}

export interface LeadScore {
  readonly lead_min: number
  readonly n: number
  readonly coverage: number
  readonly rmse_m: number
  /** Median over sites; null without any forecast. */
  readonly nse: number | null
  readonly brier: number
  readonly all: Contingency
  /** Of the hours in which the depth was at or below the threshold at the time of issue. */
  readonly onset: Contingency
  readonly reliability: readonly ReliabilityBin[]
}

/** Forecasts whose chance was in one tenth: what was said on average, and how often it came. */
export interface ReliabilityBin {
  readonly n: number
  readonly said: number
  readonly came: number
}

export interface EpisodeScore {
  readonly n: number
  /** Shares of episodes warned of by more than 0, and at least 15, 30, 60 min before; null without episodes. */
  readonly warned_before: number | null
  readonly ge15: number | null
  readonly ge30: number | null
  readonly ge60: number | null
  readonly median_lead_min: number | null
  readonly warning_runs: number
  readonly false_runs: number
  readonly false_run_share: number
}

export interface ForecastScore {
  readonly leads: readonly LeadScore[]
  readonly episodes: EpisodeScore
}

/** A warning is a chance of at least this. */
const WARNING_P = 0.5
/** Dry spells of up to this join two floods into one episode, steps; a warning may come up to this before the onset. */
const GAP_STEPS = 15 / STEP_MIN
/** Warnings further apart belong to two runs; a run is false when no episode is as near, steps. */
const RUN_STEPS = 30 / STEP_MIN
const BINS = 10

interface Warning {
  readonly issued: number
  readonly valid: number
}

interface Episode {
  readonly from: number
  readonly to: number
}

const median = (values: readonly number[]): number | null => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  if (sorted.length === 0) return null
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** @param threshold_m by site */
export function scoreForecasts(storms: readonly ScoredStorm[], threshold_m: readonly number[]): ForecastScore {
  const leads_min = storms[0]?.forecast.leads_min ?? []
  return {
    leads: leads_min.map((_, lead) => scoreLead(storms, threshold_m, lead)),
    episodes: scoreEpisodes(storms, threshold_m),
  }
}

/** Calls back for every hour that can be judged: the truth is known at the time of issue and at the valid time. */
function eachHour(
  storms: readonly ScoredStorm[],
  lead: number,
  see: (site: number, now: number, later: number, depth: number, p: number) => void,
): void {
  for (const { truth_m, forecast } of storms) {
    const ahead = forecast.leads_min[lead] / STEP_MIN
    truth_m.forEach((truth, site) => {
      for (let t = 0; t + ahead < truth.length; t++) {
        if (Number.isNaN(truth[t]) || Number.isNaN(truth[t + ahead])) continue
        see(site, truth[t], truth[t + ahead], forecast.depth_m[lead][site][t], forecast.p_exceed[lead][site][t])
      }
    })
  }
}

class Count {
  hits = 0
  misses = 0
  false_alarms = 0

  add(came: boolean, warned: boolean): void {
    if (came && warned) this.hits++
    else if (came) this.misses++
    else if (warned) this.false_alarms++
  }

  result(): Contingency {
    const { hits, misses, false_alarms } = this
    return {
      hits,
      misses,
      false_alarms,
      csi: hits / Math.max(1, hits + misses + false_alarms),
      pod: hits / Math.max(1, hits + misses),
      far: false_alarms / Math.max(1, hits + false_alarms),
    }
  }
}

function scoreLead(storms: readonly ScoredStorm[], threshold_m: readonly number[], lead: number): LeadScore {
  const all = new Count()
  const onset = new Count()
  const sites = threshold_m.map(() => ({ n: 0, sum: 0, squares: 0, error: 0 }))
  const bins = Array.from({ length: BINS }, () => ({ n: 0, said: 0, came: 0 }))
  let n = 0
  let brier = 0
  eachHour(storms, lead, (site, now, later, depth, said) => {
    const p = Number.isNaN(said) ? 0 : said
    const came = later > threshold_m[site]
    n++
    brier += (p - (came ? 1 : 0)) ** 2
    all.add(came, p >= WARNING_P)
    if (now <= threshold_m[site]) onset.add(came, p >= WARNING_P)
    if (Number.isNaN(depth)) return
    const own = sites[site]
    own.n++
    own.sum += later
    own.squares += later * later
    own.error += (depth - later) ** 2
    const bin = bins[Math.min(BINS - 1, Math.floor(p * BINS))]
    bin.n++
    bin.said += p
    bin.came += came ? 1 : 0
  })
  const forecast = sites.reduce((sum, own) => sum + own.n, 0)
  const error = sites.reduce((sum, own) => sum + own.error, 0)
  return {
    lead_min: storms[0].forecast.leads_min[lead],
    n,
    coverage: forecast / Math.max(1, n),
    rmse_m: Math.sqrt(error / Math.max(1, forecast)),
    nse: median(sites.flatMap((own) => (own.n === 0 ? [] : [1 - own.error / Math.max(1e-12, own.squares - (own.sum * own.sum) / own.n)]))),
    brier: brier / Math.max(1, n),
    all: all.result(),
    onset: onset.result(),
    reliability: bins.map((bin) => ({ n: bin.n, said: bin.said / Math.max(1, bin.n), came: bin.came / Math.max(1, bin.n) })),
  }
}

/** Floods of at least two samples; shorter ones are left out as the scorer does. */
export function episodesOf(truth: Float64Array, threshold_m: number): Episode[] {
  const episodes: Episode[] = []
  let from = -1
  let last = -1
  let count = 0
  const end = (): void => {
    if (count >= 2) episodes.push({ from, to: last })
  }
  truth.forEach((depth, t) => {
    if (!(depth > threshold_m)) return
    if (count === 0 || t - last > GAP_STEPS) {
      end()
      from = t
      count = 0
    }
    last = t
    count++
  })
  end()
  return episodes
}

/** Warnings given while the street was dry, all leads together, in order of issue. */
function warningsOf({ truth_m, forecast }: ScoredStorm, site: number, threshold_m: number): Warning[] {
  const truth = truth_m[site]
  const warnings: Warning[] = []
  for (let t = 0; t < truth.length; t++) {
    if (!(truth[t] <= threshold_m)) continue
    forecast.leads_min.forEach((lead_min, lead) => {
      const valid = t + lead_min / STEP_MIN
      if (valid < truth.length && !Number.isNaN(truth[valid]) && forecast.p_exceed[lead][site][t] >= WARNING_P)
        warnings.push({ issued: t, valid })
    })
  }
  return warnings
}

function runsOf(warnings: readonly Warning[]): Warning[][] {
  const runs: Warning[][] = []
  for (const warning of warnings) {
    const run = runs.at(-1)
    const before = run?.at(-1)
    if (run === undefined || before === undefined || warning.issued - before.issued > RUN_STEPS) runs.push([warning])
    else run.push(warning)
  }
  return runs
}

function scoreEpisodes(storms: readonly ScoredStorm[], threshold_m: readonly number[]): EpisodeScore {
  const leads_min: number[] = []
  let runs = 0
  let false_runs = 0
  for (const storm of storms) {
    threshold_m.forEach((threshold, site) => {
      const episodes = episodesOf(storm.truth_m[site], threshold)
      const warnings = warningsOf(storm, site, threshold)
      for (const { from, to } of episodes) {
        const first = warnings.find(({ issued, valid }) => issued < from && valid >= from - GAP_STEPS && valid <= to)
        leads_min.push(first === undefined ? 0 : (from - first.issued) * STEP_MIN)
      }
      for (const run of runsOf(warnings)) {
        runs++
        const earliest = Math.min(...run.map(({ valid }) => valid))
        const latest = Math.max(...run.map(({ valid }) => valid))
        if (!episodes.some(({ from, to }) => earliest <= to + RUN_STEPS && latest >= from - RUN_STEPS)) false_runs++
      }
    })
  }
  const share = (at: number): number | null =>
    leads_min.length === 0 ? null : leads_min.filter((lead) => lead >= at).length / leads_min.length
  return {
    n: leads_min.length,
    warned_before: share(STEP_MIN),
    ge15: share(15),
    ge30: share(30),
    ge60: share(60),
    median_lead_min: median(leads_min),
    warning_runs: runs,
    false_runs,
    false_run_share: false_runs / Math.max(1, runs),
  }
}
