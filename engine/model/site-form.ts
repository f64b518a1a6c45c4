/**
 * What a crew is warned of before it goes, what it does on site and has to measure and photograph there, for each class of incident. These are the
 * program's own; a run card may have others.
 */
import type { Bilingual } from './bilingual.ts'
import { ROUND } from './round.ts'
import { siteSteps } from './site-steps.ts'

export interface SiteReading {
  /** Metric with its unit as suffix. */
  readonly id: string
  readonly name: Bilingual
  readonly min: number
  readonly max: number
}

export const SITE_PHOTOS = ['before', 'after'] as const
export type SitePhoto = (typeof SITE_PHOTOS)[number]

export interface SiteForm {
  readonly steps: readonly Bilingual[]
  readonly hazards: readonly Bilingual[]
  readonly readings: readonly SiteReading[]
  readonly photos: readonly SitePhoto[]
}

type Asked = Omit<SiteForm, 'steps'>

const DEPTH: SiteReading = { id: 'depth_m', name: { zh: '最大水深', en: 'Greatest depth' }, min: 0, max: 5 }
const FILL: SiteReading = { id: 'fill_pct', name: { zh: '清空后满度', en: 'Fill after emptying' }, min: 0, max: 100 }

const WATER: Asked = {
  hazards: [
    { zh: '水下可能有缺失的井盖，用杆探路', en: 'Manhole covers may be missing under water: probe with a pole' },
    { zh: '水深超过 27 厘米不得驶入', en: 'Do not drive into more than 27 cm' },
    { zh: '远离带电设施', en: 'Keep away from electrical installations' },
  ],
  readings: [DEPTH],
  photos: ['before', 'after'],
}
const TRAFFIC: Asked = {
  hazards: [{ zh: '来车方向先设警示，再下车', en: 'Warn oncoming traffic before you get out' }],
  readings: [],
  photos: ['before', 'after'],
}
const FIRE: Asked = {
  hazards: [
    { zh: '站在上风侧，保持退路', en: 'Stay upwind, keep a way out' },
    { zh: '可能有电池或气罐爆裂', en: 'Batteries or gas bottles may burst' },
  ],
  readings: [],
  photos: ['after'],
}
const WASTE: Asked = {
  hazards: [{ zh: '注意碎玻璃和针头，戴手套', en: 'Broken glass and needles: wear gloves' }],
  readings: [FILL],
  photos: ['before', 'after'],
}
const LOOK: Asked = { hazards: [], readings: [], photos: ['after'] }

const FORMS: Readonly<Record<string, Asked>> = {
  'flood.waterlogging': WATER,
  'flood.pre_position': { ...WATER, readings: [], photos: ['after'] },
  'road.flooded': WATER,
  'road.accident': TRAFFIC,
  'road.illegal_parking': TRAFFIC,
  'fire.smoke': FIRE,
  'waste.fire': FIRE,
  'waste.overflow': WASTE,
  'waste.blocked': WASTE,
  'waste.tilt': { ...WASTE, readings: [] },
  [ROUND]: { ...WASTE, readings: [], photos: [] },
  'device.silent': {
    hazards: [{ zh: '先断电再打开机箱', en: 'Switch off before you open the housing' }],
    readings: [],
    photos: ['after'],
  },
}

export const defaultSiteForm = (incidentClass: string): SiteForm => ({
  steps: siteSteps(incidentClass),
  ...(FORMS[incidentClass] ?? LOOK),
})
