/** The solvers without their thread, for tests that answer what a step has asked. */
import { createCityForecaster } from '../../engine/flood/forecast/answer.ts'
import type { FloodModel } from '../../engine/flood/forecast/model.ts'
import type { City } from '../../engine/model/city.ts'
import type { Observation } from '../../engine/model/observation.ts'
import type { SolverAnswer, SolverProblem, SolverRequest } from '../../engine/model/solve.ts'
import { solveAssign } from '../../engine/solve/assign.ts'
import { buildRoadGraph } from '../../engine/solve/network.ts'
import { solveReach, solveRoutes } from '../../engine/solve/roads/door.ts'

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
  const graph = buildRoadGraph(city)
  const forecaster = createCityForecaster(city, model)
  if (forecaster === null) throw new Error('the flood model is damaged')
  const solve = (problem: SolverProblem): SolverAnswer => {
    switch (problem.type) {
      case 'assign':
        return solveAssign(graph, problem)
      case 'route':
        return solveRoutes(graph, problem)
      case 'reach':
        return solveReach(graph, problem)
      case 'forecast':
        return forecaster.answer(problem)
    }
  }
  return (requests: readonly SolverRequest[], ts: number): Observation[] =>
    requests.map(({ id, problem }) => ({
      kind: 'solution',
      ts,
      request: id,
      answer: solve(problem),
    }))
}
