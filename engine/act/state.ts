/**
 * Act: the last safety check and the only way out. `guard.ts` says what may never leave, `slot.ts` what replaces what, `answer.ts`
 * how a missing answer is taken, `manual.ts` reads a person's own command, `decide.ts` issues, retries and lets expire. This file is
 * what is remembered of commands and how an answer changes it.
 */
import { createDeadlines, type Deadlines } from '../base/deadlines.ts'
import type { EpochMs } from '../base/time.ts'
import { type DeviceKey, deviceKey, splitKey } from '../model/city.ts'
import type { Command, CommandBody, CommandStatus } from '../model/command.ts'
import type { Reason } from '../model/incident.ts'
import type { Acknowledgement, CrewEvent, OperatorAct, Reading, TrafficCount } from '../model/observation.ts'
import type { Outcome } from '../model/outcome.ts'
import { confirms } from './answer.ts'
import type { Standing } from './slot.ts'

export interface IssuedCommand {
  readonly command: Command
  readonly status: CommandStatus
  /** False when a person gave it. */
  readonly auto: boolean
  /** How often it was published. */
  readonly tries: number
  readonly updated: EpochMs
}

/** Hand control, with a name on it. */
export interface Hold {
  readonly device: DeviceKey
  readonly by: string
  readonly since: EpochMs
  readonly until: EpochMs
  /** What the person asked for: it stands again when something of higher rank has passed. */
  readonly body: CommandBody
  readonly reason: Reason
}

export interface ActState {
  /** Commands of the past, oldest first: all that have not expired and the newest that have. */
  readonly issued: Map<string, IssuedCommand>
  /** Slot of every command that has not expired. */
  readonly live: Map<string, string>
  /** Commands of a device that still wait for done, rejected or their end. */
  readonly waiting: Map<DeviceKey, string[]>
  /** When each live command is to be looked at next: retry, give up or expiry. */
  readonly due: Deadlines
  /** What each slot is set to. */
  readonly slots: Map<string, Standing>
  /** Slots that a person keeps from automatic commands. */
  readonly holds: Map<string, Hold>
  /** Orders of this step, not yet through the guard. */
  readonly manual: OperatorAct[]
  /** Why the guard last refused a slot, so that it is said once. */
  readonly refused: Map<string, string>
  /** Length of a step as last seen, so that a command is renewed before it ends between two steps. */
  stepped: { at: EpochMs; interval_ms: number }
}

export function createAct(): ActState {
  return {
    issued: new Map(),
    live: new Map(),
    waiting: new Map(),
    due: createDeadlines(),
    slots: new Map(),
    holds: new Map(),
    manual: [],
    refused: new Map(),
    stepped: { at: 0, interval_ms: 0 },
  }
}

/** Newest last. */
export function* listCommands(state: ActState): Iterable<IssuedCommand> {
  yield* state.issued.values()
}

/** Late answers count: a device that was given up may still have done it. Done and rejected are final. */
export const COMMAND_TRANSITIONS: Readonly<Record<CommandStatus, readonly CommandStatus[]>> = {
  issued: ['retried', 'accepted', 'done', 'rejected', 'expired', 'given_up'],
  retried: ['retried', 'accepted', 'done', 'rejected', 'expired', 'given_up'],
  accepted: ['done', 'rejected', 'expired'],
  given_up: ['accepted', 'done', 'rejected', 'expired'],
  expired: ['done'],
  done: [],
  rejected: [],
}

export type ActObservation = Acknowledgement | OperatorAct | Reading | TrafficCount | CrewEvent

/** Folds answers to commands (acks, confirming readings, presses) and an operator's manual commands. Others are left alone. */
export function observeAct(state: ActState, obs: ActObservation, now: EpochMs, out: Outcome): void {
  if (obs.kind === 'operator') {
    if (obs.act.type === 'command' || obs.act.type === 'command.release') state.manual.push(obs)
    return
  }
  if (obs.kind === 'ack') {
    const issued = state.issued.get(obs.command)
    if (issued?.command.device === obs.device) moveCommand(state, obs.command, obs.status, obs.reason, now, out)
    return
  }
  if (state.waiting.size === 0) return
  // A junction's detectors see what its controller does.
  const device = obs.kind === 'traffic' ? controllerOf(obs.device) : obs.device
  for (const id of [...(state.waiting.get(device) ?? [])]) {
    const issued = state.issued.get(id)
    if (issued !== undefined && confirms(issued.command, obs))
      moveCommand(state, id, 'done', `confirmed by ${obs.kind} at ${obs.ts}`, now, out)
  }
}

function controllerOf(detector: DeviceKey): DeviceKey {
  const { district, id } = splitKey(detector)
  return deviceKey(district, 'signal', id)
}

/** Who holds a junction by hand, by the key of its detectors or of its controller; null when nobody does. */
export function handOf(state: ActState, device: DeviceKey): Hold | null {
  if (state.holds.size === 0) return null
  const { domain } = splitKey(device)
  const key = domain === 'traffic' ? controllerOf(device) : device
  for (const hold of state.holds.values()) if (hold.device === key) return hold
  return null
}

/** Changes the status and says so; a transition that is not in the table is a repeated or outdated answer and changes nothing. */
export function moveCommand(state: ActState, id: string, to: CommandStatus, why: string | null, now: EpochMs, out: Outcome): void {
  const issued = state.issued.get(id)
  if (issued === undefined || !COMMAND_TRANSITIONS[issued.status].includes(to)) return
  const tries = to === 'retried' ? issued.tries + 1 : issued.tries
  state.issued.set(id, { ...issued, status: to, tries, updated: now })
  const { device, kind } = issued.command
  if (to === 'done' || to === 'rejected' || to === 'expired') stopWaiting(state, device, id)
  out.facts.push({ kind: 'command', ts: now, id, device, command: kind, status: to, why })
}

export function stopWaiting(state: ActState, device: DeviceKey, id: string): void {
  const left = (state.waiting.get(device) ?? []).filter((other) => other !== id)
  if (left.length > 0) state.waiting.set(device, left)
  else state.waiting.delete(device)
}
