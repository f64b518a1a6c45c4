/** The solving side of routing.ts: a thread that stays warm, problem in, plan out after so much processor time. */
import { parentPort } from 'node:worker_threads'
import type { VrpPlan, VrpProblem } from '../../engine/solve/vrp/problem.ts'
import { solveVrp } from '../../engine/solve/vrp/search.ts'
import { afterTime } from '../../engine/solve/vrp/stop.ts'

export interface RoutingTask {
  readonly problem: VrpProblem
  readonly limit_ms: number
  readonly seed: number
}
export interface RoutingDone {
  readonly plan: VrpPlan
  readonly first_ms: number
  readonly cpu_ms: number
}

/** Of the whole process, collecting garbage and compiling included; nothing else runs in it. */
function cpu_ms(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

parentPort?.on('message', ({ problem, limit_ms, seed }: RoutingTask) => {
  const start = cpu_ms()
  let first_ms = Number.NaN
  const improved = (): void => {
    if (Number.isNaN(first_ms)) first_ms = cpu_ms() - start
  }
  const plan = solveVrp(problem, { seed, stop: afterTime(limit_ms, cpu_ms), improved })
  const done: RoutingDone = { plan, first_ms, cpu_ms: cpu_ms() - start }
  parentPort?.postMessage(done)
})
