/**
 * Storms out of measured history, as `train flood` reads them: what fell on each low point, what its gauges said, what stations announced. Brought onto the same grid,
 * and to the same places in the same way, as the forecasts of the running city.
 */
import type { LonLat } from '../../engine/base/geo.ts'
import { type EpochMs, HOUR_MS } from '../../engine/base/time.ts'
import { completeNowcast } from '../../engine/flood/forecast/courses.ts'
import { mixSeries, sourcesOf } from '../../engine/flood/forecast/place.ts'
import { NOWCAST_WINDOWS, STEP_MIN, type StormRain } from '../../engine/flood/forecast/storm.ts'
import { NOWCAST_MS, type Nowcast, rainWithin, type Series, STEP_MS } from '../../engine/flood/series.ts'
import { NOWCAST_COLUMNS } from './flood-files.ts'

/** Rain that comes back within this belongs to the same storm: streets are still wet. */
const DRY_MS = 6 * HOUR_MS
/** Before the rain a model has to see dry streets, and after it how the water goes. */
const BEFORE_MS = 2 * HOUR_MS
const AFTER_MS = 3 * HOUR_MS
/** Less at every gauge is no storm to learn from. */
const STORM_MM = 5
/** A nowcast that stations gave for less of the time in which gauges were heard is no nowcast. */
const ANNOUNCED_SHARE = 0.9

export interface Sample {
  readonly ts: EpochMs
  readonly value: number
}

/** A stretch of time; both ends are ends of steps and belong to it. */
export interface Span {
  readonly from: EpochMs
  readonly to: EpochMs
}

/** @param rain_mm_h by gauge, means of the steps that begin at `ts`, oldest first. @returns when it rained, oldest first */
export function findStorms(rain_mm_h: readonly (readonly Sample[])[]): Span[] {
  const wettest = new Map<EpochMs, number>()
  for (const gauge of rain_mm_h) for (const { ts, value } of gauge) wettest.set(ts, Math.max(value, wettest.get(ts) ?? 0))
  const wet = [...wettest].filter(([, value]) => value > 0).sort(([a], [b]) => a - b)
  const storms: { from: EpochMs; to: EpochMs; mm: number }[] = []
  for (const [ts, value] of wet) {
    const last = storms.at(-1)
    const mm = (value * STEP_MIN) / 60
    const to = ts + STEP_MS
    if (last !== undefined && ts - last.to < DRY_MS) Object.assign(last, { to, mm: last.mm + mm })
    else storms.push({ from: ts, to, mm })
  }
  return storms.filter(({ mm }) => mm >= STORM_MM).map(({ from, to }) => ({ from: from - BEFORE_MS + STEP_MS, to: to + AFTER_MS }))
}

export const stepsOf = ({ from, to }: Span): number => (to - from) / STEP_MS + 1

/** The newest sample of each step that ends at `from`, `from` + 5 min, …; null where there is none. @param samples by minute or finer, oldest first */
export function atStepEnds(samples: readonly Sample[], span: Span): Series {
  const series: Series = new Array<null>(stepsOf(span)).fill(null)
  for (const { ts, value } of samples) {
    // A bucket of a minute that begins on a step's end belongs to the next step.
    const step = Math.floor((ts - span.from) / STEP_MS) + 1
    if (step >= 0 && step < series.length) series[step] = value
  }
  return series
}

/** Rain of each step from means of the steps that begin at `ts`. */
export const rainSteps = (samples: readonly Sample[], span: Span): Series =>
  atStepEnds(samples, span).map((rate) => (rate === null ? null : (rate * STEP_MIN) / 60))

/** By window of NOWCAST_WINDOWS: what the station's newest nowcast said at each step's end. @param nowcasts oldest first */
export function announcedSteps(nowcasts: readonly Nowcast[], span: Span): Series[] {
  const windows = NOWCAST_WINDOWS.map((): Series => [])
  let newest = -1
  for (let end = span.from; end <= span.to; end += STEP_MS) {
    while (newest + 1 < nowcasts.length && nowcasts[newest + 1].ts <= end) newest++
    const known = newest >= 0 && end - nowcasts[newest].ts <= NOWCAST_MS ? nowcasts[newest] : null
    NOWCAST_WINDOWS.forEach(({ from, to }, w) => {
      windows[w].push(known === null ? null : rainWithin(known, end + from * STEP_MS, end + to * STEP_MS))
    })
  }
  return windows
}

/** Where something was measured, and what. */
export interface Placed<T> {
  readonly at: LonLat
  readonly series: T
}

export interface StormHistory {
  readonly span: Span
  /** By low point: the highest of its gauges. */
  readonly levels_m: readonly Series[]
  readonly rain_mm: readonly Placed<Series>[]
  readonly nowcast_mm: readonly Placed<readonly Series[]>[]
  /** Mean of the gauges of rivers or tide; null where there is none. */
  readonly river_m: Series | null
}

export interface PlacedPoint {
  readonly node: string
  readonly at: LonLat
  readonly rim_m: number
  readonly threshold_m: number
}

/** Each low point's own rain; a storm of which no station gave a nowcast, or not for long enough, has none. */
export function rainAt(points: readonly PlacedPoint[], { span, rain_mm, nowcast_mm }: StormHistory): StormRain[] {
  const steps = stepsOf(span)
  const places = points.map(({ at }) => at)
  const gauged = sourcesOf(
    places,
    rain_mm.map(({ at }) => at),
  )
  const announced = sourcesOf(
    places,
    nowcast_mm.map(({ at }) => at),
  )
  return points.map((_, p) => {
    const known_mm = mixSeries(
      gauged[p],
      rain_mm.map(({ series }) => series),
      steps,
    )
    const fell = known_mm.map((mm) => (Number.isNaN(mm) ? 0 : mm))
    const windows = NOWCAST_WINDOWS.map((__, w) =>
      mixSeries(
        announced[p],
        nowcast_mm.map(({ series }) => series[w]),
        steps,
      ),
    )
    const heard = [...known_mm.keys()].filter((t) => !Number.isNaN(known_mm[t]))
    const announcedAt = heard.filter((t) => !Number.isNaN(windows[0][t]))
    const isAnnounced = announcedAt.length > 0 && announcedAt.length >= ANNOUNCED_SHARE * heard.length
    return { rain_mm: fell, nowcast_mm: isAnnounced ? completeNowcast(windows, fell) : null }
  })
}

/** Median of a step and its two neighbours: what the gauge would have said without lone spikes. */
export function withoutSpikes(levels_m: Series): Series {
  return levels_m.map((level, t) => {
    const [before, after] = [levels_m[t - 1], levels_m[t + 1]]
    if (level === null || before === null || before === undefined || after === null || after === undefined) return level
    return Math.max(Math.min(level, before), Math.min(Math.max(level, before), after))
  })
}

const timeText = (ts: EpochMs): string => `${new Date(ts).toISOString().slice(0, 19)}Z`
const decimals = (value: number | null, digits: number): string => (value === null ? '' : value.toFixed(digits))

/** The four tables of a training directory, by file. */
export interface StormTables {
  readonly rain: string
  readonly levels: string
  readonly truth: string
  readonly nodes: string
  /** Every storm has a nowcast; otherwise none is told. */
  readonly announced: boolean
}

export function stormTables(points: readonly PlacedPoint[], storms: readonly StormHistory[]): StormTables {
  const local = storms.map((storm) => rainAt(points, storm))
  const announced = local.every((rains) => rains.every(({ nowcast_mm }) => nowcast_mm !== null))
  const rain = [['event', 'node', 'time', 'rain_mmh', 'tide', ...(announced ? NOWCAST_COLUMNS : [])].join(',')]
  const levels = ['event,time,node,depth_m']
  const truth = [...levels]
  storms.forEach(({ span, levels_m, river_m }, s) => {
    const event = timeText(span.from)
    points.forEach(({ node }, p) => {
      const { rain_mm, nowcast_mm } = local[s][p]
      const true_m = withoutSpikes(levels_m[p])
      for (let t = 0; t < stepsOf(span); t++) {
        const time = timeText(span.from + t * STEP_MS)
        const ahead = announced ? (nowcast_mm ?? []).map((window) => window[t].toFixed(3)) : []
        rain.push([event, node, time, ((rain_mm[t] * 60) / STEP_MIN).toFixed(3), decimals(river_m?.[t] ?? 0, 3), ...ahead].join(','))
        levels.push([event, time, node, decimals(levels_m[p][t], 4)].join(','))
        truth.push([event, time, node, decimals(true_m[t], 4)].join(','))
      }
    })
  })
  const nodes = ['node,rim_m,threshold_m', ...points.map(({ node, rim_m, threshold_m }) => `${node},${rim_m},${threshold_m}`)]
  const text = (lines: readonly string[]): string => `${lines.join('\n')}\n`
  return { rain: text(rain), levels: text(levels), truth: text(truth), nodes: text(nodes), announced }
}
