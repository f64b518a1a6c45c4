/** What is done about water that is to come: warning stages of low points, and storms as they are reported afterwards. */
import type { LonLat } from '../base/geo.ts'
import type { EpochMs } from '../base/time.ts'
import type { Bilingual, DeviceKey } from './city.ts'

/** By what pumps, crews and closures at low points go: by forecasts, by what gauges show and no earlier, or not at all (for comparison). */
export const FLOOD_ACTS = ['forecast', 'reaction', 'none'] as const
export type FloodActs = (typeof FLOOD_ACTS)[number]
export const DEFAULT_FLOOD_ACTS: FloodActs = 'forecast'

/** After the four levels of emergency response in Chinese cities (四级 blue, 三级 yellow, 二级 orange, 一级 red). */
export const FLOOD_STAGES = ['none', 'watch', 'prepare', 'act', 'flooded'] as const
export type FloodStage = (typeof FLOOD_STAGES)[number]

export const STAGE_NAMES: Readonly<Record<FloodStage, Bilingual>> = {
  none: { zh: '无预警', en: 'no warning' },
  watch: { zh: '蓝色关注', en: 'watch (blue)' },
  prepare: { zh: '黄色准备', en: 'prepare (yellow)' },
  act: { zh: '橙色行动', en: 'act (orange)' },
  flooded: { zh: '红色积水', en: 'flooded (red)' },
}

export const isAtLeast = (stage: FloodStage, least: FloodStage): boolean => FLOOD_STAGES.indexOf(stage) >= FLOOD_STAGES.indexOf(least)

/** A crew with a mobile pump at a low point during a storm. */
export interface StormCrew {
  readonly crew: DeviceKey
  readonly task: string
  readonly sent: EpochMs
  readonly onsite: EpochMs | null
  readonly left: EpochMs | null
}

export interface StormPoint {
  /** Id of the low point. */
  readonly point: string
  readonly name: Bilingual
  /** When `prepare` or worse was first said, and whether a forecast said it or the water itself. */
  readonly warned: EpochMs
  readonly warned_by: 'forecast' | 'level'
  /** What the first warning said: when the threshold would be passed, and how deep it would get. */
  readonly said: { readonly crossing: EpochMs | null; readonly peak_m: number } | null
  /** Deepest that any forecast of the storm said. */
  readonly peak_said_m: number | null
  /** Newest last. */
  readonly stages: readonly { readonly stage: FloodStage; readonly ts: EpochMs }[]
  /** When the gauges first showed it above its threshold; null when they never did. */
  readonly flooded: EpochMs | null
  readonly flooded_min: number
  /** Deepest that a believed gauge showed; null without one. */
  readonly peak_m: number | null
  /** When its own pumps were first started ahead of the water. */
  readonly pumps: EpochMs | null
  readonly crews: readonly StormCrew[]
  readonly closures: readonly { readonly from: EpochMs; readonly until: EpochMs | null }[]
  /** An estimate, no measurement: the same inflow with pumps that only react and a crew that is only sent at the threshold. */
  readonly without: { readonly flooded_min: number; readonly peak_m: number } | null
}

/** Low points of one district that are warned of or flooded at the same time. */
export interface Storm {
  readonly id: string
  readonly district: string
  readonly name: Bilingual
  readonly began: EpochMs
  /** Null while it lasts. */
  readonly ended: EpochMs | null
  readonly points: readonly StormPoint[]
}

/** A crew that has a task at a low point, as dispatch knows it. */
export interface CrewAtPoint {
  readonly point: string
  readonly task: string
  readonly crew: DeviceKey
  readonly onsite: boolean
}

/** Crews with a mobile pump. */
export interface PumpCrews {
  readonly at_points: readonly CrewAtPoint[]
  readonly on_duty: number
  /** Free, beyond those that waiting tasks will take. */
  readonly spare: number
  /** Those who could be asked to come in, and where they were last. */
  readonly off: readonly { readonly crew: DeviceKey; readonly at: LonLat }[]
}
