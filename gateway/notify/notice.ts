/** What outside channels are told of a step: few things, each worth a look. */
import { type EpochMs, MINUTE_MS } from '../../engine/base/time.ts'
import type { CityState } from '../../engine/city-state.ts'
import type { Bilingual } from '../../engine/model/city.ts'
import type { Fact } from '../../engine/model/fact.ts'
import type { Incident, Task } from '../../engine/model/incident.ts'
import type { Severity } from '../../engine/model/severity.ts'
import { crews, incidents } from '../../engine/view.ts'

export const NOTICE_TYPES = ['incident.created', 'incident.needs_person', 'incident.help', 'task.offered', 'task.failed'] as const
export type NoticeType = (typeof NOTICE_TYPES)[number]

export interface Notice {
  /** Another for every notice; the same notice sent again keeps it. */
  readonly id: string
  readonly type: NoticeType
  readonly ts: EpochMs
  readonly until: EpochMs
  /** Null of a round of a bin lorry. */
  readonly incident: string | null
  readonly task: string | null
  /** Class of the incident. */
  readonly kind: string
  readonly severity: Severity
  readonly title: Bilingual
  readonly where: Bilingual
  readonly at: readonly [lon: number, lat: number]
  readonly district: string
  readonly crew: Bilingual | null
  /** When somebody has to be there. */
  readonly due: EpochMs
}

/** Nobody is helped by hearing of it later. */
const WORTH_MS = 30 * MINUTE_MS
const SEVERITY: Readonly<Record<Task['priority'], Severity>> = { 1: 'critical', 2: 'warning', 3: 'watch' }
const INCIDENT_CHANGES: Readonly<Record<string, NoticeType>> = {
  opened: 'incident.created',
  needs_person: 'incident.needs_person',
  help: 'incident.help',
}
const TASK_CHANGES: Readonly<Record<string, NoticeType>> = { offered: 'task.offered', failed: 'task.failed' }

const placeOf = ({ at, road }: Incident): Bilingual => road ?? { zh: coordinates(at), en: coordinates(at) }
const coordinates = ([lon, lat]: readonly number[]): string => `${lat.toFixed(5)}, ${lon.toFixed(5)}`

function ofIncident(incident: Incident, type: NoticeType, ts: EpochMs): Notice {
  const { id, severity, title, at, district, due } = incident
  const where = placeOf(incident)
  return {
    id: `${id}-${type}-${ts}`,
    type,
    ts,
    until: ts + WORTH_MS,
    incident: id,
    task: null,
    kind: incident.class,
    severity,
    title,
    where,
    at: [at[0], at[1]],
    district,
    crew: null,
    due,
  }
}

function ofTask(task: Task, type: NoticeType, ts: EpochMs, state: CityState): Notice {
  const { id, incident, title, where, at, district, priority, crew, due } = task
  let name: Bilingual | null = null
  for (const one of crews(state)) if (one.id === crew) ({ name } = one)
  let kind = task.kind
  for (const one of incidents(state)) if (one.id === incident) kind = one.class
  return {
    id: `${id}-${type}-${ts}`,
    type,
    ts,
    until: ts + WORTH_MS,
    incident,
    task: id,
    kind,
    severity: SEVERITY[priority],
    title,
    where,
    at: [at[0], at[1]],
    district,
    crew: name,
    due,
  }
}

export function noticesOf(facts: readonly Fact[], state: CityState): Notice[] {
  return facts.flatMap((fact) => {
    if (fact.kind === 'incident') {
      const type = INCIDENT_CHANGES[fact.change]
      return type === undefined ? [] : [ofIncident(fact.incident, type, fact.ts)]
    }
    if (fact.kind !== 'task') return []
    const type = TASK_CHANGES[fact.change]
    return type === undefined ? [] : [ofTask(fact.task, type, fact.ts, state)]
  })
}
