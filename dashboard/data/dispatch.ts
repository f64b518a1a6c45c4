/** The dispatch board as the page draws it. Pure. */
import type { Coverage, DispatchBoard } from '../../gateway/wire/dispatch-api.ts'

const HOUR_MS = 3_600_000
export const PAST_MS = 4 * HOUR_MS
export const AHEAD_MS = HOUR_MS

export type BoardCrew = DispatchBoard['crews'][number]
export type Job = BoardCrew['jobs'][number]

/** Parts of a job on the board, as shares of its width; what is expected only is drawn differently. */
export interface Bar {
  readonly job: Job
  /** Shares of the board's width, 0…1. */
  readonly from: number
  readonly to: number
  /** Where on the bar the crew arrived, or is expected to; null where it never will. */
  readonly onsite: number | null
  readonly arrived: boolean
}

/** Jobs of a crew within the board's hours, oldest first. */
export function barsOf({ jobs }: BoardCrew, now: number): Bar[] {
  const start = now - PAST_MS
  const span = PAST_MS + AHEAD_MS
  const at = (ts: number): number => Math.min(1, Math.max(0, (ts - start) / span))
  return jobs.flatMap((job): Bar[] => {
    const end = job.ended ?? Math.max(now, job.eta ?? now)
    if (end < start) return []
    const [from, to] = [at(job.offered), at(end)]
    const there = job.onsite ?? (job.ended === null ? job.eta : null)
    const onsite = there === null || to === from ? null : Math.min(1, Math.max(0, (at(there) - from) / (to - from)))
    return [{ job, from, to, onsite, arrived: job.onsite !== null }]
  })
}

const BUSY: Readonly<Record<string, number>> = { onsite: 0, enroute: 1, accepted: 2, offered: 3, idle: 4, off: 5 }

/** Those at work first, then the ready, then the off duty; by name within. */
export const orderCrews = (crews: readonly BoardCrew[]): BoardCrew[] =>
  [...crews].sort((a, b) => (BUSY[a.status] ?? 4) - (BUSY[b.status] ?? 4) || (a.name.zh < b.name.zh ? -1 : a.name.zh > b.name.zh ? 1 : 0))

/** Classes of the coverage map, minutes: within the first, the second, …; beyond the last is one more. */
export const COVERED_MIN = [5, 10, 15] as const

/** Class of COVERED_MIN, one more beyond the last; the same where nobody gets there. */
export function coverClass(minutes: number | null): number {
  const index = minutes === null ? -1 : COVERED_MIN.findIndex((end) => minutes <= end)
  return index < 0 ? COVERED_MIN.length : index
}

/** Grids that are reached last, the worst first. */
export const farthest = ({ grids }: Coverage, count: number): Coverage['grids'] =>
  [...grids]
    .sort((a, b) => (b.minutes ?? Number.POSITIVE_INFINITY) - (a.minutes ?? Number.POSITIVE_INFINITY) || (a.code < b.code ? -1 : 1))
    .slice(0, count)
