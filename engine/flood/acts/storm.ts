/**
 * Storms: the low points of a district that are warned of or flooded together, what was said, done and seen at each, and the report when
 * it is over.
 */
import { base32 } from '../../base/base32.ts'
import type { EpochMs } from '../../base/time.ts'
import { MINUTE_MS } from '../../base/time.ts'
import type { LowPoint } from '../../model/city.ts'
import type { Context } from '../../model/context.ts'
import type { LowPointForecast } from '../../model/forecast.ts'
import type { Outcome } from '../../model/outcome.ts'
import { type CrewAtPoint, isAtLeast, type Storm, type StormCrew, type StormPoint } from '../../model/storm.ts'
import type { ActsState, PointActs, PointLog, StormRecord } from './state.ts'
import { waveOf } from './threat.ts'
import { followWithout, type Pumped, startWithout } from './without.ts'

/** A storm is over when nothing has been warned of for so long. */
const OVER_MS = 30 * MINUTE_MS
const ENDED_MAX = 100
const STAGES_MAX = 64

/** What was seen and done at one point in this step. */
export interface Moment {
  readonly acts: PointActs
  readonly forecast: LowPointForecast | null
  /** Believed. */
  readonly seen: { readonly level_m: number; readonly ts: EpochMs } | null
  readonly crews: readonly CrewAtPoint[]
  readonly pumped: Omit<Pumped, 'mobile'>
  /** Its pumps run because of a forecast. */
  readonly ahead: boolean
}

/** A point that is warned of belongs to its district's storm from then on. */
export function logPoint(state: ActsState, context: Context, point: LowPoint, moment: Moment, now: EpochMs, out: Outcome): void {
  const { acts } = moment
  const storm = state.storms.get(point.district)
  const log = storm?.points.get(point.id)
  if (log !== undefined) {
    followPoint(log, point, moment, now)
    return
  }
  if (!isAtLeast(acts.warning.stage, 'prepare')) return
  const joined = storm ?? beginStorm(state, point.district, now)
  const begun = beginPoint(point, moment, now)
  joined.points.set(point.id, begun)
  followPoint(begun, point, moment, now)
  out.facts.push({ kind: 'storm', ts: now, storm: reportOf(joined, context, null), change: storm === undefined ? 'begins' : 'grows' })
}

function beginStorm(state: ActsState, district: string, now: EpochMs): StormRecord {
  const storm: StormRecord = { id: `S-${base32(now)}-${district}`, district, began: now, points: new Map(), calm: null }
  state.storms.set(district, storm)
  return storm
}

function beginPoint(point: LowPoint, { acts, forecast, seen }: Moment, now: EpochMs): PointLog {
  const report: StormPoint = {
    point: point.id,
    name: point.name,
    warned: now,
    warned_by: acts.warning.stage === 'flooded' ? 'level' : 'forecast',
    said: forecast === null ? null : { crossing: forecast.crossing, peak_m: waveOf(forecast).peak_m },
    peak_said_m: null,
    stages: [],
    flooded: null,
    flooded_min: 0,
    peak_m: null,
    pumps: null,
    crews: [],
    closures: [],
    without: null,
  }
  const without = seen === null ? null : startWithout(point, seen.level_m, seen.ts)
  return { report, flooded_ms: 0, counted: seen?.ts ?? now, without }
}

function followPoint(log: PointLog, point: LowPoint, moment: Moment, now: EpochMs): void {
  const { acts, forecast, seen, crews, pumped, ahead } = moment
  if (seen !== null && seen.ts > log.counted) countWater(log, point, seen, { ...pumped, mobile: crews.filter(isOnsite).length })
  const { report } = log
  const { stage, since } = acts.warning
  const peak_said_m = forecast === null ? report.peak_said_m : Math.max(report.peak_said_m ?? 0, waveOf(forecast).peak_m)
  const last = report.stages.at(-1)
  const stages =
    last?.stage === stage ? report.stages : [...report.stages, { stage, ts: last === undefined ? now : since }].slice(-STAGES_MAX)
  log.report = {
    ...report,
    peak_said_m,
    stages,
    pumps: report.pumps ?? (ahead ? now : null),
    crews: followCrews(report.crews, crews, now),
    closures: followClosures(report.closures, acts, now),
  }
}

const isOnsite = ({ onsite }: CrewAtPoint): boolean => onsite

function countWater(log: PointLog, point: LowPoint, seen: NonNullable<Moment['seen']>, pumped: Pumped): void {
  const above = seen.level_m > point.threshold_m
  if (above) log.flooded_ms += seen.ts - log.counted
  log.counted = seen.ts
  if (log.without === null) log.without = startWithout(point, seen.level_m, seen.ts)
  else followWithout(log.without, point, seen.level_m, seen.ts, pumped)
  const { report } = log
  log.report = {
    ...report,
    flooded: report.flooded ?? (above ? seen.ts : null),
    flooded_min: minutes(log.flooded_ms),
    peak_m: Math.max(report.peak_m ?? 0, seen.level_m),
    without: { flooded_min: minutes(log.without.flooded_ms), peak_m: Math.round(1000 * log.without.peak_m) / 1000 },
  }
}

const minutes = (ms: number): number => Math.round((10 * ms) / MINUTE_MS) / 10

function followCrews(known: readonly StormCrew[], here: readonly CrewAtPoint[], now: EpochMs): readonly StormCrew[] {
  if (known.length === 0 && here.length === 0) return known
  const standing = known.map((one) => {
    const still = here.find(({ task, crew }) => task === one.task && crew === one.crew)
    if (still === undefined) return one.left === null ? { ...one, left: now } : one
    return { ...one, onsite: one.onsite ?? (still.onsite ? now : null) }
  })
  const fresh = here.filter(({ task, crew }) => !known.some((one) => one.task === task && one.crew === crew))
  return [...standing, ...fresh.map(({ task, crew, onsite }) => ({ task, crew, sent: now, onsite: onsite ? now : null, left: null }))]
}

function followClosures(known: StormPoint['closures'], { closure }: PointActs, now: EpochMs): StormPoint['closures'] {
  const open = known.at(-1)
  const standing = open !== undefined && open.until === null
  if (closure.closed !== null && !standing) return [...known, { from: closure.closed.since, until: null }]
  if (closure.closed === null && standing) return [...known.slice(0, -1), { ...open, until: now }]
  return known
}

/** Ends storms whose points have all been quiet long enough. */
export function endStorms(state: ActsState, context: Context, now: EpochMs, out: Outcome): void {
  for (const [district, storm] of state.storms) {
    const busy = [...storm.points].some(([id, { report }]) => {
      const acts = state.points.get(id)
      const stands = acts !== undefined && (isAtLeast(acts.warning.stage, 'prepare') || acts.closure.closed !== null)
      return stands || report.crews.some(({ left }) => left === null)
    })
    storm.calm = busy ? null : (storm.calm ?? now)
    if (storm.calm === null || now - storm.calm < OVER_MS) continue
    const report = reportOf(storm, context, storm.calm)
    state.storms.delete(district)
    state.ended.push(report)
    if (state.ended.length > ENDED_MAX) state.ended.shift()
    out.facts.push({ kind: 'storm', ts: now, storm: report, change: 'ends' })
  }
}

function reportOf(storm: StormRecord, context: Context, ended: EpochMs | null): Storm {
  const points = [...storm.points.values()].map(({ report }) => report)
  return { id: storm.id, district: storm.district, name: nameOf(storm, context), began: storm.began, ended, points }
}

function nameOf({ began, district, points }: StormRecord, context: Context): Storm['name'] {
  const minute = Math.floor(context.localHour(began) * 60 + 1e-6)
  const clock = `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
  const where = context.city.districts.find(({ id }) => id === district)?.name ?? { zh: district, en: district }
  return {
    zh: `${where.zh} ${clock} 降雨过程：${points.size} 处低洼点`,
    en: `${where.en}, storm of ${clock}: ${points.size} low ${points.size === 1 ? 'point' : 'points'}`,
  }
}

/** Those that last first, then those that are over, newest first. */
export function* listStorms(state: ActsState, context: Context): Iterable<Storm> {
  for (const storm of state.storms.values()) yield reportOf(storm, context, null)
  for (let i = state.ended.length - 1; i >= 0; i--) yield state.ended[i]
}
