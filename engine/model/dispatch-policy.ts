/** What people may decide about the sending of crews, beside the city itself. */
import { DEFAULT_RUN_CARDS, type RunCards } from './run-cards.ts'

export interface DispatchPolicy {
  /** Most crews with a mobile pump that a forecast sends to one low point. */
  readonly pumps_max: number
  /** In which an urgent call should be reached: idle crews are kept where few can, minutes. */
  readonly cover_min: number
  /** A crew on its way to a lesser task is turned where priority 1 is reached minutes sooner. */
  readonly turn: boolean
  readonly run_cards: RunCards
}

export const DEFAULT_DISPATCH: DispatchPolicy = { pumps_max: 4, cover_min: 18, turn: true, run_cards: DEFAULT_RUN_CARDS }
