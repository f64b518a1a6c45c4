/**
 * Which crew takes which task, one assignment for all at once, given how long each would travel. Crews that will be free soon take part:
 * an answer that names one means "keep it for this crew". Every task of priority 1 is served that can be; a lesser one waits where the
 * crew that could take it is worth more where it stands (cover.ts). A crew on its way to a lesser task is turned for priority 1 only
 * where that saves minutes.
 * Weights after experiments with streams of calls (`npm run bench -- dispatch`).
 */
import { type Cover, priceOfCover } from './cover.ts'
import { solveLap } from './lap.ts'

export type Priority = 1 | 2 | 3

export interface ChoiceTask {
  readonly priority: Priority
  /** How long it has waited, seconds. */
  readonly age_s: number
  /** Until somebody should be there; below 0 when that has passed. */
  readonly due_s: number
  /** Minutes of trouble that somebody there in time is expected to spare; 0 unless given. */
  readonly stake_min?: number
  /** A person has chosen its crew. */
  readonly ordered?: boolean
}

export interface ChoiceCrew {
  /** Until it is free, and what its arrival may be later because it may not answer, seconds. */
  readonly wait_s: number
  /** Skills beyond the one that a task needs. */
  readonly spare_skills: number
  /** Priority of the task that it is on its way to, and the least that turns it: 1 unless given. */
  readonly holds?: Priority
  readonly yields_to?: 1 | 2
}

export interface Choice {
  readonly tasks: readonly ChoiceTask[]
  readonly crews: readonly ChoiceCrew[]
  /** Row by row, tasks × crews, seconds; Infinity where the crew cannot take it. */
  readonly travel_s: Float64Array
  readonly cover: Cover
}

const WEIGHT: Readonly<Record<Priority, number>> = { 1: 8, 2: 3, 3: 1 }
/** So many minutes that are at stake double the weight; no stake outweighs a priority by more than this factor. */
const STAKE_MIN = 30
const STAKE_FACTOR_MAX = 2.5
/** A second of lateness counts as this many more seconds of travel. */
const LATE_WEIGHT = 1
/** To be late at all for priority 1, once. */
const LATE_ONCE_S = 20_000
/** A crew with one more skill than needed is worth keeping for others: this many seconds of travel per skill. */
const SPARE_SKILL_S = 30
/** A task that is left is thought to be reached in twenty minutes, or ten after the first who could; its age counts on top, so that none is left for ever. */
const LEFT_S = 1200
const LEFT_AFTER_BEST_S = 600
/** More than all other costs together, so that as many of priority 1, and of those that a person ordered, as possible are served; sums stay exact below 2^53. */
const UNSERVED_MS = 1e12
/** A crew on its way is turned only where priority 1 is reached so much sooner; and the task that it leaves is left. */
const TURN_S = 300

/** For each task the crew that takes it, by position; −1 where it is left. */
export function chooseCrews({ tasks, crews, travel_s, cover }: Choice): Int32Array {
  const price_s = priceOfCover(cover, crews.length)
  // Each task has a column of its own for "not this time"; so every row can be served and the sum says which are left.
  const columns = crews.length + tasks.length
  const cost = new Float64Array(tasks.length * columns).fill(Number.POSITIVE_INFINITY)
  tasks.forEach((task, i) => {
    let best_s = Number.POSITIVE_INFINITY
    crews.forEach((crew, j) => {
      const arrival_s = crew.wait_s + travel_s[i * crews.length + j]
      if (!Number.isFinite(arrival_s)) return
      if (crew.holds !== undefined && (task.priority > (crew.yields_to ?? 1) || task.priority >= crew.holds)) return
      if (crew.holds === undefined) best_s = Math.min(best_s, arrival_s)
      cost[i * columns + j] = Math.round(1000 * (serveCost_s(task, crew, arrival_s) + (isKept(task) ? price_s[j] : 0)))
    })
    cost[i * columns + crews.length + i] = leaveCost_ms(task, best_s)
  })
  return solveLap({ rows: tasks.length, columns, cost }).map((column) => (column < crews.length ? column : -1))
}

/** Crews may be worth more where they stand than at it. */
const isKept = ({ priority, ordered }: ChoiceTask): boolean => priority !== 1 && ordered !== true

function serveCost_s(task: ChoiceTask, crew: ChoiceCrew, arrival_s: number): number {
  const turned_s = crew.holds === undefined ? 0 : weightOf(task) * TURN_S + WEIGHT[crew.holds] * LEFT_S
  return waitCost_s(task, arrival_s) + SPARE_SKILL_S * crew.spare_skills + turned_s
}

function leaveCost_ms(task: ChoiceTask, best_s: number): number {
  const reached_s = Number.isFinite(best_s) ? Math.max(LEFT_S, best_s + LEFT_AFTER_BEST_S) : LEFT_S
  const left_ms = Math.round(1000 * (waitCost_s(task, reached_s) + weightOf(task) * Math.max(0, task.age_s)))
  return left_ms + (isKept(task) ? 0 : UNSERVED_MS)
}

function waitCost_s(task: ChoiceTask, arrival_s: number): number {
  const late_s = Math.max(0, arrival_s - task.due_s)
  const once_s = task.priority === 1 && late_s > 0 && task.due_s > 0 ? LATE_ONCE_S : 0
  return weightOf(task) * (arrival_s + LATE_WEIGHT * late_s) + once_s
}

const weightOf = ({ priority, stake_min }: ChoiceTask): number =>
  WEIGHT[priority] * Math.min(STAKE_FACTOR_MAX, 1 + (stake_min ?? 0) / STAKE_MIN)
