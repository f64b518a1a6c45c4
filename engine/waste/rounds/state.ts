/** When rounds of the lorries are planned, what is being asked of the solver, and what the last planning came to. */
import type { EpochMs } from '../../base/time.ts'
import type { DeviceKey } from '../../model/city.ts'
import type { WasteKind } from '../../model/collection.ts'
import type { RoundDecision } from '../../model/round.ts'
import type { Sector } from './sectors.ts'

/** One planning: lorries take one kind of waste a round, so it asks kind by kind, and sector by sector of the city. */
export interface Planning {
  readonly by: string
  readonly since: EpochMs
  /** When to ask, again after a failure. */
  ask_at: EpochMs
  tries: number
  /** The problem that the solver has. */
  request: { readonly id: string; readonly asked: EpochMs; readonly sector: Sector; readonly waste: WasteKind } | null
  /** Sectors of the kind that was asked for last which are still to be asked for. */
  sectors: Sector[]
  /** Kinds that have been asked for, and lorries that they took. */
  readonly asked: WasteKind[]
  readonly taken: DeviceKey[]
  /** What these came to. */
  readonly parts: RoundDecision[]
}

export interface RoundsState {
  /** Planning times up to then are past, on the clock at the bins; 0 before the first look. */
  looked: EpochMs
  planning: Planning | null
  decision: RoundDecision | null
  /** Bins that a crew could not empty, until when they are left out. */
  readonly avoid: Map<DeviceKey, EpochMs>
}

export const createRounds = (): RoundsState => ({ looked: 0, planning: null, decision: null, avoid: new Map() })

export const startPlanning = (state: RoundsState, by: string, now: EpochMs): void => {
  state.planning = { by, since: now, ask_at: now, tries: 0, request: null, sectors: [], asked: [], taken: [], parts: [] }
}
