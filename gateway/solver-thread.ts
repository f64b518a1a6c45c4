/** The worker's side of solver-worker.ts: the road graph is built once, then problem in, answer out. */
import { parentPort, workerData } from 'node:worker_threads'
import type { City } from '../engine/model/city.ts'
import type { SolverAnswer, SolverProblem } from '../engine/model/solve.ts'
import { solveAssign } from '../engine/solve/assign.ts'
import { buildRoadGraph } from '../engine/solve/network.ts'

export type Streets = Pick<City, 'nodes' | 'roads'>
export interface Question {
  readonly number: number
  readonly problem: SolverProblem
}
export interface Reply {
  readonly number: number
  readonly answer: SolverAnswer
}

const streets: Streets = workerData
const graph = buildRoadGraph(streets)

function answer(problem: SolverProblem): SolverAnswer {
  try {
    return solveAssign(graph, problem)
  } catch (error) {
    return { type: 'failed', why: error instanceof Error ? error.message : String(error) }
  }
}

parentPort?.on('message', ({ number, problem }: Question) => {
  const reply: Reply = { number, answer: answer(problem) }
  parentPort?.postMessage(reply)
})
