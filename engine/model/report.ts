/** What residents, hotlines and grid officers hand in through another system (Open311 requests, 12345 work orders, city-grid cases), and where its work stands here. */
import type { LonLat } from '../base/geo.ts'
import type { EpochMs } from '../base/time.ts'
import type { Bilingual } from './bilingual.ts'
import type { IncidentStatus } from './incident.ts'
import type { Severity } from './severity.ts'

/** As the other system has it: `returned` was done in our eyes and is not in theirs. */
export const REPORT_STATES = ['open', 'returned', 'closed'] as const
export type ReportState = (typeof REPORT_STATES)[number]

/** A resident's own request, an order of a hotline, a case of a grid officer. */
export type ReportKind = 'request' | 'order' | 'case'

/** Personal data are pseudonyms or left out: the door has seen to it. */
export interface OutsideReport {
  /** Name of the login or sender that handed it in. */
  readonly source: string
  readonly kind: ReportKind
  /** What its own system calls it. */
  readonly id: string
  /** Class of incident. */
  readonly class: string
  /** What the class is called where it has no run card. */
  readonly title: Bilingual
  readonly severity: Severity
  readonly text: string
  readonly at: LonLat | null
  readonly grid: string | null
  readonly address: string | null
  /** By when its own system wants it done; null leaves it to the run card. */
  readonly due: EpochMs | null
  readonly state: ReportState
  /** Code of the service or kind in its own system. */
  readonly code: string | null
}

/** `withdrawn`: its own system has closed it. */
export type ReportStage = IncidentStatus | 'withdrawn'

export interface ReportRecord {
  readonly report: OutsideReport
  readonly received: EpochMs
  /** Null until an incident has taken it up. */
  readonly incident: string | null
  readonly stage: ReportStage
  /** When the stage was reached. */
  readonly since: EpochMs
  /** Newest promise: when its incident has to be done. */
  readonly due: EpochMs | null
}

export const reportKey = ({ source, id }: Pick<OutsideReport, 'source' | 'id'>): string => `${source}/${id}`

/** Nothing more is done about it here. */
export const isOver = (stage: ReportStage): boolean => stage === 'closed' || stage === 'dismissed' || stage === 'withdrawn'

/** What whoever reported is told: no names, no reasons of the desk. */
export const STAGE_WORDS: Readonly<Record<ReportStage, Bilingual>> = {
  detected: { zh: '已收到', en: 'Received' },
  confirmed: { zh: '已确认', en: 'Confirmed' },
  dispatched: { zh: '已派遣', en: 'A crew has been sent' },
  accepted: { zh: '处置人员已接单', en: 'A crew has taken it' },
  on_site: { zh: '处置中', en: 'A crew is at work' },
  resolved: { zh: '已处置，待核查', en: 'Done, being checked' },
  closed: { zh: '已结案', en: 'Closed' },
  dismissed: { zh: '经核实不予处置', en: 'Looked at, nothing to be done' },
  withdrawn: { zh: '来源系统已结案', en: 'Closed by the system it came from' },
}
