/** A drill's fleet in a thread of its own: it plays its world while the program under drill decodes what it said, and neither's garbage stops the other. */
import { Worker } from 'node:worker_threads'
import { UrbanError } from '../engine/base/errors.ts'
import type { DrillPlayed, DrillSaid, DrillTask } from './drill-thread.ts'
import type { Metrics } from './score.ts'

/** Node runs no TypeScript in a worker: from the sources, the built thread is taken. */
const THREAD = new URL(import.meta.url.endsWith('.ts') ? '../dist/simulators/drill-thread.js' : './drill-thread.js', import.meta.url)

/** @param observed what the engine did; asked when the scenario has ended. Rejects with the thread's UrbanError, or `fleet_thread` (ours) if it ended without one. */
export function playInThread(task: DrillTask, observed: () => Metrics): Promise<DrillPlayed> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(THREAD, { workerData: task })
    thread.on('message', (said: DrillSaid) => {
      if (said.type === 'played') thread.postMessage(observed())
      else if (said.type === 'scored') resolve({ score: said.score, steps: said.steps })
      else reject(new UrbanError(said.family, said.code, said.message))
    })
    thread.on('error', (cause) => reject(new UrbanError('ours', 'fleet_thread', `the fleet's thread: ${cause.message}`, { cause })))
    thread.on('exit', (code) => reject(new UrbanError('ours', 'fleet_thread', `the fleet's thread ended with code ${code}`)))
  })
}
