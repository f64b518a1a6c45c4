/** The wall's six figures (screen design, section 3), each with the formula a person can read. */
import { type EpochMs, HOUR_MS, MINUTE_MS } from '../base/time.ts'
import type { Bilingual } from '../model/city.ts'
import type { Fact } from '../model/fact.ts'

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
}

export type KpiId = 'delay' | 'queued' | 'flooded' | 'bins' | 'incidents' | 'reporting'

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

interface Track {
  value: number | null
  readonly trend: (number | null)[]
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
}

export function createKpi(): KpiState {
  const track = (): Track => ({ value: null, trend: new Array<number | null>(TREND_MINUTES).fill(null), hours: new Map() })
  const tracks = { delay: track(), queued: track(), flooded: track(), bins: track(), incidents: track(), reporting: track() }
  return { ts: 0, minute: -1, tracks, dispatch: [], floods_warned: null }
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
  kpi.minute = minute
  kpi.ts = now
}

function endMinute({ value, trend, hours }: Track, minute: number): void {
  trend.push(value)
  if (trend.length > TREND_MINUTES) trend.shift()
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
