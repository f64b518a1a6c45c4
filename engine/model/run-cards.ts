/**
 * Run cards: who goes to an incident of a class, and who else with every further alarm (multiple-alarm dispatch, as fire services have
 * it). These are the cards unless a city writes its own (config/run-cards.ts).
 */
import type { Bilingual } from './bilingual.ts'
import type { IncidentTemplate } from './rule.ts'
import type { Severity } from './severity.ts'
import { defaultSiteForm, type SiteForm } from './site-form.ts'

export interface RunCardLine {
  readonly skill: string
  readonly kit: readonly string[]
  readonly service_min: number
  readonly crews: number
}

export interface RunCard {
  readonly class: string
  readonly title: Bilingual
  /** Time allowed until it is resolved. */
  readonly deadline_min: number
  /** Who goes with the first alarm, and whom each further one adds. The first line is the incident's own crew. */
  readonly alarms: readonly (readonly RunCardLine[])[]
  /** The second alarm goes by itself at this severity; null leaves it to people. */
  readonly second_alarm_from: Severity | null
  /** Not for volunteers. */
  readonly dangerous: boolean
  readonly site: SiteForm
}

export type RunCards = ReadonlyMap<string, RunCard>

const line = (skill: string, service_min: number): RunCardLine => ({ skill, kit: [], service_min, crews: 1 })

function card(
  incidentClass: string,
  title: readonly [zh: string, en: string],
  deadline_min: number,
  alarms: RunCard['alarms'],
  dangerous = false,
): RunCard {
  const site = defaultSiteForm(incidentClass)
  return { class: incidentClass, title: { zh: title[0], en: title[1] }, deadline_min, alarms, second_alarm_from: null, dangerous, site }
}

const CARDS: readonly RunCard[] = [
  card('flood.waterlogging', ['道路积水', 'Waterlogging'], 60, [[line('pump', 40)], [line('pump', 40), line('traffic', 40)]], true),
  card('road.flooded', ['道路积水', 'Flooded road'], 60, [[line('pump', 40)], [line('pump', 40), line('traffic', 40)]], true),
  card('road.accident', ['交通事故', 'Traffic accident'], 30, [[line('traffic', 30)], [line('traffic', 30), line('patrol', 30)]], true),
  card('road.illegal_parking', ['违法停车', 'Illegal parking'], 60, [[line('traffic', 10)]]),
  card('street.stall', ['占道经营', 'Street stall'], 120, [[line('patrol', 15)], [line('patrol', 15)]]),
  card('waste.overflow', ['垃圾满溢', 'Waste overflow'], 120, [[line('collect', 15)], [line('collect', 15)]]),
  card('waste.blocked', ['垃圾桶受阻', 'Blocked bin'], 240, [[line('collect', 10)]]),
  card('waste.tilt', ['垃圾桶倾倒', 'Fallen bin'], 240, [[line('collect', 5)]]),
  card('waste.mis_sorted', ['垃圾分类错误', 'Mis-sorted waste'], 240, [[line('collect', 10)]]),
  card('waste.fire', ['垃圾桶起火', 'Bin fire'], 15, [[line('patrol', 20)], [line('patrol', 20)]], true),
  card('fire.smoke', ['烟火', 'Smoke or fire'], 15, [[line('patrol', 20)], [line('patrol', 20), line('traffic', 30)]], true),
  card('device.silent', ['设备失联', 'Silent device'], 480, [[line('repair', 30)]]),
]

export const DEFAULT_RUN_CARDS: RunCards = new Map(CARDS.map((one) => [one.class, one]))

/** What a person reported, by its run card; unknown classes are looked at by a patrol. */
export function reportTemplate(cards: RunCards, incidentClass: string, otherwise: Bilingual): IncidentTemplate {
  const found = cards.get(incidentClass)
  if (found === undefined)
    return { class: incidentClass, title: otherwise, deadline_min: 240, crew: { skill: 'patrol', kit: [], service_min: 20 } }
  const { title, deadline_min, alarms } = found
  return { class: incidentClass, title, deadline_min, crew: alarms[0][0] }
}

/** No card has more, and none is raised further. */
export const ALARMS_MAX = 5

/** What is asked of the crews of a class, with a card or without. */
export const siteFormOf = (cards: RunCards, incidentClass: string): SiteForm =>
  cards.get(incidentClass)?.site ?? defaultSiteForm(incidentClass)
