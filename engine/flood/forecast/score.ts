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
export const WARNING_P = 0.5
/** Dry spells of up to this join two floods into one episode, steps; a warning may come up to this before the onset. */
export const GAP_STEPS = 15 / STEP_MIN
/** Warnings further apart belong to two runs; a run is false when no episode is as near, steps. */
export const RUN_STEPS = 30 / STEP_MIN
const BINS = 10

/** By index of the truth. */
export interface Warning {
  readonly issued: number
  readonly valid: number
}

export interface Episode {
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
function eachHour(storms: readonly ScoredStorm[], lead: number, see: (site: number, hour: Hour) => void): void {
  for (const { truth_m, forecast } of storms) {
    const ahead = forecast.leads_min[lead] / STEP_MIN
    truth_m.forEach((truth, site) => {
      for (let t = 0; t + ahead < truth.length; t++) {
        if (Number.isNaN(truth[t]) || Number.isNaN(truth[t + ahead])) continue
        const depth_m = forecast.depth_m[lead][site][t]
        see(site, { now_m: truth[t], later_m: truth[t + ahead], depth_m, p_exceed: forecast.p_exceed[lead][site][t] })
      }
    })
  }
}

/** What was forecast at one time, and what was true then and at the valid time; depth and chance NaN where nothing was forecast. */
export interface Hour {
  readonly now_m: number
  readonly later_m: number
  readonly depth_m: number
  readonly p_exceed: number
}

interface Counts {
  hits: number
  misses: number
  false_alarms: number
}

/** Everything that the score of one lead needs of its hours; plain data, so that sums can be kept while the truth still comes in. */
export interface LeadSums {
  n: number
  brier: number
  readonly all: Counts
  readonly onset: Counts
  readonly sites: { n: number; sum: number; squares: number; error: number; most_m: number }[]
  readonly bins: { n: number; said: number; came: number }[]
}

export function createLeadSums(sites: number): LeadSums {
  const counts = (): Counts => ({ hits: 0, misses: 0, false_alarms: 0 })
  return {
    n: 0,
    brier: 0,
    all: counts(),
    onset: counts(),
    sites: Array.from({ length: sites }, () => ({ n: 0, sum: 0, squares: 0, error: 0, most_m: 0 })),
    bins: Array.from({ length: BINS }, () => ({ n: 0, said: 0, came: 0 })),
  }
}

/** The sums of two spans of time, of the same sites in the same order. */
export function addSums(a: LeadSums, b: LeadSums): LeadSums {
  const counts = (of: 'all' | 'onset'): Counts => ({
    hits: a[of].hits + b[of].hits,
    misses: a[of].misses + b[of].misses,
    false_alarms: a[of].false_alarms + b[of].false_alarms,
  })
  return {
    n: a.n + b.n,
    brier: a.brier + b.brier,
    all: counts('all'),
    onset: counts('onset'),
    sites: a.sites.map((own, site) => {
      const other = b.sites[site]
      return {
        n: own.n + other.n,
        sum: own.sum + other.sum,
        squares: own.squares + other.squares,
        error: own.error + other.error,
        most_m: Math.max(own.most_m, other.most_m),
      }
    }),
    bins: a.bins.map((own, bin) => ({ n: own.n + b.bins[bin].n, said: own.said + b.bins[bin].said, came: own.came + b.bins[bin].came })),
  }
}

function count(counts: Counts, came: boolean, warned: boolean): void {
  if (came && warned) counts.hits++
  else if (came) counts.misses++
  else if (warned) counts.false_alarms++
}

const contingencyOf = ({ hits, misses, false_alarms }: Counts): Contingency => ({
  hits,
  misses,
  false_alarms,
  csi: hits / Math.max(1, hits + misses + false_alarms),
  pod: hits / Math.max(1, hits + misses),
  far: false_alarms / Math.max(1, hits + false_alarms),
})

export function addHour(sums: LeadSums, site: number, threshold_m: number, { now_m, later_m, depth_m, p_exceed }: Hour): void {
  const p = Number.isNaN(p_exceed) ? 0 : p_exceed
  const came = later_m > threshold_m
  sums.n++
  sums.brier += (p - (came ? 1 : 0)) ** 2
  count(sums.all, came, p >= WARNING_P)
  if (now_m <= threshold_m) count(sums.onset, came, p >= WARNING_P)
  if (Number.isNaN(depth_m)) return
  const own = sums.sites[site]
  own.n++
  own.sum += later_m
  own.squares += later_m * later_m
  own.error += (depth_m - later_m) ** 2
  own.most_m = Math.max(own.most_m, later_m)
  const bin = sums.bins[Math.min(BINS - 1, Math.floor(p * BINS))]
  bin.n++
  bin.said += p
  bin.came += came ? 1 : 0
}

/** @param wet_m sites that were never as deep have no part in the NSE: of a dry street it says how much its gauge trembles */
export function leadScore(lead_min: number, sums: LeadSums, wet_m = 0): LeadScore {
  const forecast = sums.sites.reduce((sum, own) => sum + own.n, 0)
  const error = sums.sites.reduce((sum, own) => sum + own.error, 0)
  const wet = sums.sites.filter(({ n, most_m }) => n > 0 && most_m >= wet_m)
  return {
    lead_min,
    n: sums.n,
    coverage: forecast / Math.max(1, sums.n),
    rmse_m: Math.sqrt(error / Math.max(1, forecast)),
    nse: median(wet.map((own) => 1 - own.error / Math.max(1e-12, own.squares - (own.sum * own.sum) / own.n))),
    brier: sums.brier / Math.max(1, sums.n),
    all: contingencyOf(sums.all),
    onset: contingencyOf(sums.onset),
    reliability: sums.bins.map(({ n, said, came }) => ({ n, said: said / Math.max(1, n), came: came / Math.max(1, n) })),
  }
}

function scoreLead(storms: readonly ScoredStorm[], threshold_m: readonly number[], lead: number): LeadScore {
  const sums = createLeadSums(threshold_m.length)
  eachHour(storms, lead, (site, hour) => addHour(sums, site, threshold_m[site], hour))
  return leadScore(storms[0].forecast.leads_min[lead], sums)
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

/** What warnings of one site were worth. */
export interface SiteVerdict {
  /** Each with the minutes by which it was warned of; 0 for not at all. */
  readonly episodes: readonly (Episode & { readonly warned_min: number })[]
  readonly runs: number
  readonly false_runs: number
}

/** @param warnings in order of issue, by index of the truth */
export function judgeSite(truth_m: Float64Array, threshold_m: number, warnings: readonly Warning[]): SiteVerdict {
  const episodes = episodesOf(truth_m, threshold_m).map(({ from, to }) => {
    const first = warnings.find(({ issued, valid }) => issued < from && valid >= from - GAP_STEPS && valid <= to)
    return { from, to, warned_min: first === undefined ? 0 : (from - first.issued) * STEP_MIN }
  })
  const runs = runsOf(warnings)
  const wrong = runs.filter((run) => {
    const earliest = Math.min(...run.map(({ valid }) => valid))
    const latest = Math.max(...run.map(({ valid }) => valid))
    return !episodes.some(({ from, to }) => earliest <= to + RUN_STEPS && latest >= from - RUN_STEPS)
  })
  return { episodes, runs: runs.length, false_runs: wrong.length }
}

/** What the score of episodes is made of. */
export interface EpisodeSums {
  /** Minutes of warning, by episode. */
  readonly warned_min: number[]
  runs: number
  false_runs: number
}

export const createEpisodeSums = (): EpisodeSums => ({ warned_min: [], runs: 0, false_runs: 0 })

export function addVerdict(sums: EpisodeSums, { episodes, runs, false_runs }: SiteVerdict): void {
  sums.warned_min.push(...episodes.map(({ warned_min }) => warned_min))
  sums.runs += runs
  sums.false_runs += false_runs
}

export function episodeScore({ warned_min, runs, false_runs }: EpisodeSums): EpisodeScore {
  const share = (at: number): number | null =>
    warned_min.length === 0 ? null : warned_min.filter((lead) => lead >= at).length / warned_min.length
  return {
    n: warned_min.length,
    warned_before: share(STEP_MIN),
    ge15: share(15),
    ge30: share(30),
    ge60: share(60),
    median_lead_min: median(warned_min),
    warning_runs: runs,
    false_runs,
    false_run_share: false_runs / Math.max(1, runs),
  }
}

function scoreEpisodes(storms: readonly ScoredStorm[], threshold_m: readonly number[]): EpisodeScore {
  const sums = createEpisodeSums()
  for (const storm of storms)
    threshold_m.forEach((threshold, site) => {
      addVerdict(sums, judgeSite(storm.truth_m[site], threshold, warningsOf(storm, site, threshold)))
    })
  return episodeScore(sums)
}
