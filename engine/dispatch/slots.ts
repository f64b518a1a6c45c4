/** The crews that an incident asks for: as many slots as its run card and its signals say, and those that somebody asked for beyond. */
import type { CrewSlot, IncidentRecord } from '../incidents/record.ts'
import type { Context } from '../model/context.ts'
import type { CrewNeed } from '../model/rule.ts'
import type { RunCard } from '../model/run-cards.ts'
import { SEVERITIES, type Severity } from '../model/severity.ts'
import { type DispatchState, HELP, type TaskRecord } from './record.ts'

/** The line of the first need, which the signals themselves name. */
export const FIRST = 'first'

interface Line {
  readonly id: string
  readonly need: CrewNeed
  readonly crews: number
}

/** What the incident's alarms ask for. Signals say more exactly than the card who goes first, and may ask for more of them. */
function linesOf(record: IncidentRecord, need: CrewNeed, { dispatch }: Context): Line[] {
  const { incident, sources } = record
  const card = dispatch.run_cards.get(incident.class)
  const first: Line = { id: FIRST, need, crews: Math.max(1, ...[...sources.values()].map(({ crews }) => crews)) }
  if (card === undefined) return [first]
  const alarms = card.alarms.slice(0, Math.max(incident.alarm, isSecond(card, incident.severity) ? 2 : 1))
  return alarms.flatMap((lines, alarm) =>
    lines.map((line, n): Line => {
      const leads = alarm === 0 && n === 0
      return leads ? { ...first, crews: Math.max(first.crews, line.crews) } : { id: `${alarm + 1}.${n}`, need: line, crews: line.crews }
    }),
  )
}

const isSecond = ({ second_alarm_from }: RunCard, severity: Severity): boolean =>
  second_alarm_from !== null && SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(second_alarm_from)

/** Brings the slots in line with what is asked for now. Waiting tasks that are too many are returned: nobody was promised for them. */
export function fitSlots(record: IncidentRecord, need: CrewNeed, context: Context, state: DispatchState): TaskRecord[] {
  const leaving: CrewSlot[] = []
  for (const line of linesOf(record, need, context)) {
    const standing = record.slots.filter((slot) => slot.line === line.id)
    for (let n = standing.length; n < line.crews; n++) record.slots.push(openSlot(line.id, line.need))
    const spare = standing.reverse().filter((slot) => isUnpromised(slot, state))
    leaving.push(...spare.slice(0, Math.max(0, standing.length - line.crews)))
  }
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
