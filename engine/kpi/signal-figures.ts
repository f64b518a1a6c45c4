/** The figures of what signals achieve, each with the formula a person can read; and how junctions add up to a district. */
import type { EpochMs } from '../base/time.ts'
import type { Bilingual } from '../model/city.ts'
import type { TrafficBand } from '../model/signals.ts'
import { addSums, type EffectSlot, type EffectState, type EffectSums, emptySums, SLOT_MS } from './signal-effect.ts'

export type EffectFigureId =
  | 'travel_time_s'
  | 'delay_s'
  | 'stopped_s'
  | 'stops'
  | 'queue_p95_veh'
  | 'split_failure_share'
  | 'tti'
  | 'delay_index'
  | 'throughput_veh_h'
  | 'coverage'

export type EffectFigures = Readonly<Record<EffectFigureId, number | null>>

export interface EffectFormula {
  readonly id: EffectFigureId
  readonly name: Bilingual
  readonly unit: string
  readonly formula: Bilingual
}

export const EFFECT_FORMULAS: readonly EffectFormula[] = [
  {
    id: 'travel_time_s',
    name: { zh: '进口道行程时间', en: 'Travel time' },
    unit: 's/veh',
    formula: {
      zh: '进口道车辆数对时间的积分 ÷ 通过停车线的车辆数（利特尔法则）',
      en: 'vehicles on the approaches integrated over time ÷ vehicles that passed the stop line (Little’s law)',
    },
  },
  {
    id: 'delay_s',
    name: { zh: '延误', en: 'Delay' },
    unit: 's/veh',
    formula: { zh: '行程时间 − 进口道长度 ÷ 自由流速度，不小于 0', en: 'travel time − length of the approach ÷ free speed, not below 0' },
  },
  {
    id: 'stopped_s',
    name: { zh: '停车时间', en: 'Stopped time' },
    unit: 's/veh',
    formula: { zh: '排队车辆数对时间的积分 ÷ 通过车辆数', en: 'queued vehicles integrated over time ÷ vehicles that passed' },
  },
  {
    id: 'stops',
    name: { zh: '停车次数', en: 'Stops' },
    unit: '1/veh',
    formula: {
      zh: '各车道排队数的增量之和 ÷ 通过车辆数；同一辆车再次停下会再计一次',
      en: 'increases of the queue, summed over lanes ÷ vehicles that passed; whoever stops again counts again',
    },
  },
  {
    id: 'queue_p95_veh',
    name: { zh: '最长车道排队的 95 % 分位', en: 'Queue, 95th percentile' },
    unit: 'veh',
    formula: {
      zh: '路口最长车道排队数，在 95 % 的时间里不超过此值；多个路口的时间合并计算',
      en: 'the junction’s longest lane queue is no longer than this in 95 % of the time; the times of several junctions are pooled',
    },
  },
  {
    id: 'split_failure_share',
    name: { zh: '绿灯未清空率', en: 'Split failures' },
    unit: '',
    formula: {
      zh: '开始时已有、结束时仍未消散的排队所在的绿灯次数 ÷ 绿灯次数',
      en: 'greens that ended with a standing queue that was there at their start and never dissolved ÷ greens',
    },
  },
  {
    id: 'tti',
    name: { zh: '行程时间指数', en: 'Travel time index' },
    unit: '',
    formula: {
      zh: '行程时间 ÷ 自由流时间；多个路口：Σ w·TTI ÷ Σ w，w = 流量 × 长度',
      en: 'travel time ÷ free-flow time; several junctions: Σ w·TTI ÷ Σ w with w = flow × length',
    },
  },
  {
    id: 'delay_index',
    name: { zh: '拥堵延时指数', en: 'Delay index' },
    unit: '',
    formula: { zh: 'Σ 实际行程时间 ÷ Σ 自由流时间（按车辆）', en: 'Σ actual travel time ÷ Σ free-flow time, over vehicles' },
  },
  {
    id: 'throughput_veh_h',
    name: { zh: '通过量', en: 'Throughput' },
    unit: 'veh/h',
    formula: {
      zh: '通过停车线的车辆数 ÷ 有数据的时间；多个路口求和',
      en: 'vehicles that passed the stop line ÷ time with data; summed over junctions',
    },
  },
  {
    id: 'coverage',
    name: { zh: '有数据的车道占比', en: 'Lanes with data' },
    unit: '',
    formula: { zh: '可信车道·秒 ÷ 全部车道·秒', en: 'lane-seconds believed ÷ lane-seconds described' },
  },
]

const HOUR_S = 3600
const P95 = 0.95
/** Fewer vehicles say nothing of a mean. */
const PASSED_MIN = 1

const ratio = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null)

function queueP95(queue_s: readonly number[]): number | null {
  const total_s = queue_s.reduce((sum, seconds) => sum + (seconds ?? 0), 0)
  let passed_s = 0
  for (const [length, seconds] of queue_s.entries()) {
    passed_s += seconds ?? 0
    if (total_s > 0 && passed_s >= P95 * total_s) return length
  }
  return null
}

/** Of one junction, or of sums that have been added up. */
export function figuresOf(sums: EffectSums): EffectFigures {
  const { passed_veh, vehicle_s, queued_s, free_s } = sums
  const passed = passed_veh >= PASSED_MIN ? passed_veh : 0
  const travel_time_s = ratio(vehicle_s, passed)
  const free = ratio(free_s, passed)
  const index = passed > 0 ? ratio(vehicle_s, free_s) : null
  return {
    travel_time_s,
    delay_s: travel_time_s === null || free === null ? null : Math.max(0, travel_time_s - free),
    stopped_s: ratio(queued_s, passed),
    stops: ratio(sums.stopped_veh, passed),
    queue_p95_veh: queueP95(sums.queue_s),
    split_failure_share: ratio(sums.failed, sums.greens),
    tti: index,
    delay_index: index,
    throughput_veh_h: sums.heard_s > 0 ? (HOUR_S * passed_veh) / sums.heard_s : null,
    coverage: ratio(sums.lane_s, sums.lanes_s),
  }
}

/** Of a district or an arterial: sums added up, the index weighted by flow and length, throughput summed. */
export function figuresOfMany(members: readonly EffectSums[]): EffectFigures {
  const all = emptySums()
  let [weight, weighted, throughput] = [0, 0, 0]
  for (const sums of members) {
    addSums(all, sums)
    const { tti, throughput_veh_h } = figuresOf(sums)
    throughput += throughput_veh_h ?? 0
    if (tti === null) continue
    weight += sums.passed_m / sums.heard_s
    weighted += (tti * sums.passed_m) / sums.heard_s
  }
  return { ...figuresOf(all), tti: ratio(weighted, weight), throughput_veh_h: all.heard_s > 0 ? throughput : null }
}

/** The band that an index lies in; null without one. */
export const bandOf = (bands: readonly TrafficBand[], tti: number | null): Bilingual | null =>
  tti === null ? null : (bands.findLast(({ from }) => tti >= from)?.name ?? null)

export interface EffectPoint {
  readonly since: EpochMs
  readonly until: EpochMs
  readonly figures: EffectFigures
}

const slotsOf = (state: EffectState, junction: string, from: EpochMs, to: EpochMs): readonly EffectSlot[] =>
  (state.get(junction)?.slots ?? []).filter(({ since }) => since + SLOT_MS > from && since < to)

function totalOf(slots: readonly EffectSlot[]): EffectSums {
  const total = emptySums()
  for (const { sums } of slots) addSums(total, sums)
  return total
}

/** Figures of a group of junctions over `[from, to)` in whole slots: one for each slot and one for all of it. */
export function effectOf(
  state: EffectState,
  junctions: readonly string[],
  from: EpochMs,
  to: EpochMs,
): { readonly total: EffectFigures; readonly slots: readonly EffectPoint[] } {
  const all = junctions.map((id) => slotsOf(state, id, from, to))
  const starts = [...new Set(all.flatMap((slots) => slots.map(({ since }) => since)))].sort((a, b) => a - b)
  const at = (since: EpochMs): EffectSums[] => all.flatMap((slots) => slots.filter((slot) => slot.since === since).map(({ sums }) => sums))
  return {
    total: figuresOfMany(all.map(totalOf).filter(({ heard_s }) => heard_s > 0)),
    slots: starts.map((since) => ({ since, until: since + SLOT_MS, figures: figuresOfMany(at(since)) })),
  }
}

/** The newest whole slot of a junction, else the one that runs; null before the first. */
export function newestEffect(state: EffectState, junction: string): EffectPoint | null {
  const slots = state.get(junction)?.slots ?? []
  const slot = slots[slots.length - 2] ?? slots[slots.length - 1]
  return slot === undefined ? null : { since: slot.since, until: slot.since + SLOT_MS, figures: figuresOf(slot.sums) }
}
