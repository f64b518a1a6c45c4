/** What a made-up city agrees of its cameras: one assessment for all districts, and presets for those that can turn. */
import { localFrame } from '../../engine/base/geo.ts'
import type { CameraPreset, ImpactAssessment } from '../../engine/model/cameras.ts'
import type { Bilingual, City, CityDevice } from '../../engine/model/city.ts'
import { roundDegrees } from '../city-places.ts'

const ASSESSMENT = 'DPIA-simulated'
/** Types of events that the brain knows what to do with. */
export const CAMERA_KINDS = [
  'road.flooded',
  'road.accident',
  'road.illegal_parking',
  'road.debris',
  'street.stall',
  'waste.overflow',
  'waste.mis_sorted',
  'fire.smoke',
]

export const assessAll = ({ districts }: City): ImpactAssessment[] => [
  { id: ASSESSMENT, kinds: CAMERA_KINDS, hours: null, cameras: [], districts: districts.map(({ id }) => id) },
]

/** One camera in so many can turn. */
const TURNS_EVERY = 6
const RANGE_M = 150
const DIRECTIONS: readonly { readonly id: string; readonly bearing_deg: number; readonly name: Bilingual }[] = [
  { id: 'north', bearing_deg: 0, name: { zh: '北向', en: 'North' } },
  { id: 'east', bearing_deg: 90, name: { zh: '东向', en: 'East' } },
  { id: 'south', bearing_deg: 180, name: { zh: '南向', en: 'South' } },
  { id: 'west', bearing_deg: 270, name: { zh: '西向', en: 'West' } },
]

/** @returns the cameras, every so many of them with four quarters to look at */
export const letTurn = (cameras: readonly CityDevice[]): CityDevice[] =>
  cameras.map((camera, i) => (i % TURNS_EVERY === 0 ? turning(camera) : camera))

function turning(device: CityDevice): CityDevice {
  const frame = localFrame(device.at)
  const presets = DIRECTIONS.map(({ id, bearing_deg, name }): CameraPreset => {
    const turn = (bearing_deg * Math.PI) / 180
    const at = roundDegrees(frame.toLonLat((RANGE_M / 2) * Math.sin(turn), (RANGE_M / 2) * Math.cos(turn)))
    return { id, name, at, view: { bearing_deg, width_deg: 90, range_m: RANGE_M }, masks: [] }
  })
  const patrol = { home: 'north', move_s: 6, dwell_s: 24, revisit_min: 30 }
  return { ...device, camera: { impact_assessment: ASSESSMENT, retention_days: 30, masks: [], presets, patrol } }
}
