/**
 * What becomes of rounds of its own accord: they are offered to the crews of their lorries, wait while these are turned to something urgent, lose bins that others have emptied or that
 * nobody can get to, and end.
 */
import { type EpochMs, MINUTE_MS } from '../../base/time.ts'
import type { IncidentsState } from '../../incidents/record.ts'
import type { Bilingual, DeviceKey } from '../../model/city.ts'
import type { Context } from '../../model/context.ts'
import type { OperatorAct } from '../../model/observation.ts'
import type { Outcome } from '../../model/outcome.ts'
import type { Proposal } from '../../model/proposal.ts'
import type { RoundProblem } from '../../model/solve.ts'
import { watchSilence } from '../crews.ts'
import { moveTask } from '../lifecycle.ts'
import { OFFER_MS, sendRecall, sendTask } from '../orders.ts'
import { type DispatchState, isFree } from '../record.ts'
import type { Streets } from '../reroute.ts'
import { tellStop } from './tell.ts'
import { aimTask, binsIn, closeStop, createRound, isRound, nextStop, type RoundRecord, shiftRound, stopsToDrive } from './work.ts'

/** What dispatch knows of bins and streets. */
export interface RoundGround {
  readonly streets: Streets
  /** Those of the bins whose street nobody can drive. */
  closed(bins: readonly DeviceKey[]): ReadonlySet<DeviceKey>
  /** When a bin was last emptied, whoever did it; 0 for never. */
  emptied(bin: DeviceKey): EpochMs
  /** The order of what is left of a round, as a problem; null where its lorry is not known any more. */
  reorder(record: RoundRecord): RoundProblem | null
}

/** A crew that did not answer is asked again after so long, and so often at most. */
const OFFER_AGAIN_MS = 5 * MINUTE_MS
const OFFERS_MAX = 3
/** Whatever the crew was turned to has been offered to it by then. */
const TURNED_MS = 2 * MINUTE_MS
/** A lorry that has not begun by then is needed for something else: its bins are planned anew. */
const WAITING_MS = 240 * MINUTE_MS
/** So late, its order of stops is looked at again. */
const LATE_MS = 10 * MINUTE_MS
const LOOK_MS = MINUTE_MS

export function startRounds(state: DispatchState, proposals: readonly Proposal[], now: EpochMs, out: Outcome): void {
  for (const proposal of proposals) if (proposal.kind === 'round') createRound(state, proposal.plan, now, out)
}

/** Once a minute, and at once when a road closes, bins that need no visit or cannot have one are left out. */
export function followRounds(state: DispatchState, ground: RoundGround, now: EpochMs, out: Outcome): void {
  const { shut } = ground.streets
  const news = shut.join() !== state.rounds.shut.join()
  if (!news && now - state.rounds.looked < LOOK_MS) return
  state.rounds = { shut, looked: now }
  for (const record of state.open.values()) if (isRound(record)) leaveOut(record, ground, news, now, out)
}

function leaveOut(record: RoundRecord, ground: RoundGround, news: boolean, now: EpochMs, out: Outcome): void {
  const { round, task } = record
  const { stops } = round
  const left = binsIn(round, 'left')
  const closed = ground.closed(left.map(({ ref }) => ref))
  // The crew stands before the next one perhaps, and is about to say so.
  const standing = task.status === 'enroute' ? nextStop(round)?.id : null
  for (const stop of left) {
    const why = closed.has(stop.ref) ? 'closed' : stop.id !== standing && ground.emptied(stop.ref) > task.created ? 'emptied_before' : null
    if (why === null) continue
    closeStop(round, stop.id, { state: 'skipped', why }, now)
    tellStop(record, { ...stop, state: 'skipped', why }, 'policy:rounds', now, out)
  }
  if (news || closed.size > 0) round.stale = true
  if (round.stops.some((stop, i) => stop !== stops[i])) aimTask(record, now)
}

export function reviewRound(
  state: DispatchState,
  context: Context,
  incidents: IncidentsState,
  record: RoundRecord,
  now: EpochMs,
  out: Outcome,
): void {
  const { status } = record.task
  const emptied = binsIn(record.round, 'emptied').length > 0
  const over = nextStop(record.round) === null
  if (over && emptied && (status === 'accepted' || status === 'enroute')) finishRound(state, incidents, record, now, out)
  else if (over || (!emptied && binsIn(record.round, 'left').length === 0)) withdraw(state, incidents, record, NOTHING_LEFT, now, out)
  else if (status === 'waiting') reviewWaiting(state, context, incidents, record, now, out)
  else if (record.offer_until !== null && now >= record.offer_until) letOfferRunOut(state, incidents, record, now, out)
  else watchSilence(state, incidents, record, now, out)
}

function reviewWaiting(
  state: DispatchState,
  context: Context,
  incidents: IncidentsState,
  record: RoundRecord,
  now: EpochMs,
  out: Outcome,
): void {
  const { round, task } = record
  const crew = state.crews.get(round.lorry)
  const why =
    crew === undefined || task.refused_by.includes(round.lorry)
      ? NOT_TAKEN
      : record.unanswered >= OFFERS_MAX
        ? UNANSWERED
        : !crew.on_duty && crew.crew.task === null
          ? OFF_DUTY
          : now - task.updated >= WAITING_MS
            ? TOO_LATE
            : null
  if (why !== null) moveTask(state, incidents, record, 'failed', {}, { by: 'policy:rounds', text: why }, now, out)
  else if (crew !== undefined && isFree(crew) && now >= round.hold_until) offer(state, context, incidents, record, now, out)
}

function offer(state: DispatchState, context: Context, incidents: IncidentsState, record: RoundRecord, now: EpochMs, out: Outcome): void {
  const { round } = record
  const { reason } = round.plan
  const next = nextStop(round)
  if (next === null) return
  const late_ms = now - record.task.updated
  shiftRound(round, late_ms)
  if (round.interrupted || late_ms > LATE_MS) round.stale = true
  aimTask(record, now)
  record.offer_until = now + OFFER_MS
  const eta = nextStop(round)?.eta ?? now
  const note = { by: 'policy:rounds', text: { zh: reason.text_zh, en: reason.text } }
  moveTask(state, incidents, record, 'offered', { crew: round.lorry, eta, route: next.way, reason }, note, now, out)
  sendTask(context, record.task, round.lorry, eta, reason, now, out, stopsToDrive(round))
}

/** The last stops were left out while it was driven. */
function finishRound(state: DispatchState, incidents: IncidentsState, record: RoundRecord, now: EpochMs, out: Outcome): void {
  const note = { by: 'policy:rounds', text: NOTHING_LEFT }
  if (record.task.crew !== null) sendRecall(record.task, record.task.crew, NOTHING_LEFT, out)
  if (record.task.status === 'accepted') moveTask(state, incidents, record, 'enroute', {}, note, now, out)
  moveTask(state, incidents, record, 'done', {}, note, now, out)
}

/** Nobody looked: the offer comes again, to the same lorry. */
function letOfferRunOut(state: DispatchState, incidents: IncidentsState, record: RoundRecord, now: EpochMs, out: Outcome): void {
  record.unanswered++
  record.round.hold_until = now + OFFER_AGAIN_MS
  moveTask(state, incidents, record, 'waiting', {}, { by: 'policy:rounds', text: NO_ANSWER, change: 'unanswered' }, now, out)
}

/** Its crew was turned to something urgent: it comes back to the round when that is done. */
export function holdRound(record: RoundRecord, now: EpochMs): void {
  record.round.hold_until = now + TURNED_MS
}

function withdraw(
  state: DispatchState,
  incidents: IncidentsState,
  record: RoundRecord,
  why: Bilingual,
  now: EpochMs,
  out: Outcome,
  by = 'policy:rounds',
): void {
  if (record.task.crew !== null) sendRecall(record.task, record.task.crew, why, out)
  moveTask(state, incidents, record, 'recalled', {}, { by, text: why }, now, out)
}

/** A person takes a round back. Why not, or null. */
export function withdrawRound(
  state: DispatchState,
  incidents: IncidentsState,
  obs: OperatorAct,
  id: string,
  reason: string,
  now: EpochMs,
  out: Outcome,
): string | null {
  const record = state.open.get(id)
  if (record === undefined || !isRound(record)) {
    const ended = state.ended.get(id)
    return ended === undefined ? `no round ${id} / 无清运任务 ${id}` : `already ${ended.task.status} / 任务已结束`
  }
  withdraw(state, incidents, record, { zh: `清运任务撤回：${reason}`, en: `Round withdrawn: ${reason}` }, now, out, `operator:${obs.by}`)
  return null
}

const NOTHING_LEFT: Bilingual = { zh: '已无需清运的垃圾桶', en: 'No bin of the round is left to be emptied' }
const NOT_TAKEN: Bilingual = { zh: '车辆班组未接清运任务', en: 'The crew of the lorry does not take the round' }
const UNANSWERED: Bilingual = { zh: '车辆班组多次未应答', en: 'The crew of the lorry did not answer' }
const OFF_DUTY: Bilingual = { zh: '车辆班组已下班', en: 'The crew of the lorry is off duty' }
const TOO_LATE: Bilingual = { zh: '车辆迟迟未能出发', en: 'The lorry could not begin in time' }
const NO_ANSWER: Bilingual = { zh: '超时未接单', en: 'The offer ran out unanswered' }
