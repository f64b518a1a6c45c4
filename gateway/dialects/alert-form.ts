/** A warning in the terms of CAP as a normal form. Exercise and Test are marked as drill: they must not reach the live world. */
import type { WarningMessage, WarningReference } from '../../engine/model/warning.ts'
import type { Alert } from './normal-form.ts'

const entityOf = ({ sender, identifier }: Pick<WarningReference, 'sender' | 'identifier'>): string => `alert:${sender},${identifier}`

const STAGES: Readonly<Record<WarningMessage['type'], Alert['stage'] | null>> = {
  Alert: 'new',
  Update: 'update',
  Cancel: 'cancel',
  Ack: null,
  Error: null,
}

/** Null for what tells nothing of the weather. */
export function alertOf(cap: WarningMessage): Alert | null {
  const { areas, status, hazard, level, severity, sent, effective, expires, headline, references, identifier, type } = cap
  const stage = STAGES[type]
  if (stage === null) return null
  return {
    kind: 'alert',
    entity: entityOf(cap),
    ts: sent,
    clock: 'device',
    heard: null,
    dedupeKey: identifier,
    event: hazard,
    level,
    severity,
    area: areas.flatMap(({ geocodes }) => geocodes.map(({ value }) => value)),
    onset: effective,
    expires,
    stage,
    replaces: references.map(entityOf),
    drill: status !== 'Actual',
    polygons: areas.flatMap((area) => area.polygons),
    headline: headline.zh === '' ? null : headline.zh,
    cap,
  }
}
