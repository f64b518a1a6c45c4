/** Which crew takes which task: travel times on the road graph, then one choice for all tasks at once (choose-crews.ts). */
import type { AssignAnswer, AssignProblem, Unserved } from '../model/solve.ts'
import { chooseCrews } from './choose-crews.ts'
import type { Cover } from './cover.ts'
import type { RoadGraph } from './network.ts'
import { doorToDoor, tenths } from './roads/door.ts'
import { travelMatrix } from './travel-matrix.ts'

type ProblemTask = AssignProblem['tasks'][number]
type ProblemCrew = AssignProblem['crews'][number]
type ProblemCall = NonNullable<AssignProblem['calls']>[number]

/** The same answer for the same problem in whatever order tasks and crews are listed. */
export function solveAssign(graph: RoadGraph, problem: AssignProblem): AssignAnswer {
  const { now, calls = [] } = problem
  const tasks = [...problem.tasks].sort(byId)
  const crews = [...problem.crews].sort(byId)
  const travel = travelMatrix(graph, problem.roads, [...tasks, ...calls], crews)
  const fit = tasks.map((task) => crews.map((crew) => fits(task, crew)))
  const travel_s = (i: number, j: number): number => travel.time_s[i * crews.length + j]
  const wait_s = (j: number): number => Math.max(0, crews[j].free - now) / 1000
  const arrival_s = (i: number, j: number): number => wait_s(j) + (crews[j].doubt_s ?? 0) + travel_s(i, j)
  const endsInTime = (task: ProblemTask, i: number, j: number): boolean =>
    task.priority === 1 ||
    task.ordered === true ||
    now + 1000 * (arrival_s(i, j) + (task.service_s ?? 0)) <= (crews[j].until ?? Number.POSITIVE_INFINITY)
  const usable = (i: number, j: number): boolean => fit[i][j] && Number.isFinite(travel_s(i, j)) && endsInTime(tasks[i], i, j)

  const chosen = chooseCrews({
    tasks: tasks.map(({ priority, created, due, stake_min, ordered = false }) => ({
      priority,
      age_s: (now - created) / 1000,
      due_s: (due - now) / 1000,
      ordered,
      ...(stake_min === undefined ? {} : { stake_min }),
    })),
    crews: crews.map(({ skills, doubt_s, holds, yields_to }, j) => ({
      wait_s: wait_s(j) + (doubt_s ?? 0),
      spare_skills: Math.max(0, skills.length - 1),
      ...(holds === undefined ? {} : { holds, ...(yields_to !== undefined && { yields_to }) }),
    })),
    travel_s: Float64Array.from({ length: tasks.length * crews.length }, (_, at) => {
      const [i, j] = [Math.floor(at / crews.length), at % crews.length]
      return usable(i, j) ? travel_s(i, j) : Number.POSITIVE_INFINITY
    }),
    cover: coverOf(calls, crews, (call, j) => arrival_s(tasks.length + call, j), problem.cover_s ?? 0),
  })

  const taken = new Set(chosen)
  const assignments: AssignAnswer['assignments'][number][] = []
  const unserved: AssignAnswer['unserved'][number][] = []
  tasks.forEach((task, i) => {
    const j = chosen[i]
    if (j < 0) {
      const free = crews.map((_, other) => other).filter((other) => !taken.has(other))
      const reachable = fit[i].some((can, other) => can && Number.isFinite(travel_s(i, other)))
      const kept = free.some((other) => usable(i, other) && crews[other].holds === undefined)
      unserved.push({ task: task.id, why: whyUnserved(task, crews, fit[i], reachable, kept) })
      return
    }
    const ways = crews.map((_, other) => other).filter((other) => other !== j && usable(i, other) && crews[other].holds === undefined)
    const second = ways.reduce((best, other) => (best < 0 || arrival_s(i, other) < arrival_s(i, best) ? other : best), -1)
    assignments.push({
      task: task.id,
      crew: crews[j].id,
      ...doorToDoor(travel.route(i, j), travel_s(i, j), crews[j].at, task.at),
      runner_up: second < 0 ? null : { crew: crews[second].id, wait_s: tenths(wait_s(second)), travel_s: tenths(travel_s(i, second)) },
    })
  })
  return { type: 'assign', assignments, unserved }
}

const byId = (a: { readonly id: string }, b: { readonly id: string }): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

function coverOf(
  calls: readonly ProblemCall[],
  crews: readonly ProblemCrew[],
  arrival_s: (call: number, crew: number) => number,
  within_s: number,
): Cover {
  const reach_s = new Float64Array(calls.length * crews.length).fill(Number.POSITIVE_INFINITY)
  calls.forEach(({ skill }, call) => {
    crews.forEach(({ skills }, j) => {
      if (skills.includes(skill)) reach_s[call * crews.length + j] = arrival_s(call, j)
    })
  })
  return { expected: calls.map(({ expected }) => expected), reach_s, within_s }
}

function fits(task: ProblemTask, crew: ProblemCrew): boolean {
  return crew.skills.includes(task.skill) && hasKit(task, crew) && !task.refused_by.includes(crew.id)
}

const hasKit = (task: ProblemTask, crew: ProblemCrew): boolean => task.kit.every((item) => crew.kit.includes(item))

/** The first thing that stands in the way, from the most to the least lasting. */
function whyUnserved(
  task: ProblemTask,
  crews: readonly ProblemCrew[],
  fit: readonly boolean[],
  reachable: boolean,
  kept: boolean,
): Unserved {
  if (!crews.some((crew) => crew.skills.includes(task.skill))) return 'no_skill'
  if (!crews.some((crew) => crew.skills.includes(task.skill) && hasKit(task, crew))) return 'no_kit'
  if (fit.includes(true) && !reachable) return 'unreachable'
  return kept ? 'kept' : 'none_free'
}
