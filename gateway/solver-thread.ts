/** The worker's side of solver-worker.ts: road graph and flood forecast are built once, then problem in, answer out. */
import { parentPort, workerData } from 'node:worker_threads'
import { unreachable } from '../engine/base/errors.ts'
import { createCityForecaster, type Waters } from '../engine/flood/forecast/answer.ts'
import type { FloodModel } from '../engine/flood/forecast/model.ts'
import type { City } from '../engine/model/city.ts'
import type { SolverAnswer, SolverProblem } from '../engine/model/solve.ts'
import { solveAssign } from '../engine/solve/assign.ts'
import { buildRoadGraph } from '../engine/solve/network.ts'
import { solveReach, solveRoutes } from '../engine/solve/roads/door.ts'
import { travelOn } from '../engine/solve/roads/travel.ts'

/** What the thread is started with. */
export interface Ground {
  readonly city: Pick<City, 'nodes' | 'roads'> & Waters
  readonly flood_model: FloodModel | null
}
export interface Question {
  readonly number: number
  readonly problem: SolverProblem
}
export interface Reply {
  readonly number: number
  readonly answer: SolverAnswer
}

const { city, flood_model }: Ground = workerData
const graph = buildRoadGraph(city)
// The hierarchy is made before anybody asks.
travelOn(graph)
const forecaster = createCityForecaster(city, flood_model)

function solve(problem: SolverProblem): SolverAnswer {
  switch (problem.type) {
    case 'assign':
      return solveAssign(graph, problem)
    case 'route':
      return solveRoutes(graph, problem)
    case 'reach':
      return solveReach(graph, problem)
    case 'forecast':
      return forecaster?.answer(problem) ?? { type: 'failed', why: 'the flood model is damaged' }
    default:
      return unreachable(problem)
  }
}

function answer(problem: SolverProblem): SolverAnswer {
  try {
    return solve(problem)
  } catch (error) {
    return { type: 'failed', why: error instanceof Error ? error.message : String(error) }
  }
}

parentPort?.on('message', ({ number, problem }: Question) => {
  const reply: Reply = { number, answer: answer(problem) }
  parentPort?.postMessage(reply)
})
