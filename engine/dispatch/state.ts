import type { EpochMs } from '../base/time.ts'
import type { IncidentsState } from '../incidents/state.ts'
import type { DeviceKey } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { Crew, Task } from '../model/incident.ts'
import type { CrewEvent, OperatorAct, Presence, Reading, Solution } from '../model/observation.ts'
import type { Outcome } from '../model/outcome.ts'

export interface CrewRecord {
  crew: Crew
}
export interface TaskRecord {
  task: Task
}
export interface DispatchState {
  readonly crews: Map<DeviceKey, CrewRecord>
  readonly open: Map<string, TaskRecord>
  readonly ended: Map<string, TaskRecord>
}

export function createDispatch(_context: Context): DispatchState {
  return { crews: new Map(), open: new Map(), ended: new Map() }
}

export type DispatchObservation = CrewEvent | Reading | Presence | Solution | OperatorAct

/** Folds what concerns crews and tasks; everything else (a reading of a gauge, another operator order) is left alone. */
export function observeDispatch(
  _state: DispatchState,
  _context: Context,
  _obs: DispatchObservation,
  _incidents: IncidentsState,
  _now: EpochMs,
  _out: Outcome,
): void {}

/** Open tasks first, then those of the last 24 h. */
export function* listTasks(state: DispatchState): Iterable<Task> {
  for (const record of state.open.values()) yield record.task
  for (const record of state.ended.values()) yield record.task
}

export function* listCrews(state: DispatchState): Iterable<Crew> {
  for (const record of state.crews.values()) yield record.crew
}
