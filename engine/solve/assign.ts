/**
 * Which crew takes which task: travel times on the road graph, then one assignment for all tasks at once. Crews that will be free
 * soon take part (`free` later than `now`); an answer that names one means "keep it for this crew".
 * Weights after the dispatch experiment in bench reports: arrival time × priority, lateness beyond the due time on top, versatile
 * crews kept back a little. As many tasks as possible are served; within that the cost decides.
 */
import { distance_m, type LonLat } from '../base/geo.ts'
import type { AssignAnswer, AssignProblem, Unserved } from '../model/solve.ts'
import { solveLap } from './lap.ts'
import { nearestNode, type RoadGraph } from './network.ts'
import { appendPoint, createSearchSpace, routeOf, type TravelTree, travelTree } from './route.ts'

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
/** Between the street and the place: walking into a park, turning in a yard. */
const ACCESS_MPS = 3

/** Travel between every task and every crew, seconds; Infinity where there is no way. */
interface TravelMatrix {
  readonly time_s: Float64Array
  readonly tree: (task: number, crew: number) => { tree: TravelTree; other: number } | null
}

/** The same answer for the same problem in whatever order tasks and crews are listed. */
export function solveAssign(graph: RoadGraph, problem: AssignProblem): AssignAnswer {
  const tasks = [...problem.tasks].sort(byId)
  const crews = [...problem.crews].sort(byId)
  const travel = travelMatrix(graph, tasks, crews)
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
      travel_s: tenths(travel.time_s[i * crews.length + j]),
      ...driven(graph, travel, i, j, crews[j].at, task.at),
      runner_up:
        second < 0
          ? null
          : { crew: crews[second].id, wait_s: tenths(wait_s(second)), travel_s: tenths(travel.time_s[i * crews.length + second]) },
    })
  })
  return { type: 'assign', assignments, unserved }
}

const byId = (a: { readonly id: string }, b: { readonly id: string }): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
const tenths = (value: number): number => Math.round(value * 10) / 10

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

/** One tree per task or per crew, whichever are fewer. */
function travelMatrix(graph: RoadGraph, tasks: readonly ProblemTask[], crews: readonly ProblemCrew[]): TravelMatrix {
  const task_nodes = tasks.map((task) => nearestNode(graph, task.at))
  const crew_nodes = crews.map((crew) => nearestNode(graph, crew.at))
  const by_task = tasks.length < crews.length
  const [roots, others] = by_task ? [task_nodes, crew_nodes] : [crew_nodes, task_nodes]
  const wanted = others.filter((node) => node !== null)
  const space = createSearchSpace(graph)
  const trees = new Map<number, TravelTree>()
  for (const root of roots) {
    if (root !== null && !trees.has(root)) trees.set(root, travelTree(graph, root, by_task ? 'to' : 'from', space, wanted))
  }
  const tree: TravelMatrix['tree'] = (i, j) => {
    const [root, other] = by_task ? [task_nodes[i], crew_nodes[j]] : [crew_nodes[j], task_nodes[i]]
    const found = root === null ? undefined : trees.get(root)
    return found === undefined || other === null ? null : { tree: found, other }
  }
  const time_s = new Float64Array(tasks.length * crews.length).fill(Number.POSITIVE_INFINITY)
  tasks.forEach((task, i) => {
    crews.forEach((crew, j) => {
      const way = tree(i, j)
      const task_node = task_nodes[i]
      const crew_node = crew_nodes[j]
      if (way === null || task_node === null || crew_node === null) return
      const access_m = distance_m(crew.at, nodeAt(graph, crew_node)) + distance_m(task.at, nodeAt(graph, task_node))
      time_s[i * crews.length + j] = way.tree.time_s[way.other] / crew.speed_factor + access_m / ACCESS_MPS
    })
  })
  return { time_s, tree }
}

const nodeAt = (graph: RoadGraph, node: number): LonLat => [graph.lon[node], graph.lat[node]]

/** The way from where the crew stands to where the task is. */
function driven(
  graph: RoadGraph,
  travel: TravelMatrix,
  task: number,
  crew: number,
  from: LonLat,
  to: LonLat,
): { distance_m: number; route: LonLat[] } {
  const way = travel.tree(task, crew)
  const road = way === null ? null : routeOf(graph, way.tree, way.other)
  const route: LonLat[] = []
  for (const point of [from, ...(road?.line ?? []), to]) appendPoint(route, point)
  const first = road?.line[0] ?? to
  const last = road?.line.at(-1) ?? from
  return { distance_m: Math.round((road?.length_m ?? 0) + distance_m(from, first) + distance_m(last, to)), route }
}
