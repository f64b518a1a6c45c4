/** Cameras in the files of a city: terms and assessments against the model, and what no entry alone can show. */
import type { Static } from 'typebox'
import type { LonLat } from '../engine/base/geo.ts'
import {
  type CameraPreset,
  type CameraTerms,
  type CameraView,
  DEFAULT_PATROL,
  type ImpactAssessment,
  type PrivacyMask,
} from '../engine/model/cameras.ts'
import { type City, type CityDevice, deviceKey } from '../engine/model/city.ts'
import type { AssessmentEntry, CameraTermsEntry, PresetEntry } from './camera-schema.ts'

/** What the city has, by what names it. */
interface Ids {
  readonly districts: ReadonlySet<string>
  readonly roads: ReadonlySet<string>
  readonly junctions: ReadonlySet<string>
  readonly low_points: ReadonlySet<string>
  readonly devices: { has(key: string): boolean }
}
type Say = (item: object, member: string, message: string) => void

/** Days that a camera's pictures are kept unless its entry says otherwise (Decree 799 of the State Council). */
const RETENTION_DAYS = 30

type Terms = Static<typeof CameraTermsEntry>
type Preset = Static<typeof PresetEntry>
type Masks = NonNullable<Terms['masks']>

const ringOf = (ring: readonly (readonly number[])[]): LonLat[] => ring.map(([x, y]) => [x, y])
const ringText = (ring: readonly LonLat[]): number[][] => ring.map(([x, y]) => [x, y])
const masksOf = (masks: Masks): PrivacyMask[] => masks.map(({ on, ring }) => ({ on, ring: ringOf(ring) }))
const masksText = (masks: readonly PrivacyMask[]): Masks => masks.map(({ on, ring }) => ({ on, ring: ringText(ring) }))
const viewOf = (view: NonNullable<Preset['view']>): CameraView => ('ring' in view ? { ring: ringOf(view.ring) } : { ...view })
const viewText = (view: CameraView): NonNullable<Preset['view']> => ('ring' in view ? { ring: ringText(view.ring) } : { ...view })

function presetOf({ id, name_zh, name_en, lon, lat, view, places, kinds, masks }: Preset): CameraPreset {
  const [zh, en] = [name_zh ?? name_en, name_en ?? name_zh]
  return {
    id,
    ...(zh !== undefined && en !== undefined && { name: { zh, en } }),
    at: [lon, lat],
    ...(view !== undefined && { view: viewOf(view) }),
    ...(places !== undefined && { places }),
    ...(kinds !== undefined && { kinds }),
    ...(masks !== undefined && { masks: masksOf(masks) }),
  }
}

const presetText = ({ id, name, at: [lon, lat], view, places, kinds, masks }: CameraPreset): Preset => ({
  id,
  ...(name !== undefined && { name_zh: name.zh, name_en: name.en }),
  lon,
  lat,
  ...(view !== undefined && { view: viewText(view) }),
  ...(places !== undefined && { places: [...places] }),
  ...(kinds !== undefined && { kinds: [...kinds] }),
  ...(masks !== undefined && { masks: masksText(masks) }),
})

export const cameraTerms = ({ impact_assessment, retention_days, masks = [], presets = [], patrol }: Terms): CameraTerms => ({
  impact_assessment,
  retention_days: retention_days ?? RETENTION_DAYS,
  masks: masksOf(masks),
  presets: presets.map(presetOf),
  ...(patrol !== undefined && { patrol: { ...DEFAULT_PATROL, ...patrol } }),
})

export const cameraProperties = ({ impact_assessment, retention_days, masks, presets, patrol }: CameraTerms): Terms => ({
  impact_assessment,
  retention_days,
  masks: masksText(masks),
  presets: presets.map(presetText),
  ...(patrol !== undefined && {
    patrol: {
      ...(patrol.home !== null && { home: patrol.home }),
      move_s: patrol.move_s,
      dwell_s: patrol.dwell_s,
      revisit_min: patrol.revisit_min,
    },
  }),
})

export const assessmentOfEntry = (entry: Static<typeof AssessmentEntry>): ImpactAssessment => ({
  id: entry.id,
  kinds: entry.kinds ?? null,
  hours: entry.hours ?? null,
  cameras: entry.cameras ?? [],
  districts: entry.districts ?? [],
})

export const assessmentText = ({ id, kinds, hours, cameras, districts }: ImpactAssessment): Static<typeof AssessmentEntry> => ({
  id,
  ...(kinds !== null && { kinds: [...kinds] }),
  ...(hours !== null && { hours: hours.map(({ from_h, until_h }) => ({ from_h, until_h })) }),
  ...(cameras.length > 0 && { cameras: [...cameras] }),
  ...(districts.length > 0 && { districts: [...districts] }),
})

/** Once there is a list of assessments, a camera that names another one has a misspelt one. */
export function checkCameras({ devices, assessments }: City, ids: Ids, say: Say): void {
  const described = new Set<string>()
  for (const assessment of assessments) {
    if (described.has(assessment.id)) say(assessment, 'id', `${assessment.id} is used twice, expected each once`)
    described.add(assessment.id)
    for (const id of assessment.districts) if (!ids.districts.has(id)) say(assessment, 'districts', `${id} is no district of this city`)
    for (const key of assessment.cameras) if (!ids.devices.has(key)) say(assessment, 'cameras', `${key} is no device of this city`)
  }
  for (const device of devices) if (device.camera !== undefined) checkTerms(device, device.camera, described, ids, say)
}

function checkTerms(device: CityDevice, terms: CameraTerms, described: ReadonlySet<string>, ids: Ids, say: Say): void {
  const { impact_assessment, presets, patrol } = terms
  const wrong = (message: string): void => say(device, 'camera', message)
  if (device.domain !== 'camera') wrong(`${deviceKey(device.district, device.domain, device.id)} is no camera`)
  if (described.size > 0 && !described.has(impact_assessment)) wrong(`${impact_assessment} is not in assessments.json`)
  const known = new Set<string>()
  for (const { id, places = [] } of presets) {
    if (known.has(id)) wrong(`preset ${id} is used twice, expected each once`)
    known.add(id)
    for (const place of places) {
      const found = [ids.junctions, ids.low_points, ids.roads, ids.devices].some((all) => all.has(place))
      if (!found) wrong(`preset ${id}: ${place} is no junction, low point, road or device of this city`)
    }
  }
  if (patrol?.home != null && !known.has(patrol.home)) wrong(`patrol.home: ${patrol.home} is no preset of this camera`)
}
