/**
 * The forecast of every low point at one time of issue: depth with a band, and the chance of passing the threshold, at any lead in steps of five minutes up to two
 * hours. Trees answer at four leads; between them their difference to the physical forecast is interpolated, so that the curve keeps the shape of the wave.
 */

import { askForest, decodeForest, type Forest } from '../../learn/trees.ts'
import { type Band, bandOf, type ChanceScale, chanceOf } from './calibrate.ts'
import { type Ahead, FEATURES, fillRow, levelNow, lookAhead, physicalAhead, spreadAhead } from './features.ts'
import { type Catchment, type Rating, UNKNOWN_CATCHMENT } from './hydrology.ts'
import type { FloodModel, ModelHeads } from './model.ts'
import { RAIN_FEATURES } from './rain-ahead.ts'
import type { StormForecast } from './score.ts'
import { LEADS_MIN, type Site, STEP_MIN, type Storm } from './storm.ts'
import { type Core, type PointCore, type Watched, watch } from './watch.ts'

export interface LeadHeads {
  readonly step: number
  readonly depth: Forest
  readonly chance: Forest
  readonly scale: ChanceScale
  readonly bands: readonly Band[]
}

export interface Forecaster {
  readonly sites: readonly Site[]
  readonly core: Core
  /** In order of lead; empty for the physical forecast alone. */
  readonly heads: readonly LeadHeads[]
  /** What it is made from, for the person who reads it. */
  readonly basis: 'nowcast' | 'gauges' | 'physical'
  /** Points that the model does not know and that are forecast as typical ones. */
  readonly unknown: readonly string[]
}

export interface PointForecast {
  readonly lead_min: number
  readonly depth_m: number
  /** One in ten depths is below, one in ten above. */
  readonly low_m: number
  readonly high_m: number
  readonly p_exceed: number
}

/** Depths that an untrained core gives are no better than this, share of the threshold. */
const UNTRAINED_BAND = 0.35
/** Log odds are cut here before they are interpolated. */
const LOGIT_MAX = 9
/** A gauge reads the level within this, m: how sure a chance at the time of issue is. */
const GAUGE_SD_M = 0.01

function scaledRating({ store_mm, depth_m }: Rating, scale: number): Rating {
  return { store_mm, depth_m: depth_m.map((share) => share * scale) }
}

/** Nobody has measured this point: pipes full at 8 mm in store, then a street that fills by a threshold's depth with 25 mm more. */
function untrained({ rim_m, threshold_m }: Site): { readonly catchment: Catchment; readonly rating: Rating } {
  return { catchment: UNKNOWN_CATCHMENT, rating: { store_mm: [0, 8, 33], depth_m: [0, rim_m, rim_m + threshold_m] } }
}

/**
 * @param model null before the first training: the physical core with assumed parameters
 * @param nowcast whether the storms to come carry one
 * @returns null when the forests of the model are damaged
 */
export function createForecaster(model: FloodModel | null, sites: readonly Site[], nowcast: boolean): Forecaster | null {
  if (model === null) {
    const points = sites.map((site): PointCore => ({ ...untrained(site), neighbours: [] }))
    return { sites, core: { points, rain: [] }, heads: [], basis: 'physical', unknown: sites.map(({ node }) => node) }
  }
  const known = new Map(model.points.map((point) => [point.node, point]))
  const index = new Map(sites.map(({ node }, site) => [node, site]))
  const points = sites.map(({ node, threshold_m }): PointCore => {
    const point = known.get(node)
    const { catchment, rating } = point ?? { ...model.typical, rating: scaledRating(model.typical.rating, threshold_m) }
    return { catchment, rating, neighbours: (point?.neighbours ?? []).flatMap((name) => index.get(name) ?? []) }
  })
  const taken = nowcast ? (model.nowcast ?? model.gauges) : model.gauges
  const read = readHeads(taken)
  if (read === null) return null
  const unknown = sites.flatMap(({ node }) => (known.has(node) ? [] : [node]))
  return { sites, core: { points, rain: read.rain }, heads: read.heads, basis: taken === model.gauges ? 'gauges' : 'nowcast', unknown }
}

function readHeads({ rain, leads }: ModelHeads): { readonly rain: Forest[]; readonly heads: LeadHeads[] } | null {
  const forests = rain.flatMap((text) => decodeForest(text, RAIN_FEATURES) ?? [])
  const heads = leads.flatMap(({ lead_min, depth, chance, scale, bands }): LeadHeads[] => {
    const read = { depth: decodeForest(depth, FEATURES.length), chance: decodeForest(chance, FEATURES.length) }
    return read.depth === null || read.chance === null
      ? []
      : [{ step: lead_min / STEP_MIN, depth: read.depth, chance: read.chance, scale, bands }]
  })
  return forests.length === rain.length && heads.length === leads.length ? { rain: forests, heads } : null
}

/** Difference to the physical forecast at one step, m, and log odds. */
interface Anchor {
  readonly step: number
  readonly depth: number
  readonly low: number
  readonly high: number
  readonly logit: number
}

/**
 * Weights of the forecasts of now and of five and ten minutes ago, by lead in steps: far ahead one nowcast alone flickers, and those before it erred otherwise
 * (lagged averages, Hoffman and Kalnay 1983).
 */
const LAGGED: readonly { readonly from_step: number; readonly weights: readonly number[] }[] = [
  { from_step: 24, weights: [0.5, 0.3, 0.2] },
  { from_step: 12, weights: [0.8, 0.2] },
  { from_step: 0, weights: [1] },
]
const LOOKS_KEPT = 3

const logitOf = (p: number): number => Math.min(Math.max(Math.log(p / (1 - p)), -LOGIT_MAX), LOGIT_MAX)

/** What was seen ahead at the time of issue and at the two before it, newest first. */
export type Looks = readonly [now: Ahead, ...before: Ahead[]]

/** Looks ahead from `t`, with `before` as it was five minutes ago. */
export function lookOn(watched: Watched, sites: readonly Site[], t: number, before: readonly Ahead[]): Looks {
  return [lookAhead(watched, sites, t), ...before.slice(0, LOOKS_KEPT - 1)]
}

function laggedLogit(forecaster: Forecaster, watched: Watched, looks: Looks, site: number, head: LeadHeads, row: Float32Array): number {
  // Without a nowcast the newest gauges know most.
  const weights = watched.storm.nowcast_mm === null ? [1] : (LAGGED.find(({ from_step }) => head.step >= from_step)?.weights ?? [1])
  let sum = 0
  let all = 0
  weights.forEach((weight, ago) => {
    if (ago >= looks.length) return
    // The row of now is there already.
    if (ago > 0) fillRow(watched, forecaster.sites, looks[ago], site, head.step, row)
    sum += weight * askForest(head.chance, row)
    all += weight
  })
  return sum / all
}

function anchorsOf(forecaster: Forecaster, watched: Watched, looks: Looks, site: number, row: Float32Array): Anchor[] {
  const { sites, heads } = forecaster
  const [ahead] = looks
  const { threshold_m } = sites[site]
  const level = levelNow(watched, ahead, site)
  const now = level - ahead.corrected_now[site]
  const start: Anchor = {
    step: 0,
    depth: now,
    low: now,
    high: now,
    logit: logitOf(chanceOf((level - threshold_m) / GAUGE_SD_M, { offset: 0, slope: 1 })),
  }
  const physical = physicalAhead(ahead, site)
  return [
    start,
    ...heads.map((head): Anchor => {
      const { step, depth, scale, bands } = head
      fillRow(watched, sites, ahead, site, step, row)
      const said = Math.max(0, level + askForest(depth, row) * threshold_m)
      const band = bandOf(bands, spreadAhead(ahead, site, step, threshold_m))
      const offset = said - physical[step - 1]
      return {
        step,
        depth: offset,
        low: offset + (band?.low ?? 0) * threshold_m,
        high: offset + (band?.high ?? 0) * threshold_m,
        logit: logitOf(chanceOf(laggedLogit(forecaster, watched, looks, site, head, row), scale)),
      }
    }),
  ]
}

function between(anchors: readonly Anchor[], step: number): Anchor {
  const after = anchors.findIndex((anchor) => anchor.step >= step)
  const b = after < 0 ? anchors[anchors.length - 1] : anchors[after]
  const a = after <= 0 ? b : anchors[after - 1]
  const share = a.step === b.step ? 0 : (step - a.step) / (b.step - a.step)
  const mix = (from: number, to: number): number => from + share * (to - from)
  return { step, depth: mix(a.depth, b.depth), low: mix(a.low, b.low), high: mix(a.high, b.high), logit: mix(a.logit, b.logit) }
}

/** The core alone: a band from no rain to much, and as uncertain as a model that was never held against the place. */
function physicalForecast(ahead: Ahead, site: number, threshold_m: number, lead_min: number): PointForecast {
  const step = lead_min / STEP_MIN
  const depth_m = physicalAhead(ahead, site)[step - 1]
  const all = ahead.corrected[site].map((depths) => depths[step - 1])
  const low_m = Math.max(0, Math.min(...all) - UNTRAINED_BAND * threshold_m)
  const high_m = Math.max(...all) + UNTRAINED_BAND * threshold_m
  return { lead_min, depth_m, low_m, high_m, p_exceed: Math.min(1, Math.max(0, (high_m - threshold_m) / (high_m - low_m))) }
}

/** @returns by site, then lead. @param leads_min multiples of STEP_MIN up to two hours */
export function forecastAt(forecaster: Forecaster, watched: Watched, t: number, leads_min: readonly number[]): PointForecast[][] {
  let before: readonly Ahead[] = []
  for (let earlier = Math.max(0, t - LOOKS_KEPT + 1); earlier < t; earlier++) before = lookOn(watched, forecaster.sites, earlier, before)
  return forecastAhead(forecaster, watched, lookOn(watched, forecaster.sites, t, before), leads_min)
}

/** As `forecastAt`, for who goes from one time of issue to the next. */
export function forecastAhead(forecaster: Forecaster, watched: Watched, looks: Looks, leads_min: readonly number[]): PointForecast[][] {
  const { sites, heads } = forecaster
  const [ahead] = looks
  const row = new Float32Array(FEATURES.length)
  return sites.map(({ threshold_m }, site) => {
    if (heads.length === 0) return leads_min.map((lead_min) => physicalForecast(ahead, site, threshold_m, lead_min))
    const anchors = anchorsOf(forecaster, watched, looks, site, row)
    const physical = physicalAhead(ahead, site)
    return leads_min.map((lead_min): PointForecast => {
      const step = lead_min / STEP_MIN
      const { depth, low, high, logit } = between(anchors, step)
      const at = (offset: number): number => Math.max(0, physical[step - 1] + offset)
      return { lead_min, depth_m: at(depth), low_m: at(low), high_m: at(high), p_exceed: chanceOf(logit, { offset: 0, slope: 1 }) }
    })
  })
}

/** The forecast as of the last time of the history. @returns by site, then lead */
export function forecastNow(forecaster: Forecaster, history: Storm, leads_min: readonly number[] = LEADS_MIN): PointForecast[][] {
  return forecastAt(forecaster, watch(history, forecaster.core), history.steps - 1, leads_min)
}

export interface BandedForecast extends StormForecast {
  readonly low_m: readonly (readonly Float64Array[])[]
  readonly high_m: readonly (readonly Float64Array[])[]
}

/** Forecasts at every time of issue of a storm, each from what was known then. */
export function forecastStorm(forecaster: Forecaster, storm: Storm, leads_min: readonly number[] = LEADS_MIN): BandedForecast {
  const empty = (): Float64Array[][] => leads_min.map(() => forecaster.sites.map(() => new Float64Array(storm.steps)))
  const out = { leads_min, depth_m: empty(), low_m: empty(), high_m: empty(), p_exceed: empty() }
  const watched = watch(storm, forecaster.core)
  let before: readonly Ahead[] = []
  for (let t = 0; t < storm.steps; t++) {
    const looks = lookOn(watched, forecaster.sites, t, before)
    before = looks
    forecastAhead(forecaster, watched, looks, leads_min).forEach((points, site) => {
      points.forEach(({ depth_m, low_m, high_m, p_exceed }, lead) => {
        out.depth_m[lead][site][t] = depth_m
        out.low_m[lead][site][t] = low_m
        out.high_m[lead][site][t] = high_m
        out.p_exceed[lead][site][t] = p_exceed
      })
    })
  }
  return out
}
