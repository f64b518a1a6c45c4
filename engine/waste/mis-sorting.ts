/**
 * Mis-sorted waste that a camera has seen: the responsible person, known by a pseudonym only, is reminded outside quiet hours and at most once a day; who goes on
 * after reminders becomes the grid officer's. Nobody is told what was seen on which picture, and who has not been seen for a month is forgotten.
 */
import { withinHours } from '../base/hours.ts'
import { DAY_MS, type EpochMs, HOUR_MS } from '../base/time.ts'
import { type DeviceKey, splitKey } from '../model/city.ts'
import type { Context } from '../model/context.ts'
import type { DeviceEvent } from '../model/observation.ts'
import type { Outcome } from '../model/outcome.ts'

/** A detector that is less sure is a person's to judge (camera/kinds.ts has the same bar). */
const SCORE_MIN = 0.8
const REMIND_MS = DAY_MS
/** Seen so often within so long, and reminded in between: the grid officer is told, and not again for as long. */
export const REPEATED = 3
export const REPEATED_MS = 14 * DAY_MS
const FORGOTTEN_MS = 30 * DAY_MS
const SUBJECTS_MAX = 20_000
const EVENTS_KEPT = 8
const NOTICE_EXPIRES_S = 6 * 3600

export interface SortingSubject {
  /** Newest sightings, oldest first, one an event. */
  readonly seen: { readonly id: string; readonly ts: EpochMs; readonly device: DeviceKey }[]
  /** There is one that it was not reminded of. */
  open: boolean
  reminded: EpochMs | null
  told_officer: EpochMs | null
}

export interface SortingState {
  /** By pseudonym; who was seen last is last. */
  readonly subjects: Map<string, SortingSubject>
  readonly counts: { reminders: number; handed_over: number }
  /** Next look at what waits for the end of the quiet hours. */
  look: EpochMs
}

export const createSorting = (): SortingState => ({ subjects: new Map(), counts: { reminders: 0, handed_over: 0 }, look: 0 })

/** Takes a camera's event in. One without a subject, or of another kind, is no business of this. */
export function observeSorting(state: SortingState, event: DeviceEvent, now: EpochMs): void {
  const { type, score, subject, stage, id, device, ts } = event
  if (type !== 'waste.mis_sorted' || subject === null || stage === 'end' || score < SCORE_MIN || now - ts > DAY_MS) return
  const known = state.subjects.get(subject) ?? { seen: [], open: false, reminded: null, told_officer: null }
  if (known.seen.some((sighting) => sighting.id === id && sighting.device === device)) return
  known.seen.push({ id, ts, device })
  if (known.seen.length > EVENTS_KEPT) known.seen.shift()
  known.open = true
  state.subjects.delete(subject)
  state.subjects.set(subject, known)
  state.look = now
  if (state.subjects.size > SUBJECTS_MAX) {
    const [oldest] = state.subjects.keys()
    state.subjects.delete(oldest)
  }
}

/** @param hour local */
const isQuiet = ({ waste: { quiet } }: Context, hour: number): boolean => quiet.from_h !== quiet.until_h && withinHours(quiet, hour)

/** Reminds whoever may be reminded now. */
export function decideSorting(state: SortingState, context: Context, now: EpochMs, out: Outcome): void {
  if (now < state.look) return
  state.look = now + HOUR_MS / 4
  for (const [subject, known] of state.subjects) {
    const last = known.seen.at(-1)
    if (last === undefined || now - last.ts > FORGOTTEN_MS) state.subjects.delete(subject)
    else if (known.open && !isQuiet(context, context.localHour(now)) && (known.reminded === null || now - known.reminded >= REMIND_MS))
      remind(state, context, subject, known, last, now, out)
  }
}

function remind(
  state: SortingState,
  context: Context,
  subject: string,
  known: SortingSubject,
  last: SortingSubject['seen'][number],
  now: EpochMs,
  out: Outcome,
): void {
  const lately = known.seen.filter(({ ts }) => now - ts <= REPEATED_MS).length
  const evidence = [`${last.device} event ${last.id} waste.mis_sorted at ${last.ts}`]
  const send = (to: string, text: string, text_zh: string): void => {
    out.proposals.push({
      kind: 'command',
      slot: `${last.device} notice sorting ${to} ${subject}`,
      device: last.device,
      body: { kind: 'notice', text, text_zh, to },
      expires_s: NOTICE_EXPIRES_S,
      reason: { policy: 'waste.mis_sorting', text, text_zh, evidence },
    })
  }
  const wasReminded = known.reminded !== null
  known.open = false
  known.reminded = now
  state.counts.reminders++
  send(subject, 'Please sort your waste: something was put into the wrong bin', '请正确分类投放垃圾：刚才有垃圾投错了桶')
  const mayTell = known.told_officer === null || now - known.told_officer >= REPEATED_MS
  if (!wasReminded || lately < REPEATED || !mayTell) return
  known.told_officer = now
  state.counts.handed_over++
  const { district } = splitKey(last.device)
  const grid = context.devices.get(last.device)?.grid ?? null
  const officer = (grid === null ? undefined : context.grids.get(grid)?.officer.id) ?? 'operator'
  send(
    officer,
    `${subject} in ${grid ?? district}: waste sorted wrongly ${lately} times in two weeks in spite of reminders: please call in`,
    `${grid ?? district} 的 ${subject}：两周内 ${lately} 次投放错误，提醒后仍未改正，请上门指导`,
  )
}
