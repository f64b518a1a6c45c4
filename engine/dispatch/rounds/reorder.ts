/** The stops that are left in another order: a road has closed, the lorry comes from elsewhere, or bins were fuller than planned. Until the solver has answered the old order stands. */
import { type EpochMs, MINUTE_MS, SECOND_MS } from '../../base/time.ts'
import type { Bilingual } from '../../model/city.ts'
import type { Context } from '../../model/context.ts'
import type { Solution } from '../../model/observation.ts'
import type { Outcome } from '../../model/outcome.ts'
import type { RoundStop } from '../../model/round.ts'
import type { RoundAnswer } from '../../model/solve.ts'
import { sendNotice, sendTask } from '../orders.ts'
import { type DispatchState, nextId } from '../record.ts'
import type { RoundGround } from './review.ts'
import { tellRound, tellStop } from './tell.ts'
import { aimTask, closeStop, isRound, type RoundRecord, stopsToDrive } from './work.ts'

const ANSWER_MS = 2 * MINUTE_MS
const UNDER_WAY: readonly string[] = ['accepted', 'enroute']

/** Asks for every round whose order is stale, one question for each. */
export function reorderRounds(state: DispatchState, ground: RoundGround, now: EpochMs, out: Outcome): void {
  for (const record of state.open.values()) {
    if (!isRound(record) || !record.round.stale || !UNDER_WAY.includes(record.task.status)) continue
    const { round } = record
    if (round.request !== null && now - round.request.asked < ANSWER_MS) continue
    const problem = ground.reorder(record)
    round.stale = false
    if (problem === null || problem.bins.length === 0) continue
    const id = nextId(state, 'R', now)
    round.request = { id, asked: now }
    out.requests.push({ id, problem })
  }
}

/** @returns false when the answer is not to a question of this kind */
export function takeReorder(state: DispatchState, context: Context, obs: Solution, now: EpochMs, out: Outcome): boolean {
  const record = [...state.open.values()].find(({ round }) => round?.request?.id === obs.request)
  if (record === undefined || !isRound(record)) return false
  record.round.request = null
  if (obs.answer.type !== 'round') {
    // Asked again with the next step.
    record.round.stale = true
    return true
  }
  if (UNDER_WAY.includes(record.task.status)) takeOrder(record, context, obs.answer, now, out)
  return true
}

function takeOrder(record: RoundRecord, context: Context, answer: RoundAnswer, now: EpochMs, out: Outcome): void {
  const { round } = record
  const before = orderOf(round.stops)
  const [route] = answer.routes
  const left = new Map(round.stops.flatMap((stop) => (stop.kind === 'bin' && stop.state === 'left' ? [[stop.ref, stop] as const] : [])))
  let named = Math.max(0, ...round.stops.map(({ id }) => Number(id)))
  const ordered = (route?.visits ?? []).flatMap(({ kind, id, arrive_s, way }): RoundStop[] => {
    const eta = now + Math.round(arrive_s * SECOND_MS)
    if (kind === 'tip') {
      const tip = context.city.tips.find((one) => one.id === id)
      return tip === undefined ? [] : [tipStop(tip, String(++named), eta, way ?? [])]
    }
    const stop = left.get(id)
    left.delete(id)
    return stop === undefined ? [] : [{ ...stop, eta, way: way ?? [] }]
  })
  for (const stop of left.values()) skip(record, stop, answer, now, out)
  round.stops = [...round.stops.filter(({ state }) => state !== 'left'), ...ordered]
  if (route !== undefined) {
    round.drive_s = route.drive_s
    round.end = now + Math.round(route.end_s * SECOND_MS)
  }
  aimTask(record, now)
  const { crew, eta } = record.task
  if (orderOf(round.stops) === before || crew === null) return
  const text = reorderText(ordered.filter(({ kind }) => kind === 'bin').length, left.size)
  tellRound(record, 'reordered', { by: 'policy:rounds', text }, now, out)
  out.facts.push({ kind: 'task', ts: now, task: record.task, change: 'reordered' })
  sendTask(context, record.task, crew, eta ?? now, round.plan.reason, now, out, stopsToDrive(round))
  sendNotice(record.task, crew, text, out)
}

function tipStop(tip: Context['city']['tips'][number], id: string, eta: EpochMs, way: RoundStop['way']): RoundStop {
  const { name, at, service_s } = tip
  return {
    id,
    kind: 'tip',
    ref: tip.id,
    name,
    at,
    service_s,
    state: 'left',
    eta,
    ts: null,
    expected_pct: null,
    found_pct: null,
    why: null,
    way,
  }
}

function skip(record: RoundRecord, stop: RoundStop, answer: RoundAnswer, now: EpochMs, out: Outcome): void {
  const why = answer.left.find(({ bin }) => bin === stop.ref)?.why === 'no_way' ? 'no_way' : 'full'
  closeStop(record.round, stop.id, { state: 'skipped', why }, now)
  tellStop(record, { ...stop, state: 'skipped', why }, 'policy:rounds', now, out)
}

const orderOf = (stops: readonly RoundStop[]): string => stops.flatMap(({ state, ref }) => (state === 'left' ? [ref] : [])).join()

const reorderText = (bins: number, skipped: number): Bilingual =>
  skipped === 0
    ? { zh: `清运顺序已调整，剩余 ${bins} 个桶`, en: `New order of the round: ${bins} bins left` }
    : { zh: `清运顺序已调整，剩余 ${bins} 个桶，跳过 ${skipped} 个`, en: `New order of the round: ${bins} bins left, ${skipped} left out` }
