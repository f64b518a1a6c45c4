import type { EpochMs } from '../base/time.ts'
import type { Command } from '../model/command.ts'
import type { Context } from '../model/context.ts'
import type { Outcome } from '../model/outcome.ts'
import type { Proposal } from '../model/proposal.ts'
import type { ActState } from './state.ts'

export type CommandProposal = Extract<Proposal, { kind: 'command' }>

/** The commands to publish now: new ones, renewals and retries. */
export function act(
  _state: ActState,
  _context: Context,
  _proposals: readonly CommandProposal[],
  _now: EpochMs,
  _step: number,
  _out: Outcome,
): Command[] {
  return []
}
