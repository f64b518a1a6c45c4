/** What people may decide about the sending of crews, beside the city itself. */
import { DEFAULT_RUN_CARDS, type RunCards } from './run-cards.ts'

export const MUTUAL_AID = ['always', 'saturated'] as const
export type MutualAid = (typeof MUTUAL_AID)[number]

export interface DispatchPolicy {
  /** Most crews with a mobile pump that a forecast sends to one low point. */
  readonly pumps_max: number
  /** In which an urgent call should be reached: idle crews are kept where few can, minutes. */
  readonly cover_min: number
  /** A crew on its way to a lesser task is turned where priority 1 is reached minutes sooner. */
  readonly turn: boolean
  readonly run_cards: RunCards
  /** Whoever is on duty for longer gets priority 1 only, hours; a shorter break than `rest_h` does not count as rest. */
  readonly shift_h_max: number
  readonly rest_h: number
  /** Crews help in other districts: always, or where that district has more tasks than crews of its own (priority 1 always). */
  readonly mutual_aid: MutualAid
}

export const DEFAULT_DISPATCH: DispatchPolicy = {
  pumps_max: 4,
  cover_min: 18,
  turn: true,
  run_cards: DEFAULT_RUN_CARDS,
  shift_h_max: 12,
  rest_h: 8,
  mutual_aid: 'always',
}
