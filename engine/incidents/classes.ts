/** What is known about classes of incidents when a person reports one; rules and domains bring their own template. */
import type { Bilingual } from '../model/city.ts'
import type { IncidentTemplate } from '../model/rule.ts'

const template = (
  incidentClass: string,
  zh: string,
  en: string,
  deadline_min: number,
  skill: string,
  service_min: number,
  kit: readonly string[] = [],
): IncidentTemplate => ({ class: incidentClass, title: { zh, en }, deadline_min, crew: { skill, kit, service_min } })

const TEMPLATES: ReadonlyMap<string, IncidentTemplate> = new Map(
  [
    template('flood.waterlogging', '道路积水', 'Waterlogging', 60, 'pump', 40),
    template('road.flooded', '道路积水', 'Flooded road', 60, 'pump', 40),
    template('road.accident', '交通事故', 'Traffic accident', 30, 'traffic', 30),
    template('road.illegal_parking', '违法停车', 'Illegal parking', 60, 'traffic', 10),
    template('street.stall', '占道经营', 'Street stall', 120, 'patrol', 15),
    template('waste.overflow', '垃圾满溢', 'Waste overflow', 120, 'collect', 15),
    template('waste.mis_sorted', '垃圾分类错误', 'Mis-sorted waste', 240, 'collect', 10),
    template('waste.fire', '垃圾桶起火', 'Bin fire', 15, 'patrol', 20),
    template('fire.smoke', '烟火', 'Smoke or fire', 15, 'patrol', 20),
    template('device.silent', '设备失联', 'Silent device', 480, 'repair', 30),
  ].map((one) => [one.class, one]),
)

/** Unknown classes are looked at by a patrol. */
export function reportTemplate(incidentClass: string, text: string): IncidentTemplate {
  const known = TEMPLATES.get(incidentClass)
  if (known !== undefined) return known
  const title: Bilingual = text === '' ? { zh: `上报：${incidentClass}`, en: `Reported: ${incidentClass}` } : { zh: text, en: text }
  return { class: incidentClass, title, deadline_min: 240, crew: { skill: 'patrol', kit: [], service_min: 20 } }
}
