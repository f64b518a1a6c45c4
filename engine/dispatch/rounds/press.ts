/** What the crew of a lorry presses at a stop: emptied and how full it was, could not be emptied, tipped. */
import type { EpochMs } from '../../base/time.ts'
import type { IncidentsState } from '../../incidents/record.ts'
import type { Bilingual } from '../../model/city.ts'
import type { Context } from '../../model/context.ts'
import type { CrewEvent, CrewPress } from '../../model/observation.ts'
import type { Outcome } from '../../model/outcome.ts'
import type { RoundStop } from '../../model/round.ts'
import { moveTask } from '../lifecycle.ts'
import { crewNote } from '../orders.ts'
import type { CrewRecord, DispatchState } from '../record.ts'
import { tellStop } from './tell.ts'
import { aimTask, closeStop, isRound, load_l, nextStop, type RoundRecord, shiftRound, volume_l } from './work.ts'

export type StopPress = Extract<CrewPress, `stop.${string}`>

export const isStopPress = (type: CrewPress): type is StopPress => type.startsWith('stop.')

/** Why not, or null. */
export function pressStop(
  state: DispatchState,
  context: Context,
  incidents: IncidentsState,
  crew: CrewRecord,
  obs: CrewEvent & { readonly type: StopPress },
  now: EpochMs,
  out: Outcome,
): Bilingual | null {
  const record = obs.task === null ? undefined : state.open.get(obs.task)
  if (record === undefined || !isRound(record)) return { zh: '没有这个进行中的清运任务', en: 'there is no such round under way' }
  if (record.task.crew !== crew.crew.id) return { zh: '不是本班组的清运任务', en: 'it is not a round of this crew' }
  const { status } = record.task
  if (status !== 'accepted' && status !== 'enroute') return { zh: '尚未接单', en: `the round is ${status}` }
  const stop = stopOf(record, obs)
  if (stop === undefined) return { zh: '没有这个站点', en: 'there is no such stop' }
  const became = whatBecame(stop, obs)
  if ('zh' in became) return became
  if (status === 'accepted') {
    const note = { ...crewNote(crew, { zh: '已出发', en: 'is on the way' }, null) }
    moveTask(state, incidents, record, 'enroute', {}, note, now, out)
  }
  finishStop(state, context, incidents, record, stop, became, crew, now, out)
  return null
}

/** A new order numbers its tips anew, and the crew may have pressed by the one before. */
function stopOf({ round: { stops } }: RoundRecord, { type, stop }: CrewEvent & { readonly type: StopPress }): RoundStop | undefined {
  const said = stops.find(({ id }) => id === stop?.id)
  return said ?? (type === 'stop.tipped' ? stops.find(({ kind, state }) => kind === 'tip' && state === 'left') : undefined)
}

type Became = Pick<RoundStop, 'state' | 'found_pct' | 'why'>

/** A bin that was left out may be emptied all the same: the crew stands before it. */
function whatBecame(stop: RoundStop, { type, stop: said }: CrewEvent & { readonly type: StopPress }): Became | Bilingual {
  if (stop.state === 'emptied' || stop.state === 'failed') return { zh: '该站点已上报', en: 'this stop has been reported already' }
  if ((type === 'stop.tipped') !== (stop.kind === 'tip'))
    return stop.kind === 'tip' ? { zh: '该站点是转运站', en: 'this stop is a tip' } : { zh: '该站点是垃圾桶', en: 'this stop is a bin' }
  switch (type) {
    case 'stop.emptied':
      return { state: 'emptied', found_pct: said?.found_pct ?? null, why: null }
    case 'stop.tipped':
      return { state: 'emptied', found_pct: null, why: null }
    case 'stop.failed':
      return said?.why === undefined
        ? { zh: '未说明原因', en: 'it does not say why it could not be emptied' }
        : { state: 'failed', found_pct: said.found_pct ?? null, why: said.why }
  }
}

function finishStop(
  state: DispatchState,
  context: Context,
  incidents: IncidentsState,
  record: RoundRecord,
  stop: RoundStop,
  became: Became,
  crew: CrewRecord,
  now: EpochMs,
  out: Outcome,
): void {
  const { round } = record
  const by = `crew:${crew.crew.id}`
  if (stop.eta !== null) shiftRound(round, now - (stop.eta + 1000 * stop.service_s))
  closeStop(round, stop.id, became, now)
  tellStop(record, { ...stop, ...became }, by, now, out)
  if (nextStop(round) === null) {
    const note = crewNote(crew, { zh: '已完成清运', en: 'has driven its round' }, null)
    moveTask(state, incidents, record, 'done', {}, note, now, out)
    return
  }
  if (isTooFull(record, context)) round.stale = true
  aimTask(record, now)
  record.task = { ...record.task, updated: now }
  record.unanswered = 0
  out.facts.push({ kind: 'task', ts: now, task: record.task, change: 'stop' })
}

/** Bins were fuller than planned: what is left before the next tip does not fit in any more. */
function isTooFull({ round }: RoundRecord, context: Context): boolean {
  let load = load_l(round, context)
  for (const { kind, ref, state, expected_pct } of round.stops) {
    if (state !== 'left') continue
    if (kind === 'tip') return false
    load += (Math.min(100, expected_pct ?? 0) / 100) * volume_l(context.devices.get(ref)?.params)
    if (load > round.plan.capacity_l) return true
  }
  return false
}
