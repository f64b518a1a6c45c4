/**
 * Presses of this phone, from the moment of the press until the server's own view has them in it. Pure: what a job looks like while presses wait,
 * which is sent next, and what remains to be said about those that were refused.
 */
import type { Text } from '../../../gateway/wire/frames.ts'
import type { CrewJob, CrewStop } from '../../../gateway/wire/phone.ts'

export type JobPress = 'task.accepted' | 'task.refused' | 'task.enroute' | 'task.onsite' | 'task.done' | 'task.failed'
/** At a stop of a round. */
export type StopPress = 'stop.emptied' | 'stop.failed' | 'stop.tipped'
/** Leave the stage of the job as it is. */
export type OtherPress = 'task.delay' | 'task.help' | 'task.corrected' | 'shift.start' | 'shift.end'
export type PressType = JobPress | StopPress | OtherPress

export const STOP_FAILURES = ['blocked', 'no_access'] as const

export interface NewPress {
  /** Idempotency key. */
  readonly id: string
  readonly crew: string
  readonly type: PressType
  readonly task: string | null
  readonly note?: string
  readonly photo?: string
  readonly delay_min?: number
  /** Of `task.help`. */
  readonly need?: { readonly skill: string }
  /** Of a stop of a round. */
  readonly stop?: { readonly id: string; readonly found_pct?: number; readonly why?: (typeof STOP_FAILURES)[number] }
  /** The brain's clock as far as this phone knows it. */
  readonly ts: number
}

export interface Press extends NewPress {
  /** Order of the presses on this phone. */
  readonly n: number
  readonly state: 'waiting' | 'sent' | 'refused'
  /** Why it was refused, in the server's words. */
  readonly why: Text | null
  /** A view of this time or later has the press in it; null until the server has answered. */
  readonly seen_from: number | null
}

export type Stage = 'offered' | 'refused' | 'accepted' | 'enroute' | 'onsite' | 'done' | 'failed' | 'recalled'

const MOVES: Readonly<Record<JobPress, { readonly from: readonly string[]; readonly to: Stage }>> = {
  'task.accepted': { from: ['offered'], to: 'accepted' },
  'task.refused': { from: ['offered'], to: 'refused' },
  'task.enroute': { from: ['accepted'], to: 'enroute' },
  'task.onsite': { from: ['accepted', 'enroute'], to: 'onsite' },
  'task.done': { from: ['onsite'], to: 'done' },
  'task.failed': { from: ['accepted', 'enroute', 'onsite'], to: 'failed' },
}

const isJobPress = (type: PressType): type is JobPress => type in MOVES
/** Its effect is not in the server's view of `now` yet. */
const isAhead = ({ state, seen_from }: Pick<Press, 'state' | 'seen_from'>, now: number): boolean =>
  state === 'waiting' || (state === 'sent' && seen_from !== null && seen_from > now)

/** Where the job stands for the crew: as the server last said, and then every press since. @param now of the server's view */
export function stageOf(job: CrewJob, presses: readonly Press[], now: number): Stage {
  let stage: string = job.status
  for (const press of presses) {
    if (press.task !== job.id || !isJobPress(press.type) || !isAhead(press, now)) continue
    const { from, to } = MOVES[press.type]
    if (from.includes(stage)) stage = to
  }
  if (DRIVEN.includes(stage) && isDriven(stopsOf(job, presses, now))) stage = 'done'
  return isStage(stage) ? stage : 'recalled'
}

const DRIVEN: readonly string[] = ['accepted', 'enroute']
/** No stop of the round is left; a job without stops is no round. */
const isDriven = (stops: readonly CrewStop[]): boolean => stops.length > 0 && stops.every(({ state }) => state !== 'left')

const CLOSES: Readonly<Record<StopPress, CrewStop['state']>> = {
  'stop.emptied': 'emptied',
  'stop.failed': 'failed',
  'stop.tipped': 'emptied',
}
const isStopPress = (type: PressType): type is StopPress => type in CLOSES

/** The stops of a round as the server last said, and then every press since; none of a job that is no round. */
export function stopsOf({ id, round }: CrewJob, presses: readonly Press[], now: number): CrewStop[] {
  // A view that was kept by an older page says nothing of rounds.
  const stops = [...(round?.stops ?? [])]
  for (const { task, type, stop, ...press } of presses) {
    if (task !== id || stop === undefined || !isStopPress(type) || !isAhead(press, now)) continue
    const i = stops.findIndex((one) => one.stop === stop.id)
    if (i < 0 || (stops[i].state !== 'left' && stops[i].state !== 'skipped')) continue
    stops[i] = { ...stops[i], state: CLOSES[type], eta: null, found_pct: stop.found_pct ?? null, why: stop.why ?? null }
  }
  return stops
}

const STAGES: readonly string[] = ['offered', 'refused', 'accepted', 'enroute', 'onsite', 'done', 'failed', 'recalled']
const isStage = (text: string): text is Stage => STAGES.includes(text)

/** When the crew reached this stage by a press that the server has not confirmed; otherwise as the server says. */
export function reachedAt(job: CrewJob, presses: readonly Press[], now: number): number {
  const last = presses.findLast((press) => press.task === job.id && isJobPress(press.type) && isAhead(press, now))
  return last?.ts ?? job.updated
}

/** Strictly in the order of the presses: nothing is sent before what was pressed earlier has been answered. */
export const nextToSend = (presses: readonly Press[], crew: string): Press | null =>
  presses.find((press) => press.state === 'waiting' && press.crew === crew) ?? null

export const waitingOf = (presses: readonly Press[], crew: string): Press[] =>
  presses.filter((press) => press.state === 'waiting' && press.crew === crew)

/** Sent presses that the server's view has caught up with; nothing more depends on them. */
export const settledOf = (presses: readonly Press[], now: number): Press[] =>
  presses.filter((press) => press.state === 'sent' && !isAhead(press, now))

const OPEN: readonly Stage[] = ['offered', 'accepted', 'enroute', 'onsite']
export const isOpenStage = (stage: Stage): boolean => OPEN.includes(stage)

export interface ShownJob {
  readonly job: CrewJob
  readonly stage: Stage
}

/** The job of the moment: one under way before one that is offered, then one that has ended and that nobody has put away. */
export function currentJob(
  jobs: readonly CrewJob[],
  presses: readonly Press[],
  now: number,
  put_away: ReadonlySet<string>,
): ShownJob | null {
  const shown = jobs.map((job) => ({ job, stage: stageOf(job, presses, now) }))
  const open = shown.filter(({ stage }) => isOpenStage(stage)).sort((a, b) => OPEN.indexOf(b.stage) - OPEN.indexOf(a.stage))
  const ended = shown.filter(({ job, stage }) => !isOpenStage(stage) && stage !== 'refused' && !put_away.has(job.id))
  return open[0] ?? ended[0] ?? null
}

/** Jobs that the server no longer names although something of this phone about them is still on its way, or was refused and not read. */
export function jobsToKeep(server: readonly CrewJob[], before: readonly CrewJob[], pending: ReadonlySet<string>): CrewJob[] {
  const known = new Set(server.map(({ id }) => id))
  return before.filter(({ id }) => !known.has(id) && pending.has(id))
}
