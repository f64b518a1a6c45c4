/** The crews that an incident asks for: as many slots as its run card and its signals say, and those that somebody asked for beyond. */
import type { CrewSlot, IncidentRecord } from '../incidents/record.ts'
import type { CrewNeed } from '../model/rule.ts'
import { type DispatchState, HELP, type TaskRecord } from './record.ts'

/** The line of the first need, which the signals themselves name. */
export const FIRST = 'first'

/** Brings the slots in line with what is asked for now. Waiting tasks that are too many are returned: nobody was promised for them. */
export function fitSlots(record: IncidentRecord, need: CrewNeed, state: DispatchState): TaskRecord[] {
  const crews = Math.max(1, ...[...record.sources.values()].map((source) => source.crews))
  const standing = record.slots.filter(({ line }) => line === FIRST)
  for (let n = standing.length; n < crews; n++) record.slots.push(openSlot(FIRST, need))
  const leaving = standing
    .reverse()
    .filter((slot) => isUnpromised(slot, state))
    .slice(0, Math.max(0, standing.length - crews))
  record.slots = record.slots.filter((slot) => !leaving.includes(slot))
  return leaving.flatMap(({ task }) => (task === null ? [] : (state.open.get(task) ?? [])))
}

export const openSlot = (line: string, need: CrewNeed): CrewSlot => ({ line, need, task: null, made: 0, done: false })

const isUnpromised = ({ task, done }: CrewSlot, state: DispatchState): boolean =>
  !done && (task === null || state.open.get(task)?.task.status === 'waiting')

/** The work was in vain: everybody is asked for again, helpers only when somebody asks again. */
export function beginRound(record: IncidentRecord): void {
  record.verify_by = null
  record.slots = record.slots.filter(({ line }) => line !== HELP)
  for (const slot of record.slots) slot.done = false
}
