/** The solvers without their thread, for tests that answer what a step has asked. */
import type { FloodModel } from '../../engine/flood/forecast/model.ts'
import type { City } from '../../engine/model/city.ts'
import type { Observation } from '../../engine/model/observation.ts'
import type { SolverProblem, SolverRequest } from '../../engine/model/solve.ts'
import { createProblemSolver } from '../../engine/solver.ts'

/** The requests about one kind of problem. */
export function requestsFor<T extends SolverProblem['type']>(
  requests: readonly SolverRequest[],
  type: T,
): (SolverRequest & { readonly problem: Extract<SolverProblem, { type: T }> })[] {
  return requests.flatMap(({ id, problem }) => {
    // The comparison has just narrowed it, which the compiler does not see through a type parameter.
    return problem.type === type ? [{ id, problem: problem as Extract<SolverProblem, { type: T }> }] : []
  })
}

/** @returns the answers to requests, as observations of `ts` */
export function createAnswers(city: City, model: FloodModel | null = null) {
  const solve = createProblemSolver(city, model)
  return (requests: readonly SolverRequest[], ts: number): Observation[] =>
    requests.map(({ id, problem }) => ({
      kind: 'solution',
      ts,
      request: id,
      answer: solve(problem),
    }))
}
