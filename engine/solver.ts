/** Answers whatever the engine asks of a solver: road graph and flood forecast are built once, then problem in, answer out. Takes as long as it takes. */
import { unreachable } from './base/errors.ts'
import { createCityForecaster, type Waters } from './flood/forecast/answer.ts'
import type { FloodModel } from './flood/forecast/model.ts'
import type { City } from './model/city.ts'
import type { SolverAnswer, SolverProblem } from './model/solve.ts'
import { solveAssign } from './solve/assign.ts'
import { buildRoadGraph } from './solve/network.ts'
import { solveReach, solveRoutes } from './solve/roads/door.ts'
import { travelOn } from './solve/roads/travel.ts'
import { answerCourse, answerFills } from './waste/forecast/answer.ts'
import { createFillForecaster, UNTRAINED_FORECASTER, type WasteModel } from './waste/forecast/model.ts'
import { solveRound } from './waste/rounds/solve-round.ts'

/** What of a city it needs. */
export type Ground = Pick<City, 'nodes' | 'roads'> & Waters

export function createProblemSolver(
  city: Ground,
  flood_model: FloodModel | null,
  waste_model: WasteModel | null = null,
): (problem: SolverProblem) => SolverAnswer {
  const graph = buildRoadGraph(city)
  // The hierarchy is made before anybody asks.
  travelOn(graph)
  const forecaster = createCityForecaster(city, flood_model)
  const filler = waste_model === null ? UNTRAINED_FORECASTER : createFillForecaster(waste_model)
  return (problem) => {
    switch (problem.type) {
      case 'assign':
        return solveAssign(graph, problem)
      case 'route':
        return solveRoutes(graph, problem)
      case 'reach':
        return solveReach(graph, problem)
      case 'forecast':
        return forecaster?.answer(problem) ?? { type: 'failed', why: 'the flood model is damaged' }
      case 'fill':
        return filler === null ? { type: 'failed', why: 'the waste model is damaged' } : answerFills(filler, problem)
      case 'fill_course':
        return filler === null ? { type: 'failed', why: 'the waste model is damaged' } : answerCourse(filler, problem)
      case 'round':
        return solveRound(graph, problem)
      default:
        return unreachable(problem)
    }
  }
}
