/** What the parts of one step hand on, collected in order. Emptied by `brain` at the end of the step; never kept in state. */
import type { Fact } from './fact.ts'
import type { Proposal } from './proposal.ts'
import type { SolverRequest } from './solve.ts'

export interface Outcome {
  readonly facts: Fact[]
  readonly proposals: Proposal[]
  readonly requests: SolverRequest[]
}

export const emptyOutcome = (): Outcome => ({ facts: [], proposals: [], requests: [] })
