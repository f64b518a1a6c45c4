/** Response times of crews: from the making of a task until the crew is on site. */
import { type EpochMs, MINUTE_MS } from '../base/time.ts'
import type { Task } from '../model/incident.ts'

/** Upper ends of the classes that are counted, minutes; beyond the last is one more. */
export const RESPONSE_CLASSES_MIN = [5, 10, 15, 20, 30, 45, 60] as const

export interface ResponseTimes {
  readonly priority: Task['priority']
  /** Tasks whose crew has arrived. */
  readonly arrived: number
  readonly median_min: number | null
  /** Nine in ten are there by then. */
  readonly p90_min: number | null
  /** Share that were there by the time that their incident was due; null without any. */
  readonly in_time: number | null
  /** By class of RESPONSE_CLASSES_MIN, and beyond. */
  readonly counts: readonly number[]
  /** Tasks that nobody has reached yet, and for how long the oldest has waited. */
  readonly open: number
  readonly oldest_min: number | null
}

/** By priority. A mobile pump that was brought ahead of the water answers no call and is left out. */
export function responseTimes(tasks: Iterable<Task>, isCall: (task: Task) => boolean, now: EpochMs): ResponseTimes[] {
  const groups = new Map<Task['priority'], Task[]>([
    [1, []],
    [2, []],
    [3, []],
  ])
  for (const task of tasks) if (isCall(task)) groups.get(task.priority)?.push(task)
  return [...groups].map(([priority, own]) => {
    const arrived = own.flatMap(({ created, due, times: { onsite } }) =>
      onsite === undefined ? [] : [{ min: (onsite - created) / MINUTE_MS, in_time: onsite <= due }],
    )
    const minutes = arrived.map(({ min }) => min).sort((a, b) => a - b)
    const open = own.filter(({ status }) => ['waiting', 'offered', 'accepted', 'enroute'].includes(status))
    return {
      priority,
      arrived: arrived.length,
      median_min: quantile(minutes, 0.5),
      p90_min: quantile(minutes, 0.9),
      in_time: arrived.length === 0 ? null : arrived.filter(({ in_time }) => in_time).length / arrived.length,
      counts: [...RESPONSE_CLASSES_MIN, Number.POSITIVE_INFINITY].map(
        (end, c) => minutes.filter((min) => min < end && min >= (RESPONSE_CLASSES_MIN[c - 1] ?? Number.NEGATIVE_INFINITY)).length,
      ),
      open: open.length,
      oldest_min: open.length === 0 ? null : Math.max(...open.map(({ created }) => (now - created) / MINUTE_MS)),
    }
  })
}

/** The value that this share does not exceed (nearest rank). @param sorted rising */
const quantile = (sorted: readonly number[], share: number): number | null => sorted[Math.ceil(share * sorted.length) - 1] ?? null
