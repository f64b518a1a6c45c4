/** What the parts of one step hand on, collected in order. Emptied by `brain` at the end of the step; never kept in state. */
import type { EpochMs } from '../base/time.ts'
import type { Fact } from './fact.ts'
import type { OperatorAct } from './observation.ts'
import type { Proposal } from './proposal.ts'
import type { SolverRequest } from './solve.ts'

export interface Outcome {
  readonly facts: Fact[]
  readonly proposals: Proposal[]
  readonly requests: SolverRequest[]
}

export const emptyOutcome = (): Outcome => ({ facts: [], proposals: [], requests: [] })

/** Answers a person's order, which every order gets: done, or why not (English / Chinese). */
export function answerOperator(out: Outcome, obs: OperatorAct, why: string | null, now: EpochMs): void {
  const { id, by, act } = obs
  out.facts.push({ kind: 'operator', ts: now, id, by, act: act.type, ...('about' in act && { about: act.about }), done: why === null, why })
}
