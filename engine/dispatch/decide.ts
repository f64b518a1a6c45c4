import type { EpochMs } from '../base/time.ts'
import type { IncidentsState } from '../incidents/state.ts'
import type { Context } from '../model/context.ts'
import type { Outcome } from '../model/outcome.ts'
import type { DispatchState } from './state.ts'

export function decideDispatch(_state: DispatchState, _context: Context, _incidents: IncidentsState, _now: EpochMs, _out: Outcome): void {}
