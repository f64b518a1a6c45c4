/** A crew has made a mistake in what it reported of work that is over, and says so while it still remembers. */
import { type EpochMs, MINUTE_MS } from '../base/time.ts'
import { changeIncident } from '../incidents/lifecycle.ts'
import { findIncident, type IncidentsState } from '../incidents/record.ts'
import type { Bilingual } from '../model/city.ts'
import type { CrewEvent } from '../model/observation.ts'
import type { Outcome } from '../model/outcome.ts'
import { crewNote } from './orders.ts'
import type { CrewRecord, DispatchState } from './record.ts'

const CORRECT_MS = 10 * MINUTE_MS

/**
 * The correction joins the timeline; nothing that was written is changed. Judged by the time of the press: it may have waited for a network.
 * Why not, or null.
 */
export function correct(
  state: DispatchState,
  incidents: IncidentsState,
  record: CrewRecord,
  { task: id, ts, note }: CrewEvent,
  now: EpochMs,
  out: Outcome,
): Bilingual | null {
  const task = id === null ? undefined : state.ended.get(id)?.task
  if (task === undefined) return { zh: '没有这个已结束的任务', en: 'there is no such task that has ended' }
  if (task.crew !== record.crew.id) return { zh: '不是本班组的任务', en: 'it is not a task of this crew' }
  if (note === null || note === '') return { zh: '未填写更正内容', en: 'it does not say what is corrected' }
  if (ts > task.updated + CORRECT_MS) return { zh: '已超过 10 分钟，不能更正', en: 'it ended more than ten minutes before' }
  const incident = findIncident(incidents, task.incident)
  if (incident === null) return { zh: '事件已不在记录中', en: 'the incident is no longer remembered' }
  changeIncident(incident, {}, { ...crewNote(record, { zh: '更正', en: 'corrects' }, note), change: 'corrected' }, now, out)
  return null
}
