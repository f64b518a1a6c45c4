/** What a city says of its bins, tips and lorries: who may be emptied when, by what, and where the waste goes. */
import type { LonLat } from '../base/geo.ts'
import type { HourRange } from '../base/hours.ts'
import type { Bilingual } from './bilingual.ts'

/** The four kinds of GB/T 19095-2019: other, kitchen, recyclable and hazardous waste. */
export const WASTE_KINDS = ['residual', 'food', 'recyclable', 'hazardous'] as const
export type WasteKind = (typeof WASTE_KINDS)[number]

export const BIN_SENSORS = ['level', 'none'] as const

/** Only of bins. */
export interface BinTerms {
  /** none: nothing measures its level, which is estimated from its collections. */
  readonly sensor: (typeof BIN_SENSORS)[number]
  readonly waste: WasteKind
  /** When it may be emptied; at any time where there is none. */
  readonly windows: readonly HourRange[]
}

export const COMMON_BIN: BinTerms = { sensor: 'level', waste: 'residual', windows: [] }
/** Of a bin that tells no `volume_l`. */
export const COMMON_VOLUME_L = 240

/** A place where lorries leave what they have collected. */
export interface WasteTip {
  readonly id: string
  readonly name: Bilingual
  readonly at: LonLat
  /** Weighing, tipping, washing. */
  readonly service_s: number
  /** Always where left out. */
  readonly open?: HourRange
  /** What it takes; everything where left out. */
  readonly wastes?: readonly WasteKind[]
}

/** What a collecting crew drives. */
export interface LorryTerms {
  /** Of loose waste, so much as fits in compacted. */
  readonly capacity_l: number
  /** What it takes, one kind a round; everything where left out. */
  readonly wastes?: readonly WasteKind[]
}

/** 15 m³ pressed to a third. */
export const COMMON_LORRY: LorryTerms = { capacity_l: 45_000 }

/** Prices of rounds and times of reminders: settings of the city's operator. */
export interface WastePolicy {
  /** An overflow, the lifting of a bin, and the driving that a visit costs on average, seconds of a lorry (waste/rounds/worth.ts). */
  readonly overflow_s: number
  readonly emptying_s: number
  readonly visit_s: number
  /** Until the lorry of the next round would be there, hours. */
  readonly next_h: number
  /** People are reminded of what they mis-sorted outside these hours only. */
  readonly quiet: HourRange
}

export const DEFAULT_WASTE: WastePolicy = {
  overflow_s: 1400,
  emptying_s: 320,
  visit_s: 300,
  next_h: 34,
  quiet: { from_h: 21, until_h: 8 },
}
