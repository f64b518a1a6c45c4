/** A round of a bin lorry as it is driven: its stops in order, what became of each, and why it is driven at all. */
import type { LonLat } from '../base/geo.ts'
import type { EpochMs } from '../base/time.ts'
import type { Bilingual } from './bilingual.ts'
import type { WasteKind } from './collection.ts'
import type { Reason } from './incident.ts'

/** Kind of the task that is a round. It serves no incident. */
export const ROUND = 'waste.round'

/** emptied: also of a tip that was used. failed: the crew could not. skipped: nobody will go there in this round. */
export const STOP_STATES = ['left', 'emptied', 'failed', 'skipped'] as const
export type StopState = (typeof STOP_STATES)[number]

/** Why a crew could not empty a bin. */
export const STOP_FAILURES = ['blocked', 'no_access'] as const
export type StopFailure = (typeof STOP_FAILURES)[number]
/** closed: its street is. emptied_before: somebody else was there. full: it does not fit into lorry or shift. no_way: there is none to it. */
export type StopSkip = 'closed' | 'emptied_before' | 'full' | 'no_way'

export interface RoundStop {
  /** Within its round. */
  readonly id: string
  readonly kind: 'bin' | 'tip'
  /** Device key of the bin, id of the tip. */
  readonly ref: string
  readonly name: Bilingual
  readonly at: LonLat
  readonly service_s: number
  readonly state: StopState
  /** While it is left. */
  readonly eta: EpochMs | null
  /** When it was done, or given up. */
  readonly ts: EpochMs | null
  /** What was planned with, and what the crew found. */
  readonly expected_pct: number | null
  readonly found_pct: number | null
  readonly why: StopFailure | StopSkip | null
  /** The way from the stop before. */
  readonly way: readonly LonLat[]
}

/** One lorry's part of a plan. */
export interface PlannedRound {
  /** Device key of the crew. */
  readonly lorry: string
  readonly waste: WasteKind
  readonly by: string
  readonly stops: readonly RoundStop[]
  readonly capacity_l: number
  readonly drive_s: number
  /** Driven km; from the first way to the last. */
  readonly km: number
  readonly end: EpochMs
  readonly reason: Reason
}

/** drive: rounds were made of it. wait: they would cost more than they spare. nothing: no bin is worth a visit. */
export type RoundOutcome = 'drive' | 'wait' | 'nothing' | 'no_lorry' | 'failed'

/** closed: at a closed street. window: out of its hours. no_way: unreachable. full: lorries or shifts are. */
export interface SkippedBin {
  readonly bin: string
  readonly why: 'closed' | 'window' | 'no_way' | 'full'
}

/** What a planning came to. */
export interface RoundDecision {
  readonly ts: EpochMs
  readonly by: string
  readonly outcome: RoundOutcome
  readonly lorries: number
  readonly bins: number
  readonly chosen: number
  readonly spared_s: number
  readonly cost_s: number
  /** Expected overflows that it spares. */
  readonly overflows: number
  readonly km: number
  readonly reason: Reason
  readonly skipped: readonly SkippedBin[]
}
