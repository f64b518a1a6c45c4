/** What is known of each kind of event: how sure the detector must be, how bad it is, who goes, how long it stands without an update. */
import { MINUTE_MS } from '../base/time.ts'
import type { IncidentTemplate } from '../model/rule.ts'
import type { Severity } from '../model/severity.ts'

export interface EventKind {
  /** Least score that counts: missing a fire costs more than looking at a false one. */
  readonly score_min: number
  readonly severity: Severity
  /** Without an update for this long it is over. */
  readonly expires_ms: number
  readonly template: IncidentTemplate
}

const crew = (skill: string, service_min: number, kit: readonly string[] = []): IncidentTemplate['crew'] => ({ skill, kit, service_min })

function kind(
  type: string,
  en: string,
  zh: string,
  severity: Severity,
  score_min: number,
  expires_min: number,
  deadline_min: number,
  needs: IncidentTemplate['crew'],
): [string, EventKind] {
  const template = { class: type, title: { en, zh }, deadline_min, crew: needs }
  return [type, { score_min, severity, expires_ms: expires_min * MINUTE_MS, template }]
}

const KINDS: ReadonlyMap<string, EventKind> = new Map([
  kind('road.flooded', 'Water on the road', '道路积水', 'warning', 0.6, 15, 60, crew('pump', 40)),
  kind('road.accident', 'Traffic accident', '交通事故', 'critical', 0.6, 15, 20, crew('traffic', 30)),
  kind('road.illegal_parking', 'Illegal parking', '违章停车', 'watch', 0.75, 10, 60, crew('traffic', 10)),
  kind('road.debris', 'Object on the road', '道路抛洒物', 'warning', 0.7, 15, 45, crew('patrol', 15)),
  kind('street.stall', 'Street stall', '占道经营', 'watch', 0.75, 20, 120, crew('patrol', 15)),
  kind('waste.overflow', 'Waste overflow', '垃圾满溢', 'warning', 0.65, 60, 120, crew('collect', 15)),
  kind('waste.mis_sorted', 'Mis-sorted waste', '垃圾分类错误', 'watch', 0.8, 60, 240, null),
  kind('fire.smoke', 'Smoke or fire', '烟火', 'critical', 0.5, 15, 10, crew('patrol', 20)),
])

/** The kind of an event; one that nobody described is watched, and nobody is sent. */
export function eventKind(type: string): EventKind {
  const known = KINDS.get(type)
  if (known !== undefined) return known
  const template = { class: type, title: { en: `Event ${type}`, zh: `事件 ${type}` }, deadline_min: 240, crew: null }
  return { score_min: 0.7, severity: 'watch', expires_ms: 15 * MINUTE_MS, template }
}

/** A flooded road at a low point is the low point's waterlogging: one case, whoever saw it first. */
export const WATERLOGGING = 'flood.waterlogging'
