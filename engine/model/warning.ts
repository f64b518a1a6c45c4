/** Warnings of bad weather and water, our own and other services', in the terms of CAP 1.2 (OASIS Standard, 1 July 2010). */
import type { LonLat } from '../base/geo.ts'
import type { EpochMs } from '../base/time.ts'
import type { Bilingual } from './bilingual.ts'
import type { Reason } from './incident.ts'

/** Lowest first, as China's weather services colour them (气象灾害预警信号). */
export const WARNING_LEVELS = ['blue', 'yellow', 'orange', 'red'] as const
export type WarningLevel = (typeof WARNING_LEVELS)[number]

export const HAZARDS = ['rain', 'flood', 'other'] as const
export type Hazard = (typeof HAZARDS)[number]

/** Code lists of CAP 1.2, section 3.2. */
export const CAP_STATUSES = ['Actual', 'Exercise', 'System', 'Test', 'Draft'] as const
export const CAP_TYPES = ['Alert', 'Update', 'Cancel', 'Ack', 'Error'] as const
export const CAP_SCOPES = ['Public', 'Restricted', 'Private'] as const
export const CAP_URGENCIES = ['Immediate', 'Expected', 'Future', 'Past', 'Unknown'] as const
export const CAP_SEVERITIES = ['Extreme', 'Severe', 'Moderate', 'Minor', 'Unknown'] as const
export const CAP_CERTAINTIES = ['Observed', 'Likely', 'Possible', 'Unlikely', 'Unknown'] as const
export type CapSeverity = (typeof CAP_SEVERITIES)[number]

export interface WarningReference {
  readonly sender: string
  readonly identifier: string
  readonly sent: EpochMs
}

export interface WarningArea {
  readonly name: Bilingual
  /** Closed rings. */
  readonly polygons: readonly (readonly LonLat[])[]
  readonly circles: readonly { readonly at: LonLat; readonly radius_km: number }[]
  readonly geocodes: readonly { readonly name: string; readonly value: string }[]
}

/** One message. Where a sender writes one language only, it stands in both. */
export interface WarningMessage extends WarningReference {
  readonly status: (typeof CAP_STATUSES)[number]
  readonly type: (typeof CAP_TYPES)[number]
  readonly scope: (typeof CAP_SCOPES)[number]
  /** Whom a restricted message is for. */
  readonly restriction: string | null
  /** Messages that this one takes the place of. */
  readonly references: readonly WarningReference[]
  readonly hazard: Hazard
  readonly event: Bilingual
  readonly level: WarningLevel
  readonly urgency: (typeof CAP_URGENCIES)[number]
  readonly severity: CapSeverity
  readonly certainty: (typeof CAP_CERTAINTIES)[number]
  readonly effective: EpochMs
  readonly expires: EpochMs
  /** Where `expires` comes from when the message did not say it. */
  readonly assumed?: Bilingual
  readonly sender_name: Bilingual
  readonly headline: Bilingual
  readonly description: Bilingual
  readonly instruction: Bilingual
  readonly areas: readonly WarningArea[]
}

/** A warning that stands, with the newest of its messages. */
export interface Warning {
  /** Stays the same over all its messages. */
  readonly id: string
  readonly origin: 'own' | 'outside'
  /** When the first message was taken or sent. */
  readonly issued: EpochMs
  readonly message: WarningMessage
  /** Districts of this city that its areas touch. */
  readonly districts: readonly string[]
  /** What an own warning rests on. */
  readonly reason: Reason | null
}

/** Severity by colour, ours and back. */
export const SEVERITY_OF: Readonly<Record<WarningLevel, CapSeverity>> = {
  blue: 'Minor',
  yellow: 'Moderate',
  orange: 'Severe',
  red: 'Extreme',
}

export const LEVEL_NAMES: Readonly<Record<WarningLevel, Bilingual>> = {
  blue: { zh: '蓝色', en: 'blue' },
  yellow: { zh: '黄色', en: 'yellow' },
  orange: { zh: '橙色', en: 'orange' },
  red: { zh: '红色', en: 'red' },
}

/** What one message is told from all others by. */
export const messageName = ({ sender, identifier }: Pick<WarningReference, 'sender' | 'identifier'>): string => `${sender},${identifier}`
