/** The wall's six figures (screen design, section 3), each with the formula a person can read. */
import { type EpochMs, HOUR_MS, MINUTE_MS } from '../base/time.ts'
import type { Bilingual } from '../model/city.ts'
import type { Fact } from '../model/fact.ts'
import { AMENDED_MS, type AmendState, createAmend, forgetGaps, noteLate, noteLive, type PartOf } from './amend.ts'

/** What the other parts know at the end of a step, as plain numbers; null where nothing has been heard yet. */
export interface KpiInput {
  /** Mean stopped delay of the vehicles at the junctions heard, s per vehicle. */
  readonly delay_s_veh: number | null
  readonly queued_veh: number | null
  readonly points_flooded: number | null
  /** Floods that could be judged, and those warned of at least 30 min before; null without any. */
  readonly floods_warned: { readonly floods: number; readonly warned: number } | null
  readonly bins_full: number | null
  readonly incidents_open: number | null
  /** Opened to dispatched, seconds, of the incidents dispatched in this step (`dispatchTimes_s`). */
  readonly dispatch_s: readonly number[]
  /** Share of devices heard in the last 60 s, or within their own reporting interval where that is longer; 0…1. */
  readonly reporting_share: number | null
}

export interface Kpi {
  readonly id: KpiId
  readonly name: Bilingual
  readonly unit: string
  /** null until there is data; never a made-up 0. */
  readonly value: number | null
  readonly formula: Bilingual
  /** A second figure in words: the median time to dispatch beside the open incidents. */
  readonly detail: Bilingual | null
  readonly ts: EpochMs
  /** 60 one-minute values, oldest first, the last one the minute just past; null where there was no data. */
  readonly trend: (number | null)[]
  /** Mean of the same hour a week ago. */
  readonly reference: number | null
  /** Values that came late have moved it, minutes of this time; null where none have in the last day. */
  readonly amended: { readonly from: EpochMs; readonly to: EpochMs; readonly at: EpochMs } | null
}

export const KPI_IDS = ['delay', 'queued', 'flooded', 'bins', 'incidents', 'reporting'] as const
export type KpiId = (typeof KPI_IDS)[number]

interface Definition {
  readonly id: KpiId
  readonly name: Bilingual
  readonly unit: string
  readonly formula: Bilingual
  readonly read: (input: KpiInput) => number | null
}

const DEFINITIONS: readonly Definition[] = [
  {
    id: 'delay',
    name: { zh: '路口平均延误', en: 'Mean delay' },
    unit: 's/veh',
    formula: {
      zh: 'Σ 排队车辆 ÷ Σ（行驶车辆 ÷ 进口道自由流时间），取 5 分钟均值（利特尔法则）',
      en: 'Σ queued vehicles ÷ Σ (moving vehicles ÷ free-flow time of the approach), means over 5 min (Little’s law)',
    },
    read: (input) => input.delay_s_veh,
  },
  {
    id: 'queued',
    name: { zh: '排队车辆', en: 'Vehicles queued' },
    unit: 'veh',
    formula: { zh: '所有进口车道上速度低于 0.1 m/s 的车辆数之和', en: 'vehicles slower than 0.1 m/s, summed over all entering lanes' },
    read: (input) => input.queued_veh,
  },
  {
    id: 'flooded',
    name: { zh: '超警戒易涝点', en: 'Flooded points' },
    unit: '',
    formula: {
      zh: '水位达到或高于警戒水深的易涝点数；预警为近 15 至 30 天已结束的积水中提前 30 分钟以上预报的次数',
      en: 'low points whose level is at or above their threshold; warned are the floods of the last 15 to 30 days that were forecast 30 min before or earlier',
    },
    read: (input) => input.points_flooded,
  },
  {
    id: 'bins',
    name: { zh: '满溢垃圾桶', en: 'Bins over 90 %' },
    unit: '',
    formula: { zh: '6 小时内有上报且满溢度高于 90 % 的垃圾桶数', en: 'bins heard in the last 6 h with fill_pct above 90' },
    read: (input) => input.bins_full,
  },
  {
    id: 'incidents',
    name: { zh: '未结事件', en: 'Open incidents' },
    unit: '',
    formula: {
      zh: '未处置、未撤销的事件数；派单中位数为近 60 分钟从发现到派单的时间',
      en: 'incidents neither resolved nor dismissed; the median is from opened to dispatched over the last 60 min',
    },
    read: (input) => input.incidents_open,
  },
  {
    id: 'reporting',
    name: { zh: '设备在报率', en: 'Devices reporting' },
    unit: '%',
    formula: {
      zh: '60 秒内（或其自身上报周期内）有上报的设备 ÷ 全部设备',
      en: 'devices heard in the last 60 s (or within their own interval) ÷ all devices',
    },
    read: (input) => (input.reporting_share === null ? null : 100 * input.reporting_share),
  },
]

export const TREND_MINUTES = 60
const WEEK_HOURS = 168
const DISPATCH_WINDOW_MS = HOUR_MS
const DISPATCH_SAMPLES_MAX = 1000

/** A minute's figure as it was known at its end, and as amended since, oldest first. */
export interface KpiMinute {
  readonly first: number | null
  readonly versions: { at: EpochMs; value: number }[]
}

interface Track {
  value: number | null
  readonly trend: (number | null)[]
  /** Of the last day, oldest first. */
  readonly minutes: Map<number, KpiMinute>
  /** Sum and count of the minute values of each hour of the last week, by hour since the epoch. */
  readonly hours: Map<number, { sum: number; count: number }>
}

export interface KpiState {
  ts: EpochMs
  /** Minute of the last update; −1 before the first. */
  minute: number
  readonly tracks: Record<KpiId, Track>
  /** Times to dispatch of the last hour, oldest first. */
  readonly dispatch: { ts: EpochMs; dispatch_s: number }[]
  floods_warned: KpiInput['floods_warned']
  readonly amend: AmendState
}

export function createKpi(): KpiState {
  const track = (): Track => ({
    value: null,
    trend: new Array<number | null>(TREND_MINUTES).fill(null),
    minutes: new Map(),
    hours: new Map(),
  })
  const tracks = { delay: track(), queued: track(), flooded: track(), bins: track(), incidents: track(), reporting: track() }
  return { ts: 0, minute: -1, tracks, dispatch: [], floods_warned: null, amend: createAmend() }
}

/** Called once a step. The value at a minute's end is that minute's value; minutes without a step repeat the last one. */
export function updateKpi(kpi: KpiState, input: KpiInput, now: EpochMs): void {
  const minute = Math.floor(now / MINUTE_MS)
  const passed = kpi.minute < 0 ? 0 : Math.min(minute - kpi.minute, WEEK_HOURS * 60)
  for (const { id, read } of DEFINITIONS) {
    const track = kpi.tracks[id]
    for (let back = passed; back > 0; back--) endMinute(track, minute - back)
    track.value = read(input)
  }
  for (const dispatch_s of input.dispatch_s) kpi.dispatch.push({ ts: now, dispatch_s })
  while (kpi.dispatch.length > DISPATCH_SAMPLES_MAX || (kpi.dispatch.length > 0 && now - kpi.dispatch[0].ts > DISPATCH_WINDOW_MS))
    kpi.dispatch.shift()
  kpi.floods_warned = input.floods_warned
  if (passed > 0) forgetGaps(kpi.amend, now)
  kpi.minute = minute
  kpi.ts = now
}

function endMinute({ value, trend, minutes, hours }: Track, minute: number): void {
  trend.push(value)
  if (trend.length > TREND_MINUTES) trend.shift()
  minutes.set(minute, { first: value, versions: [] })
  for (const old of minutes.keys()) {
    if (old > minute - AMENDED_MS / MINUTE_MS) break
    minutes.delete(old)
  }
  if (value === null) return
  const hour = Math.floor(minute / 60)
  const mean = hours.get(hour)
  if (mean !== undefined) {
    mean.sum += value
    mean.count++
    return
  }
  hours.set(hour, { sum: value, count: 1 })
  for (const old of hours.keys()) if (old < hour - WEEK_HOURS) hours.delete(old)
}

/** A live value of one of the parts of a figure. */
export const noteKpiLive = (kpi: KpiState, of: PartOf, ts: EpochMs, value: number): void => noteLive(kpi.amend, of, ts, value)

/** Amendments of one minute that come within this time are one version. */
const VERSION_MS = MINUTE_MS
const VERSIONS_MAX = 8

/** A value of one of the parts that came late: the minutes that it was missing from are amended, their hour's mean with them. */
export function noteKpiLate(kpi: KpiState, of: PartOf, ts: EpochMs, value: number, now: EpochMs): void {
  const track = kpi.tracks[of.kpi]
  for (const [minute, by] of noteLate(kpi.amend, of, ts, value, kpi.minute - 1)) {
    const known = track.minutes.get(minute)
    if (known === undefined) continue
    const { first, versions } = known
    const last = versions.at(-1)
    const amended = (last === undefined ? (first ?? 0) : last.value) + by
    if (last !== undefined && (now - last.at < VERSION_MS || versions.length >= VERSIONS_MAX)) last.value = amended
    else versions.push({ at: now, value: amended })
    const place = track.trend.length - (kpi.minute - minute)
    if (place >= 0) track.trend[place] = amended
    amendHour(track, minute, by, first === null && last === undefined)
  }
}

function amendHour({ hours }: Track, minute: number, by: number, first: boolean): void {
  const hour = Math.floor(minute / 60)
  const mean = hours.get(hour)
  if (mean === undefined) hours.set(hour, { sum: by, count: 1 })
  else {
    mean.sum += by
    if (first) mean.count++
  }
}

export interface KpiPoint {
  /** Start of the minute. */
  readonly ts: EpochMs
  readonly value: number | null
  /** When it was amended last, as known; null where it stands as it was. */
  readonly amended: EpochMs | null
}

/** A figure's minutes of the last day, oldest first, as known at some time. */
export function kpiMinutes(kpi: KpiState, id: KpiId, from: EpochMs, to: EpochMs, as_known_at: EpochMs): KpiPoint[] {
  return [...kpi.tracks[id].minutes].flatMap(([minute, { first, versions }]) => {
    const ts = minute * MINUTE_MS
    if (ts < from || ts >= to || ts + MINUTE_MS > as_known_at) return []
    const version = versions.findLast(({ at }) => at <= as_known_at)
    return [{ ts, value: rounded(version === undefined ? first : version.value), amended: version?.at ?? null }]
  })
}

function amendedOf({ minutes }: Track): Kpi['amended'] {
  const moved = [...minutes].filter(([, { first, versions }]) => versions.length > 0 && versions.at(-1)?.value !== first)
  const [first, last] = [moved.at(0), moved.at(-1)]
  if (first === undefined || last === undefined) return null
  const at = moved.reduce((newest, [, { versions }]) => Math.max(newest, versions.at(-1)?.at ?? 0), 0)
  return { from: first[0] * MINUTE_MS, to: (last[0] + 1) * MINUTE_MS, at }
}

export function kpis(kpi: KpiState): Kpi[] {
  const hour = Math.floor(kpi.ts / HOUR_MS)
  return DEFINITIONS.map(({ id, name, unit, formula }) => {
    const { value, trend, hours } = kpi.tracks[id]
    const before = hours.get(hour - WEEK_HOURS)
    return {
      id,
      name,
      unit,
      value: rounded(value),
      formula,
      detail: id === 'incidents' ? dispatchDetail(kpi) : id === 'flooded' ? warnedDetail(kpi) : null,
      ts: kpi.ts,
      trend: trend.map(rounded),
      reference: before === undefined ? null : rounded(before.sum / before.count),
      amended: amendedOf(kpi.tracks[id]),
    }
  })
}

const rounded = (value: number | null): number | null => (value === null ? null : Math.round(value * 100) / 100)

function warnedDetail({ floods_warned }: KpiState): Bilingual | null {
  if (floods_warned === null) return null
  const { floods, warned } = floods_warned
  return { zh: `提前 30 分钟预警 ${warned}/${floods}`, en: `${warned} of ${floods} warned 30 min ahead` }
}

function dispatchDetail({ dispatch }: KpiState): Bilingual | null {
  if (dispatch.length === 0) return null
  const sorted = dispatch.map(({ dispatch_s }) => dispatch_s).sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const median_s = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  const text =
    median_s < 60
      ? [`${Math.round(median_s)} 秒`, `${Math.round(median_s)} s`]
      : [`${(median_s / 60).toFixed(1)} 分钟`, `${(median_s / 60).toFixed(1)} min`]
  return { zh: `派单中位 ${text[0]}`, en: `dispatch ${text[1]}` }
}

/** Seconds from opened to dispatched of every incident that these facts say was dispatched. */
export function dispatchTimes_s(facts: readonly Fact[]): number[] {
  return facts.flatMap((fact) =>
    fact.kind === 'incident' && fact.change === 'dispatched' ? [(fact.ts - fact.incident.opened) / 1000] : [],
  )
}
