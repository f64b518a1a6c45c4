/**
 * What a report is about, from the code or the words of the system that took it. Codes and time limits differ by city and change: they are rows with dates, and the words of a
 * report go before a code that nobody listed.
 */
import type { EpochMs } from '../../engine/base/time.ts'
import type { Bilingual } from '../../engine/model/bilingual.ts'
import type { RunCards } from '../../engine/model/run-cards.ts'

export type CaseCategory = 'flood' | 'waste' | 'traffic' | 'road' | 'lighting' | 'drainage' | 'order'

export interface CaseCode {
  /** Major and minor number of CJ/T 214 and GB/T 30428.2 events. */
  readonly code: string
  readonly name: Bilingual
  readonly category: CaseCategory | null
  /** In force from and until; null is open. */
  readonly from: EpochMs | null
  readonly until: EpochMs | null
}

const code = (number: string, zh: string, en: string, category: CaseCategory | null): CaseCode => ({
  code: number,
  name: { zh, en },
  category,
  from: null,
  until: null,
})

/** Event codes as restated publicly (the standard's own text is not free); 0105 and 0106 differ by city and are left to the words. */
export const EVENT_CODES: readonly CaseCode[] = [
  code('0101', '私搭乱建', 'Unlicensed building', 'order'),
  code('0102', '暴露垃圾', 'Exposed rubbish', 'waste'),
  code('0103', '积存垃圾渣土', 'Heaps of rubbish or rubble', 'waste'),
  code('0104', '道路不洁', 'Dirty or flooded road', 'road'),
]

/** First match counts: a flooded road is flood before it is road. */
const WORDS: readonly (readonly [CaseCategory, RegExp])[] = [
  ['flood', /积水|内涝|水浸|淹水|被淹|flood|waterlogg|standing water/i],
  ['waste', /垃圾|渣土|满溢|厨余|rubbish|garbage|trash|waste|litter/i],
  ['drainage', /井盖|下水道|污水|排水|manhole|sewer|drain/i],
  ['lighting', /路灯|照明|street ?light/i],
  ['traffic', /信号灯|红绿灯|拥堵|堵车|违停|违章停车|交通事故|traffic|parking|congestion/i],
  ['road', /路面|坑洼|塌陷|破损|pothole|pavement/i],
  ['order', /占道|噪音|噪声|违建|noise|stall/i],
]

export const categoryOfWords = (texts: readonly (string | null)[]): CaseCategory | null => {
  for (const text of texts) {
    const found = text === null ? undefined : WORDS.find(([, pattern]) => pattern.test(text))
    if (found !== undefined) return found[0]
  }
  return null
}

export const categoryOfCode = (codes: readonly CaseCode[], wanted: string, at: EpochMs): CaseCategory | null =>
  codes.find((one) => one.code === wanted && (one.from === null || one.from <= at) && (one.until === null || at < one.until))?.category ??
  null

/** A class of incident as residents are offered it, and as reports without a run card are called. */
export interface ReportClass {
  readonly class: string
  readonly name: Bilingual
}

const kind = (incident_class: string, zh: string, en: string): ReportClass => ({ class: incident_class, name: { zh, en } })

/** What a report of a category is as an incident; the words go before the category where one category has several classes. */
const CLASSES: Readonly<Record<CaseCategory, ReportClass>> = {
  flood: kind('flood.waterlogging', '道路积水', 'Waterlogging'),
  waste: kind('waste.overflow', '垃圾满溢', 'Waste overflow'),
  traffic: kind('traffic.complaint', '交通问题', 'Traffic problem'),
  road: kind('road.damaged', '道路破损', 'Damaged road'),
  lighting: kind('lighting.fault', '路灯故障', 'Street light out'),
  drainage: kind('drainage.fault', '排水设施问题', 'Drain or manhole'),
  order: kind('street.stall', '占道经营', 'Street stall'),
}
const CLASS_WORDS: readonly (readonly [ReportClass, RegExp])[] = [
  [kind('fire.smoke', '烟火', 'Smoke or fire'), /起火|着火|冒烟|火灾|on fire|smoke/i],
  [kind('road.accident', '交通事故', 'Traffic accident'), /交通事故|车祸|相撞|追尾|accident|crash|collision/i],
  [
    kind('road.illegal_parking', '违法停车', 'Illegal parking'),
    /违停|违章停车|违法停车|illegal(?:ly)? park|parking violation|double.?park/i,
  ],
  [kind('noise.complaint', '噪声扰民', 'Noise'), /噪音|噪声|noise/i],
  [kind('building.unlicensed', '违法建设', 'Unlicensed building'), /违建|私搭乱建|unlicensed building/i],
]
const OTHER = kind('report.other', '其他', 'Something else')

/** What residents may report: the run cards of the city but those for its own devices, and what words make of a report. */
export function reportClasses(cards: RunCards): readonly ReportClass[] {
  const own = [...cards.values()]
    .filter((card) => !card.class.startsWith('device.'))
    .map((card) => ({ class: card.class, name: card.title }))
  const others = [...Object.values(CLASSES), ...CLASS_WORDS.map(([one]) => one), OTHER]
  return [...own, ...others.filter((one) => !cards.has(one.class))]
}

export function classOf(category: string | null, texts: readonly (string | null)[]): ReportClass {
  const found = CLASS_WORDS.find(([, pattern]) => texts.some((text) => text !== null && pattern.test(text)))
  const isCategory = (word: string | null): word is CaseCategory => word !== null && Object.hasOwn(CLASSES, word)
  // Water on a road and a full bin are what they are, whatever else is said of them.
  if (category === 'flood' || category === 'waste') return CLASSES[category]
  return found?.[0] ?? (isCategory(category) ? CLASSES[category] : OTHER)
}
