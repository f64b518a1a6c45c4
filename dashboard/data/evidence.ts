/** What a decision rests on, as the engine writes it (engine/model/incident.ts, Reason). Pure. */
export interface Evidence {
  readonly device: string
  readonly metric: string
  readonly value: number
  readonly ts: number | null
  /** Event type when a device told of something that happened, not of a measured value. */
  readonly event: string | null
}

const FORM = /^([^\s/]+\/[^\s/]+\/[^\s/]+) (?:event \S+ (\S+) )?([A-Za-z]\w*(?:\[[^\]]*\])?)=(-?[\d.eE+-]+)(?: at (\d+))?$/

/** `d0/flood/G1 level_m=0.42 at 1767225600000`; null for anything else, which is shown as it is. */
export function parseEvidence(text: string): Evidence | null {
  const match = FORM.exec(text)
  if (match === null) return null
  const [, device, event, metric, value, ts] = match
  return { device, metric, value: Number(value), ts: ts === undefined ? null : Number(ts), event: event ?? null }
}
