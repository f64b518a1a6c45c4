/** Jobs that nobody can do, with the reason, before the search: the rest is planned. */
import { buildModel, type Model, mayServe } from './model.ts'
import type { LeftWhy, VrpProblem } from './problem.ts'
import { createLabels, type Labels, labelRoute } from './schedule.ts'

export interface SortedOut {
  /** Indices of the jobs that are to be planned; promised ones are neither here nor there. */
  readonly wanted: readonly number[]
  readonly impossible: ReadonlyMap<number, LeftWhy>
}

export function sortOut(problem: VrpProblem): SortedOut {
  const open = openJobs(problem)
  const model = buildModel(problem, open, false)
  const labels = createLabels(model)
  const impossible = new Map<number, LeftWhy>()
  const wanted: number[] = []
  for (let node = 1; node <= model.n; node++) {
    if (model.delivers[node] === 1) continue
    const why = whyImpossible(model, labels, node)
    if (why === null) wanted.push(model.job[node])
    else impossible.set(model.job[node], why)
  }
  return { wanted, impossible }
}

/** Indices of the jobs that nobody is promised. */
export function openJobs({ vehicles, jobs }: VrpProblem): number[] {
  const promised = new Set(vehicles.flatMap((vehicle) => vehicle.promised))
  return [...jobs.keys()].filter((job) => !promised.has(jobs[job].id))
}

/** One vehicle of each class is asked, alone with the job and its promises. @returns null where one can do it */
export function whyImpossible(model: Model, labels: Labels, node: number): LeftWhy | null {
  const { kind, kinds, fits, problem, promised, locked, partner } = model
  const asked = new Set<number>()
  let why: LeftWhy = 'skill'
  for (let r = 0; r < model.vehicles; r++) {
    if (asked.has(kind[r])) continue
    asked.add(kind[r])
    if (fits[node * kinds + kind[r]] === 0) {
      if (why === 'skill' && mayServe(problem.jobs[model.job[node]], problem.vehicles[r])) why = 'size'
      continue
    }
    why = 'window'
    const stops = partner[node] > 0 ? [node, partner[node]] : [node]
    for (let at = locked[r]; at <= promised[r].length; at++)
      if (labelRoute(model, labels, r, [...promised[r].slice(0, at), ...stops, ...promised[r].slice(at)]) >= 0) return null
  }
  return why
}
