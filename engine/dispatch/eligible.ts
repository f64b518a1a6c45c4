/**
 * Who may not take a task now, whatever skill and kit it has: volunteers where it is dangerous or far, crews that have worked too long,
 * crews of another district while that district still has its own. Priority 1 is above hours and districts, not above danger; a person's
 * choice is above all.
 */
import { distance_m } from '../base/geo.ts'
import { isAlways } from '../base/hours.ts'
import { type EpochMs, HOUR_MS } from '../base/time.ts'
import type { DeviceKey } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { Task } from '../model/incident.ts'
import { type CrewRecord, type DispatchState, isFree, TURNS_MAX } from './record.ts'
import { PRE_POSITION } from './tasks.ts'

/** The card that says whether work of a kind is dangerous: water that is still to come is water. */
const cardOf = (context: Context, kind: string) => context.dispatch.run_cards.get(kind === PRE_POSITION ? 'flood.waterlogging' : kind)

/** Crews that are not asked, in the order of the list. */
export function barredFrom(state: DispatchState, context: Context, task: Task, crews: readonly CrewRecord[], now: EpochMs): DeviceKey[] {
  const dangerous = cardOf(context, task.kind)?.dangerous === true
  const urgent = task.priority === 1
  const kept = context.dispatch.mutual_aid === 'saturated' && !urgent && !isSaturated(state, task, crews)
  return crews.flatMap((record) => {
    const { crew } = record
    const volunteer = context.crews.get(crew.id)?.volunteer
    const beyond = volunteer !== undefined && (dangerous || distance_m(crew.at, task.at) > volunteer.within_m)
    const barred =
      beyond || keepsRound(state, record, task) || (!urgent && (isTired(context, record, now) || (kept && crew.district !== task.district)))
    return barred ? [crew.id] : []
  })
}

/** A round that has been left so often is driven to its end before its lorry goes to other bins, however full these are: they are its own kind of work. */
function keepsRound(state: DispatchState, { crew }: CrewRecord, { skill }: Task): boolean {
  const held = crew.task === null ? undefined : state.open.get(crew.task)
  return held !== undefined && held.round !== null && held.turned >= TURNS_MAX && skill === held.task.skill
}

/** On duty for longer than the rules allow, breaks too short to rest included. Stations that are always manned change their people. */
export function isTired(context: Context, { crew, duty }: CrewRecord, now: EpochMs): boolean {
  const shift = context.crews.get(crew.id)?.shift
  if (duty === null || shift === undefined || isAlways(shift)) return false
  return now - duty.since > context.dispatch.shift_h_max * HOUR_MS
}

/** The district has more tasks of this kind waiting than crews of its own that could go. */
function isSaturated(state: DispatchState, { district, skill, kit }: Task, crews: readonly CrewRecord[]): boolean {
  const own = crews.filter(
    (record) =>
      record.crew.district === district &&
      isFree(record) &&
      record.crew.skills.includes(skill) &&
      kit.every((item) => record.crew.kit.includes(item)),
  ).length
  let waiting = 0
  for (const { task } of state.open.values()) if (task.status === 'waiting' && task.district === district && task.skill === skill) waiting++
  return waiting > own
}
