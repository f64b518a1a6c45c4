/** The worker's side of solver-worker.ts: problem in, answer out. */
import { parentPort, workerData } from 'node:worker_threads'
import type { FloodModel } from '../engine/flood/forecast/model.ts'
import type { SolverAnswer, SolverProblem } from '../engine/model/solve.ts'
import { createProblemSolver, type Ground as SolverGround } from '../engine/solver.ts'
import type { WasteModel } from '../engine/waste/forecast/model.ts'

/** What the thread is started with. */
export interface Ground {
  readonly city: SolverGround
  readonly flood_model: FloodModel | null
  readonly waste_model: WasteModel | null
}
export interface Question {
  readonly number: number
  readonly problem: SolverProblem
}
export interface Reply {
  readonly number: number
  readonly answer: SolverAnswer
}

const { city, flood_model, waste_model }: Ground = workerData
const solve = createProblemSolver(city, flood_model, waste_model)

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
