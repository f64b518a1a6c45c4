/** Which status of an incident may follow which, and the only functions that change one. Every change is one fact. */
import { invariant } from '../base/errors.ts'
import type { EpochMs } from '../base/time.ts'
import type { Bilingual } from '../model/city.ts'
import type { Incident, IncidentStatus, TimelineEntry } from '../model/incident.ts'
import type { Outcome } from '../model/outcome.ts'
import { hasOpenTask, type IncidentRecord, type IncidentsState } from './record.ts'

export const INCIDENT_TRANSITIONS: Readonly<Record<IncidentStatus, readonly IncidentStatus[]>> = {
  detected: ['confirmed', 'resolved', 'dismissed'],
  confirmed: ['dispatched', 'resolved', 'dismissed'],
  // Back to confirmed when the crew refuses, fails, falls silent or is called back.
  dispatched: ['accepted', 'confirmed', 'resolved', 'dismissed'],
  accepted: ['on_site', 'dispatched', 'confirmed', 'resolved', 'dismissed'],
  // Of several crews the furthest counts: back to where the next one stands when that one leaves.
  on_site: ['resolved', 'accepted', 'dispatched', 'confirmed', 'dismissed'],
  // Back to detected when its cause returns before it is closed.
  resolved: ['closed', 'detected'],
  closed: [],
  dismissed: [],
}

/** The first entry and the newest ones are kept. */
const TIMELINE_MAX = 64

/** Who did it and in which words. */
export interface Note {
  /** `rule:<id>`, `crew:<id>`, `operator:<name>`, `policy:<id>`. */
  readonly by: string
  readonly text: Bilingual
  /** Name of the change in the fact; the new status unless given. */
  readonly change?: string
}

export const isEnded = (record: IncidentRecord): boolean => record.ended !== null

export function canMove(record: IncidentRecord, to: IncidentStatus): boolean {
  return INCIDENT_TRANSITIONS[record.incident.status].includes(to)
}

/** The transition must be in the table. A closed or dismissed incident goes to the ended ones. */
export function moveIncident(
  state: IncidentsState,
  record: IncidentRecord,
  to: IncidentStatus,
  note: Note,
  now: EpochMs,
  out: Outcome,
): void {
  invariant(canMove(record, to), `${record.incident.id} cannot go from ${record.incident.status} to ${to}`)
  if (to === 'closed' || to === 'dismissed') {
    record.ended = now
    state.open.delete(record.incident.id)
    state.ended.set(record.incident.id, record)
  }
  changeIncident(record, { status: to }, note, now, out)
}

/** Anything but the status; the note goes into the timeline. */
export function changeIncident(
  record: IncidentRecord,
  patch: Partial<Omit<Incident, 'id' | 'timeline' | 'updated'>>,
  note: Note,
  now: EpochMs,
  out: Outcome,
): void {
  const status = patch.status ?? record.incident.status
  const entry: TimelineEntry = { ts: now, status, by: note.by, text: note.text }
  const { timeline } = record.incident
  const kept = timeline.length < TIMELINE_MAX ? timeline : [timeline[0], ...timeline.slice(2 - TIMELINE_MAX)]
  record.incident = { ...record.incident, ...patch, updated: now, timeline: [...kept, entry] }
  out.facts.push({ kind: 'incident', ts: now, incident: record.incident, change: note.change ?? status })
}

/** Resolves an incident whose cause has passed and for which nobody is on the way; otherwise nothing. */
export function settleIncident(state: IncidentsState, record: IncidentRecord, note: Note, now: EpochMs, out: Outcome): void {
  if (record.incident.active || hasOpenTask(record) || isEnded(record) || record.incident.status === 'resolved') return
  record.verify_by = null
  moveIncident(state, record, 'resolved', note, now, out)
}

/** A person's report has no sensor to say that it is over: it is over when the work is done or a person closes it. */
export function endReports(state: IncidentsState, record: IncidentRecord): void {
  for (const [key, source] of record.sources) {
    if (source.device !== null) continue
    record.sources.delete(key)
    state.by_signal.delete(key)
  }
  record.incident = { ...record.incident, active: record.sources.size > 0 }
}

export const CAUSE_PASSED: Note = {
  by: 'policy:cause_passed',
  text: { zh: '起因已消除', en: 'The cause has passed' },
}
