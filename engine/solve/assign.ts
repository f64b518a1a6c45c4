/**
 * Which crew takes which task: travel times on the road graph, then one assignment for all tasks at once. Crews that will be free
 * soon take part (`free` later than `now`); an answer that names one means "keep it for this crew".
 * Weights after the dispatch experiment in bench reports: arrival time × priority, lateness beyond the due time on top, versatile
 * crews kept back a little. As many tasks as possible are served; within that the cost decides.
 */
import type { AssignAnswer, AssignProblem, RoadState, Unserved } from '../model/solve.ts'
import { solveLap } from './lap.ts'
import { nearestNode, type RoadGraph } from './network.ts'
import { access_s, doorToDoor, tenths } from './roads/door.ts'
import { travelOn } from './roads/travel.ts'
import type { Route } from './route.ts'

type ProblemTask = AssignProblem['tasks'][number]
type ProblemCrew = AssignProblem['crews'][number]

const WEIGHT: Readonly<Record<ProblemTask['priority'], number>> = { 1: 8, 2: 3, 3: 1 }
/** So many minutes that are at stake double the weight; no stake outweighs a priority by more than this factor. */
const STAKE_MIN = 30
const STAKE_FACTOR_MAX = 2.5
/** A second of lateness counts as this many more seconds of travel. */
const LATE_WEIGHT = 2
/** A crew with one more skill than needed is worth keeping for others: this many seconds of travel per skill. */
const SPARE_SKILL_S = 20
/** A task that is left is thought to be reached twenty minutes later; its age counts on top, so that none is left for ever. */
const LEFT_S = 1200
/** More than all other costs together, so that the number of served tasks comes first; sums stay exact below 2^53. */
const UNSERVED_MS = 1e12

/** Travel between every task and every crew. */
interface TravelMatrix {
  /** Row by task; Infinity where there is no way. */
  readonly time_s: Float64Array
  route(task: number, crew: number): Route | null
}

/** The same answer for the same problem in whatever order tasks and crews are listed. */
export function solveAssign(graph: RoadGraph, problem: AssignProblem): AssignAnswer {
  const tasks = [...problem.tasks].sort(byId)
  const crews = [...problem.crews].sort(byId)
  const travel = travelMatrix(graph, problem.roads, tasks, crews)
  const fit = tasks.map((task) => crews.map((crew) => fits(task, crew)))
  const usable = (i: number, j: number): boolean => fit[i][j] && Number.isFinite(travel.time_s[i * crews.length + j])
  const wait_s = (j: number): number => Math.max(0, crews[j].free - problem.now) / 1000
  const arrival_s = (i: number, j: number): number => wait_s(j) + (crews[j].doubt_s ?? 0) + travel.time_s[i * crews.length + j]

  // Each task has a column of its own for "not this time"; so every row can be served and the sum says which are left.
  const columns = crews.length + tasks.length
  const cost = new Float64Array(tasks.length * columns).fill(Number.POSITIVE_INFINITY)
  tasks.forEach((task, i) => {
    crews.forEach((crew, j) => {
      if (usable(i, j)) cost[i * columns + j] = serveCost_ms(task, crew, arrival_s(i, j), problem.now)
    })
    cost[i * columns + crews.length + i] = UNSERVED_MS + leaveCost_ms(task, problem.now)
  })
  const chosen = solveLap({ rows: tasks.length, columns, cost })

  const assignments: AssignAnswer['assignments'][number][] = []
  const unserved: AssignAnswer['unserved'][number][] = []
  tasks.forEach((task, i) => {
    const j = chosen[i]
    if (j >= crews.length) {
      unserved.push({ task: task.id, why: whyUnserved(task, crews, fit[i], (other) => usable(i, other)) })
      return
    }
    const ways = crews.map((_, other) => other).filter((other) => other !== j && usable(i, other))
    const second = ways.reduce((best, other) => (best < 0 || arrival_s(i, other) < arrival_s(i, best) ? other : best), -1)
    assignments.push({
      task: task.id,
      crew: crews[j].id,
      ...doorToDoor(travel.route(i, j), travel.time_s[i * crews.length + j], crews[j].at, task.at),
      runner_up:
        second < 0
          ? null
          : { crew: crews[second].id, wait_s: tenths(wait_s(second)), travel_s: tenths(travel.time_s[i * crews.length + second]) },
    })
  })
  return { type: 'assign', assignments, unserved }
}

const byId = (a: { readonly id: string }, b: { readonly id: string }): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

function fits(task: ProblemTask, crew: ProblemCrew): boolean {
  return crew.skills.includes(task.skill) && hasKit(task, crew) && !task.refused_by.includes(crew.id)
}

const hasKit = (task: ProblemTask, crew: ProblemCrew): boolean => task.kit.every((item) => crew.kit.includes(item))

function serveCost_ms(task: ProblemTask, crew: ProblemCrew, arrival_s: number, now: number): number {
  const spare = Math.max(0, crew.skills.length - 1)
  return Math.round(1000 * (waitCost_s(task, arrival_s, now) + SPARE_SKILL_S * spare))
}

function leaveCost_ms(task: ProblemTask, now: number): number {
  const age_s = Math.max(0, now - task.created) / 1000
  return Math.round(1000 * (waitCost_s(task, LEFT_S, now) + weightOf(task) * age_s))
}

function waitCost_s(task: ProblemTask, arrival_s: number, now: number): number {
  const late_s = Math.max(0, (now - task.due) / 1000 + arrival_s)
  return weightOf(task) * (arrival_s + LATE_WEIGHT * late_s)
}

const weightOf = ({ priority, stake_min }: ProblemTask): number =>
  WEIGHT[priority] * Math.min(STAKE_FACTOR_MAX, 1 + (stake_min ?? 0) / STAKE_MIN)

/** The first thing that stands in the way, from the most to the least lasting. */
function whyUnserved(
  task: ProblemTask,
  crews: readonly ProblemCrew[],
  fit: readonly boolean[],
  usable: (crew: number) => boolean,
): Unserved {
  if (!crews.some((crew) => crew.skills.includes(task.skill))) return 'no_skill'
  if (!crews.some((crew) => crew.skills.includes(task.skill) && hasKit(task, crew))) return 'no_kit'
  if (fit.includes(true) && !crews.some((_, j) => usable(j))) return 'unreachable'
  return 'none_free'
}

/** Crews with the same vehicle are asked for together. */
function travelMatrix(
  graph: RoadGraph,
  roads: RoadState | undefined,
  tasks: readonly ProblemTask[],
  crews: readonly ProblemCrew[],
): TravelMatrix {
  const task_nodes = tasks.map((task) => nearestNode(graph, task.at))
  const crew_nodes = crews.map((crew) => nearestNode(graph, crew.at))
  const time_s = new Float64Array(tasks.length * crews.length).fill(Number.POSITIVE_INFINITY)
  const travels = crews.map(({ vehicle }) => travelOn(graph, roads, vehicle))
  for (const travel of new Set(travels)) {
    const own = [...crews.keys()].filter((j) => travels[j] === travel && crew_nodes[j] !== null)
    const wanted = [...tasks.keys()].filter((i) => task_nodes[i] !== null)
    const nodes = (list: readonly number[], of: readonly (number | null)[]): number[] => list.flatMap((i) => of[i] ?? [])
    const driven_s = travel.times_s(nodes(own, crew_nodes), nodes(wanted, task_nodes))
    own.forEach((j, row) => {
      wanted.forEach((i, column) => {
        const [here, there] = [crew_nodes[j] ?? 0, task_nodes[i] ?? 0]
        time_s[i * crews.length + j] =
          driven_s[row * wanted.length + column] / crews[j].speed_factor +
          access_s(graph, crews[j].at, here) +
          access_s(graph, tasks[i].at, there)
      })
    })
  }
  return {
    time_s,
    route(task, crew) {
      const [from, to] = [crew_nodes[crew], task_nodes[task]]
      return from === null || to === null ? null : travels[crew].route(from, to)
    },
  }
}
