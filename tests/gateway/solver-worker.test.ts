import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AssignProblem, SolverRequest } from '../../engine/model/solve.ts'
import type { Solver } from '../../engine/ports.ts'
import { solveAssign } from '../../engine/solve/assign.ts'
import { buildRoadGraph } from '../../engine/solve/network.ts'
import { createSolver } from '../../gateway/solver-worker.ts'
import { smallCity } from '../fixtures/small-city.ts'

const NOW = 1_767_225_600_000
const city = smallCity()
const problem: AssignProblem = {
  type: 'assign',
  now: NOW,
  tasks: [{ id: 'T', at: city.nodes[0].at, skill: 'pump', kit: [], priority: 1, created: NOW, due: NOW + 3_600_000, refused_by: [] }],
  crews: [{ id: 'c', at: city.nodes[5].at, skills: ['pump'], kit: [], speed_factor: 0.5, free: NOW }],
}
const request: SolverRequest = { id: 'A-1', problem }

let directory: string
let solver: Solver | null

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'solver-'))
  solver = null
})
afterEach(async () => {
  await solver?.stop()
  await rm(directory, { recursive: true })
})

/** A thread that crashes, hangs or answers as the problem's first task says. */
function oddThread(): URL {
  const file = join(directory, 'thread.mjs')
  writeFileSync(
    file,
    `import { parentPort } from 'node:worker_threads'
     parentPort.on('message', ({ number, problem }) => {
       const what = problem.tasks[0].id
       if (what === 'crash') throw new Error('out of streets')
       if (what === 'exit') process.exit(7)
       if (what !== 'hang') parentPort.postMessage({ number, answer: { type: 'assign', assignments: [], unserved: [] } })
     })`,
  )
  return pathToFileURL(file)
}

const named = (id: string): SolverRequest => ({ id, problem: { ...problem, tasks: [{ ...problem.tasks[0], id }] } })

describe('solver thread', () => {
  it('answers as the solver itself does, several at a time', async () => {
    solver = createSolver({ city })
    const expected = solveAssign(buildRoadGraph(city), problem)
    expect(expected.assignments).toHaveLength(1)
    expect(await Promise.all([solver.solve(request), solver.solve(request)])).toEqual([expected, expected])
  })

  it('answers `failed` after a crash or an exit and is back for the next request', async () => {
    solver = createSolver({ city, thread: oddThread() })
    expect(await Promise.all([solver.solve(named('crash')), solver.solve(named('T'))])).toEqual([
      { type: 'failed', why: 'out of streets' },
      { type: 'failed', why: 'out of streets' },
    ])
    expect(await solver.solve(named('T'))).toMatchObject({ type: 'assign' })
    expect(await solver.solve(named('exit'))).toMatchObject({ type: 'failed', why: expect.stringContaining('7') })
    expect(await solver.solve(named('T'))).toMatchObject({ type: 'assign' })
  })

  it('answers `failed` when the thread hangs, and is back', async () => {
    solver = createSolver({ city, thread: oddThread(), answer_ms_max: 500 })
    expect(await solver.solve(named('hang'))).toEqual({ type: 'failed', why: 'no answer in 500 ms' })
    expect(await solver.solve(named('T'))).toMatchObject({ type: 'assign' })
  })

  it('answers what is open when it is stopped, and refuses afterwards', async () => {
    solver = createSolver({ city, thread: oddThread() })
    const open = solver.solve(named('hang'))
    await solver.stop()
    expect(await open).toEqual({ type: 'failed', why: 'the solver is stopped' })
    expect(await solver.solve(named('T'))).toEqual({ type: 'failed', why: 'the solver is stopped' })
    await solver.stop()
  })
})
