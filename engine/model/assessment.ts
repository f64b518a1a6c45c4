/** What an impact assessment (PIPL articles 55 and 56) allows of a camera. */
import { hoursLeft, isAlways, withinHours } from '../base/hours.ts'
import { type EpochMs, HOUR_MS } from '../base/time.ts'
import type { ImpactAssessment } from './cameras.ts'
import { type City, type DeviceKey, deviceKey, splitKey } from './city.ts'

export interface Assessments {
  readonly cameras: ReadonlyMap<DeviceKey, ImpactAssessment>
  readonly districts: ReadonlyMap<string, ImpactAssessment>
}

/** What a camera names itself goes before a list of cameras, and that before its district. An id that `assessments.json` does not describe allows all kinds at all hours. */
export function indexAssessments({ assessments, devices }: City): Assessments {
  const described = new Map(assessments.map((one) => [one.id, one]))
  const named = devices.flatMap(({ district, domain, id, camera }): [DeviceKey, ImpactAssessment][] => {
    if (camera === undefined) return []
    const { impact_assessment } = camera
    const bare = { id: impact_assessment, kinds: null, hours: null, cameras: [], districts: [] }
    return [[deviceKey(district, domain, id), described.get(impact_assessment) ?? bare]]
  })
  return {
    cameras: new Map([...assessments.flatMap((one) => one.cameras.map((key) => [key, one] as const)), ...named]),
    districts: new Map(assessments.flatMap((one) => one.districts.map((id) => [id, one] as const))),
  }
}

export const assessmentOf = ({ cameras, districts }: Assessments, camera: DeviceKey): ImpactAssessment | null =>
  cameras.get(camera) ?? districts.get(splitKey(camera).district) ?? null

/** Until when cameras may be used without a break; null when they may not now. */
export function allowedUntil({ hours }: ImpactAssessment, hour: number, now: EpochMs): EpochMs | null {
  if (hours === null || hours.some(isAlways)) return Number.POSITIVE_INFINITY
  const left_h = hours.filter((range) => withinHours(range, hour)).map((range) => hoursLeft(range, hour))
  return left_h.length === 0 ? null : now + Math.max(...left_h) * HOUR_MS
}

/** What a camera tells of itself, not of the street. */
const OWN = 'device.'

/** Why nothing may be kept of an event of this type from this camera (PIPL articles 26, 55 and 56); null when it may. Other devices see nobody. */
export function whyUnassessed(assessments: Assessments, device: DeviceKey, type: string, hour: number): string | null {
  if (splitKey(device).domain !== 'camera' || type.startsWith(OWN)) return null
  const assessment = assessmentOf(assessments, device)
  if (assessment === null)
    return `no impact assessment covers ${device}, expected camera.impact_assessment in devices.geojson or a group in assessments.json`
  const { id, kinds, hours } = assessment
  if (kinds !== null && !kinds.includes(type)) return `${type} is not among the kinds of ${id}, which allows ${kinds.join(', ')}`
  if (hours !== null && !hours.some((range) => withinHours(range, hour))) return `${id} does not allow it at this hour`
  return null
}
