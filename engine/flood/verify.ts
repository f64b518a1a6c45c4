/**
 * Forecasts held against what came (forecast verification, Jolliffe and Stephenson 2012): every forecast is kept until the gauges have spoken of the last of its
 * leads, hours are counted as their truth arrives, and floods and runs of warnings are judged when they are over. The definitions are those of forecast/score.ts.
 */
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS } from '../base/time.ts'
import type { Context } from '../model/context.ts'
import type { LowPointForecast } from '../model/forecast.ts'
import type { Outcome } from '../model/outcome.ts'
import {
  addHour,
  addSums,
  addVerdict,
  createEpisodeSums,
  createLeadSums,
  type EpisodeSums,
  episodeScore,
  type ForecastScore,
  GAP_STEPS,
  judgeSite,
  type LeadSums,
  leadScore,
  RUN_STEPS,
  type SiteVerdict,
  WARNING_P,
  type Warning,
} from './forecast/score.ts'
import { LEADS_MIN, STEP_MIN } from './forecast/storm.ts'

const STEP_MS = STEP_MIN * MINUTE_MS
const LEADS_STEPS = LEADS_MIN.map((lead_min) => lead_min / STEP_MIN)
/** As many forecasts as the last lead reaches back, and the newest. */
const KEPT = Math.max(...LEADS_STEPS) + 1
/** Nothing that comes later belongs to a flood or a run of warnings that ended so long ago. */
const QUIET_STEPS = RUN_STEPS + GAP_STEPS
/** A flood that lasts longer is judged in parts. */
const SPELL_STEPS_MAX = 24 * (60 / STEP_MIN)
/** Hours count while water stands or is expected anywhere, and a while after: a dry month is no proof of a forecast. */
const WET_M = 0.02
const WET_P = 0.1
const STORM_MS = 2 * HOUR_MS
/** Streets that were never deeper have no part in the NSE. */
const NSE_M = 0.05
/** The window is this block and the one before: 15 to 30 days. */
const BLOCK_MS = 15 * DAY_MS
const EPISODES_MAX = 4000

/** What was forecast for the leads that are scored; null where nothing was. */
type Kept = { readonly depth_m: readonly number[]; readonly p_exceed: readonly number[] } | null

/** A time in which a point floods or is warned of; by index of `truth_m`. */
interface Spell {
  readonly from: EpochMs
  /** NaN where no gauge spoke. */
  readonly truth_m: number[]
  readonly warnings: Warning[]
  /** Last step that a flood or a warning reaches. */
  last: number
}

interface PointVerification {
  /** By time of issue, the newest last. */
  readonly kept: Kept[]
  spell: Spell | null
}

interface Sums {
  readonly from: EpochMs
  /** By LEADS_MIN. */
  readonly leads: readonly LeadSums[]
  readonly episodes: EpisodeSums
}

export interface Verification {
  /** Newest step that was looked at; 0 before the first. */
  ts: EpochMs
  readonly points: Map<string, PointVerification>
  /** When water was last seen or expected anywhere. */
  wet: EpochMs
  block: Sums | null
  before: Sums | null
  /** This storm, or the last one. */
  storm: Sums | null
}

export const createVerification = (): Verification => ({ ts: 0, points: new Map(), wet: 0, block: null, before: null, storm: null })

const sumsFrom = (from: EpochMs, points: number): Sums => ({
  from,
  leads: LEADS_MIN.map(() => createLeadSums(points)),
  episodes: createEpisodeSums(),
})

/** Levels of a low point on the grid of the forecasts, oldest first; null or NaN where no gauge spoke. */
type Levels = readonly (number | null)[]

const levelOf = (levels: Levels, ago: number): number => levels.at(-1 - ago) ?? Number.NaN

/** Looks at the step that ends at `ts`, of which the levels are known now. @param levels_m by low point */
export function verifyStep(
  state: Verification,
  context: Context,
  levels_m: ReadonlyMap<string, Levels>,
  ts: EpochMs,
  now: EpochMs,
  out: Outcome,
): void {
  const missed = state.ts === 0 ? 0 : Math.min((ts - state.ts) / STEP_MS - 1, SPELL_STEPS_MAX)
  state.ts = ts
  const { low_points } = context.city
  if (low_points.some(({ id }) => levelOf(levels_m.get(id) ?? [], 0) >= WET_M)) noteWet(state, low_points.length, ts)
  roll(state, low_points.length, ts)
  low_points.forEach(({ id, threshold_m }, site) => {
    const point = pointOf(state, id)
    const levels = levels_m.get(id) ?? []
    for (let ago = missed; ago >= 0; ago--) {
      point.kept.push(null)
      if (point.kept.length > KEPT) point.kept.shift()
      if (ts - state.wet <= STORM_MS) countHours(state, point, site, threshold_m, levels, ago)
      const verdict = followSpell(point, threshold_m, levelOf(levels, ago), ts - ago * STEP_MS)
      if (verdict !== null) tellVerdict(state, id, verdict, now, out)
    }
  })
}

function pointOf({ points }: Verification, id: string): PointVerification {
  const known = points.get(id)
  if (known !== undefined) return known
  const made: PointVerification = { kept: [], spell: null }
  points.set(id, made)
  return made
}

/** A storm begins with the first water after a dry spell. */
function noteWet(state: Verification, points: number, ts: EpochMs): void {
  if (state.storm === null || ts - state.wet > STORM_MS) state.storm = sumsFrom(ts, points)
  state.wet = ts
}

function roll(state: Verification, points: number, ts: EpochMs): void {
  // A city with other low points is another city to judge.
  const isOther = ({ leads }: Sums): boolean => leads[0].sites.length !== points
  if (state.storm !== null && isOther(state.storm)) state.storm = null
  if (state.block !== null && isOther(state.block)) state.block = null
  if (state.block !== null && ts - state.block.from < BLOCK_MS) return
  state.before = state.block !== null && ts - state.block.from < 2 * BLOCK_MS ? state.block : null
  state.block = sumsFrom(ts, points)
}

function countHours(
  state: Verification,
  { kept }: PointVerification,
  site: number,
  threshold_m: number,
  levels: Levels,
  ago: number,
): void {
  const later_m = levelOf(levels, ago)
  if (Number.isNaN(later_m)) return
  LEADS_STEPS.forEach((steps, lead) => {
    const issued = kept.at(-1 - steps)
    const now_m = levelOf(levels, ago + steps)
    if (issued === undefined || Number.isNaN(now_m)) return
    const hour = { now_m, later_m, depth_m: issued?.depth_m[lead] ?? Number.NaN, p_exceed: issued?.p_exceed[lead] ?? Number.NaN }
    for (const sums of [state.block, state.storm]) if (sums !== null) addHour(sums.leads[lead], site, threshold_m, hour)
  })
}

/** Keeps the forecast of a step until its truth comes. */
export function keepForecast(state: Verification, context: Context, { point: id, issued, level_m, leads }: LowPointForecast): void {
  const point = state.points.get(id)
  const threshold_m = context.low_points.get(id)?.threshold_m
  if (point === undefined || threshold_m === undefined || issued !== state.ts || point.kept.length === 0) return
  const scored = LEADS_STEPS.flatMap((step) => leads[step - 1] ?? [])
  if (scored.length < LEADS_STEPS.length) return
  point.kept[point.kept.length - 1] = { depth_m: scored.map(({ depth_m }) => depth_m), p_exceed: scored.map(({ p_exceed }) => p_exceed) }
  if (scored.some(({ depth_m, p_exceed }) => depth_m >= WET_M || p_exceed >= WET_P)) noteWet(state, context.city.low_points.length, issued)
  // As in the score: a warning is one only while the street is known to be dry.
  if (level_m === null || level_m > threshold_m) return
  const warned = scored.flatMap(({ p_exceed }, lead) => (p_exceed >= WARNING_P ? [LEADS_STEPS[lead]] : []))
  if (warned.length === 0) return
  point.spell ??= { from: issued, truth_m: [level_m], warnings: [], last: 0 }
  const { truth_m, warnings } = point.spell
  const at = truth_m.length - 1
  for (const steps of warned) warnings.push({ issued: at, valid: at + steps })
  point.spell.last = Math.max(point.spell.last, at + Math.max(...warned))
}

interface SpellVerdict {
  readonly spell: Spell
  readonly verdict: SiteVerdict
}

/** @returns the verdict when a spell is over */
function followSpell(point: PointVerification, threshold_m: number, level_m: number, ts: EpochMs): SpellVerdict | null {
  const isFlooded = level_m > threshold_m
  if (point.spell === null && !isFlooded) return null
  point.spell ??= { from: ts, truth_m: [], warnings: [], last: 0 }
  const { spell } = point
  spell.truth_m.push(level_m)
  const at = spell.truth_m.length - 1
  if (isFlooded) spell.last = Math.max(spell.last, at)
  if (at - spell.last <= QUIET_STEPS && at < SPELL_STEPS_MAX) return null
  point.spell = null
  // A warning of an hour of which no gauge spoke can be neither right nor wrong.
  const known = spell.warnings.filter(({ valid }) => !Number.isNaN(spell.truth_m[valid] ?? Number.NaN))
  return { spell, verdict: judgeSite(Float64Array.from(spell.truth_m), threshold_m, known) }
}

function tellVerdict(state: Verification, point: string, { spell, verdict }: SpellVerdict, now: EpochMs, out: Outcome): void {
  for (const sums of [state.block, state.storm])
    if (sums !== null && sums.episodes.warned_min.length < EPISODES_MAX) addVerdict(sums.episodes, verdict)
  const { from, truth_m } = spell
  const timeOf = (step: number): EpochMs => from + step * STEP_MS
  const floods = verdict.episodes.map((episode) => ({
    onset: timeOf(episode.from),
    end: timeOf(episode.to),
    peak_m: truth_m.slice(episode.from, episode.to + 1).reduce((most, level) => Math.max(most, Number.isNaN(level) ? 0 : level), 0),
    warned_min: episode.warned_min,
  }))
  // Short floods, and warnings of hours of which no gauge spoke, leave nothing to say.
  if (floods.length === 0 && verdict.runs === 0) return
  out.facts.push({ kind: 'verified', ts: now, point, floods, warning_runs: verdict.runs, false_runs: verdict.false_runs })
}

export interface VerifiedScore extends ForecastScore {
  readonly since: EpochMs
}

const scoreOf = ({ from, leads, episodes }: Sums): VerifiedScore => ({
  since: from,
  leads: leads.map((sums, lead) => leadScore(LEADS_MIN[lead], sums, NSE_M)),
  episodes: episodeScore(episodes),
})

/** Of the last 15 to 30 days; null before the first step. */
export function scoreLately({ block, before }: Verification): VerifiedScore | null {
  return block === null ? null : scoreOf(before === null ? block : together(before, block))
}

/** Of this storm or the last one; null before the first. */
export const scoreOfStorm = ({ storm }: Verification): VerifiedScore | null => (storm === null ? null : scoreOf(storm))

/** Floods of the last 15 to 30 days, and how many of them were warned of at least half an hour before; null without any. */
export function floodsWarned({ block, before }: Verification): { readonly floods: number; readonly warned: number } | null {
  const warned_min = [before, block].flatMap((sums) => sums?.episodes.warned_min ?? [])
  return warned_min.length === 0 ? null : { floods: warned_min.length, warned: warned_min.filter((lead) => lead >= 30).length }
}

function together(a: Sums, b: Sums): Sums {
  const runs = a.episodes.runs + b.episodes.runs
  const false_runs = a.episodes.false_runs + b.episodes.false_runs
  return {
    from: a.from,
    leads: a.leads.map((sums, lead) => addSums(sums, b.leads[lead])),
    episodes: { warned_min: [...a.episodes.warned_min, ...b.episodes.warned_min], runs, false_runs },
  }
}
