/** The solver beside the engine: one worker thread that holds road graph and models, so that long computing never blocks a step. */
import { Worker } from 'node:worker_threads'
import type { FloodModel } from '../engine/flood/forecast/model.ts'
import type { SolverAnswer, SolverRequest } from '../engine/model/solve.ts'
import type { Solver } from '../engine/ports.ts'
import type { WasteModel } from '../engine/waste/forecast/model.ts'
import type { Ground, Question, Reply } from './solver-thread.ts'

export interface SolverOptions {
  readonly city: Ground['city']
  /** Without one, low points are forecast by what the city tells of them. */
  readonly flood_model?: FloodModel | null
  /** Without one, bins are forecast by their own habit. */
  readonly waste_model?: WasteModel | null
  /** A problem that takes longer has failed, and its thread with it; below the 5 s in which a lockstep step is acknowledged. */
  readonly answer_ms_max?: number
  /** The thread's program; for tests of its crash. */
  readonly thread?: URL
}

interface Asked {
  readonly resolve: (answer: SolverAnswer) => void
  readonly timer: NodeJS.Timeout
}

/** Node runs no TypeScript in a worker: from the sources, the built thread is taken. */
const THREAD = new URL(import.meta.url.endsWith('.ts') ? '../dist/gateway/solver-thread.js' : './solver-thread.js', import.meta.url)

/** The thread starts at once, ends with `stop`, and is started again by the next request after a crash. It keeps no process alive. */
export function createSolver({
  city,
  flood_model = null,
  waste_model = null,
  answer_ms_max = 4000,
  thread = THREAD,
}: SolverOptions): Solver {
  const { nodes, roads, low_points, devices } = city
  const ground: Ground = { city: { nodes, roads, low_points, devices }, flood_model, waste_model }
  const asked = new Map<number, Asked>()
  let number = 0
  let stopped = false
  let worker: Worker | null = start()

  function start(): Worker {
    const started = new Worker(thread, { workerData: ground })
    started.on('message', (reply: Reply) => settle(reply.number, reply.answer))
    started.on('error', (error) => crash(started, error.message))
    started.on('exit', (code) => crash(started, `the solver thread ended with code ${code}`))
    started.unref()
    return started
  }

  function settle(which: number, answer: SolverAnswer): void {
    const one = asked.get(which)
    if (one === undefined) return
    asked.delete(which)
    clearTimeout(one.timer)
    if (asked.size === 0) worker?.unref()
    one.resolve(answer)
  }

  /** Everything asked of a thread that is gone is answered; a thread that was replaced already has nothing left to say. */
  function crash(gone: Worker, why: string): void {
    if (worker !== gone) return
    worker = null
    for (const which of [...asked.keys()]) settle(which, { type: 'failed', why })
  }

  async function end(why: string): Promise<void> {
    const ending = worker
    if (ending === null) return
    crash(ending, why)
    await ending.terminate()
  }

  return {
    solve: ({ problem }: SolverRequest) =>
      new Promise((resolve) => {
        if (stopped) {
          resolve({ type: 'failed', why: 'the solver is stopped' })
          return
        }
        worker ??= start()
        worker.ref()
        const question: Question = { number: number++, problem }
        const timer = setTimeout(() => void end(`no answer in ${answer_ms_max} ms`), answer_ms_max)
        asked.set(question.number, { resolve, timer })
        worker.postMessage(question)
      }),
    stop: async () => {
      stopped = true
      await end('the solver is stopped')
    },
  }
}
