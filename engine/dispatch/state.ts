/**
 * Dispatch: the right crew to every confirmed incident that needs one. `record.ts` is what is remembered, `lifecycle.ts` which status
 * may follow which, `slots.ts` the crews that an incident asks for, `press.ts` the phones' buttons, `desk-order.ts` what a person orders,
 * `crews.ts` positions and shifts, `assign.ts` the problem for the solver and its answer, `orders.ts` what is sent; this file sorts what
 * comes in.
 */
import type { EpochMs } from '../base/time.ts'
import type { IncidentsState } from '../incidents/record.ts'
import type { Context } from '../model/context.ts'
import type { CrewEvent, OperatorAct, Presence, Reading, Solution } from '../model/observation.ts'
import { answerOperator, type Outcome } from '../model/outcome.ts'
import { takeAnswer } from './assign.ts'
import { notePresence, trackPosition } from './crews.ts'
import { orderDispatch } from './desk-order.ts'
import { press } from './press.ts'
import type { DispatchState } from './record.ts'
import { takeRoutes } from './reroute.ts'
import { takeReorder } from './rounds/reorder.ts'
import { withdrawRound } from './rounds/review.ts'

export { type CrewRecord, createDispatch, type DispatchState, listCrews, listTasks, type TaskRecord } from './record.ts'

export type DispatchObservation = CrewEvent | Reading | Presence | Solution | OperatorAct

/** Folds what concerns crews and tasks; everything else (a reading of a gauge, another operator order) is left alone. */
export function observeDispatch(
  state: DispatchState,
  context: Context,
  obs: DispatchObservation,
  incidents: IncidentsState,
  now: EpochMs,
  out: Outcome,
): void {
  switch (obs.kind) {
    case 'crew': {
      const crew = state.crews.get(obs.device)
      if (crew !== undefined) crew.heard = now
      press(state, context, incidents, obs, now, out)
      return
    }
    case 'reading':
      trackPosition(state, obs, now)
      return
    case 'presence':
      notePresence(state, obs, now, out)
      return
    case 'solution':
      if (!takeRoutes(state, context, obs, now, out) && !takeReorder(state, context, obs, now, out))
        takeAnswer(state, context, incidents, obs, now, out)
      return
    case 'operator':
      if (obs.act.type === 'incident.dispatch') {
        answerOperator(out, obs, orderDispatch(state, context, incidents, obs, obs.act, now, out), now)
      } else if (obs.act.type === 'round.withdraw') {
        answerOperator(out, obs, withdrawRound(state, incidents, obs, obs.act.round, obs.act.reason, now, out), now)
      }
  }
}
