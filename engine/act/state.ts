import type { EpochMs } from '../base/time.ts'
import type { Command, CommandStatus } from '../model/command.ts'
import type { Acknowledgement, CrewEvent, OperatorAct, Reading, TrafficCount } from '../model/observation.ts'
import type { Outcome } from '../model/outcome.ts'

export interface IssuedCommand {
  readonly command: Command
  readonly status: CommandStatus
  /** False when a person gave it. */
  readonly auto: boolean
  /** How often it was published. */
  readonly tries: number
  readonly updated: EpochMs
}

export interface ActState {
  readonly issued: Map<string, IssuedCommand>
}

export function createAct(): ActState {
  return { issued: new Map() }
}

/** Newest last. */
export function* listCommands(state: ActState): Iterable<IssuedCommand> {
  yield* state.issued.values()
}

export type ActObservation = Acknowledgement | OperatorAct | Reading | TrafficCount | CrewEvent

/** Folds answers to commands (acks, confirming readings, presses) and an operator's manual commands. Others are left alone. */
export function observeAct(_state: ActState, _obs: ActObservation, _now: EpochMs, _out: Outcome): void {}
