import type { EpochMs } from '../base/time.ts'
import type { Context } from '../model/context.ts'
import type { Outcome } from '../model/outcome.ts'
import type { Proposal } from '../model/proposal.ts'
import type { IncidentsState } from './state.ts'

export type Signal = Extract<Proposal, { kind: 'signal' }>

/** Joins the step's signals into incidents and lets time pass. Signals may be repeated every step or given at changes only. */
export function correlate(_state: IncidentsState, _context: Context, _signals: readonly Signal[], _now: EpochMs, _out: Outcome): void {}
