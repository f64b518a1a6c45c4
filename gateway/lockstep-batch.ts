/** Which of the pending messages go into a step, and in which order (contract section 6). The same for a live step and for one made again. */
import { type EpochMs, HOUR_MS, SECOND_MS } from '../engine/base/time.ts'
import type { Observation } from '../engine/model/observation.ts'
import type { SolverRequest } from '../engine/model/solve.ts'
import type { LogPosition, Taken } from './parts.ts'

export interface TimeLimits {
  readonly reading_age_h_max: number
  readonly reading_ahead_s_max: number
}

export interface Batch {
  readonly observations: readonly Observation[]
  readonly refused: readonly { readonly taken: Taken; readonly reason: string }[]
  /** What devices said, in order. */
  readonly messages: readonly Taken[]
}

const inputKey = (taken: Taken): string => `${taken.topic}\n${taken.payload}`

/** Topic and payload of each message: by these a step that is sent again is told from what comes anew. */
export const inputsOf = (messages: readonly Taken[]): ReadonlySet<string> => new Set(messages.map(inputKey))

/** A solver's answer counts once: one that a snapshot already contains comes out of the log again. */
const isExpected = (observation: Observation, outstanding: ReadonlyMap<string, SolverRequest>): boolean =>
  observation.kind !== 'solution' || outstanding.has(observation.request)

/** Takes out of `pending` what fits; what stays keeps its order. */
function takeOut(pending: Taken[], fits: (taken: Taken) => boolean): Taken[] {
  const out: Taken[] = []
  let kept = 0
  for (const taken of pending) {
    if (fits(taken)) out.push(taken)
    else pending[kept++] = taken
  }
  pending.length = kept
  return out
}

/** In the order of the log. */
export function wallBatch(pending: Taken[], through: LogPosition, outstanding: ReadonlyMap<string, SolverRequest>): Batch {
  const observations: Observation[] = []
  let count = 0
  while (count < pending.length && pending[count].position <= through) {
    for (const observation of pending[count].observations) if (isExpected(observation, outstanding)) observations.push(observation)
    count++
  }
  pending.splice(0, count)
  return { observations, refused: [], messages: [] }
}

/** Messages of a step that was sent again: those it already took in are left out. With `inputs` null everything up to here is. */
export function againBatch(pending: Taken[], through: LogPosition, inputs: ReadonlySet<string> | null): void {
  takeOut(pending, (taken) => taken.position <= through && (inputs === null || inputs.has(inputKey(taken))))
}

/** What people, rules and solvers say comes before what devices say; it has no measurement time to sort by. */
const isInternal = (taken: Taken): boolean => {
  const kind = taken.observations[0]?.kind
  return kind === 'rules' || kind === 'solution' || kind === 'operator'
}

interface Sortable {
  readonly taken: Taken
  readonly ts: number
  readonly seq: number
}

function sortable(taken: Taken): Sortable {
  const first = taken.observations[0]
  return { taken, ts: first?.ts ?? 0, seq: first !== undefined && 'seq' in first ? (first.seq ?? -1) : -1 }
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** By (ts, topic, seq, payload). */
const bySection6 = (a: Sortable, b: Sortable): number =>
  a.ts - b.ts || compareText(a.taken.topic, b.taken.topic) || a.seq - b.seq || compareText(a.taken.payload, b.taken.payload)

export interface LockstepStep {
  readonly now: EpochMs
  readonly answers: readonly string[]
  readonly outstanding: ReadonlyMap<string, SolverRequest>
  readonly limits: TimeLimits
}

function implausible(observation: Observation, now: EpochMs, limits: TimeLimits): string | null {
  if (observation.ts === null) return null
  if (observation.ts < now - limits.reading_age_h_max * HOUR_MS) return `ts ${observation.ts} is too old as of ${now}`
  if (observation.ts > now + limits.reading_ahead_s_max * SECOND_MS) return `ts ${observation.ts} is in the future as of ${now}`
  return null
}

/** Sorted, judged against the clock's `now`, and what came from inside stamped with it: that is its declared virtual time. */
export function lockstepBatch(pending: Taken[], through: LogPosition, { now, answers, outstanding, limits }: LockstepStep): Batch {
  const isAnswer = (taken: Taken): boolean => {
    const [first] = taken.observations
    return first?.kind === 'solution'
  }
  const answered = takeOut(pending, isAnswer)
  const taken = takeOut(pending, (one) => one.position <= through)
  const observations: Observation[] = []
  for (const inside of taken.filter(isInternal))
    for (const observation of inside.observations) observations.push({ ...observation, ts: now })
  const solutions = answered.flatMap((one) => one.observations)
  for (const id of [...answers].sort()) {
    const found = solutions.find((observation) => observation.kind === 'solution' && observation.request === id)
    if (found !== undefined && isExpected(found, outstanding)) observations.push({ ...found, ts: now })
  }
  const refused: { taken: Taken; reason: string }[] = []
  const messages = taken
    .filter((message) => !isInternal(message))
    .map(sortable)
    .sort(bySection6)
    .map((one) => one.taken)
  for (const one of messages) {
    for (const observation of one.observations) {
      const reason = implausible(observation, now, limits)
      if (reason === null) observations.push(observation)
      else refused.push({ taken: one, reason })
    }
  }
  return { observations, refused, messages }
}
